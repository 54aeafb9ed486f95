package kernel

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"shelftalk/inference/internal/quant"
)

// everyType is all weight types.
var everyType = []quant.Type{
	quant.F32, quant.F16, quant.BF16, quant.Q4_0, quant.Q4_1, quant.Q5_0, quant.Q5_1, quant.Q8_0,
	quant.Q2_K, quant.Q3_K, quant.Q4_K, quant.Q5_K, quant.Q6_K, quant.IQ4NL, quant.IQ4XS,
}

// halfFields are the offsets of the binary16 scales in a block.
func halfFields(t quant.Type) []int {
	switch t {
	case quant.F16, quant.Q4_0, quant.Q5_0, quant.Q8_0, quant.IQ4NL, quant.IQ4XS:
		return []int{0}
	case quant.Q4_1, quant.Q5_1, quant.Q4_K, quant.Q5_K:
		return []int{0, 2}
	case quant.Q2_K:
		return []int{80, 82}
	case quant.Q3_K:
		return []int{108}
	case quant.Q6_K:
		return []int{208}
	}
	return nil
}

// randomRows is rows of a type as a file would hold them: random codes, sensible scales.
func randomRows(rng *rand.Rand, t quant.Type, rows, cols int) []byte {
	size, _ := t.RowBytes(cols)
	src := make([]byte, rows*size)
	for i := range src {
		src[i] = byte(rng.Uint32())
	}
	_, step := t.Block()
	for i := 0; i < len(src); i += step {
		switch t {
		case quant.F32:
			b := math.Float32bits(float32(rng.NormFloat64()))
			src[i], src[i+1], src[i+2], src[i+3] = byte(b), byte(b>>8), byte(b>>16), byte(b>>24)
		case quant.BF16:
			b := quant.FloatToBrain(float32(rng.NormFloat64()))
			src[i], src[i+1] = byte(b), byte(b>>8)
		}
		for _, f := range halfFields(t) {
			h := quant.FloatToHalf(float32(rng.NormFloat64() * 0.01))
			src[i+f], src[i+f+1] = byte(h), byte(h>>8)
		}
	}
	return src
}

// packed is a matrix of a type with the weights of src.
func packed(t testing.TB, typ quant.Type, rows, cols int, src []byte) *Matrix {
	t.Helper()
	m, err := NewMatrix(typ, rows, cols)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.Free)
	if err := m.Pack(src, 0, rows); err != nil {
		t.Fatal(err)
	}
	return m
}

// shapes for a type: whole and partial panels, columns of one block and of many.
func shapes(t quant.Type) [][2]int {
	if elems, _ := t.Block(); elems == 256 {
		return [][2]int{{16, 256}, {40, 1536}, {5, 512}}
	}
	return [][2]int{{16, 32}, {40, 576}, {33, 896}, {1, 64}}
}

func TestRowsSurvivePacking(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, typ := range everyType {
		for _, s := range shapes(typ) {
			rows, cols := s[0], s[1]
			src := randomRows(rng, typ, rows, cols)
			m := packed(t, typ, rows, cols, src)
			size, _ := typ.RowBytes(cols)
			want, got := make([]float32, cols), make([]float32, cols)
			for r := range rows {
				quant.Dequantise(typ, want, src[r*size:][:size])
				m.Row(got, r)
				for c := range want {
					if got[c] != want[c] {
						t.Fatalf("%v %d×%d: weight (%d, %d) = %v, want %v", typ, rows, cols, r, c, got[c], want[c])
					}
				}
			}
		}
	}
}

func TestPackInPieces(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	const rows, cols = 72, 256
	for _, typ := range everyType {
		src := randomRows(rng, typ, rows, cols)
		whole := packed(t, typ, rows, cols, src)
		m, err := NewMatrix(typ, rows, cols)
		if err != nil {
			t.Fatal(err)
		}
		defer m.Free()
		size, _ := typ.RowBytes(cols)
		for _, p := range [][2]int{{48, 24}, {0, 16}, {16, 32}, {16, 32}} { // the last twice: packing again replaces
			if err := m.Pack(src[p[0]*size:][:p[1]*size], p[0], p[1]); err != nil {
				t.Fatal(err)
			}
		}
		if string(m.data) != string(whole.data) {
			t.Errorf("%v: packed in pieces differs", typ)
		}
	}
}

