package kernel

import (
	"math"
	"math/rand/v2"
	"testing"

	"shelftalk/inference/internal/quant"
)

// eachTier runs a test under every tier of this machine; in a short run (the race detector's) without plain Go, if there is more.
func eachTier(t *testing.T, f func(t *testing.T)) {
	t.Helper()
	was := Tier()
	names := Tiers()
	if testing.Short() && len(names) > 1 {
		names = names[:len(names)-1]
	}
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			if err := SetTier(name); err != nil {
				t.Fatal(err)
			}
			f(t)
		})
	}
	if err := SetTier(was); err != nil {
		t.Fatal(err)
	}
}

// inputs is tokens rows of cols normal numbers, stride apart.
func inputs(rng *rand.Rand, tokens, cols, stride int) []float32 {
	x := make([]float32, tokens*stride)
	for t := range tokens {
		for c := range cols {
			x[t*stride+c] = float32(rng.NormFloat64())
		}
	}
	return x
}

// multiply quantises x and multiplies all of it.
func multiply(m *Matrix, x []float32, tokens, stride int) []float32 {
	return multiplyActs(NewActs(tokens, m.Cols()), m, x, tokens, stride)
}

func multiplyActs(a *Acts, m *Matrix, x []float32, tokens, stride int) []float32 {
	a.Reset(tokens, m.Cols())
	for i := range a.Tiles() {
		a.Quantise(i, x, stride)
	}
	dst := make([]float32, tokens*m.Rows())
	MatMul(dst, m.Rows(), m, a, 0, m.Panels())
	return dst
}

// roundTrip is what quantising makes of an input row, in float64; float matrices see x itself.
func roundTrip(x []float32, exact bool) []float64 {
	y := make([]float64, len(x))
	for i, v := range x {
		y[i] = float64(v)
	}
	if exact {
		return y
	}
	for b := 0; b+blockCols <= len(x); b += blockCols {
		var buf [actToken]byte
		quantiseGeneric(buf[:], x[b:b+blockCols], 0, 1, active.pow2())
		for e := range blockCols {
			y[b+e] = float64(getFloat(buf[:], actScale, 0, 1)) * float64(int8(buf[e]))
		}
	}
	return y
}

func TestMatMulAgainstFloat64(t *testing.T) {
	eachTier(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(7, 8))
		for _, typ := range everyType {
			for _, s := range shapes(typ) {
				rows, cols := s[0], s[1]
				src := randomRows(rng, typ, rows, cols)
				m := packed(t, typ, rows, cols, src)
				for _, tokens := range []int{1, 2, 3, 7, 12, 15} {
					x := inputs(rng, tokens, cols, cols+3)
					got := multiply(m, x, tokens, cols+3)
					compareFloat64(t, typ, m, x, got, tokens, cols+3)
				}
			}
		}
	})
}

func compareFloat64(t *testing.T, typ quant.Type, m *Matrix, x, got []float32, tokens, stride int) {
	t.Helper()
	w := make([]float32, m.Cols())
	for tok := range tokens {
		y := roundTrip(x[tok*stride:][:m.Cols()], m.NeedsFloats())
		for r := range m.Rows() {
			m.Row(w, r)
			var want, terms float64
			for c, v := range w {
				want += float64(v) * y[c]
				terms += math.Abs(float64(v) * y[c])
			}
			if d := math.Abs(float64(got[tok*m.Rows()+r]) - want); !(d <= 1e-5*terms+1e-12) {
				t.Fatalf("%v %d×%d, %d tokens: (%d, %d) = %v, want %v", typ, m.Rows(), m.Cols(), tokens, tok, r, got[tok*m.Rows()+r], want)
			}
		}
	}
}

// TestSameBitsForAnySplit: a token's outputs depend neither on how many tokens run beside it nor on the panels of a call.
func TestSameBitsForAnySplit(t *testing.T) {
	eachTier(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(9, 10))
		for _, typ := range everyType {
			const rows, cols, tokens = 72, 768, 71
			m := packed(t, typ, rows, cols, randomRows(rng, typ, rows, cols))
			x := inputs(rng, tokens, cols, cols)
			want := multiply(m, x, tokens, cols)
			for _, n := range []int{1, 2, 4, 8, 9, 13, 33} {
				got := multiply(m, x[(tokens-n)*cols:], n, cols)
				if i := differ(got, want[(tokens-n)*rows:]); i >= 0 {
					t.Fatalf("%v: %d tokens differ from %d at %d: %v, %v", typ, n, tokens, i, got[i], want[(tokens-n)*rows+i])
				}
			}
			a := NewActs(tokens, cols)
			a.Reset(tokens, cols)
			for i := range a.Tiles() {
				a.Quantise(i, x, cols)
			}
			got := make([]float32, tokens*rows)
			for _, p := range [][2]int{{4, 5}, {0, 1}, {1, 4}} {
				MatMul(got, rows, m, a, p[0], p[1])
			}
			if i := differ(got, want); i >= 0 {
				t.Fatalf("%v: split panels differ at %d", typ, i)
			}
		}
	})
}

// differ is the first index at which two vectors have different bits, or -1.
func differ(a, b []float32) int {
	for i := range a {
		if math.Float32bits(a[i]) != math.Float32bits(b[i]) {
			return i
		}
	}
	return -1
}

func TestMatMulAllocatesNothing(t *testing.T) {
	eachTier(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(11, 12))
		const rows, cols, tokens = 40, 256, 21
		for _, typ := range everyType {
			m := packed(t, typ, rows, cols, randomRows(rng, typ, rows, cols))
			x, dst := inputs(rng, tokens, cols, cols), make([]float32, tokens*rows)
			a := NewActs(tokens, cols)
			if n := testing.AllocsPerRun(3, func() {
				a.Reset(tokens, cols)
				for i := range a.Tiles() {
					a.Quantise(i, x, cols)
				}
				MatMul(dst, rows, m, a, 0, m.Panels())
			}); n != 0 {
				t.Errorf("%v: %v allocations", typ, n)
			}
		}
	})
}
