package hf

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/bits"
	"sort"
)

// Bounds of a weight file's head.
const (
	maxHeader  = 100 << 20 // what the format itself allows
	maxTensors = 1 << 16
	maxDims    = 8
)

// dtype is the type of a tensor's numbers, spelled as in the file.
type dtype string

// size is the number of bits of a number; 0 for a type that the format doesn't know.
func (d dtype) bits() uint64 {
	switch d {
	case "F64", "I64", "U64", "C64":
		return 64
	case "F32", "I32", "U32":
		return 32
	case "F16", "BF16", "I16", "U16":
		return 16
	case "BOOL", "I8", "U8", "F8_E4M3", "F8_E5M2", "F8_E8M0", "F8_E4M3FNUZ", "F8_E5M2FNUZ":
		return 8
	case "F6_E2M3", "F6_E3M2":
		return 6
	case "F4":
		return 4
	}
	return 0
}

// stored is a tensor in a weight file.
type stored struct {
	name  string
	dtype dtype
	shape []int
	// from and to bound its bytes, counted from the beginning of the file.
	from, to int64
	source   io.ReaderAt
	file     string // for messages
}

// readAt fills p with the bytes that begin at off, counted from the tensor's own beginning.
func (s *stored) readAt(p []byte, off int64) error {
	n, err := s.source.ReadAt(p, s.from+off)
	if n == len(p) {
		return nil
	}
	if err == nil || errors.Is(err, io.EOF) {
		return fmt.Errorf("%s, tensor %q: %w", s.file, s.name, ErrTruncated)
	}
	return fmt.Errorf("%s, tensor %q: %w", s.file, s.name, err)
}

// readHeader reads the head of the safetensors file of size bytes behind r: eight bytes of length, then JSON that gives every
// tensor's type, shape and place. It checks all that the format promises: names appear once, sizes follow from shapes, and
// the tensors fill the file to its end without gaps or overlaps. Tensors come in the order of their bytes.
//
// https://huggingface.co/docs/safetensors
func readHeader(r io.ReaderAt, size int64, file string) ([]*stored, error) {
	var head [8]byte
	if size < 8 {
		return nil, fmt.Errorf("%s has %d bytes: %w", file, size, ErrTruncated)
	}
	if _, err := r.ReadAt(head[:], 0); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	n := binary.LittleEndian.Uint64(head[:])
	if n > maxHeader {
		return nil, fmt.Errorf("%s has a head of %d bytes: %w", file, n, ErrLimit)
	}
	if int64(n) > size-8 {
		return nil, fmt.Errorf("%s has a head of %d bytes in a file of %d: %w", file, n, size, ErrTruncated)
	}
	text := make([]byte, n)
	if _, err := r.ReadAt(text, 8); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	list, err := parseHeader(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	data := int64(8 + n)
	end := int64(0)
	for _, s := range list {
		if s.from != end {
			return nil, fmt.Errorf("%s, tensor %q begins at %d, not %d: %w", file, s.name, s.from, end, ErrSafetensors)
		}
		if end = s.to; end > size-data {
			return nil, fmt.Errorf("%s, tensor %q needs %d of %d bytes: %w", file, s.name, end, size-data, ErrTruncated)
		}
		s.from, s.to = s.from+data, s.to+data
		s.source, s.file = r, file
	}
	if end != size-data {
		return nil, fmt.Errorf("%s holds %d bytes that belong to no tensor: %w", file, size-data-end, ErrSafetensors)
	}
	return list, nil
}

// parseHeader reads the JSON of a head. Places still count from the end of the head.
func parseHeader(text []byte) ([]*stored, error) {
	d := json.NewDecoder(bytes.NewReader(text))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil, fmt.Errorf("the head isn't a JSON object: %w", ErrSafetensors)
	}
	var list []*stored
	seen := map[string]bool{}
	for d.More() {
		t, err := d.Token()
		name, ok := t.(string)
		if err != nil || !ok {
			return nil, fmt.Errorf("the head isn't JSON: %w", ErrSafetensors)
		}
		if seen[name] {
			return nil, fmt.Errorf("tensor %q appears twice: %w", name, ErrSafetensors)
		}
		seen[name] = true
		var raw json.RawMessage
		if err := d.Decode(&raw); err != nil {
			return nil, fmt.Errorf("tensor %q: %w: %w", name, ErrSafetensors, err)
		}
		if name == "__metadata__" {
			continue
		}
		s, err := parseTensor(name, raw)
		if err != nil {
			return nil, err
		}
		if list = append(list, s); len(list) > maxTensors {
			return nil, fmt.Errorf("more than %d tensors: %w", maxTensors, ErrLimit)
		}
	}
	if _, err := d.Token(); err != nil {
		return nil, fmt.Errorf("the head ends early: %w", ErrSafetensors)
	}
	if rest := bytes.TrimRight(text[d.InputOffset():], " \t\r\n\x00"); len(rest) > 0 {
		return nil, fmt.Errorf("%d bytes follow the head's JSON: %w", len(rest), ErrSafetensors)
	}
	sort.SliceStable(list, func(a, b int) bool {
		x, y := list[a], list[b]
		return x.from < y.from || x.from == y.from && x.to < y.to
	})
	return list, nil
}

func parseTensor(name string, raw []byte) (*stored, error) {
	var entry struct {
		Dtype   dtype   `json:"dtype"`
		Shape   []int64 `json:"shape"`
		Offsets []int64 `json:"data_offsets"`
	}
	if err := json.Unmarshal(raw, &entry); err != nil {
		return nil, fmt.Errorf("tensor %q: %w: %w", name, ErrSafetensors, err)
	}
	width := entry.Dtype.bits()
	if width == 0 {
		return nil, fmt.Errorf("tensor %q is of type %q: %w", name, entry.Dtype, ErrSafetensors)
	}
	if len(entry.Shape) > maxDims || len(entry.Offsets) != 2 {
		return nil, fmt.Errorf("tensor %q has %d dimensions and %d offsets: %w", name, len(entry.Shape), len(entry.Offsets), ErrSafetensors)
	}
	s := &stored{name: name, dtype: entry.Dtype, from: entry.Offsets[0], to: entry.Offsets[1]}
	total := width
	for _, dim := range entry.Shape {
		if dim < 0 || int64(int(dim)) != dim {
			return nil, fmt.Errorf("tensor %q has a dimension of %d: %w", name, dim, ErrSafetensors)
		}
		hi, lo := bits.Mul64(total, uint64(dim))
		if hi != 0 {
			return nil, fmt.Errorf("tensor %q is of shape %v: %w", name, entry.Shape, ErrSafetensors)
		}
		total = lo
		s.shape = append(s.shape, int(dim))
	}
	if s.from < 0 || s.to < s.from || total%8 != 0 || uint64(s.to-s.from) != total/8 {
		return nil, fmt.Errorf("tensor %q of %s %v lies at %v: %w", name, entry.Dtype, entry.Shape, entry.Offsets, ErrSafetensors)
	}
	return s, nil
}
