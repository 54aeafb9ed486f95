package gguf

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"

	"shelftalk/inference/internal/quant"
)

// Key is a metadata entry to write. Value is a string, a bool, a sized integer or float, or a slice of one of these.
type Key struct {
	Name  string
	Value any
}

// Data is a tensor to write. Bytes holds its rows in the layout of Type.
type Data struct {
	Name  string
	Type  quant.Type
	Dims  []int
	Bytes []byte
}

// Write writes a GGUF file of version 3. It is made for small files: test models, and parts of models.
// A value that the format can't hold, or a tensor whose Bytes don't fit its shape, wraps ErrKind or ErrTensor.
func Write(w io.Writer, keys []Key, tensors []Data) error {
	var b bytes.Buffer
	b.WriteString("GGUF")
	put(&b, uint32(3))
	put(&b, uint64(len(tensors)))
	put(&b, uint64(len(keys)))
	for _, k := range keys {
		putString(&b, k.Name)
		if err := putValue(&b, k.Value); err != nil {
			return fmt.Errorf("key %q: %w", k.Name, err)
		}
	}
	offset := 0
	for _, t := range tensors {
		if err := t.check(); err != nil {
			return err
		}
		putString(&b, t.Name)
		put(&b, uint32(len(t.Dims)))
		for _, d := range t.Dims {
			put(&b, uint64(d))
		}
		put(&b, uint32(t.Type))
		put(&b, uint64(offset))
		offset += padded(len(t.Bytes))
	}
	b.Write(make([]byte, padded(b.Len())-b.Len()))
	for _, t := range tensors {
		b.Write(t.Bytes)
		b.Write(make([]byte, padded(len(t.Bytes))-len(t.Bytes)))
	}
	_, err := w.Write(b.Bytes())
	return err
}

func (t Data) check() error {
	if len(t.Dims) < 1 || len(t.Dims) > maxDims || !t.Type.Known() {
		return fmt.Errorf("tensor %q: %d dimensions of type %d: %w", t.Name, len(t.Dims), t.Type, ErrTensor)
	}
	n := 1
	for _, d := range t.Dims {
		n *= d
	}
	elems, size := t.Type.Block()
	if t.Dims[0]%elems != 0 || n/elems*size != len(t.Bytes) {
		return fmt.Errorf("tensor %q: %d bytes for %v of %v: %w", t.Name, len(t.Bytes), t.Dims, t.Type, ErrTensor)
	}
	return nil
}

func padded(n int) int { return (n + defaultAlignment - 1) &^ (defaultAlignment - 1) }

func put[T any](b *bytes.Buffer, v T) {
	// A bytes.Buffer takes everything, and v is of fixed size: no error can come.
	_ = binary.Write(b, binary.LittleEndian, v)
}

func putString(b *bytes.Buffer, s string) {
	put(b, uint64(len(s)))
	b.WriteString(s)
}

func putValue(b *bytes.Buffer, v any) error {
	switch v := v.(type) {
	case uint8:
		putScalar(b, kindUint8, v)
	case int8:
		putScalar(b, kindInt8, v)
	case uint16:
		putScalar(b, kindUint16, v)
	case int16:
		putScalar(b, kindInt16, v)
	case uint32:
		putScalar(b, kindUint32, v)
	case int32:
		putScalar(b, kindInt32, v)
	case float32:
		putScalar(b, kindFloat32, v)
	case bool:
		putScalar(b, kindBool, v)
	case uint64:
		putScalar(b, kindUint64, v)
	case int64:
		putScalar(b, kindInt64, v)
	case float64:
		putScalar(b, kindFloat64, v)
	case string:
		put(b, kindString)
		putString(b, v)
	default:
		return putArray(b, v)
	}
	return nil
}

func putScalar[T any](b *bytes.Buffer, k kind, v T) {
	put(b, k)
	put(b, v)
}

func putArray(b *bytes.Buffer, v any) error {
	put(b, kindArray)
	switch v := v.(type) {
	case []uint8:
		putList(b, kindUint8, v)
	case []int32:
		putList(b, kindInt32, v)
	case []uint32:
		putList(b, kindUint32, v)
	case []float32:
		putList(b, kindFloat32, v)
	case []bool:
		putList(b, kindBool, v)
	case []string:
		put(b, kindString)
		put(b, uint64(len(v)))
		for _, s := range v {
			putString(b, s)
		}
	default:
		return fmt.Errorf("a %T can't be stored: %w", v, ErrKind)
	}
	return nil
}

func putList[T any](b *bytes.Buffer, k kind, list []T) {
	put(b, k)
	put(b, uint64(len(list)))
	put(b, list)
}
