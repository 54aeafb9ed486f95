package quant

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"testing"

	"pgregory.net/rapid"
)

// The bytes are those of llama.cpp's own Python package, made by inference/_reference/quantise.py.
func TestQuantiseAgainstReference(t *testing.T) {
	data, err := os.ReadFile("testdata/quantised.json")
	if err != nil {
		t.Fatal(err)
	}
	var want struct {
		Weights []byte
		Blocks  map[string][]byte
	}
	if err := json.Unmarshal(data, &want); err != nil {
		t.Fatal(err)
	}
	x := make([]float32, len(want.Weights)/4)
	for i := range x {
		x[i] = math.Float32frombits(binary.LittleEndian.Uint32(want.Weights[4*i:]))
	}
	types := map[string]Type{"F16": F16, "BF16": BF16, "Q8_0": Q8_0, "Q4_0": Q4_0, "Q4_1": Q4_1}
	if len(want.Blocks) != len(types) {
		t.Fatalf("%d types", len(want.Blocks))
	}
	for name, blocks := range want.Blocks {
		typ := types[name]
		got := make([]byte, len(blocks))
		if !Quantise(typ, got, x) {
			t.Errorf("%s: refused", name)
			continue
		}
		_, size := typ.Block()
		for i := 0; i < len(got); i += size {
			if !bytes.Equal(got[i:i+size], blocks[i:i+size]) {
				t.Errorf("%s, block %d: % x, want % x", name, i/size, got[i:i+size], blocks[i:i+size])
			}
		}
	}
}

func TestQuantiseRefuses(t *testing.T) {
	x := make([]float32, 256)
	for _, c := range []struct {
		typ  Type
		n    int
		size int
	}{{Q8_0, 32, 33}, {Q8_0, 31, 34}, {Q8_0, 0, 0}, {Q4_K, 256, 144}, {Type(99), 32, 34}} {
		if Quantise(c.typ, make([]byte, c.size), x[:c.n]) || Fit(c.typ, make([]byte, c.size), x[:c.n]) {
			t.Errorf("%v: %d weights into %d bytes", c.typ, c.n, c.size)
		}
	}
}

// errorOf is the squared error of weights as blocks of a type.
func errorOf(t testing.TB, typ Type, write func(Type, []byte, []float32) bool, x []float32) (sum float64) {
	t.Helper()
	n, _ := typ.RowBytes(len(x))
	b, y := make([]byte, n), make([]float32, len(x))
	if !write(typ, b, x) || !Dequantise(typ, y, b) {
		t.Fatalf("%v refused", typ)
	}
	for i := range x {
		e := float64(x[i] - y[i])
		sum += e * e
	}
	return sum
}

// No weight of a block is off by more than the rounding of its codes and of its scale, as long as that is a normal half.
func TestQuantiseIsNear(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		size := math.Exp2(rapid.Float64Range(-3, 12).Draw(t, "size"))
		x := make([]float32, 32)
		lo, hi := 0.0, 0.0
		for i := range x {
			x[i] = float32(size * rapid.Float64Range(-1, 1).Draw(t, "x"))
			lo, hi = min(lo, float64(x[i])), max(hi, float64(x[i]))
		}
		most := max(hi, -lo)
		for _, c := range []struct {
			typ  Type
			step float64
		}{{Q8_0, most / 127}, {Q4_0, most / 8}, {Q4_1, (hi - lo) / 15}} {
			n, _ := c.typ.RowBytes(32)
			b, y := make([]byte, n), make([]float32, 32)
			Quantise(c.typ, b, x)
			Dequantise(c.typ, y, b)
			for i := range x {
				// Q4_0 has one code less on one side.
				bound := c.step*0.502 + most/1000
				if c.typ == Q4_0 {
					bound = c.step * 1.01
				}
				if e := math.Abs(float64(x[i] - y[i])); e > bound+1e-7 {
					t.Fatalf("%v: %v became %v, step %v", c.typ, x[i], y[i], c.step)
				}
			}
		}
	})
}

// The search pays: on weights as networks have them the error falls by a tenth and more, and no block gets much worse.
func TestFitIsBetter(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	var plain, fitted float64
	for range 2000 {
		x := make([]float32, 32)
		for i := range x {
			x[i] = float32(0.02 * random.NormFloat64())
		}
		a, b := errorOf(t, Q4_1, Quantise, x), errorOf(t, Q4_1, Fit, x)
		plain, fitted = plain+a, fitted+b
		if b > 1.05*a {
			t.Fatalf("a block's error grew from %v to %v", a, b)
		}
	}
	t.Logf("Q4_1: the search leaves %.1f %% of the squared error", 100*fitted/plain)
	if fitted > 0.9*plain {
		t.Errorf("%.3f of the plain error", fitted/plain)
	}
	for _, x := range [][]float32{make([]float32, 32), {31: 1e-30}, {0: 5, 31: 0}, {0: -60000, 31: 60000}} {
		x = append(x, make([]float32, 32-len(x))...)
		if a, b := errorOf(t, Q4_1, Quantise, x), errorOf(t, Q4_1, Fit, x); b > a+1e-12 {
			t.Errorf("%v: error %v, plain %v", x[0], b, a)
		}
	}
}
