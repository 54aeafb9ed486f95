package kernel

import (
	"fmt"
	"math"
	"unsafe"
)

// Halves returns n zeroed halves outside the Go heap, and what frees them. Pages of memory are only taken when they are touched.
func Halves(n int) ([]uint16, func(), error) {
	if n <= 0 || n > math.MaxInt/2 {
		return nil, nil, fmt.Errorf("%w: %d halves", ErrMemory, n)
	}
	mem, err := mapMemory(2 * n)
	if err != nil {
		return nil, nil, fmt.Errorf("%w: %d bytes: %w", ErrMemory, 2*n, err)
	}
	return unsafe.Slice((*uint16)(unsafe.Pointer(unsafe.SliceData(mem.bytes))), n), mem.free, nil
}
