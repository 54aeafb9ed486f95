package quant

import (
	"encoding/binary"
	"encoding/json"
	"math"
	"os"
	"testing"
)

// reference is what inference/_reference/blocks.py writes.
type reference struct {
	Type    string
	ID      Type
	Elems   int
	Bytes   int
	Blocks  []byte
	Weights []byte
}

func references(t *testing.T) []reference {
	t.Helper()
	data, err := os.ReadFile("testdata/blocks.json")
	if err != nil {
		t.Fatal(err)
	}
	var list []reference
	if err := json.Unmarshal(data, &list); err != nil {
		t.Fatal(err)
	}
	return list
}

func TestDequantiseAgainstReference(t *testing.T) {
	for _, r := range references(t) {
		got := make([]float32, len(r.Weights)/4)
		if !Dequantise(r.ID, got, r.Blocks) {
			t.Fatalf("%s: refused", r.Type)
		}
		for i, g := range got {
			want := math.Float32frombits(binary.LittleEndian.Uint32(r.Weights[4*i:]))
			if g != want {
				t.Fatalf("%s: weight %d is %v, want %v", r.Type, i, g, want)
			}
		}
	}
}

func TestTypes(t *testing.T) {
	for _, r := range references(t) {
		elems, bytes := r.ID.Block()
		if elems != r.Elems || bytes != r.Bytes || r.ID.String() != r.Type || !r.ID.Known() {
			t.Errorf("%v: %d weights in %d bytes; want %s, %d in %d", r.ID, elems, bytes, r.Type, r.Elems, r.Bytes)
		}
	}
	for _, id := range []Type{4, 5, 9, 15, 31, 39, 1 << 31} {
		if elems, bytes := id.Block(); id.Known() || elems != 0 || bytes != 0 {
			t.Errorf("%v is known", id)
		}
	}
}

func TestRowBytes(t *testing.T) {
	for _, c := range []struct {
		typ  Type
		cols int
		want int
		ok   bool
	}{
		{F32, 3, 12, true},
		{Q4_K, 1536, 864, true},
		{Q4_K, 896, 0, false},
		{Q5_0, 896, 616, true},
		{Q8_0, 0, 0, false},
		{Q8_0, -32, 0, false},
		{F32, math.MaxInt, 0, false},
		{Type(99), 32, 0, false},
	} {
		if got, ok := c.typ.RowBytes(c.cols); got != c.want || ok != c.ok {
			t.Errorf("%v of %d = %d, %v; want %d, %v", c.typ, c.cols, got, ok, c.want, c.ok)
		}
	}
}

func TestDequantiseRefusesOtherLengths(t *testing.T) {
	y := make([]float32, 32)
	for _, c := range []struct {
		typ  Type
		dst  []float32
		size int
	}{{Q8_0, y, 33}, {Q8_0, y[:31], 34}, {Q8_0, nil, 0}, {Type(99), y, 34}} {
		if Dequantise(c.typ, c.dst, make([]byte, c.size)) {
			t.Errorf("%v: %d weights of %d bytes taken", c.typ, len(c.dst), c.size)
		}
	}
}

func TestHalvesRoundTrip(t *testing.T) {
	for h := range 1 << 16 {
		f := HalfToFloat(uint16(h))
		if math.IsNaN(float64(f)) {
			if back := FloatToHalf(f); back&0x7c00 != 0x7c00 || back&0x3ff == 0 {
				t.Fatalf("NaN %#x became %#x", h, back)
			}
			continue
		}
		if back := FloatToHalf(f); back != uint16(h) {
			t.Fatalf("%#x → %v → %#x", h, f, back)
		}
	}
}

// TestFloatToHalfIsNearest: no other half is nearer, and of two equally near ones the even one is taken.
func TestFloatToHalfIsNearest(t *testing.T) {
	for h := range 0x7bff {
		a, b := float64(HalfToFloat(uint16(h))), float64(HalfToFloat(uint16(h+1)))
		middle := float32((a + b) / 2) // exact: halves have 11 bits
		even := uint16(h + h&1)
		for _, c := range []struct {
			f    float32
			want uint16
		}{
			{middle, even},
			{math.Nextafter32(middle, 0), uint16(h)},
			{math.Nextafter32(middle, 1e9), uint16(h + 1)},
		} {
			if got := FloatToHalf(c.f); got != c.want {
				t.Fatalf("FloatToHalf(%v) = %#x, want %#x", c.f, got, c.want)
			}
			if got := FloatToHalf(-c.f); got != c.want|0x8000 {
				t.Fatalf("FloatToHalf(%v) = %#x, want %#x", -c.f, got, c.want|0x8000)
			}
		}
	}
}

func TestBrain(t *testing.T) {
	for _, c := range []struct {
		f    float32
		want uint16
	}{
		{1, 0x3f80},
		{-2, 0xc000},
		{math.Float32frombits(0x3f808000), 0x3f80}, // a tie goes to even
		{math.Float32frombits(0x3f818000), 0x3f82},
		{math.Float32frombits(0x3f808001), 0x3f81},
		{float32(math.Inf(1)), 0x7f80},
	} {
		if got := FloatToBrain(c.f); got != c.want {
			t.Errorf("FloatToBrain(%v) = %#x, want %#x", c.f, got, c.want)
		}
	}
	if h := FloatToBrain(math.Float32frombits(0x7f800001)); !math.IsNaN(float64(BrainToFloat(h))) {
		t.Errorf("NaN became %#x", h)
	}
}
