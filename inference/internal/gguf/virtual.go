package gguf

import (
	"fmt"
	"maps"
	"math"
	"math/bits"
	"slices"
	"unicode/utf8"
)

// Reader fills p with the bytes of a tensor from off on, counted from the tensor's own beginning, or returns an error.
// The range lies inside the tensor. It may be called from several goroutines at once.
type Reader func(t Tensor, p []byte, off int64) error

// New makes a File of values and tensors that come from elsewhere: a model of another format, presented as if it had been
// converted. It keeps the promises of Read. Sizes and offsets of tensors are computed; those given don't matter. The
// slices in keys are kept, not copied.
func New(keys []Key, tensors []Tensor, read Reader) (*File, error) {
	f := &File{Version: 3, Alignment: defaultAlignment, reader: read, values: make(map[string]any, len(keys)), index: make(map[string]int, len(tensors))}
	for _, k := range keys {
		if err := f.addKey(k); err != nil {
			return nil, err
		}
	}
	for _, t := range tensors {
		if err := f.addTensor(t); err != nil {
			return nil, err
		}
	}
	return f, nil
}

// Replace returns a File like f, in which tensors take the place of those of the same names; read gives their bytes.
// A name that f doesn't have is ErrMissing.
func (f *File) Replace(tensors []Tensor, read Reader) (*File, error) {
	replaced := make(map[string]Tensor, len(tensors))
	for _, t := range tensors {
		if _, ok := f.index[t.Name]; !ok {
			return nil, fmt.Errorf("tensor %q: %w", t.Name, ErrMissing)
		}
		if _, ok := replaced[t.Name]; ok {
			return nil, fmt.Errorf("tensor %q: %w", t.Name, ErrDuplicate)
		}
		replaced[t.Name] = t
	}
	all := slices.Clone(f.Tensors)
	for i, t := range all {
		if r, ok := replaced[t.Name]; ok {
			all[i] = r
		}
	}
	g, err := New(nil, all, func(t Tensor, p []byte, off int64) error {
		if _, ok := replaced[t.Name]; ok {
			return read(t, p, off)
		}
		return f.ReadAt(f.Tensors[f.index[t.Name]], p, off)
	})
	if err != nil {
		return nil, err
	}
	g.Keys, g.values = slices.Clone(f.Keys), maps.Clone(f.values)
	return g, nil
}

func (f *File) addKey(k Key) error {
	if k.Name == "" || len(k.Name) > maxName || !utf8.ValidString(k.Name) {
		return fmt.Errorf("a key is named %q: %w", k.Name, ErrSyntax)
	}
	if _, ok := f.values[k.Name]; ok {
		return fmt.Errorf("key %q: %w", k.Name, ErrDuplicate)
	}
	switch k.Value.(type) {
	case uint8, int8, uint16, int16, uint32, int32, uint64, int64, float32, float64, bool, string:
	case []uint8, []int8, []uint16, []int16, []uint32, []int32, []uint64, []int64, []float32, []float64, []bool, []string:
	default:
		return fmt.Errorf("key %q holds a %T: %w", k.Name, k.Value, ErrKind)
	}
	f.values[k.Name] = k.Value
	f.Keys = append(f.Keys, k.Name)
	return nil
}

// addTensor places a tensor behind the others.
func (f *File) addTensor(t Tensor) error {
	if t.Name == "" || len(t.Name) > maxName || !utf8.ValidString(t.Name) {
		return fmt.Errorf("a tensor is named %q: %w", t.Name, ErrSyntax)
	}
	if _, ok := f.index[t.Name]; ok {
		return fmt.Errorf("tensor %q: %w", t.Name, ErrDuplicate)
	}
	if err := t.measure(); err != nil {
		return fmt.Errorf("tensor %q: %w", t.Name, err)
	}
	if t.Size > math.MaxInt64-f.Size-f.Alignment {
		return fmt.Errorf("tensor %q of %d bytes: %w", t.Name, t.Size, ErrTensor)
	}
	t.Offset = (f.Size + f.Alignment - 1) &^ (f.Alignment - 1)
	f.Size = t.Offset + t.Size
	f.index[t.Name] = len(f.Tensors)
	f.Tensors = append(f.Tensors, t)
	return nil
}

// measure checks a tensor's type and shape, and sets its size.
func (t *Tensor) measure() error {
	if len(t.Dims) < 1 || len(t.Dims) > maxDims {
		return fmt.Errorf("%d dimensions: %w", len(t.Dims), ErrTensor)
	}
	elems := uint64(1)
	for _, dim := range t.Dims {
		if dim < 1 {
			return fmt.Errorf("dimension %d: %w", dim, ErrTensor)
		}
		hi, lo := bits.Mul64(elems, uint64(dim))
		if hi != 0 || lo > math.MaxInt64/8 || lo > math.MaxInt {
			return fmt.Errorf("dimension %d: %w", dim, ErrTensor)
		}
		elems = lo
	}
	if !t.Type.Known() {
		return fmt.Errorf("%v: %w", t.Type, ErrType)
	}
	blockElems, blockBytes := t.Type.Block()
	if t.Dims[0]%blockElems != 0 {
		return fmt.Errorf("a row of %d values isn't whole blocks of %v (%d): %w", t.Dims[0], t.Type, blockElems, ErrTensor)
	}
	hi, size := bits.Mul64(elems/uint64(blockElems), uint64(blockBytes))
	if hi != 0 || size > math.MaxInt64 {
		return fmt.Errorf("%d values: %w", elems, ErrTensor)
	}
	t.Size = int64(size)
	return nil
}
