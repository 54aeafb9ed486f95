package kernel

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"shelftalk/inference/internal/quant"
)

// page is a random KV page.
func page(rng *rand.Rand, hd int) (k, v []uint16) {
	k, v = make([]uint16, hd*PageLen), make([]uint16, hd*PageLen)
	for i := range k {
		k[i] = quant.FloatToHalf(float32(rng.NormFloat64()))
		v[i] = quant.FloatToHalf(float32(rng.NormFloat64()))
	}
	return k, v
}

// keyAt is where a page has column i of position j's key.
func keyAt(hd, i, j int) int { return (j/KeyBlock*hd+i)*KeyBlock + j%KeyBlock }

// attention is softmax(q·K·scale)·V over all pages of a row, in float64.
func attention(q []float32, hd int, ks, vs [][]uint16, spans []Span, scale float64) []float64 {
	var scores []float64
	for p, k := range ks {
		for j := spans[p].From; j < spans[p].To; j++ {
			var dot float64
			for i, x := range q {
				dot += float64(x) * float64(quant.HalfToFloat(k[keyAt(hd, i, j)]))
			}
			scores = append(scores, dot*scale)
		}
	}
	out := make([]float64, hd)
	if len(scores) == 0 {
		return out
	}
	top := slices.Max(scores)
	var sum float64
	for i := range scores {
		scores[i] = math.Exp(scores[i] - top)
		sum += scores[i]
	}
	n := 0
	for p, v := range vs {
		for j := spans[p].From; j < spans[p].To; j++ {
			for i := range out {
				out[i] += scores[n] / sum * float64(quant.HalfToFloat(v[j*hd+i]))
			}
			n++
		}
	}
	return out
}

func TestAttendAgainstFloat64(t *testing.T) {
	eachTier(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(31, 32))
		for _, hd := range []int{8, 16, 32, 48, 64, 80, 96, 128, 256} {
			for _, rows := range []int{1, 2, 3, 4, 5, 6, 7, 8, 13, 20} {
				checkAttend(t, rng, rows, hd)
			}
		}
	})
}

func checkAttend(t *testing.T, rng *rand.Rand, rows, hd int) {
	t.Helper()
	const pages = 3
	scale := 1 / math.Sqrt(float64(hd))
	q := normal(rng, rows*hd, 2)
	spans := make([][]Span, rows)
	for r := range spans {
		spans[r] = []Span{{0, rng.IntN(PageLen + 1)}, {0, PageLen}, {0, rng.IntN(PageLen + 1)}}
		switch r % 5 {
		case 3:
			spans[r] = []Span{{PageLen, PageLen}, {rng.IntN(PageLen), PageLen}, {0, rng.IntN(PageLen + 1)}}
		case 4:
			spans[r] = []Span{{}, {}, {0, rng.IntN(2)}}
		}
	}
	var st, merged, alone Attn // page after page, and each page by itself
	st.Reset(rows, hd)
	merged.Reset(rows, hd)
	ks, vs := make([][]uint16, pages), make([][]uint16, pages)
	for p := range pages {
		ks[p], vs[p] = page(rng, hd)
		now := make([]Span, rows)
		for r := range rows {
			now[r] = spans[r][p]
		}
		for j := furthest(now); j < PageLen; j++ { // what nobody sees may be anything
			for i := range hd {
				ks[p][keyAt(hd, i, j)], vs[p][j*hd+i] = 0x7e00, 0x7c00
			}
		}
		page := KVPage{Keys: ks[p], Values: vs[p]}
		if p > 0 {
			page.Next = ks[p-1]
		}
		AttendPage(&st, q, rows, hd, page, now, float32(scale))
		alone.Reset(rows, hd)
		AttendPage(&alone, q, rows, hd, page, now, float32(scale))
		merged.Merge(&alone, rows, hd)
	}
	got := make([]float32, hd)
	for r := range rows {
		want := attention(q[r*hd:][:hd], hd, ks, vs, spans[r], scale)
		for _, st := range []*Attn{&st, &merged} {
			st.Output(got, r)
			for i, want := range want {
				if !(math.Abs(float64(got[i])-want) <= 1e-5) {
					t.Fatalf("hd %d, row %d of %d, spans %v: column %d is %v, want %v", hd, r, rows, spans[r], i, got[i], want)
				}
			}
		}
	}
}

// TestAttendSameBitsForAnyRows: a row's state doesn't depend on the rows beside it.
func TestAttendSameBitsForAnyRows(t *testing.T) {
	eachTier(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(33, 34))
		const hd, rows = 128, 29
		q := normal(rng, rows*hd, 2)
		k, v := page(rng, hd)
		page := KVPage{Keys: k, Values: v}
		spans := make([]Span, rows)
		for r := range spans {
			spans[r] = Span{0, rng.IntN(PageLen + 1)}
			if r%4 == 1 {
				spans[r].From = rng.IntN(PageLen)
			}
		}
		var all Attn
		all.Reset(rows, hd)
		for range 2 {
			AttendPage(&all, q, rows, hd, page, spans, 0.1)
		}
		for n := 1; n <= 9; n++ {
			for r := 0; r+n <= rows; r += n {
				var st Attn
				st.Reset(n, hd)
				for range 2 {
					AttendPage(&st, q[r*hd:], n, hd, page, spans[r:r+n], 0.1)
				}
				if differ(st.Acc, all.Acc[r*hd:][:n*hd]) >= 0 || differ(st.M, all.M[r:r+n]) >= 0 || differ(st.L, all.L[r:r+n]) >= 0 {
					t.Fatalf("rows %d to %d differ when alone", r, r+n-1)
				}
			}
		}
	})
}

func TestAttendAllocatesNothing(t *testing.T) {
	eachTier(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(37, 38))
		const hd, rows = 64, 9
		q := normal(rng, rows*hd, 1)
		k, v := page(rng, hd)
		spans := slices.Repeat([]Span{{0, PageLen}}, rows)
		var st Attn
		st.Reset(rows, hd)
		if n := testing.AllocsPerRun(3, func() {
			st.Reset(rows, hd)
			AttendPage(&st, q, rows, hd, KVPage{Keys: k, Values: v}, spans, 1)
		}); n != 0 {
			t.Errorf("%v allocations", n)
		}
	})
}
