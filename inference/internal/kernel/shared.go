package kernel

import (
	"fmt"
	"unsafe"

	"shelftalk/inference/internal/quant"
)

// MatrixBytes is the memory that NewMatrix takes for rows × cols of a type.
func MatrixBytes(t quant.Type, rows, cols int) (int64, error) {
	k, ok := kindOf(t)
	if !ok {
		return 0, fmt.Errorf("%w: %v", ErrType, t)
	}
	if _, fits := t.RowBytes(cols); !fits || rows <= 0 || rows > maxDim || cols > maxDim {
		return 0, fmt.Errorf("%w: %d × %d of %v", ErrShape, rows, cols, t)
	}
	unitCols, unitBytes := k.unit()
	panels := (rows + panelRows - 1) / panelRows
	return int64(panels) * int64(cols/unitCols*unitBytes), nil
}

// Halves returns n zeroed halves outside the Go heap, and what frees them. Pages are only taken when they are touched.
func Halves(n int) ([]uint16, func(), error) {
	mem, err := mapMemory(2 * n)
	if err != nil {
		return nil, nil, fmt.Errorf("%w: %d bytes: %w", ErrMemory, 2*n, err)
	}
	return unsafe.Slice((*uint16)(unsafe.Pointer(unsafe.SliceData(mem.bytes))), n), mem.free, nil
}