func TestRefusals(t *testing.T) {
	for _, c := range []struct {
		typ        quant.Type
		rows, cols int
		want       error
	}{
		{quant.Type(99), 16, 256, ErrType},
		{quant.Type(4), 16, 256, ErrType},
		{quant.Q4_K, 16, 896, ErrShape},
		{quant.Q8_0, 16, 48, ErrShape},
		{quant.F32, 0, 48, ErrShape},
		{quant.F32, 16, 0, ErrShape},
		{quant.F32, -16, 32, ErrShape},
		{quant.F32, 1 << 30, 32, ErrShape},
		{quant.F32, 32, 1 << 30, ErrShape},
	} {
		if _, err := NewMatrix(c.typ, c.rows, c.cols); !errors.Is(err, c.want) {
			t.Errorf("NewMatrix(%v, %d, %d) = %v, want %v", c.typ, c.rows, c.cols, err, c.want)
		}
	}
	m := packed(t, quant.Q8_0, 20, 32, make([]byte, 20*34))
	for _, c := range []struct{ row0, n, bytes int }{{8, 8, 8 * 34}, {0, 8, 8 * 34}, {16, 5, 5 * 34}, {0, 16, 34}, {-16, 16, 16 * 34}} {
		if err := m.Pack(make([]byte, c.bytes), c.row0, c.n); !errors.Is(err, ErrShape) {
			t.Errorf("Pack(%d bytes, %d, %d) = %v, want %v", c.bytes, c.row0, c.n, err, ErrShape)
		}
	}
}

func TestScalesThatAreNotFinite(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	for _, typ := range everyType {
		for _, bad := range []uint16{0x7c00, 0xfc00, 0x7e01} {
			src := randomRows(rng, typ, 16, 256)
			fields := halfFields(typ)
			if len(fields) == 0 { // F32, BF16: the upper half of the number
				_, size := typ.Block()
				fields, bad = []int{size - 2}, 0x7f80|bad&0x8001
			}
			for _, f := range fields {
				row := append([]byte(nil), src...)
				at := 3*len(src)/16 + f
				row[at], row[at+1] = byte(bad), byte(bad>>8)
				m, err := NewMatrix(typ, 16, 256)
				if err != nil {
					t.Fatal(err)
				}
				if err := m.Pack(row, 0, 16); !errors.Is(err, ErrScale) {
					t.Errorf("%v with scale %#x at %d: %v, want %v", typ, bad, f, err, ErrScale)
				}
				m.Free()
			}
		}
	}
}

func TestSubnormalWeightsAreZero(t *testing.T) {
	m := packed(t, quant.F32, 1, 2, []byte{1, 0, 0, 0, 0, 0, 0x80, 0x3f})
	var row [2]float32
	m.Row(row[:], 0)
	if row != [2]float32{0, 1} {
		t.Errorf("got %v, want [0 1]", row)
	}
}

func TestMatrixBytes(t *testing.T) {
	for _, typ := range everyType {
		m, err := NewMatrix(typ, 33, 512)
		if err != nil {
			t.Fatal(err)
		}
		defer m.Free()
		if n, err := MatrixBytes(typ, 33, 512); err != nil || n != int64(m.Bytes()) || m.Panels() != 3 {
			t.Errorf("%v: %d bytes in %d panels, foretold %d (%v)", typ, m.Bytes(), m.Panels(), n, err)
		}
	}
	if _, err := MatrixBytes(quant.Q4_K, 16, 896); !errors.Is(err, ErrShape) {
		t.Errorf("got %v, want %v", err, ErrShape)
	}
}

func TestHalves(t *testing.T) {
	h, free, err := Halves(3 << 20)
	if err != nil {
		t.Fatal(err)
	}
	defer free()
	if len(h) != 3<<20 || h[0] != 0 || h[len(h)-1] != 0 {
		t.Errorf("%d halves, from %d to %d", len(h), h[0], h[len(h)-1])
	}
	h[0], h[len(h)-1] = 1, 2
	for _, n := range []int{0, -1, math.MaxInt} {
		if _, _, err := Halves(n); !errors.Is(err, ErrMemory) {
			t.Errorf("Halves(%d) = %v, want %v", n, err, ErrMemory)
		}
	}
}

func TestTiers(t *testing.T) {
	list := Tiers()
	if list[len(list)-1] != TierGeneric || list[0] != Tier() {
		t.Errorf("%q in use of %q", Tier(), list)
	}
	if err := SetTier("sse9"); !errors.Is(err, ErrTier) || Tier() != list[0] {
		t.Errorf("got %v in tier %q, want %v", err, Tier(), ErrTier)
	}
}

func TestLimits(t *testing.T) {
	l, err := MeasureLimits(1)
	if err != nil {
		t.Fatal(err)
	}
	if l.Threads != 1 || l.ReadGB <= 0 || l.DotGMAC <= 0 || l.FMAG <= 0 {
		t.Errorf("got %+v", l)
	}
}

