// Package gguf reads the head of a GGUF model file: its metadata and the list of its tensors.
//
// The file is a stranger's. Every count and length is compared with the bytes that are really left before anything is
// allocated, every product is computed in 128 bits, and a File that Read returns keeps these promises:
//
//   - every tensor has one to four dimensions of at least 1, a known type, and rows that are whole blocks of that type;
//   - every tensor's bytes lie inside the file, aligned, and no two tensors share one;
//   - no key and no tensor name appears twice; no array holds arrays.
//
// What the values mean (shapes that belong together, head counts, vocabularies) is for the caller to check.
// Read never panics and never reads tensor data; Tensor.ReadAt does, later.
package gguf

import (
	"errors"
	"fmt"
	"io"

	"shelftalk/inference/internal/quant"
)

// Limits of the format as this package accepts it. Real models stay far below.
const (
	maxKeys      = 1 << 16
	maxTensors   = 1 << 16
	maxString    = 16 << 20
	maxName      = 1 << 10
	maxElements  = 1 << 24
	maxDims      = 4
	minAlignment = 8
	maxAlignment = 1 << 20

	defaultAlignment = 32
)

// File is the head of a GGUF file. It is read-only and safe for concurrent use if its source is.
type File struct {
	Version   uint32
	Alignment int64
	// Size is that of the whole file, and DataOffset the place where the tensors' bytes begin.
	Size, DataOffset int64
	// Keys and Tensors are in the order of the file.
	Keys    []string
	Tensors []Tensor

	source io.ReaderAt
	reader Reader // set instead of source in a File that New made
	values map[string]any
	index  map[string]int
}

// Tensor describes one tensor. Its bytes stay in the file.
type Tensor struct {
	Name string
	Type quant.Type
	// Dims has one to four entries; Dims[0] is the length of a row.
	Dims []int
	// Offset is counted from the beginning of the file; Size is in bytes.
	Offset, Size int64
}

// Cols is the length of a row.
func (t Tensor) Cols() int { return t.Dims[0] }

// Rows is the number of rows: the product of all dimensions but the first.
func (t Tensor) Rows() int {
	n := 1
	for _, d := range t.Dims[1:] {
		n *= d
	}
	return n
}

// Tensor finds a tensor by its name.
func (f *File) Tensor(name string) (Tensor, bool) {
	i, ok := f.index[name]
	if !ok {
		return Tensor{}, false
	}
	return f.Tensors[i], true
}

// ReadAt fills p with the bytes of t that begin at off, counted from the tensor's own beginning. It reads all of p or
// returns an error: ErrTruncated when the file has become shorter since Read.
func (f *File) ReadAt(t Tensor, p []byte, off int64) error {
	if off < 0 || off > t.Size || int64(len(p)) > t.Size-off {
		return fmt.Errorf("tensor %q: %d bytes at %d of %d: %w", t.Name, len(p), off, t.Size, ErrTensor)
	}
	if f.reader != nil {
		return f.reader(t, p, off)
	}
	n, err := f.source.ReadAt(p, t.Offset+off)
	if n == len(p) {
		return nil
	}
	if err == nil || errors.Is(err, io.EOF) {
		return fmt.Errorf("tensor %q: %w", t.Name, ErrTruncated)
	}
	return fmt.Errorf("tensor %q: %w", t.Name, err)
}
