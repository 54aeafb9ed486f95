//go:build unix

package kernel

import (
	"math/rand/v2"
	"slices"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"

	"shelftalk/inference/internal/quant"
)

// guarded is n elements with forbidden memory right behind them, or right in front of them: touching it ends the test.
func guarded[T any](t testing.TB, n int, front bool) []T {
	t.Helper()
	var zero T
	size := n * int(unsafe.Sizeof(zero))
	page := unix.Getpagesize()
	inner := (size + page - 1) / page * page
	mem, err := unix.Mmap(-1, 0, inner+2*page, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANON)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = unix.Munmap(mem) })
	for _, at := range []int{0, page + inner} {
		if err := unix.Mprotect(mem[at:at+page], unix.PROT_NONE); err != nil {
			t.Fatal(err)
		}
	}
	at := page + inner - size
	if front {
		at = page
	}
	return unsafe.Slice((*T)(unsafe.Pointer(&mem[at])), n)
}

func guardedCopy(t testing.TB, x []float32, front bool) []float32 {
	t.Helper()
	y := guarded[float32](t, len(x), front)
	copy(y, x)
	return y
}

// TestMatMulStaysInside: weights, activations and results are read and written to their ends, and not a byte beyond.
func TestMatMulStaysInside(t *testing.T) {
	eachTier(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(71, 72))
		for _, typ := range everyType {
			const rows, cols = 40, 256
			m := packed(t, typ, rows, cols, randomRows(rng, typ, rows, cols))
			for _, tokens := range []int{1, 2, 4, 8, 12, 27} {
				for _, front := range []bool{false, true} {
					safe := *m
					safe.data = guarded[byte](t, len(m.data), front)
					copy(safe.data, m.data)
					a := NewActs(tokens, cols)
					a.codes, a.floats = guarded[byte](t, len(a.codes), front), guarded[float32](t, tokens*cols, front)
					a.Reset(tokens, cols)
					x := guardedCopy(t, inputs(rng, tokens, cols, cols), front)
					for i := range a.Tiles() {
						a.Quantise(i, x, cols)
					}
					dst := guarded[float32](t, tokens*rows, front)
					MatMul(dst, rows, &safe, a, 0, safe.Panels())
					if want := multiply(m, x, tokens, cols); differ(dst, want) >= 0 {
						t.Fatalf("%v, %d tokens: results differ", typ, tokens)
					}
				}
			}
		}
	})
}

func TestVectorsStayInside(t *testing.T) {
	eachTier(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(73, 74))
		for _, n := range lengths[:14] {
			for _, front := range []bool{false, true} {
				x, y := guardedCopy(t, normal(rng, n, 1), front), guardedCopy(t, normal(rng, n, 1), front)
				dst, halves := guarded[float32](t, n, front), guarded[uint16](t, n, front)
				RMSNorm(dst, x, y, 1e-6)
				LayerNorm(dst, x, y, x, 1e-6)
				SiluMul(dst, x, y)
				GeluMul(dst, x, y)
				Gelu(dst, x)
				GeluErf(dst, x)
				Add(dst, x)
				m, _ := Max(x)
				SumExp(x, m)
				Above(nil, x, 0)
				ToHalf(halves, x)
				RopeNeox(guardedCopy(t, normal(rng, 2*n, 1), front), x, y)
				RopeNorm(guardedCopy(t, normal(rng, 2*n, 1), front), x, y)
			}
		}
	})
}

func TestAttendStaysInside(t *testing.T) {
	eachTier(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(75, 76))
		for _, hd := range []int{16, 48, 64, 128} {
			for rows := 1; rows <= 8; rows++ {
				for _, front := range []bool{false, true} {
					k, v := guarded[uint16](t, hd*PageLen, front), guarded[uint16](t, hd*PageLen, front)
					pk, pv := page(rng, hd)
					copy(k, pk)
					copy(v, pv)
					st := Attn{M: guarded[float32](t, rows, front), L: guarded[float32](t, rows, front), Acc: guarded[float32](t, rows*hd, front)}
					st.Reset(rows, hd)
					q := guardedCopy(t, normal(rng, rows*hd, 1), front)
					AttendPage(&st, q, rows, hd, KVPage{Keys: k, Values: v, Next: k}, slices.Repeat([]Span{{0, PageLen}}, rows), 0.1)
				}
			}
		}
	})
}

func TestEmptyVectors(t *testing.T) {
	eachTier(t, func(t *testing.T) {
		Add(nil, nil)
		SiluMul(nil, nil, nil)
		GeluMul(nil, nil, nil)
		Gelu(nil, nil)
		GeluErf(nil, nil)
		ToHalf(nil, nil)
		RopeNeox(nil, nil, nil)
		RopeNorm(nil, nil, nil)
		if dot(nil, nil) != 0 || SumExp(nil, 0) != 0 || len(Above(nil, nil, 0)) != 0 {
			t.Error("nothing isn't zero")
		}
	})
}

// TestKindsCoverTheTypes: every type of package quant has panels.
func TestKindsCoverTheTypes(t *testing.T) {
	for id := range quant.Type(64) {
		if _, ok := kindOf(id); ok != id.Known() {
			t.Errorf("%v: panels %v, known %v", id, ok, id.Known())
		}
	}
}
