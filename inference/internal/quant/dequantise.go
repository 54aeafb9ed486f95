package quant

import (
	"encoding/binary"
	"math"
)

// Codebook holds the sixteen weights of the IQ4 formats, before scaling.
func Codebook() [16]int8 {
	return [16]int8{-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113}
}

// Dequantise writes the weights of whole blocks: len(dst) is a multiple of the type's block, and src holds exactly their bytes
// (RowBytes). It reports false, and writes nothing, when that isn't so or the type isn't known. Products are rounded as
// llama.cpp rounds them, so results are equal to its own reference.
func Dequantise(t Type, dst []float32, src []byte) bool {
	n, ok := t.RowBytes(len(dst))
	if !ok || n != len(src) {
		return false
	}
	elems, size := t.Block()
	for len(dst) > 0 {
		block(t, dst[:elems], src[:size])
		dst, src = dst[elems:], src[size:]
	}
	return true
}

// block writes one block.
func block(t Type, y []float32, b []byte) {
	switch t {
	case F32:
		y[0] = math.Float32frombits(binary.LittleEndian.Uint32(b))
	case F16:
		y[0] = half(b)
	case BF16:
		y[0] = BrainToFloat(binary.LittleEndian.Uint16(b))
	case Q4_0:
		nibbles(y, half(b), -8, 0, b[2:])
	case Q4_1:
		nibbles(y, half(b), 0, half(b[2:]), b[4:])
	case Q5_0:
		fives(y, half(b), -16, 0, b[2:])
	case Q5_1:
		fives(y, half(b), 0, half(b[2:]), b[4:])
	case Q8_0:
		d := half(b)
		for i := range y {
			y[i] = float32(int8(b[2+i])) * d
		}
	case IQ4NL:
		d, book := half(b), Codebook()
		for i := range 16 {
			y[i] = d * float32(book[b[2+i]&15])
			y[i+16] = d * float32(book[b[2+i]>>4])
		}
	case Q2_K:
		blockQ2K(y, b)
	case Q3_K:
		blockQ3K(y, b)
	case Q4_K:
		blockQ45K(y, b, nil, b[16:])
	case Q5_K:
		blockQ45K(y, b, b[16:48], b[48:])
	case Q6_K:
		blockQ6K(y, b)
	case IQ4XS:
		blockIQ4XS(y, b)
	}
}

func half(b []byte) float32 { return HalfToFloat(binary.LittleEndian.Uint16(b)) }

// nibbles is (q+offset)·d + m for 32 codes in 16 bytes, low nibbles first.
func nibbles(y []float32, d float32, offset int, m float32, qs []byte) {
	for i := range 16 {
		y[i] = float32(float32(int(qs[i]&15)+offset)*d) + m
		y[i+16] = float32(float32(int(qs[i]>>4)+offset)*d) + m
	}
}

// fives is the same with a fifth bit per code in four bytes before the nibbles.
func fives(y []float32, d float32, offset int, m float32, b []byte) {
	qh, qs := binary.LittleEndian.Uint32(b), b[4:]
	for i := range 16 {
		lo := int(qs[i]&15) | int(qh>>i&1)<<4
		hi := int(qs[i]>>4) | int(qh>>(i+16)&1)<<4
		y[i] = float32(float32(lo+offset)*d) + m
		y[i+16] = float32(float32(hi+offset)*d) + m
	}
}

// ScaleMin unpacks the j-th of the eight 6-bit scales and minima of a Q4_K or Q5_K block from their twelve bytes.
func ScaleMin(s []byte, j int) (scale, minimum uint8) {
	if j < 4 {
		return s[j] & 63, s[j+4] & 63
	}
	return s[j+4]&15 | s[j-4]>>6<<4, s[j+4]>>4 | s[j]>>6<<4
}

// blockQ45K is d·scale·q − dmin·min per 32 weights; qh is nil for Q4_K, the fifth bits for Q5_K.
func blockQ45K(y []float32, b, qh, qs []byte) {
	d, dmin := half(b), half(b[2:])
	for j := range 8 {
		sc, mn := ScaleMin(b[4:16], j)
		ds, dm := d*float32(sc), dmin*float32(mn)
		for i := range 32 {
			q := qs[j/2*32+i] >> (j % 2 * 4) & 15
			if qh != nil {
				q |= qh[i] >> j & 1 << 4
			}
			y[j*32+i] = float32(ds*float32(q)) - dm
		}
	}
}

// blockQ6K is d·scale·(q−32) per 16 weights.
func blockQ6K(y []float32, b []byte) {
	ql, qh, sc, d := b[:128], b[128:192], b[192:208], half(b[208:])
	for i := range y {
		h, j := i/128, i%128 // halves of 128: four runs of 32 share the qh bytes
		q := ql[h*64+j%64] >> (j / 64 * 4) & 15
		q |= qh[h*32+j%32] >> (j / 32 * 2) & 3 << 4
		y[i] = float32(d*float32(int8(sc[i/16]))) * float32(int(q)-32)
	}
}

// blockQ2K is d·scale·q − dmin·min per 16 weights, scale and minimum being the nibbles of a byte.
func blockQ2K(y []float32, b []byte) {
	d, dmin := half(b[80:]), half(b[82:])
	for i := range y {
		h, j := i/128, i%128
		q := b[16+h*32+j%32] >> (j / 32 * 2) & 3
		s := b[i/16]
		y[i] = float32(float32(d*float32(s&15))*float32(q)) - float32(dmin*float32(s>>4))
	}
}

// ScaleQ3 unpacks the j-th of the sixteen 6-bit scales of a Q3_K block from their twelve bytes, 32 subtracted.
func ScaleQ3(s []byte, j int) int8 {
	low := s[j%8] >> (j / 8 * 4) & 15
	high := s[8+j%4] >> (j / 4 * 2) & 3
	return int8(low|high<<4) - 32
}

// blockQ3K is d·scale·q per 16 weights, q from −4 to 3.
func blockQ3K(y []float32, b []byte) {
	d := half(b[108:])
	for i := range y {
		y[i] = float32(d*float32(ScaleQ3(b[96:108], i/16))) * float32(CodeQ3(b, i))
	}
}

// CodeQ3 is the i-th code of a Q3_K block, from −4 to 3.
func CodeQ3(b []byte, i int) int8 {
	hmask, qs := b[:32], b[32:96]
	h, j := i/128, i%128
	q := int8(qs[h*32+j%32] >> (j / 32 * 2) & 3)
	if hmask[i%32]>>(i/32)&1 == 0 {
		q -= 4
	}
	return q
}

// ScaleIQ4XS unpacks the j-th of the eight 6-bit scales of an IQ4_XS block, 32 subtracted.
func ScaleIQ4XS(b []byte, j int) int8 {
	low := b[4+j/2] >> (j % 2 * 4) & 15
	high := byte(binary.LittleEndian.Uint16(b[2:]) >> (2 * j) & 3)
	return int8(low|high<<4) - 32
}

func blockIQ4XS(y []float32, b []byte) {
	d, book := half(b), Codebook()
	for j := range 8 {
		ds := d * float32(ScaleIQ4XS(b, j))
		for i := range 16 {
			q := b[8+j*16+i]
			y[j*32+i] = ds * float32(book[q&15])
			y[j*32+16+i] = ds * float32(book[q>>4])
		}
	}
}
