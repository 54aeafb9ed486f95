package inferencetest

import (
	"encoding/binary"
	"math"

	"shelftalk/inference/internal/quant"
)

// values returns n random weights, stored as t. Quantised blocks are random codes under scales that give about the
// deviation asked for; only plain types heed the mean.
func (m *model) values(t quant.Type, n int, mean, deviation float64) []byte {
	elems, size := t.Block()
	out := make([]byte, 0, n/elems*size)
	for range n / elems {
		switch x := float32(mean + deviation*m.random.NormFloat64()); t {
		case quant.F32:
			out = binary.LittleEndian.AppendUint32(out, math.Float32bits(x))
		case quant.F16:
			out = binary.LittleEndian.AppendUint16(out, quant.FloatToHalf(x))
		case quant.BF16:
			out = binary.LittleEndian.AppendUint16(out, quant.FloatToBrain(x))
		default:
			block := make([]byte, size)
			for i := range block {
				block[i] = byte(m.random.Uint32())
			}
			// Scales differ from block to block, by up to a half up and down.
			setScales(t, block, deviation*(0.5+m.random.Float64()))
			out = append(out, block...)
		}
	}
	return out
}

// setScales writes a block's scales so that its random codes become weights of about the deviation, around zero.
func setScales(t quant.Type, block []byte, deviation float64) {
	d := func(spread float64) float64 {
		// Below 2^-14 a half isn't normal; real files have no such scales either.
		return max(deviation/spread, 1.0/(1<<13))
	}
	half := func(at int, x float64) {
		binary.LittleEndian.PutUint16(block[at:], quant.FloatToHalf(float32(x)))
	}
	switch t {
	case quant.Q4_0:
		half(0, d(4.6))
	case quant.Q5_0:
		half(0, d(9.2))
	case quant.Q8_0:
		half(0, d(74))
	case quant.IQ4NL:
		half(0, d(66))
	case quant.Q4_1:
		half(0, d(4.6))
		half(2, -7.5*d(4.6))
	case quant.Q5_1:
		half(0, d(9.2))
		half(2, -15.5*d(9.2))
	case quant.Q4_K:
		half(0, d(258))
		half(2, 7.5*d(258))
	case quant.Q5_K:
		half(0, d(526))
		half(2, 15.5*d(526))
	case quant.Q6_K:
		for i := 192; i < 208; i++ { // group scales: a quarter of their range
			block[i] = byte(int8(block[i]) / 4)
		}
		half(208, d(342))
	case quant.Q2_K:
		half(80, d(13.9))
		half(82, 1.5*d(13.9))
	case quant.Q3_K:
		half(108, d(43))
	case quant.IQ4XS:
		half(0, d(1200))
	}
}
