package kernel

import (
	"math"
	"slices"
)

// RMSNorm is dst[i] = x[i] / sqrt(mean(x²) + eps) · w[i]. dst may be x.
func RMSNorm(dst, x, w []float32, eps float32) {
	scaleBy(dst, x, w, float32(1/math.Sqrt(float64(Dot(x, x)/float32(len(x))+eps))))
}

// LayerNorm is dst[i] = (x[i] − mean) / sqrt(variance + eps) · w[i] + b[i]; b may be nil. dst may be x.
func LayerNorm(dst, x, w, b []float32, eps float32) {
	var sum float64
	for _, v := range x {
		sum += float64(v)
	}
	mean := sum / float64(len(x))
	var variance float64
	for _, v := range x {
		variance += (float64(v) - mean) * (float64(v) - mean)
	}
	scale := 1 / math.Sqrt(variance/float64(len(x))+float64(eps))
	for i, v := range x {
		y := float32((float64(v)-mean)*scale) * w[i]
		if b != nil {
			y += b[i]
		}
		dst[i] = y
	}
}

// Add is dst[i] += x[i].
func Add(dst, x []float32) { add(dst, x) }

// SiluMul is dst[i] = gate[i] / (1 + exp(−gate[i])) · up[i]. dst may be gate or up.
func SiluMul(dst, gate, up []float32) { siluMul(dst, gate, up) }

// GeluMul is dst[i] = gelu(gate[i])·up[i], gelu by its tanh form. dst may be gate or up.
func GeluMul(dst, gate, up []float32) { geluMul(dst, gate, up) }

// Softmax turns x into exp(x − max) / Σ exp(x − max).
func Softmax(x []float32) {
	m, _ := Max(x)
	inverse := 1 / expInto(x, x, m)
	for i := range x {
		x[i] *= inverse
	}
}

// Dot is Σ a[i]·b[i].
func Dot(a, b []float32) float32 { return dot(a, b) }

// RopeNeox rotates one head in place: the pairs (x[i], x[i+n]) with n = len(cos) turn by the angle whose cosine and sine are
// cos[i] and sin[i]. len(x) is at least 2n; the rest stays.
func RopeNeox(x, cos, sin []float32) { ropeNeox(x, cos, sin) }

// RopeNorm is RopeNeox for the pairs (x[2i], x[2i+1]).
func RopeNorm(x, cos, sin []float32) {
	for i, c := range cos {
		a, b := x[2*i], x[2*i+1]
		x[2*i] = a*c - b*sin[i]
		x[2*i+1] = a*sin[i] + b*c
	}
}

// Max is the largest number of x and the first index that has it. x isn't empty and holds no NaN.
func Max(x []float32) (float32, int) {
	best := maximum(x)
	return best, slices.Index(x, best)
}

// SumExp is Σ exp(x[i] − maximum). Terms below exp(−87) of the maximum may count as nothing.
func SumExp(x []float32, maximum float32) float32 { return expInto(nil, x, maximum) }

// Above appends the indices i with x[i] ≥ threshold to dst, in order, and returns it. It grows dst only past its capacity.
func Above(dst []int32, x []float32, threshold float32) []int32 { return above(dst, x, threshold) }

// ToHalf rounds src to binary16: dst[i] for each src[i].
func ToHalf(dst []uint16, src []float32) { toHalf(dst, src) }
