package lora

import (
	"fmt"
	"math"
	"sync"

	"shelftalk/inference/internal/gguf"
	"shelftalk/inference/internal/quant"
)

// chunk bounds the values that one goroutine computes at a time.
const chunk = 1 << 18

// reader computes changed matrices.
type reader struct {
	base    *gguf.File
	changed map[string]*factors
	pool    sync.Pool
}

// work is the memory of one computation.
type work struct {
	raw, out []byte
	values   []float32
}

func grow[T any](buf []T, n int) []T {
	if cap(buf) < n {
		return make([]T, n)
	}
	return buf[:n]
}

// read is a gguf.Reader.
func (r *reader) read(t gguf.Tensor, p []byte, off int64) error {
	f := r.changed[t.Name]
	rowBytes, _ := t.Type.RowBytes(f.cols)
	w := r.pool.Get().(*work)
	defer r.pool.Put(w)
	step := max(1, chunk/f.cols)
	for len(p) > 0 {
		row, skip := int(off/int64(rowBytes)), int(off%int64(rowBytes))
		rows := min(step, (skip+len(p)-1)/rowBytes+1)
		w.out = grow(w.out, rows*rowBytes)
		if err := r.rows(w, f, row, rows); err != nil {
			return err
		}
		if !quant.Quantise(t.Type, w.out, w.values) {
			return fmt.Errorf("tensor %q as %v: %w", t.Name, t.Type, ErrUnsupported)
		}
		n := copy(p, w.out[skip:])
		p, off = p[n:], off+int64(n)
	}
	return nil
}

// rows fills w.values with n changed rows from row on.
func (r *reader) rows(w *work, f *factors, row, n int) error {
	perRow := f.base.Size / int64(f.rows)
	w.raw = grow(w.raw, n*int(perRow))
	w.values = grow(w.values, n*f.cols)
	if err := r.base.ReadAt(f.base, w.raw, int64(row)*perRow); err != nil {
		return err
	}
	if !quant.Dequantise(f.base.Type, w.values, w.raw) {
		return fmt.Errorf("tensor %q of type %v: %w", f.base.Name, f.base.Type, ErrUnsupported)
	}
	for i := range n {
		f.add(w.values[i*f.cols:][:f.cols], row+i)
	}
	for _, v := range w.values {
		if math.Float32bits(v)&0x7f800000 == 0x7f800000 {
			return fmt.Errorf("tensor %q: %w", f.base.Name, ErrValue)
		}
	}
	return nil
}

// add adds the change of a row to y.
func (f *factors) add(y []float32, row int) {
	for k, u := range f.up[row*f.rank:][:f.rank] {
		if u *= f.scale; u == 0 {
			continue
		}
		for i, d := range f.down[k*f.cols:][:f.cols] {
			y[i] += u * d
		}
	}
}
