package kernel

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"

	"shelftalk/inference/internal/quant"
)

// maxDim bounds rows and columns: no model comes near it, and products of two stay far inside an int.
const maxDim = 1 << 24

// Matrix is the weights of one linear layer, rows × cols, in panels of 16 rows. It is filled by Pack, then only read: any
// number of goroutines may use it. Its memory lies outside the Go heap until Free.
type Matrix struct {
	typ        quant.Type
	kind       kind
	rows, cols int
	panelBytes int
	data       []byte
	mapping    mapping
}

// NewMatrix makes room for the weights of rows × cols of a type, all zero. The columns must be a multiple of the type's block.
func NewMatrix(t quant.Type, rows, cols int) (*Matrix, error) {
	m, size, err := shape(t, rows, cols)
	if err != nil {
		return nil, err
	}
	mem, err := mapMemory(int(size))
	if err != nil {
		return nil, fmt.Errorf("%w: %d bytes: %w", ErrMemory, size, err)
	}
	m.mapping, m.data = mem, mem.bytes[:size:size]
	return m, nil
}

// shape is a matrix without memory, and the bytes it needs.
func shape(t quant.Type, rows, cols int) (*Matrix, int64, error) {
	size, err := MatrixBytes(t, rows, cols)
	if err != nil {
		return nil, 0, err
	}
	if int64(int(size)) != size {
		return nil, 0, fmt.Errorf("%w: %d bytes", ErrMemory, size)
	}
	k, _ := kindOf(t)
	unitCols, unitBytes := k.unit()
	return &Matrix{typ: t, kind: k, rows: rows, cols: cols, panelBytes: cols / unitCols * unitBytes}, size, nil
}

// MatrixBytes is the memory that NewMatrix takes for rows × cols of a type, with the errors of NewMatrix.
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
	return int64(panels) * int64(cols/unitCols) * int64(unitBytes), nil
}

// Free gives the memory back. The matrix and everything that uses it must be done.
func (m *Matrix) Free() {
	m.data = nil
	m.mapping.free()
}

// Rows is the number of outputs.
func (m *Matrix) Rows() int { return m.rows }

// Cols is the number of inputs.
func (m *Matrix) Cols() int { return m.cols }

// Panels is the number of panels: rows / 16, rounded up.
func (m *Matrix) Panels() int { return (m.rows + panelRows - 1) / panelRows }

// Bytes is the size of the packed weights, which is what a token has to read.
func (m *Matrix) Bytes() int { return m.Panels() * m.panelBytes }

// Type is the type the weights had in their file.
func (m *Matrix) Type() quant.Type { return m.typ }

// NeedsFloats reports whether MatMul reads the unquantised activations of Acts for this matrix.
func (m *Matrix) NeedsFloats() bool { return m.kind == kindF32 }

// TakesPowers reports whether MatMul needs the activations of Acts scaled by powers of two for this matrix, in tiers that gain by it.
func (m *Matrix) TakesPowers() bool {
	return m.kind == kindQ4K || m.kind == kindQ6K || m.kind == kindQ50
}

// panel is the bytes of panel p.
func (m *Matrix) panel(p int) []byte { return m.data[p*m.panelBytes:][:m.panelBytes] }

// Row writes the weights of a row to dst[:Cols], as the embedding of a token needs them.
func (m *Matrix) Row(dst []float32, row int) {
	panel, r := m.panel(row/panelRows), row%panelRows
	dst = dst[:m.cols]
	if m.kind == kindF32 {
		for c := range dst {
			dst[c] = floatAt(panel, c*4*panelRows, r)
		}
		return
	}
	cols, size := m.kind.unit()
	for b := 0; b < m.cols/blockCols; b++ {
		u, j := panel[b*blockCols/cols*size:][:size], b%(cols/blockCols)
		scale, minimum, offset := m.kind.scales(u, j, r)
		y := dst[b*blockCols:][:blockCols]
		for e := range y {
			h := e / (blockCols / 2)
			y[e] = float32(scale[h]*float32(int32(m.kind.code(u, j, r, e))-offset)) + minimum[h]
		}
	}
}

