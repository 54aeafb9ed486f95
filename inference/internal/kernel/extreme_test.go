package kernel

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
	"testing"

	"shelftalk/inference/internal/quant"
)

// wholeRows is rows whose weights are whole numbers: codes by pick, scales one.
func wholeRows(t quant.Type, rows, cols int, pick func() byte) []byte {
	size, _ := t.RowBytes(cols)
	_, step := t.Block()
	src := make([]byte, rows*size)
	for i := range src {
		src[i] = pick()
	}
	for i := 0; i < len(src); i += step {
		b := src[i : i+step]
		switch t {
		case quant.F32:
			binary.LittleEndian.PutUint32(b, math.Float32bits(float32(int8(pick()))))
		case quant.F16:
			binary.LittleEndian.PutUint16(b, quant.FloatToHalf(float32(int8(pick()))))
		case quant.BF16:
			binary.LittleEndian.PutUint16(b, quant.FloatToBrain(float32(int8(pick()))))
		case quant.Q4_K, quant.Q5_K: // sub-scales and minima one
			copy(b[4:16], "\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01")
		case quant.Q2_K: // sub-scales and minima one
			for j := range 16 {
				b[j] = 0x11
			}
		case quant.Q6_K:
			for j := range 16 {
				b[192+j] = 1
			}
		case quant.IQ4XS: // sub-scales 33 − 32
			copy(b[2:8], "\xaa\xaa\x11\x11\x11\x11")
		}
		if t == quant.F16 {
			continue
		}
		for _, f := range halfFields(t) {
			binary.LittleEndian.PutUint16(b[f:], 0x3c00)
		}
	}
	return src
}

// TestIntegersAreExact: where all numbers are whole and small enough for a float32, every kernel gives the exact sum, for random
// codes and for the largest and smallest ones, against the largest and smallest activations: no sum of products overflows.
func TestIntegersAreExact(t *testing.T) {
	eachTier(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(61, 62))
		picks := map[string]func() byte{
			"random": func() byte { return byte(rng.Uint32()) },
			"ones":   func() byte { return 0xff },
			"zeros":  func() byte { return 0 },
			"0x80":   func() byte { return 0x80 },
			"0x7f":   func() byte { return 0x7f },
			"ends":   func() byte { return byte(-int(rng.Uint32() & 1)) },
		}
		signs := map[string]func() float32{
			"random": func() float32 { return float32(rng.IntN(255) - 127) },
			"+127":   func() float32 { return 127 },
			"-127":   func() float32 { return -127 },
			"ends":   func() float32 { return float32(int(rng.Uint32()&1)*254 - 127) },
		}
		const rows, cols, tokens = 16, 256, 27
		for _, typ := range everyType {
			for pickName, pick := range picks {
				for signName, sign := range signs {
					m := packed(t, typ, rows, cols, wholeRows(typ, rows, cols, pick))
					x := make([]float32, tokens*cols)
					for i := range x {
						x[i] = sign()
						if i%blockCols == 0 {
							x[i] = 127 // so that the scale is one
						}
					}
					checkExact(t, typ.String()+" "+pickName+" "+signName, m, x, tokens)
				}
			}
		}
	})
}

func checkExact(t *testing.T, what string, m *Matrix, x []float32, tokens int) {
	t.Helper()
	got := multiply(m, x, tokens, m.Cols())
	w := make([]float32, m.Cols())
	for r := range m.Rows() {
		m.Row(w, r)
		for tok := range tokens {
			var want float64
			for c, v := range w {
				want += float64(v) * float64(x[tok*m.Cols()+c])
			}
			if g := got[tok*m.Rows()+r]; float64(g) != want {
				t.Fatalf("%s: row %d, token %d of %d is %v, want %v", what, r, tok, tokens, g, want)
			}
		}
	}
}

// FuzzMatMul compares the tiers with plain Go on weights that the fuzzer makes up, whatever their scales.
func FuzzMatMul(f *testing.F) {
	for _, typ := range everyType {
		f.Add(uint8(typ), uint8(3), []byte{1, 2, 3, 250, 251, 252})
		f.Add(uint8(typ), uint8(63), []byte{1, 2, 3, 250, 251, 252})
		f.Add(uint8(typ), uint8(127), []byte{1, 2, 3, 250, 251, 252})
	}
	f.Fuzz(func(t *testing.T, id, n uint8, data []byte) {
		typ, tokens := quant.Type(id), int(n%16)+1
		rows, cols := 17+int(n/16%4)*12, 256+int(n/64)*32 // to 53: pairs of panels and one that isn't whole
		m, err := NewMatrix(typ, rows, cols)
		if err != nil {
			return
		}
		defer m.Free()
		size, _ := typ.RowBytes(cols)
		src := make([]byte, rows*size)
		for i := range src {
			if len(data) > 0 {
				src[i] = data[i%len(data)] + byte(i/len(data))
			}
		}
		if m.Pack(src, 0, rows) != nil {
			return
		}
		x := inputs(rand.New(rand.NewPCG(uint64(n), 1)), tokens, cols, cols)
		was := Tier()
		defer func() { _ = SetTier(was) }()
		for _, name := range Tiers() {
			if err := SetTier(name); err != nil {
				t.Fatal(err)
			}
			got := multiply(m, x, tokens, cols)
			if !finite(got) {
				continue // sums beyond float32
			}
			compareFloat64(t, typ, m, x, got, tokens, cols)
		}
	})
}

func finite(x []float32) bool {
	for _, v := range x {
		if v-v != 0 {
			return false
		}
	}
	return true
}