func ExampleMatMul() {
	src := []byte{0, 0, 0x80, 0x3f, 0, 0, 0, 0x40, 0, 0, 0x40, 0x40, 0, 0, 0x80, 0x40} // 1 2 / 3 4
	m, err := NewMatrix(quant.F32, 2, 2)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer m.Free()
	if err := m.Pack(src, 0, 2); err != nil {
		fmt.Println(err)
		return
	}
	acts := NewActs(1, 2)
	acts.Reset(1, 2)
	acts.Quantise(0, []float32{10, 1}, 2)
	dst := make([]float32, 2)
	MatMul(dst, 2, m, acts, 0, m.Panels())
	fmt.Println(dst)
	// Output: [12 34]
}

// TestArena: matrices of an arena don't overlap, and it refuses one too many.
func TestArena(t *testing.T) {
	size, err := MatrixBytes(quant.Q5_0, 20, 64)
	if err != nil {
		t.Fatal(err)
	}
	a, err := NewArena(3 * ArenaBytes(size))
	if err != nil {
		t.Fatal(err)
	}
	defer a.Free()
	rng := rand.New(rand.NewPCG(91, 92))
	want := make([]float32, 64)
	got := make([]float32, 64)
	var arena, own [3]*Matrix
	for i := range arena {
		if arena[i], err = a.Matrix(quant.Q5_0, 20, 64); err != nil {
			t.Fatal(err)
		}
		if own[i], err = NewMatrix(quant.Q5_0, 20, 64); err != nil {
			t.Fatal(err)
		}
		defer own[i].Free()
		src := randomRows(rng, quant.Q5_0, 20, 64)
		for _, m := range []*Matrix{arena[i], own[i]} {
			if err := m.Pack(src, 0, 20); err != nil {
				t.Fatal(err)
			}
		}
	}
	for i := range arena {
		for row := range 20 {
			arena[i].Row(got, row)
			own[i].Row(want, row)
			if differ(got, want) >= 0 {
				t.Fatalf("matrix %d, row %d differs", i, row)
			}
		}
	}
	if _, err := a.Matrix(quant.Q5_0, 20, 64); !errors.Is(err, ErrMemory) {
		t.Errorf("a fourth matrix: %v", err)
	}
	if _, err := a.Matrix(quant.Q5_0, 20, 65); !errors.Is(err, ErrShape) {
		t.Errorf("half a block: %v", err)
	}
}

// TestPanelsEqualRows: panels packed at once are the same bytes as panels packed row by row, whatever was there before.
func TestPanelsEqualRows(t *testing.T) {
	rng := rand.New(rand.NewPCG(95, 96))
	for _, typ := range everyType {
		for _, s := range append(shapes(typ), [2]int{48, 1024}) {
			rows, cols := s[0], s[1]
			src := randomRows(rng, typ, rows, cols)
			m, err := NewMatrix(typ, rows, cols)
			if err != nil {
				t.Fatal(err)
			}
			defer m.Free()
			for i := range m.data {
				m.data[i] = byte(rng.Uint32())
			}
			for p := range m.Panels() { // what no row of the kind writes is zero
				for u := 0; m.kind == kindQ6K && u < m.panelBytes; u += q6kSize {
					clear(m.panel(p)[u+q6kD+2*panelRows:][:32])
				}
			}
			if rows%panelRows != 0 {
				clear(m.panel(m.Panels() - 1))
			}
			if err := m.Pack(src, 0, rows); err != nil {
				t.Fatal(err)
			}
			size, _ := typ.RowBytes(cols)
			want := make([]byte, m.panelBytes)
			for p := range m.Panels() {
				clear(want)
				for r := range min(panelRows, rows-p*panelRows) {
					if !m.packRow(want, r, src[(p*panelRows+r)*size:][:size]) {
						t.Fatal("a scale isn't finite")
					}
				}
				if !bytes.Equal(m.panel(p), want) {
					t.Fatalf("%v %d×%d: panel %d differs", typ, rows, cols, p)
				}
			}
		}
	}
}

// TestLayoutVersion guards what programs keep on disks: other bytes need another LayoutVersion.
func TestLayoutVersion(t *testing.T) {
	h := sha256.New()
	for _, typ := range everyType {
		rng := rand.New(rand.NewPCG(97, 98))
		h.Write(packed(t, typ, 40, 512, randomRows(rng, typ, 40, 512)).data)
	}
	got := hex.EncodeToString(h.Sum(nil)[:8])
	if want := map[int]string{1: "b3a422bb2694b147"}[LayoutVersion]; got != want {
		t.Errorf("version %d packs as %s, not as %s: if that is meant, raise LayoutVersion, and note %s here", LayoutVersion, got, want, got)
	}
}
