package gguf

import (
	"fmt"
	"math"
)

// Has reports whether the file has the key.
func (f *File) Has(key string) bool {
	_, ok := f.values[key]
	return ok
}

// Int returns a whole number, whatever integer kind the file stores it in. Numbers beyond int64 wrap ErrLimit.
func (f *File) Int(key string) (int, error) {
	v, ok := f.values[key]
	if !ok {
		return 0, fmt.Errorf("%s: %w", key, ErrMissing)
	}
	n, ok := integer(v)
	if !ok {
		return 0, fmt.Errorf("%s isn't a whole number: %w", key, ErrKind)
	}
	if n < math.MinInt || n > math.MaxInt {
		return 0, fmt.Errorf("%s is %d: %w", key, n, ErrLimit)
	}
	return int(n), nil
}

// IntOr is Int with a value for a key that isn't there.
func (f *File) IntOr(key string, absent int) (int, error) {
	if !f.Has(key) {
		return absent, nil
	}
	return f.Int(key)
}

// integer converts any integer kind. A uint64 beyond int64 isn't a number that any key means.
func integer(v any) (int64, bool) {
	switch n := v.(type) {
	case uint8:
		return int64(n), true
	case int8:
		return int64(n), true
	case uint16:
		return int64(n), true
	case int16:
		return int64(n), true
	case uint32:
		return int64(n), true
	case int32:
		return int64(n), true
	case uint64:
		return int64(n), n <= math.MaxInt64
	case int64:
		return n, true
	}
	return 0, false
}

// Float returns a finite number.
func (f *File) Float(key string) (float64, error) {
	v, ok := f.values[key]
	if !ok {
		return 0, fmt.Errorf("%s: %w", key, ErrMissing)
	}
	var x float64
	switch n := v.(type) {
	case float32:
		x = float64(n)
	case float64:
		x = n
	default:
		i, ok := integer(v)
		if !ok {
			return 0, fmt.Errorf("%s isn't a number: %w", key, ErrKind)
		}
		x = float64(i)
	}
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return 0, fmt.Errorf("%s is %v: %w", key, x, ErrLimit)
	}
	return x, nil
}

// FloatOr is Float with a value for a key that isn't there.
func (f *File) FloatOr(key string, absent float64) (float64, error) {
	if !f.Has(key) {
		return absent, nil
	}
	return f.Float(key)
}

// BoolOr returns a truth value, or absent where the key isn't there.
func (f *File) BoolOr(key string, absent bool) (bool, error) {
	return get(f, key, absent, "a truth value")
}

// Text returns a string.
func (f *File) Text(key string) (string, error) {
	if !f.Has(key) {
		return "", fmt.Errorf("%s: %w", key, ErrMissing)
	}
	return get(f, key, "", "text")
}

// TextOr is Text with a value for a key that isn't there.
func (f *File) TextOr(key, absent string) (string, error) { return get(f, key, absent, "text") }

// Texts returns a list of strings, nil where the key isn't there. The list is the File's own: don't change it.
func (f *File) Texts(key string) ([]string, error) {
	return get[[]string](f, key, nil, "a list of texts")
}

// Ints returns a list of whole numbers, nil where the key isn't there.
func (f *File) Ints(key string) ([]int32, error) {
	switch list := f.values[key].(type) {
	case nil:
		return nil, nil
	case []int32:
		return list, nil
	case []uint32:
		return narrow(key, list)
	case []int64:
		return narrow(key, list)
	case []uint64:
		return narrow(key, list)
	}
	return nil, fmt.Errorf("%s isn't a list of whole numbers: %w", key, ErrKind)
}

// Floats returns a list of numbers as float32, nil where the key isn't there. They may be anything that float32 can hold.
func (f *File) Floats(key string) ([]float32, error) {
	switch list := f.values[key].(type) {
	case nil:
		return nil, nil
	case []float32:
		return list, nil
	case []int32:
		out := make([]float32, len(list))
		for i, n := range list {
			out[i] = float32(n)
		}
		return out, nil
	}
	return nil, fmt.Errorf("%s isn't a list of numbers: %w", key, ErrKind)
}

func narrow[T uint32 | int64 | uint64](key string, list []T) ([]int32, error) {
	out := make([]int32, len(list))
	for i, n := range list {
		out[i] = int32(n)
		if T(out[i]) != n || (out[i] < 0) != (n < 0) {
			return nil, fmt.Errorf("%s: element %d is %d: %w", key, i, n, ErrLimit)
		}
	}
	return out, nil
}

// get returns the value of a key that is stored as T.
func get[T any](f *File, key string, absent T, what string) (T, error) {
	v, ok := f.values[key]
	if !ok {
		return absent, nil
	}
	t, ok := v.(T)
	if !ok {
		return absent, fmt.Errorf("%s isn't %s: %w", key, what, ErrKind)
	}
	return t, nil
}
