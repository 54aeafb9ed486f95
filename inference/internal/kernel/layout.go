package kernel

import (
	"encoding/binary"
	"math"

	"shelftalk/inference/internal/quant"
)

const (
	panelRows = 16 // rows of a panel
	blockCols = 32 // columns of a block
	superCols = 256
	groupSize = 64 // bytes of a group: 16 rows × 4 columns
)

// LayoutVersion is raised with every change of what Pack writes, in any kind: packed weights that were kept on a disk are
// only read by programs of the same version. It is the same in all tiers and on all systems.
const LayoutVersion = 1

// kind is the layout of a matrix's panels. Byte i of a group belongs to row i/4 and column i%4 of the group; a block has eight
// groups. Two groups share the 64 bytes of a nibble vector: the even one has the low nibbles.
//
//	kind  unit     bytes  content
//	q4k   16×256   2368   8×[4×64 nibbles] | u8 sub-scales [8][16] | u8 sub-minima [8][16] | f16 d[16] | f16 dmin[16]
//	q2k   16×256   1344   8×[2×64 pairs: group g in bits 2(g%4) of vector g/4] | u8 sub-scales, and sub-minima in the high nibble [8][2][16] | f16 d[16] | f16 dmin[16]
//	q6k   16×256   3392   8×[4×64 nibbles | 2×64 high pairs: group g in bits 2(g%4) of vector g/4] | i8 scales [8][2][16] | f16 d[16] | 32 spare
//	q50   16×32     352   4×64 nibbles | 64 fifth bits: group g in bit g | f16 d[16]
//	q41   16×32     320   4×64 nibbles | f16 d[16] | f16 m[16]
//	q80   16×32     544   8×64 codes+128 | f16 d[16]
//	w8    16×32     640   8×64 codes | f32 scale[16] | f32 minimum[16]
//	f32   16×1       64   f32 [16]
//
// Weights: q4k d·sub·code − dmin·submin; q2k the same, with a sub-scale and a sub-minimum per 16 columns; q6k d·scale·(code−32), a
// scale per 16 columns; q50 d·(code−16); q41 d·code + m; q80 d·code; w8 scale·code + minimum.
type kind uint8

const (
	kindQ4K kind = iota
	kindQ6K
	kindQ50
	kindQ41
	kindQ80
	kindW8
	kindF32
	kindQ2K
)

// offsets of the fields of a unit.
const (
	q4kSub, q4kMin, q4kD, q4kDMin, q4kSize = 2048, 2176, 2304, 2336, 2368
	q2kSub, q2kD, q2kDMin, q2kSize         = 1024, 1280, 1312, 1344
	q2kBlock                               = 128
	q6kScale, q6kD, q6kSize                = 3072, 3328, 3392
	q6kBlock                               = 384
	q50High, q50D, q50Size                 = 256, 320, 352
	q41D, q41M, q41Size                    = 256, 288, 320
	q80D, q80Size                          = 512, 544
	w8Scale, w8Min, w8Size                 = 512, 576, 640
)

// kindOf chooses the panels of a weight type. Every choice keeps the weights exactly: Q3_K becomes six-bit codes with its own
// scales, Q4_0 five-bit codes, IQ4_NL bytes; Q5_1, Q5_K and IQ4_XS become bytes with float scales, which hold d·scale exactly.
func kindOf(t quant.Type) (kind, bool) {
	switch t {
	case quant.Q4_K:
		return kindQ4K, true
	case quant.Q2_K:
		return kindQ2K, true
	case quant.Q6_K, quant.Q3_K:
		return kindQ6K, true
	case quant.Q5_0, quant.Q4_0:
		return kindQ50, true
	case quant.Q4_1:
		return kindQ41, true
	case quant.Q8_0, quant.IQ4NL:
		return kindQ80, true
	case quant.Q5_1, quant.Q5_K, quant.IQ4XS:
		return kindW8, true
	case quant.F32, quant.F16, quant.BF16:
		return kindF32, true
	}
	return 0, false
}

// unit is the number of columns and bytes of a kind's repeating piece.
func (k kind) unit() (cols, bytes int) {
	switch k {
	case kindQ4K:
		return superCols, q4kSize
	case kindQ2K:
		return superCols, q2kSize
	case kindQ6K:
		return superCols, q6kSize
	case kindQ50:
		return blockCols, q50Size
	case kindQ41:
		return blockCols, q41Size
	case kindQ80:
		return blockCols, q80Size
	case kindW8:
		return blockCols, w8Size
	}
	return 1, 4 * panelRows
}

// code is the code of row r and column e of block j of a unit.
func (k kind) code(u []byte, j, r, e int) uint8 {
	g, i := e/4, r*4+e%4
	switch k {
	case kindQ4K:
		return u[j*256+g/2*groupSize+i] >> (g % 2 * 4) & 15
	case kindQ2K:
		return u[j*q2kBlock+g/4*groupSize+i] >> (g % 4 * 2) & 3
	case kindQ6K:
		low := u[j*q6kBlock+g/2*groupSize+i] >> (g % 2 * 4) & 15
		return low | u[j*q6kBlock+256+g/4*groupSize+i]>>(g%4*2)&3<<4
	case kindQ50:
		return u[g/2*groupSize+i]>>(g%2*4)&15 | u[q50High+i]>>g&1<<4
	case kindQ41:
		return u[g/2*groupSize+i] >> (g % 2 * 4) & 15
	}
	return u[g*groupSize+i]
}

// scales are the scales of the first and the last 16 columns of row r in block j of a unit, their minima, and the code offset.
func (k kind) scales(u []byte, j, r int) (scale, minimum [2]float32, offset int32) {
	both := func(x float32) [2]float32 { return [2]float32{x, x} }
	switch k {
	case kindQ4K:
		scale = both(halfAt(u, q4kD, r) * float32(u[q4kSub+j*panelRows+r]))
		return scale, both(-halfAt(u, q4kDMin, r) * float32(u[q4kMin+j*panelRows+r])), 0
	case kindQ2K:
		d, dmin := halfAt(u, q2kD, r), halfAt(u, q2kDMin, r)
		for h := range 2 {
			s := u[q2kSub+(j*2+h)*panelRows+r]
			scale[h], minimum[h] = d*float32(s&15), -dmin*float32(s>>4)
		}
		return scale, minimum, 0
	case kindQ6K:
		d, s := halfAt(u, q6kD, r), u[q6kScale+j*2*panelRows:]
		return [2]float32{d * float32(int8(s[r])), d * float32(int8(s[panelRows+r]))}, minimum, 32
	case kindQ50:
		return both(halfAt(u, q50D, r)), minimum, 16
	case kindQ41:
		return both(halfAt(u, q41D, r)), both(halfAt(u, q41M, r)), 0
	case kindQ80:
		return both(halfAt(u, q80D, r)), minimum, 128
	}
	return both(floatAt(u, w8Scale, r)), both(floatAt(u, w8Min, r)), 0
}

func halfAt(u []byte, off, r int) float32 {
	return quant.HalfToFloat(binary.LittleEndian.Uint16(u[off+2*r:]))
}

func floatAt(u []byte, off, r int) float32 {
	return math.Float32frombits(binary.LittleEndian.Uint32(u[off+4*r:]))
}
