package quant

import "math"

// HalfToFloat widens an IEEE 754 binary16 number. It is exact; infinities and NaNs stay what they are.
func HalfToFloat(h uint16) float32 {
	sign := uint32(h&0x8000) << 16
	exp := uint32(h>>10) & 0x1f
	frac := uint32(h & 0x3ff)
	switch exp {
	case 0: // zero or subnormal: frac · 2^-24, exact in float32
		v := float32(frac) * (1.0 / (1 << 24))
		return math.Float32frombits(math.Float32bits(v) | sign)
	case 31:
		return math.Float32frombits(sign | 0x7f800000 | frac<<13)
	}
	return math.Float32frombits(sign | (exp+112)<<23 | frac<<13)
}

// FloatToHalf rounds to the nearest binary16 number, ties to even, as VCVTPS2PH does: what is too large becomes infinite, a
// NaN stays a quiet NaN.
func FloatToHalf(f float32) uint16 {
	b := math.Float32bits(f)
	sign := uint16(b>>16) & 0x8000
	b &= 0x7fffffff
	switch {
	case b > 0x7f800000:
		return sign | 0x7e00 | uint16(b>>13)&0x3ff
	case b >= 0x477ff000: // 65520 and up round to infinity
		return sign | 0x7c00
	case b < 0x38800000: // below 2^-14: the result is subnormal, a multiple of 2^-24
		if b < 0x33000000 { // below 2^-25
			return sign
		}
		shift := 126 - b>>23
		frac := b&0x7fffff | 0x800000
		h := frac >> shift
		rest, half := frac&(1<<shift-1), uint32(1)<<(shift-1)
		if rest > half || rest == half && h&1 == 1 {
			h++
		}
		return sign | uint16(h)
	}
	b += 0xfff + b>>13&1
	return sign | uint16(b>>13-112<<10)
}

// BrainToFloat widens a bfloat16 number, the upper half of a float32.
func BrainToFloat(h uint16) float32 { return math.Float32frombits(uint32(h) << 16) }

// FloatToBrain rounds to the nearest bfloat16 number, ties to even.
func FloatToBrain(f float32) uint16 {
	b := math.Float32bits(f)
	if b&0x7fffffff > 0x7f800000 {
		return uint16(b>>16) | 0x40
	}
	return uint16((b + 0x7fff + b>>16&1) >> 16)
}
