package kernel

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"shelftalk/inference/internal/quant"
)

// lengths around every width of a loop.
var lengths = []int{1, 2, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 100, 896, 1000, 4097}

// near compares vectors: relative to the larger of the number and floor.
func near(t *testing.T, what string, got, want []float32, tolerance, floor float64) {
	t.Helper()
	for i := range want {
		g, w := float64(got[i]), float64(want[i])
		if !(math.Abs(g-w) <= tolerance*max(math.Abs(w), floor)) {
			t.Fatalf("%s: element %d of %d is %v, want %v", what, i, len(want), g, w)
		}
	}
}

func normal(rng *rand.Rand, n int, scale float64) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(rng.NormFloat64() * scale)
	}
	return x
}

func TestVectorsAgainstPlainGo(t *testing.T) {
	eachTier(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(21, 22))
		for _, n := range lengths {
			x, y, w := normal(rng, n, 5), normal(rng, n, 2), normal(rng, n, 1)
			got, want := make([]float32, n), make([]float32, n)

			siluMul(got, x, y)
			siluMulGeneric(want, x, y)
			near(t, "SiluMul", got, want, 1e-6, 1e-30)

			copy(got, x)
			copy(want, x)
			add(got, y)
			addGeneric(want, y)
			near(t, "Add", got, want, 0, 0)

			RMSNorm(got, x, w, 1e-6)
			var squares float64
			for _, v := range x {
				squares += float64(v) * float64(v)
			}
			for i, v := range x {
				want[i] = float32(float64(v) / math.Sqrt(squares/float64(n)+1e-6) * float64(w[i]))
			}
			near(t, "RMSNorm", got, want, 1e-6, 0)

			var product, terms float64
			for i := range x {
				product += float64(x[i]) * float64(y[i])
				terms += math.Abs(float64(x[i]) * float64(y[i]))
			}
			if d := math.Abs(float64(dot(x, y)) - product); d > 1e-6*terms {
				t.Fatalf("dot of %d is off by %v", n, d)
			}

			m, at := Max(x)
			if m != slices.Max(x) || at != slices.Index(x, m) {
				t.Fatalf("Max of %d = %v at %d", n, m, at)
			}
			near(t, "SumExp", []float32{SumExp(x, m)}, []float32{sumExpGeneric(x, m)}, 2e-6, 0)
			threshold := x[n/2]
			if got, want := Above([]int32{-1}, x, threshold), aboveGeneric([]int32{-1}, x, 0, threshold); !slices.Equal(got, want) {
				t.Fatalf("Above = %v, want %v", got, want)
			}
		}
	})
}

func TestRopeAgainstComplexNumbers(t *testing.T) {
	eachTier(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(23, 24))
		for _, n := range []int{1, 3, 8, 16, 20, 32, 64} {
			x := normal(rng, 2*n+5, 3)
			cos, sin := make([]float32, n), make([]float32, n)
			neox, norm := slices.Clone(x), slices.Clone(x)
			for i := range n {
				a := rng.Float64() * 7
				cos[i], sin[i] = float32(math.Cos(a)), float32(math.Sin(a))
				turn := complex(float64(cos[i]), float64(sin[i]))
				c := complex(float64(x[i]), float64(x[i+n])) * turn
				neox[i], neox[i+n] = float32(real(c)), float32(imag(c))
				c = complex(float64(x[2*i]), float64(x[2*i+1])) * turn
				norm[2*i], norm[2*i+1] = float32(real(c)), float32(imag(c))
			}
			got := slices.Clone(x)
			RopeNeox(got, cos, sin)
			near(t, "RopeNeox", got, neox, 1e-6, 10)
			got = slices.Clone(x)
			RopeNorm(got, cos, sin)
			near(t, "RopeNorm", got, norm, 1e-6, 10)
		}
	})
}

func TestHalvesRoundAsInGo(t *testing.T) {
	eachTier(t, func(t *testing.T) {
		var x []float32
		for h := range 1 << 16 { // every half, what lies in the middle of two, and its neighbours
			f := quant.HalfToFloat(uint16(h))
			b := math.Float32bits(f)
			x = append(x, f, math.Float32frombits(b+0x1000), math.Float32frombits(b+0xfff), math.Float32frombits(b+0x1001))
		}
		x = append(x, 65519, 65520, 1e30, 1e-30, 2.98e-8, 2.9802322e-8, 2.99e-8)
		got := make([]uint16, len(x))
		ToHalf(got, x)
		for i, f := range x {
			if want := quant.FloatToHalf(f); got[i] != want {
				t.Fatalf("ToHalf(%v = %#x) = %#x, want %#x", f, math.Float32bits(f), got[i], want)
			}
		}
	})
}

