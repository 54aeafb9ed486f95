package kernel

import (
	"math"
	"slices"
)

// RMSNorm is dst[i] = x[i] / sqrt(mean(x²) + eps) · w[i]. dst may be x.
func RMSNorm(dst, x, w []float32, eps float32) {
	scaleBy(dst, x, w, float32(1/math.Sqrt(float64(dot(x, x)/float32(len(x))+eps))))
}

// LayerNorm is dst[i] = (x[i] − mean) / sqrt(variance + eps) · w[i] + b[i], the variance being that of the whole vector (divided
// by its length). dst may be x.
func LayerNorm(dst, x, w, b []float32, eps float32) {
	n := float32(len(x))
	mean := sum(x) / n
	shift(dst, x, w, b, mean, float32(1/math.Sqrt(float64(spread(x, mean)/n+eps))))
}

// Add is dst[i] += x[i].
func Add(dst, x []float32) { add(dst, x) }

// SiluMul is dst[i] = gate[i] / (1 + exp(−gate[i])) · up[i]. dst may be gate or up.
func SiluMul(dst, gate, up []float32) { siluMul(dst, gate, up) }

// GeluMul is dst[i] = Gelu(gate[i]) · up[i], in the tanh form. dst may be gate or up.
func GeluMul(dst, gate, up []float32) { geluMul(dst, gate, up) }

// Gelu is the tanh form of the Gaussian error linear unit: dst[i] = ½·x[i]·(1 + tanh(√(2/π)·(x[i] + 0.044715·x[i]³))), after
// Hendrycks and Gimpel, arXiv 1606.08415. dst may be x.
func Gelu(dst, x []float32) { gelu(dst, x) }

// GeluErf is the exact form: dst[i] = ½·x[i]·(1 + erf(x[i]/√2)). dst may be x.
func GeluErf(dst, x []float32) { geluErf(dst, x) }

// RopeNeox rotates one head in place: the pairs (x[i], x[i+n]) with n = len(cos) turn by the angle whose cosine and sine are
// cos[i] and sin[i]. len(x) is at least 2n; the rest stays.
func RopeNeox(x, cos, sin []float32) { ropeNeox(x, cos, sin) }

// RopeNorm is RopeNeox for the pairs (x[2i], x[2i+1]).
func RopeNorm(x, cos, sin []float32) { ropeNorm(x, cos, sin) }

// Max is the largest number of x and the first index that has it. x isn't empty and holds no NaN.
func Max(x []float32) (float32, int) {
	best := maximum(x)
	return best, slices.Index(x, best)
}

// SumExp is Σ exp(x[i] − maximum). Terms below exp(−87) of the maximum may count as nothing.
func SumExp(x []float32, maximum float32) float32 { return sumExp(x, maximum) }

// Above appends the indices i with x[i] ≥ threshold to dst, in order, and returns it. It grows dst only past its capacity.
func Above(dst []int32, x []float32, threshold float32) []int32 { return above(dst, x, threshold) }

// ToHalf rounds src to binary16: dst[i] for each src[i].
func ToHalf(dst []uint16, src []float32) { toHalf(dst, src) }
