package kernel

import (
	"bytes"
	"math"
	"math/rand/v2"
	"testing"
)

// TestQuantiseEqualsItsTwin: the same bytes, for zeros, tiny and huge numbers, and every place in a tile.
func TestQuantiseEqualsItsTwin(t *testing.T) {
	eachTier(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(51, 52))
		for _, T := range []int{1, 2, 4, 8, 12} {
			const blocks = 7
			got, want := alignedBytes(blocks*actToken*T), alignedBytes(blocks*actToken*T)
			for tok := range T {
				for _, scale := range []float64{1, 0, 1e-35, 1e-26, 3e-24, 1e30} {
					x := normal(rng, blocks*blockCols, scale)
					x[5], x[40] = float32(scale*9), float32(-scale*9)
					clear(x[64:96])
					for i := range 32 { // ties
						x[96+i] = float32(float64(i)-15.5) * 127 / 15.5 / 8
					}
					for _, pow2 := range []bool{false, active.pow2()} {
						quantise(got, x, tok, T, pow2)
						quantiseGeneric(want, x, tok, T, pow2)
						if !bytes.Equal(got, want) {
							t.Fatalf("T %d, token %d, scale %g, powers of two %v: bytes differ", T, tok, scale, pow2)
						}
					}
				}
			}
		}
	})
}

// FuzzQuantise: any numbers below 1e30 give the twin's bytes.
func FuzzQuantise(f *testing.F) {
	f.Add(uint8(4), []byte{0, 0, 128, 63, 0, 0, 0, 192})
	f.Add(uint8(69), []byte{1, 0, 0, 0, 255, 255, 127, 113, 3, 8, 2, 21})
	f.Fuzz(func(t *testing.T, n uint8, data []byte) {
		blocks, tiles := 1+int(n%11), []int{1, 2, 4, 8, 12}
		T := tiles[int(n)%len(tiles)]
		x := make([]float32, blocks*blockCols)
		for i := range x {
			if at := 4 * i; len(data) >= 4 {
				x[i] = math.Float32frombits(word([]byte{data[at%len(data)], data[(at+1)%len(data)], data[(at+2)%len(data)], data[(at+3)%len(data)]}))
			}
			if !(math.Abs(float64(x[i])) < 1e30) {
				x[i] = 0
			}
		}
		was := Tier()
		defer func() { _ = SetTier(was) }()
		for _, name := range Tiers() {
			if err := SetTier(name); err != nil {
				t.Fatal(err)
			}
			for _, pow2 := range []bool{false, active.pow2()} {
				got, want := alignedBytes(blocks*actToken*T), alignedBytes(blocks*actToken*T)
				quantise(got, x, T-1, T, pow2)
				quantiseGeneric(want, x, T-1, T, pow2)
				if !bytes.Equal(got, want) {
					t.Fatalf("%s, %d blocks, T %d, powers of two %v: bytes differ", name, blocks, T, pow2)
				}
			}
		}
	})
}

// TestQuantisedIsClose: an input comes back to within half a step of its block.
func TestQuantisedIsClose(t *testing.T) {
	eachTier(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(53, 54))
		x := normal(rng, 256, 3)
		out := alignedBytes(8 * actToken)
		for _, pow2 := range []bool{false, active.pow2()} {
			quantise(out, x, 0, 1, pow2)
			for b := range 8 {
				block := out[b*actToken:][:actToken]
				scale := getFloat(block, actScale, 0, 1)
				if fraction, _ := math.Frexp(float64(scale)); pow2 && fraction != 0.5 {
					t.Fatalf("scale %v isn't a power of two", scale)
				}
				for e := range blockCols {
					if d := math.Abs(float64(scale)*float64(int8(block[e])) - float64(x[b*blockCols+e])); d > 0.5001*float64(scale) {
						t.Fatalf("element %d is off by %v of a step of %v", b*blockCols+e, d, scale)
					}
				}
			}
		}
	})
}

func TestInputsThatAreNotNumbersDoNoHarm(t *testing.T) {
	eachTier(t, func(t *testing.T) {
		for _, bad := range []float32{float32(math.NaN()), float32(math.Inf(1)), float32(math.Inf(-1))} {
			x := make([]float32, 64)
			x[3], x[40] = bad, 1
			out := alignedBytes(2 * actToken)
			quantise(out, x, 0, 1, active.pow2())
			if scale := getFloat(out[actToken:], actScale, 0, 1); scale == 0 || math.IsNaN(float64(scale)) {
				t.Errorf("%v in one block spoils the next: scale %v", bad, scale)
			}
		}
	})
}

func TestTilesCoverTheTokens(t *testing.T) {
	a := NewActs(100, 32)
	for tokens := 1; tokens <= 100; tokens++ {
		a.Reset(tokens, 32)
		next := 0
		for i := range a.Tiles() {
			start, end := a.Tile(i)
			if start != next || end <= start || end-start > maxTile {
				t.Fatalf("%d tokens: tile %d is %d to %d after %d", tokens, i, start, end, next)
			}
			next = end
		}
		if next != tokens || a.Tokens() != tokens {
			t.Fatalf("%d tokens: tiles end at %d", tokens, next)
		}
	}
}

// TestQuantiseRangeIsQuantise: inputs stored range by range are those stored tile by tile.
func TestQuantiseRangeIsQuantise(t *testing.T) {
	eachTier(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(55, 56))
		const cols, most = 7*blockCols + 8, 41
		for _, tokens := range []int{1, 3, 13, most} {
			x := normal(rng, tokens*cols, 1)
			whole, parts := NewActs(most, cols), NewActs(most, cols)
			whole.Reset(tokens, cols)
			parts.Reset(tokens, cols)
			for i := range whole.Tiles() {
				whole.Quantise(i, x, cols)
			}
			for from := 0; from < tokens; from += 10 {
				to := min(tokens, from+10)
				for col := 0; col < cols; col += 3 * blockCols {
					parts.QuantiseRange(from, to, col, min(3*blockCols, cols-col), x[from*cols+col:], cols)
				}
			}
			if !bytes.Equal(parts.codes, whole.codes) || differ(parts.floats, whole.floats) >= 0 {
				t.Fatalf("%d tokens: ranges differ from the whole", tokens)
			}
		}
	})
}
