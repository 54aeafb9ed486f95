package hf

import (
	"encoding/binary"
	"fmt"
	"math"
	"sync"

	"shelftalk/inference/internal/gguf"
	"shelftalk/inference/internal/quant"
)

// chunk bounds the values that one goroutine converts at a time.
const chunk = 1 << 20

// source gives the bytes of the presented tensors, converted as they are asked for. It is safe for concurrent use.
type source struct {
	items   map[string]item
	scratch sync.Pool
}

// scratch is the memory that a conversion works in.
type scratch struct {
	raw, bytes []byte
	values     []float32
}

// grow returns a slice of n elements, buf itself where it has room.
func grow[T any](buf []T, n int) []T {
	if cap(buf) < n {
		return make([]T, n)
	}
	return buf[:n]
}

func newSource(items []item) *source {
	s := &source{items: make(map[string]item, len(items)), scratch: sync.Pool{New: func() any { return new(scratch) }}}
	for _, it := range items {
		s.items[it.tensor.Name] = it
	}
	return s
}

// read is a gguf.Reader.
func (s *source) read(t gguf.Tensor, p []byte, off int64) error {
	it := s.items[t.Name]
	rowBytes, ok := t.Type.RowBytes(t.Cols())
	if !ok {
		return fmt.Errorf("tensor %q: %w", t.Name, gguf.ErrTensor)
	}
	w := s.scratch.Get().(*scratch)
	defer s.scratch.Put(w)
	step := int64(max(1, chunk/t.Cols()))
	for len(p) > 0 {
		row := off / int64(rowBytes)
		skip := off % int64(rowBytes)
		rows := min(step, (skip+int64(len(p))+int64(rowBytes)-1)/int64(rowBytes))
		size := int(rows) * rowBytes
		if skip == 0 && size <= len(p) {
			if err := it.rows(w, p[:size], int(row), int(rows)); err != nil {
				return err
			}
			p, off = p[size:], off+int64(size)
			continue
		}
		w.bytes = grow(w.bytes, size)
		if err := it.rows(w, w.bytes, int(row), int(rows)); err != nil {
			return err
		}
		n := copy(p, w.bytes[skip:])
		p, off = p[n:], off+int64(n)
	}
	return nil
}

// rows writes n rows from row on, in the tensor's type.
func (it item) rows(w *scratch, dst []byte, row, n int) error {
	cols := it.tensor.Cols()
	w.values = grow(w.values, n*cols)
	if err := it.values32(w, row, n); err != nil {
		return err
	}
	if !finite(w.values) {
		return fmt.Errorf("tensor %q: %w", it.tensor.Name, ErrValue)
	}
	ok := false
	if it.tensor.Type == quant.Q4_1 {
		ok = quant.Fit(it.tensor.Type, dst, w.values)
	} else {
		ok = quant.Quantise(it.tensor.Type, dst, w.values)
	}
	if !ok {
		return fmt.Errorf("tensor %q as %v: %w", it.tensor.Name, it.tensor.Type, ErrUnsupported)
	}
	return nil
}

// values32 fills w.values with n rows from row on.
func (it item) values32(w *scratch, row, n int) error {
	cols := it.tensor.Cols()
	switch {
	case it.from == nil:
		copy(w.values, it.values[row*cols:])
		return nil
	case it.change == transpose:
		return it.columns(w, row, n)
	case it.change != turned:
		err := it.run(w, w.values, row*cols, n*cols)
		if it.change == plusOne {
			for i := range w.values {
				w.values[i]++
			}
		}
		return err
	}
	// A head's first half and second half alternate. A vector's elements move as a matrix's rows do.
	units, size := n, cols
	if len(it.from.shape) == 1 {
		units, size = cols, 1
	}
	dim := it.from.shape[0] / it.heads
	for i := range units {
		to := row + i
		from := to/dim*dim + to%dim/2 + to%2*(dim/2)
		if err := it.run(w, w.values[i*size:][:size], from*size, size); err != nil {
			return err
		}
	}
	return nil
}

// run reads n values that follow each other in the weight file.
func (it item) run(w *scratch, dst []float32, at, n int) error {
	width := int(it.from.dtype.bits() / 8)
	w.raw = grow(w.raw, n*width)
	if err := it.from.readAt(w.raw, int64(at)*int64(width)); err != nil {
		return err
	}
	widen(it.from.dtype, dst[:n], w.raw)
	return nil
}

// columns reads n columns of the stored matrix from col on as rows.
func (it item) columns(w *scratch, col, n int) error {
	in, out := it.from.shape[0], it.from.shape[1]
	line := make([]float32, n)
	for i := range in {
		if err := it.run(w, line, i*out+col, n); err != nil {
			return err
		}
		for j, x := range line {
			w.values[j*in+i] = x
		}
	}
	return nil
}

// widen converts stored numbers, exactly.
func widen(d dtype, dst []float32, raw []byte) {
	switch d {
	case "F16":
		for i := range dst {
			dst[i] = quant.HalfToFloat(binary.LittleEndian.Uint16(raw[2*i:]))
		}
	case "BF16":
		for i := range dst {
			dst[i] = quant.BrainToFloat(binary.LittleEndian.Uint16(raw[2*i:]))
		}
	default:
		for i := range dst {
			dst[i] = math.Float32frombits(binary.LittleEndian.Uint32(raw[4*i:]))
		}
	}
}

func finite(list []float32) bool {
	for _, x := range list {
		if math.Float32bits(x)&0x7f800000 == 0x7f800000 {
			return false
		}
	}
	return true
}
