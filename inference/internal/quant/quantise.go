package quant

import (
	"encoding/binary"
	"math"
)

// Quantise writes weights as blocks of a type: len(src) is a multiple of the type's block, and dst has exactly the bytes
// (RowBytes). It knows F32, F16, BF16, Q8_0, Q4_0 and Q4_1, and gives the same bytes as llama.cpp's reference. It reports
// false for any other type and for other lengths. Weights must be finite.
func Quantise(t Type, dst []byte, src []float32) bool { return each(t, dst, src, encode) }

// Fit is Quantise with the least squared error that a short search finds, for Q4_1; other types are as Quantise writes them.
func Fit(t Type, dst []byte, src []float32) bool {
	if t == Q4_1 {
		return each(t, dst, src, func(_ Type, b []byte, x []float32) bool { fitQ41(b, x); return true })
	}
	return Quantise(t, dst, src)
}

// each encodes block by block.
func each(t Type, dst []byte, src []float32, block func(Type, []byte, []float32) bool) bool {
	n, ok := t.RowBytes(len(src))
	if !ok || n != len(dst) {
		return false
	}
	elems, size := t.Block()
	for len(src) > 0 {
		if !block(t, dst[:size], src[:elems]) {
			return false
		}
		dst, src = dst[size:], src[elems:]
	}
	return true
}

// encode writes one block; false for a type that it doesn't know.
func encode(t Type, b []byte, x []float32) bool {
	switch t {
	case F32:
		binary.LittleEndian.PutUint32(b, math.Float32bits(x[0]))
	case F16:
		binary.LittleEndian.PutUint16(b, FloatToHalf(x[0]))
	case BF16:
		binary.LittleEndian.PutUint16(b, FloatToBrain(x[0]))
	case Q8_0:
		encodeQ80(b, x)
	case Q4_0:
		encodeQ40(b, x)
	case Q4_1:
		lo, hi := bounds(x)
		d := (hi - lo) / 15
		putQ41(b, x, d, inverse(d), lo)
	default:
		return false
	}
	return true
}

// inverse is 1/d, 0 for a scale so small that weights under it round to zero.
func inverse(d float32) float32 {
	if d == 0 {
		return 0
	}
	if id := 1 / d; !math.IsInf(float64(id), 0) {
		return id
	}
	return 0
}

// encodeQ80 scales the largest weight to 127 and rounds halves away from zero.
func encodeQ80(b []byte, x []float32) {
	most := float32(0)
	for _, v := range x {
		most = max(most, float32(math.Abs(float64(v))))
	}
	d := most / 127
	id := inverse(d)
	binary.LittleEndian.PutUint16(b, FloatToHalf(d))
	for i, v := range x {
		q := float64(v * id)
		b[2+i] = byte(int8(int(q + math.Copysign(0.5, q))))
	}
}

// encodeQ40 scales the weight that is farthest from zero to −8.
func encodeQ40(b []byte, x []float32) {
	far := float32(0)
	for _, v := range x {
		if math.Abs(float64(v)) > math.Abs(float64(far)) {
			far = v
		}
	}
	d := far / -8
	id := inverse(d)
	binary.LittleEndian.PutUint16(b, FloatToHalf(d))
	code := func(v float32) byte { return byte(min(max(int(float32(v*id)+8.5), 0), 15)) }
	for i := range 16 {
		b[2+i] = code(x[i]) | code(x[i+16])<<4
	}
}

// bounds are the least and the largest weight.
func bounds(x []float32) (lo, hi float32) {
	lo, hi = x[0], x[0]
	for _, v := range x[1:] {
		lo, hi = min(lo, v), max(hi, v)
	}
	return lo, hi
}

// putQ41 writes a block of (x−m)/d.
func putQ41(b []byte, x []float32, d, id, m float32) {
	binary.LittleEndian.PutUint16(b, FloatToHalf(d))
	binary.LittleEndian.PutUint16(b[2:], FloatToHalf(m))
	for i := range 16 {
		b[4+i] = codeQ41(x[i], id, m) | codeQ41(x[i+16], id, m)<<4
	}
}

func codeQ41(v, id, m float32) byte { return byte(min(max(int(float32((v-m)*id)+0.5), 0), 15)) }

// fitQ41 tries a few scales. For each it rounds the weights to codes, takes the scale and minimum that fit these codes best
// (a straight line through code and weight, by least squares), and keeps the line with the smallest error.
func fitQ41(b []byte, x []float32) {
	lo, hi := bounds(x)
	d := (hi - lo) / 15
	if inverse(d) == 0 {
		putQ41(b, x, 0, 0, lo)
		return
	}
	best, bestM := d, lo
	least := math.Inf(1)
	for step := range fitSteps {
		id := (13.4 + 0.4*float32(step)) / (hi - lo) // the last is the plain scale
		if nd, nm, err := lineQ41(x, id, lo); nd > 0 && err < least {
			least, best, bestM = err, float32(nd), float32(nm)
		}
	}
	best, bestM = HalfToFloat(FloatToHalf(best)), HalfToFloat(FloatToHalf(bestM))
	putQ41(b, x, best, inverse(best), bestM)
}

// fitSteps is the number of scales that fitQ41 tries.
const fitSteps = 5

// lineQ41 returns the scale and minimum that fit best to the codes of (x−lo)·id, and their squared error.
func lineQ41(x []float32, id, lo float32) (d, m, err float64) {
	var sq, sqq int
	var sx, sxx, sqx float64
	for _, v := range x {
		q := min(int((v-lo)*id+0.5), 15)
		sq, sqq = sq+q, sqq+q*q
		f := float64(v - lo) // from lo on, so that nothing cancels
		sx, sxx, sqx = sx+f, sxx+f*f, sqx+float64(q)*f
	}
	n := float64(len(x))
	spread := n*float64(sqq) - float64(sq*sq)
	if spread <= 0 {
		return 0, 0, 0
	}
	d = (n*sqx - float64(sq)*sx) / spread
	m = (sx - d*float64(sq)) / n
	return d, m + float64(lo), sxx - d*sqx - m*sx
}