func TestExtremesStayFinite(t *testing.T) {
	eachTier(t, func(t *testing.T) {
		gate := []float32{-1e30, -200, -100, -88, -1e-30, 0, 1e-30, 88, 100, 1e30}
		up := []float32{1, 1, 1, 1, 1, 1, 1, 1, 1, 1}
		want := []float32{0, 0, 0, 0, 0, 0, 0, 88, 100, 1e30}
		got := make([]float32, len(gate))
		SiluMul(got, gate, up)
		near(t, "SiluMul", got, want, 1e-6, 1)
		if sum := SumExp([]float32{-1e30, 0, -200, float32(math.Inf(-1))}, 0); sum != 1 {
			t.Errorf("SumExp = %v, want 1", sum)
		}
	})
}

// TestGeluAgainstFloat64 compares with the definitions, from the far tails to the middle.
func TestGeluAgainstFloat64(t *testing.T) {
	tanhForm := func(x float64) float64 {
		return 0.5 * x * (1 + math.Tanh(math.Sqrt(2/math.Pi)*(x+0.044715*x*x*x)))
	}
	erfForm := func(x float64) float64 { return 0.5 * x * math.Erfc(-x/math.Sqrt2) }
	eachTier(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(27, 28))
		for _, n := range lengths {
			x, up := normal(rng, n, 3), normal(rng, n, 2)
			if n > 1000 {
				for i := range x {
					x[i] = float32(i)/float32(n)*30 - 15
				}
				copy(x, []float32{-1e30, -1e10, -100, -14, 0, 1e-30, -1e-30, 14, 100, 1e10, 1e30})
			}
			gated, tanh, erf := make([]float32, n), make([]float32, n), make([]float32, n)
			for i, v := range x {
				tanh[i] = float32(tanhForm(float64(v)))
				erf[i] = float32(erfForm(float64(v)))
				gated[i] = float32(tanhForm(float64(v)) * float64(up[i]))
			}
			got := make([]float32, n)
			Gelu(got, x)
			near(t, "Gelu", got, tanh, 1e-6, 0.1)
			GeluErf(got, x)
			near(t, "GeluErf", got, erf, 1e-6, 0.1)
			GeluMul(got, x, up)
			near(t, "GeluMul", got, gated, 1e-6, 0.1)
		}
	})
}

func TestLayerNormAgainstFloat64(t *testing.T) {
	eachTier(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(29, 30))
		for _, n := range lengths {
			x, w, b := normal(rng, n, 2), normal(rng, n, 1), normal(rng, n, 1)
			var mean, variance float64
			for i := range x {
				x[i] += 3
				mean += float64(x[i]) / float64(n)
			}
			for _, v := range x {
				variance += (float64(v) - mean) * (float64(v) - mean) / float64(n)
			}
			got, want := make([]float32, n), make([]float32, n)
			for i, v := range x {
				want[i] = float32((float64(v)-mean)/math.Sqrt(variance+1e-5)*float64(w[i]) + float64(b[i]))
			}
			LayerNorm(got, x, w, b, 1e-5)
			near(t, "LayerNorm", got, want, 2e-6, 1)
			LayerNorm(x, x, w, b, 1e-5)
			if differ(x, got) >= 0 {
				t.Fatal("LayerNorm in place differs")
			}
		}
	})
}

// TestWhereAVectorStandsDoesNotMatter: elementwise results don't depend on the position in a call.
func TestWhereAVectorStandsDoesNotMatter(t *testing.T) {
	eachTier(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(25, 26))
		x, y := normal(rng, 100, 5), normal(rng, 100, 5)
		whole, part := make([]float32, 100), make([]float32, 100)
		for name, f := range map[string]func(dst, x, y []float32){
			"SiluMul": SiluMul,
			"GeluMul": GeluMul,
			"Gelu":    func(dst, x, _ []float32) { Gelu(dst, x) },
			"GeluErf": func(dst, x, _ []float32) { GeluErf(dst, x) },
		} {
			f(whole, x, y)
			for from := range 40 {
				f(part[from:], x[from:], y[from:])
				if i := differ(part[from:], whole[from:]); i >= 0 {
					t.Fatalf("%s from %d: element %d differs", name, from, i)
				}
			}
		}
	})
}