// Pack stores rows row0 … row0+n−1, given as they stand in a GGUF file. row0 is a multiple of 16; n is too, unless the range
// ends with the last row. Disjoint ranges may be packed at the same time. A scale that isn't finite is ErrScale, with its row.
func (m *Matrix) Pack(src []byte, row0, n int) error {
	size, _ := m.typ.RowBytes(m.cols)
	if row0 < 0 || n < 0 || row0%panelRows != 0 || row0+n > m.rows || (n%panelRows != 0 && row0+n != m.rows) || len(src) != n*size {
		return fmt.Errorf("%w: rows %d+%d of %d in %d bytes", ErrShape, row0, n, m.rows, len(src))
	}
	for i := 0; i < n; i++ {
		row := row0 + i
		panel := m.panel(row / panelRows)
		if row%panelRows == 0 && n-i >= panelRows {
			if finite, ok := m.packPanel(panel, src[i*size:], size); ok && finite {
				i += panelRows - 1
				continue
			}
		}
		if !m.packRow(panel, row%panelRows, src[i*size:][:size]) {
			return fmt.Errorf("%w: row %d", ErrScale, row)
		}
	}
	return nil
}

// Holds reports whether the panels of rows row0 … row0+n−1 are what Pack would make of src. The arguments are those of Pack.
func (m *Matrix) Holds(src []byte, row0, n int) bool {
	again := *m
	if row0 < 0 || n <= 0 || row0+n > m.rows {
		return false
	}
	from, to := row0/panelRows*m.panelBytes, (row0+n+panelRows-1)/panelRows*m.panelBytes
	again.data = make([]byte, to-from)
	again.rows = n
	return again.Pack(src, 0, n) == nil && bytes.Equal(again.data, m.data[from:to])
}

// packRow stores one row as row r of a panel; false when a number isn't finite.
func (m *Matrix) packRow(panel []byte, r int, src []byte) bool {
	if m.kind == kindF32 {
		return packFloats(panel, m.typ, r, src, m.cols)
	}
	elems, size := m.typ.Block()
	unitCols, unitBytes := m.kind.unit()
	for c := 0; c < m.cols; c += elems {
		b := src[c/elems*size:][:size]
		var ok bool
		switch {
		case elems == superCols && m.kind == kindW8:
			ok = packWide(panel[c/unitCols*unitBytes:], m.typ, r, b)
		case elems == superCols:
			ok = packSuper(panel[c/unitCols*unitBytes:], m.typ, r, b)
		default:
			ok = packBlock(panel[c/unitCols*unitBytes:], m.typ, r, b)
		}
		if !ok {
			return false
		}
	}
	return true
}

// packFloats stores a row of floats.
func packFloats(panel []byte, t quant.Type, r int, src []byte, cols int) bool {
	for c := range cols {
		var v float32
		switch t {
		case quant.F16:
			v = halfAt(src, 0, c)
		case quant.BF16:
			v = quant.BrainToFloat(binary.LittleEndian.Uint16(src[2*c:]))
		default:
			v = floatAt(src, 0, c)
		}
		if !putFloat(panel, c*4*panelRows, r, v) {
			return false
		}
	}
	return true
}

// putFloat stores a float; subnormal numbers become zero, because the vector units are slow with them. False when it isn't finite.
func putFloat(u []byte, off, r int, v float32) bool {
	bits := math.Float32bits(v)
	switch bits >> 23 & 0xff {
	case 0:
		bits = 0
	case 0xff:
		return false
	}
	binary.LittleEndian.PutUint32(u[off+4*r:], bits)
	return true
}

// putHalf copies a binary16 scale; false when it isn't finite.
func putHalf(u []byte, off, r int, h []byte) bool {
	copy(u[off+2*r:off+2*r+2], h)
	return h[1]&0x7c != 0x7c
}
