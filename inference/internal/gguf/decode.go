package gguf

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"unicode/utf8"

	"shelftalk/inference/internal/quant"
)

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
	if err == nil {
		return nil
	}
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
		return numbers[uint8](d, k, n)
	case kindInt8:
		return numbers[int8](d, k, n)
	case kindUint16:
		return numbers[uint16](d, k, n)
	case kindInt16:
		return numbers[int16](d, k, n)
	case kindUint32:
		return numbers[uint32](d, k, n)
	case kindInt32:
		return numbers[int32](d, k, n)
	case kindFloat32:
		return numbers[float32](d, k, n)
	case kindBool:
		return d.truths(n)
	case kindString:
		return d.texts(n)
	case kindUint64:
		return numbers[uint64](d, k, n)
	case kindInt64:
		return numbers[int64](d, k, n)
	}
	return numbers[float64](d, k, n)
}

// numbers reads n values of kind k, whose Go type is T. n was checked against the bytes left.
func numbers[T any](d *decoder, k kind, n int) ([]T, error) {
	raw := make([]byte, int64(n)*k.width())
	if err := d.fill(raw); err != nil {
		return nil, fmt.Errorf("%d elements: %w", n, err)
	}
	list := make([]T, n)
	_, err := binary.Decode(raw, binary.LittleEndian, list)
	return list, err
}

// truths reads n truth values. n was checked against the bytes left.
func (d *decoder) truths(n int) ([]bool, error) {
	list := make([]bool, n)
	for i := range list {
		v, err := d.scalar(kindBool)
		if err != nil {
			return nil, fmt.Errorf("element %d of %d: %w", i, n, err)
		}
		list[i] = v.(bool)
	}
	return list, nil
}

// texts reads n strings, which share their memory: vocabularies have some 100,000. n was checked against the bytes left.
func (d *decoder) texts(n int) ([]string, error) {
	var text []byte
	ends := make([]int, n)
	for i := range ends {
		size, err := d.count("bytes of text", maxString, 1)
		if err == nil {
			from := len(text)
			text = slices.Grow(text, size)[:from+size]
			err = d.fill(text[from:])
		}
		if err != nil {
			return nil, fmt.Errorf("element %d of %d: %w", i, n, err)
		}
		ends[i] = len(text)
	}
	all, from := string(text), 0
	list := make([]string, n)
	for i, end := range ends {
		list[i], from = all[from:end], end
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
