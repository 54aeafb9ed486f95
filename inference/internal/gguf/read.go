package gguf

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"sort"
	"unicode/utf8"

	"shelftalk/inference/internal/quant"
)

// kind is the type of a metadata value, as the file numbers it.
type kind uint32

const (
	kindUint8 kind = iota
	kindInt8
	kindUint16
	kindInt16
	kindUint32
	kindInt32
	kindFloat32
	kindBool
	kindString
	kindArray
	kindUint64
	kindInt64
	kindFloat64
)

// width is the least number of bytes that a value of the kind takes in the file; 0 for an unknown kind.
func (k kind) width() int64 {
	switch k {
	case kindUint8, kindInt8, kindBool:
		return 1
	case kindUint16, kindInt16:
		return 2
	case kindUint32, kindInt32, kindFloat32:
		return 4
	case kindUint64, kindInt64, kindFloat64, kindString:
		return 8
	case kindArray:
		return 12
	}
	return 0
}

// whole is a source that reads all that is asked for, or says why not: a file that shrinks, or a source that breaks the
// rules, must not keep a reader waiting.
type whole struct{ io.ReaderAt }

func (w whole) ReadAt(p []byte, off int64) (int, error) {
	n, err := w.ReaderAt.ReadAt(p, off)
	if n < len(p) && err == nil {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

// Read reads the head of the GGUF file of size bytes behind r. r is kept for File.ReadAt.
func Read(r io.ReaderAt, size int64) (*File, error) {
	d := &decoder{r: bufio.NewReaderSize(io.NewSectionReader(whole{r}, 0, size), 1<<16), size: size}
	f := &File{Size: size, source: r, Alignment: defaultAlignment}
	if err := f.read(d); err != nil {
		return nil, err
	}
	return f, nil
}

func (f *File) read(d *decoder) error {
	tensors, keys, err := f.readHeader(d)
	if err != nil {
		return err
	}
	if err := f.readKeys(d, keys); err != nil {
		return err
	}
	if n, err := f.IntOr("split.count", 0); err != nil {
		return err
	} else if n > 1 {
		return fmt.Errorf("one of %d parts: join them with a GGUF tool first: %w", n, ErrSplit)
	}
	if err := f.readAlignment(); err != nil {
		return err
	}
	if err := f.readTensors(d, tensors); err != nil {
		return err
	}
	return f.place(d.at)
}

// readHeader returns the numbers of tensors and keys.
func (f *File) readHeader(d *decoder) (tensors, keys int, err error) {
	var magic [4]byte
	if err := d.fill(magic[:]); err != nil && !errors.Is(err, ErrTruncated) {
		return 0, 0, err
	}
	if string(magic[:]) != "GGUF" {
		if magic[0] == '<' {
			return 0, 0, fmt.Errorf("a web page, perhaps one that should have been the file: %w", ErrForeign)
		}
		return 0, 0, fmt.Errorf("the first bytes are %q: %w", magic[:], ErrForeign)
	}
	if f.Version, err = d.uint32(); err != nil {
		return 0, 0, err
	}
	if f.Version != 2 && f.Version != 3 {
		if f.Version&0xffff == 0 && f.Version != 0 {
			return 0, 0, fmt.Errorf("a big-endian file: %w", ErrVersion)
		}
		return 0, 0, fmt.Errorf("version %d: %w", f.Version, ErrVersion)
	}
	// The shortest tensor has a name of one byte, one dimension, type and offset; the shortest key one byte and one value.
	if tensors, err = d.count("tensors", maxTensors, 8+1+4+8+4+8); err != nil {
		return 0, 0, err
	}
	if keys, err = d.count("keys", maxKeys, 8+1+4+1); err != nil {
		return 0, 0, err
	}
	return tensors, keys, nil
}

func (f *File) readKeys(d *decoder, n int) error {
	f.values = make(map[string]any, n)
	for range n {
		key, err := d.name("key")
		if err != nil {
			return err
		}
		if _, ok := f.values[key]; ok {
			return fmt.Errorf("key %q: %w", key, ErrDuplicate)
		}
		v, err := d.value()
		if err != nil {
			return fmt.Errorf("key %q: %w", key, err)
		}
		f.values[key] = v
		f.Keys = append(f.Keys, key)
	}
	return nil
}

// readAlignment takes the alignment from the metadata: a power of two within bounds, stored as the format says.
func (f *File) readAlignment() error {
	v, ok := f.values["general.alignment"]
	if !ok {
		return nil
	}
	a, ok := v.(uint32)
	if !ok {
		return fmt.Errorf("general.alignment isn't an unsigned 32-bit number: %w", ErrKind)
	}
	if a < minAlignment || a > maxAlignment || a&(a-1) != 0 {
		return fmt.Errorf("general.alignment is %d: %w", a, ErrLimit)
	}
	f.Alignment = int64(a)
	return nil
}

func (f *File) readTensors(d *decoder, n int) error {
	f.index = make(map[string]int, n)
	for range n {
		name, err := d.name("tensor")
		if err != nil {
			return err
		}
		if _, ok := f.index[name]; ok {
			return fmt.Errorf("tensor %q: %w", name, ErrDuplicate)
		}
		t, err := d.tensor(name, f.Alignment)
		if err != nil {
			return fmt.Errorf("tensor %q: %w", name, err)
		}
		f.index[name] = len(f.Tensors)
		f.Tensors = append(f.Tensors, t)
	}
	return nil
}

// place turns the tensors' offsets, which count from the data section, into offsets of the file, and checks that every
// tensor lies inside the file and none over another. end is where the tensor list ends.
func (f *File) place(end int64) error {
	f.DataOffset = (end + f.Alignment - 1) &^ (f.Alignment - 1)
	if f.DataOffset > f.Size {
		if len(f.Tensors) > 0 {
			return fmt.Errorf("no tensor data: %w", ErrTruncated)
		}
		f.DataOffset = f.Size
	}
	room := f.Size - f.DataOffset
	order := make([]int, len(f.Tensors))
	for i := range f.Tensors {
		t := &f.Tensors[i]
		if t.Offset > room || t.Size > room-t.Offset {
			return fmt.Errorf("tensor %q needs %d bytes at %d of %d: %w", t.Name, t.Size, t.Offset, room, ErrTruncated)
		}
		t.Offset += f.DataOffset
		order[i] = i
	}
	sort.Slice(order, func(a, b int) bool { return f.Tensors[order[a]].Offset < f.Tensors[order[b]].Offset })
	for i := 1; i < len(order); i++ {
		a, b := f.Tensors[order[i-1]], f.Tensors[order[i]]
		if a.Offset+a.Size > b.Offset {
			return fmt.Errorf("tensors %q and %q overlap: %w", a.Name, b.Name, ErrTensor)
		}
	}
	return nil
}

// decoder reads little-endian values and knows how many bytes are left.
type decoder struct {
	r        *bufio.Reader
	at, size int64
	buf      [8]byte
}

func (d *decoder) left() int64 { return d.size - d.at }

func (d *decoder) fill(p []byte) error {
	if int64(len(p)) > d.left() {
		return ErrTruncated
	}
	n, err := io.ReadFull(d.r, p)
	d.at += int64(n)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return ErrTruncated
	}
	return err
}

func (d *decoder) uint32() (uint32, error) {
	err := d.fill(d.buf[:4])
	return binary.LittleEndian.Uint32(d.buf[:4]), err
}

func (d *decoder) uint64() (uint64, error) {
	err := d.fill(d.buf[:8])
	return binary.LittleEndian.Uint64(d.buf[:8]), err
}

// count reads the number of things that take at least width bytes each.
func (d *decoder) count(what string, limit, width int64) (int, error) {
	n, err := d.uint64()
	if err != nil {
		return 0, err
	}
	if n > uint64(limit) {
		return 0, fmt.Errorf("%d %s: %w", n, what, ErrLimit)
	}
	if int64(n) > d.left()/width {
		return 0, fmt.Errorf("%d %s in %d bytes: %w", n, what, d.left(), ErrTruncated)
	}
	return int(n), nil
}

func (d *decoder) string(limit int64) (string, error) {
	n, err := d.count("bytes of text", limit, 1)
	if err != nil || n == 0 {
		return "", err
	}
	p := make([]byte, n)
	err = d.fill(p)
	return string(p), err
}

// name reads the name of a key or tensor: short, not empty, valid text.
func (d *decoder) name(what string) (string, error) {
	s, err := d.string(maxName)
	if err != nil {
		return "", fmt.Errorf("name of a %s: %w", what, err)
	}
	if s == "" || !utf8.ValidString(s) {
		return "", fmt.Errorf("a %s is named %q: %w", what, s, ErrSyntax)
	}
	return s, nil
}

func (d *decoder) value() (any, error) {
	k, err := d.uint32()
	if err != nil {
		return nil, err
	}
	if kind(k) == kindArray {
		return d.array()
	}
	return d.scalar(kind(k))
}

func (d *decoder) scalar(k kind) (any, error) {
	if k == kindString {
		return d.string(maxString)
	}
	w := k.width()
	if w == 0 || k == kindArray {
		return nil, fmt.Errorf("value of kind %d: %w", k, ErrSyntax)
	}
	p := d.buf[:w]
	if err := d.fill(p); err != nil {
		return nil, err
	}
	switch k {
	case kindUint8:
		return p[0], nil
	case kindInt8:
		return int8(p[0]), nil
	case kindUint16:
		return binary.LittleEndian.Uint16(p), nil
	case kindInt16:
		return int16(binary.LittleEndian.Uint16(p)), nil
	case kindUint32:
		return binary.LittleEndian.Uint32(p), nil
	case kindInt32:
		return int32(binary.LittleEndian.Uint32(p)), nil
	case kindFloat32:
		return math.Float32frombits(binary.LittleEndian.Uint32(p)), nil
	case kindBool:
		if p[0] > 1 {
			return nil, fmt.Errorf("truth value %d: %w", p[0], ErrSyntax)
		}
		return p[0] == 1, nil
	case kindUint64:
		return binary.LittleEndian.Uint64(p), nil
	case kindInt64:
		return int64(binary.LittleEndian.Uint64(p)), nil
	}
	return math.Float64frombits(binary.LittleEndian.Uint64(p)), nil
}

func (d *decoder) array() (any, error) {
	k32, err := d.uint32()
	if err != nil {
		return nil, err
	}
	k := kind(k32)
	if k == kindArray {
		return nil, fmt.Errorf("an array of arrays: %w", ErrSyntax)
	}
	if k.width() == 0 {
		return nil, fmt.Errorf("array of kind %d: %w", k, ErrSyntax)
	}
	n, err := d.count("array elements", maxElements, k.width())
	if err != nil {
		return nil, err
	}
	switch k {
	case kindUint8:
		return elements[uint8](d, k, n)
	case kindInt8:
		return elements[int8](d, k, n)
	case kindUint16:
		return elements[uint16](d, k, n)
	case kindInt16:
		return elements[int16](d, k, n)
	case kindUint32:
		return elements[uint32](d, k, n)
	case kindInt32:
		return elements[int32](d, k, n)
	case kindFloat32:
		return elements[float32](d, k, n)
	case kindBool:
		return elements[bool](d, k, n)
	case kindString:
		return elements[string](d, k, n)
	case kindUint64:
		return elements[uint64](d, k, n)
	case kindInt64:
		return elements[int64](d, k, n)
	}
	return elements[float64](d, k, n)
}

// elements reads n values of kind k, whose Go type is T. n was checked against the bytes left.
func elements[T any](d *decoder, k kind, n int) ([]T, error) {
	list := make([]T, 0, n)
	for i := range n {
		v, err := d.scalar(k)
		if err != nil {
			return nil, fmt.Errorf("element %d of %d: %w", i, n, err)
		}
		list = append(list, v.(T))
	}
	return list, nil
}

// tensor reads what follows a tensor's name. Its offset still counts from the data section.
func (d *decoder) tensor(name string, alignment int64) (Tensor, error) {
	t := Tensor{Name: name}
	n, err := d.uint32()
	if err != nil {
		return t, err
	}
	if n < 1 || n > maxDims {
		return t, fmt.Errorf("%d dimensions: %w", n, ErrTensor)
	}
	for range n {
		dim, err := d.uint64()
		if err != nil {
			return t, err
		}
		if dim > math.MaxInt {
			return t, fmt.Errorf("dimension %d: %w", dim, ErrTensor)
		}
		t.Dims = append(t.Dims, int(dim))
	}
	typ, err := d.uint32()
	if err != nil {
		return t, err
	}
	t.Type = quant.Type(typ)
	if err := t.measure(); err != nil {
		return t, err
	}
	offset, err := d.uint64()
	if err != nil {
		return t, err
	}
	if offset > math.MaxInt64 || int64(offset)%alignment != 0 {
		return t, fmt.Errorf("offset %d isn't a multiple of %d: %w", offset, alignment, ErrTensor)
	}
	t.Offset = int64(offset)
	return t, nil
}
