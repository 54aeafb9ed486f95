package gguf

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"sort"
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
