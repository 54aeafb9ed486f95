package kernel

import (
	"math"

	"shelftalk/inference/internal/quant"
)

// The slow twins of the vector kernels.

// scaleGeneric is dst[i] = x[i]·scale·w[i].
func scaleGeneric(dst, x, w []float32, scale float32) {
	for i, v := range x {
		dst[i] = v * scale * w[i]
	}
}

func addGeneric(dst, x []float32) {
	for i, v := range x {
		dst[i] += v
	}
}

func siluMulGeneric(dst, gate, up []float32) {
	for i, g := range gate {
		dst[i] = g * up[i] / (1 + exp32(-g))
	}
}

// geluMulGeneric divides the gate by 1 + exp(−2u): ½·(1 + tanh(u)) is one over that.
func geluMulGeneric(dst, gate, up []float32) {
	for i, g := range gate {
		dst[i] = g * up[i] / (1 + geluPower(g))
	}
}

func geluGeneric(dst, x []float32) {
	for i, v := range x {
		dst[i] = v / (1 + geluPower(v))
	}
}

// geluPower is exp(−2·√(2/π)·(x + 0.044715·x³)), kept within finite numbers.
func geluPower(x float32) float32 {
	v := float64(x)
	return exp32(float32(-2 * math.Sqrt(2/math.Pi) * v * (1 + 0.044715*v*v)))
}

func geluErfGeneric(dst, x []float32) {
	for i, v := range x {
		dst[i] = float32(0.5 * float64(v) * math.Erfc(-float64(v)/math.Sqrt2))
	}
}

func sumGeneric(x []float32) float32 {
	var sum float64
	for _, v := range x {
		sum += float64(v)
	}
	return float32(sum)
}

// spreadGeneric is Σ (x[i] − mean)².
func spreadGeneric(x []float32, mean float32) float32 {
	var sum float64
	for _, v := range x {
		d := float64(v - mean)
		sum += d * d
	}
	return float32(sum)
}

// shiftGeneric is dst[i] = (x[i] − mean)·scale·w[i] + b[i].
func shiftGeneric(dst, x, w, b []float32, mean, scale float32) {
	for i, v := range x {
		dst[i] = fma32((v-mean)*scale, w[i], b[i])
	}
}

func sumExpGeneric(x []float32, maximum float32) float32 {
	var sum float64
	for _, v := range x {
		sum += math.Exp(float64(v - maximum))
	}
	return float32(sum)
}

// exp32 is exp kept within finite numbers.
func exp32(x float32) float32 { return float32(math.Exp(float64(min(x, 88)))) }

func dotGeneric(a, b []float32) float32 {
	var sum float32
	for i, v := range a {
		sum = fma32(v, b[i], sum)
	}
	return sum
}

func ropeNeoxGeneric(x, cos, sin []float32) {
	n := len(cos)
	for i, c := range cos {
		a, b := x[i], x[i+n]
		x[i] = a*c - b*sin[i]
		x[i+n] = a*sin[i] + b*c
	}
}

func ropeNormGeneric(x, cos, sin []float32) {
	for i, c := range cos {
		a, b := x[2*i], x[2*i+1]
		x[2*i] = a*c - b*sin[i]
		x[2*i+1] = a*sin[i] + b*c
	}
}

func maximumGeneric(x []float32) float32 {
	best := x[0]
	for _, v := range x {
		best = max(best, v)
	}
	return best
}

// aboveGeneric appends base+i.
func aboveGeneric(dst []int32, x []float32, base int, threshold float32) []int32 {
	for i, v := range x {
		if v >= threshold {
			dst = append(dst, int32(base+i))
		}
	}
	return dst
}

func toHalfGeneric(dst []uint16, src []float32) {
	for i, v := range src {
		dst[i] = quant.FloatToHalf(v)
	}
}
