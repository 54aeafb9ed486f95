// Package quant knows how GGUF files store weights: the block formats, their sizes, and how each turns back into numbers.
//
// A quantised row is a run of blocks. A block holds 32 or 256 weights as small integers (codes) with one or more scales, and
// some formats add a minimum: weight = scale·code + minimum. Everything here is the slow, exact description of the formats; the
// fast path repacks blocks (package kernel) and never calls Dequantise on a whole model. Tests of the fast path compare with it.
package quant

import "strconv"

// Type is a tensor type as numbered in GGUF files.
type Type uint32

// The types this package can read. Numbers missing here are removed or foreign types: Known reports false for them.
const (
	F32   Type = 0
	F16   Type = 1
	Q4_0  Type = 2
	Q4_1  Type = 3
	Q5_0  Type = 6
	Q5_1  Type = 7
	Q8_0  Type = 8
	Q2_K  Type = 10
	Q3_K  Type = 11
	Q4_K  Type = 12
	Q5_K  Type = 13
	Q6_K  Type = 14
	IQ4NL Type = 20
	IQ4XS Type = 23
	BF16  Type = 30
)

// format is a row of the table of types.
type format struct {
	name         string
	elems, bytes int
}

func (t Type) format() (format, bool) {
	switch t {
	case F32:
		return format{"F32", 1, 4}, true
	case F16:
		return format{"F16", 1, 2}, true
	case BF16:
		return format{"BF16", 1, 2}, true
	case Q4_0:
		return format{"Q4_0", 32, 18}, true
	case Q4_1:
		return format{"Q4_1", 32, 20}, true
	case Q5_0:
		return format{"Q5_0", 32, 22}, true
	case Q5_1:
		return format{"Q5_1", 32, 24}, true
	case Q8_0:
		return format{"Q8_0", 32, 34}, true
	case Q2_K:
		return format{"Q2_K", 256, 84}, true
	case Q3_K:
		return format{"Q3_K", 256, 110}, true
	case Q4_K:
		return format{"Q4_K", 256, 144}, true
	case Q5_K:
		return format{"Q5_K", 256, 176}, true
	case Q6_K:
		return format{"Q6_K", 256, 210}, true
	case IQ4NL:
		return format{"IQ4_NL", 32, 18}, true
	case IQ4XS:
		return format{"IQ4_XS", 256, 136}, true
	}
	return format{}, false
}

// Known reports whether weights of the type can be read.
func (t Type) Known() bool { _, ok := t.format(); return ok }

// String is the name llama.cpp uses, or "type N" for a type that isn't known.
func (t Type) String() string {
	if f, ok := t.format(); ok {
		return f.name
	}
	return "type " + strconv.FormatUint(uint64(t), 10)
}

// Block is the number of weights in a block and its size in bytes: 0, 0 for a type that isn't known.
func (t Type) Block() (elems, bytes int) {
	f, _ := t.format()
	return f.elems, f.bytes
}

// RowBytes is the size of a row of cols weights. It reports false when the type isn't known, cols isn't a positive multiple
// of the block, or the size doesn't fit an int.
func (t Type) RowBytes(cols int) (int, bool) {
	f, ok := t.format()
	if !ok || cols <= 0 || cols%f.elems != 0 {
		return 0, false
	}
	n := cols / f.elems
	if n > int(^uint(0)>>1)/f.bytes {
		return 0, false
	}
	return n * f.bytes, true
}
