package kernel

import (
	"math"

	"shelftalk/inference/internal/quant"
)

// PageLen is the number of positions of a KV page.
const PageLen = 64

// Attn is the state of an online softmax for some query rows: the maximum M[r] and the sum L[r] of what row r has seen, and
// the weighted sum of values Acc[r·hd : (r+1)·hd], not yet divided by L. One goroutine uses it at a time.
type Attn struct {
	M, L []float32
	Acc  []float32

	keys, values []float32 // a page as floats, for plain Go
	ones         []float32 // a row of them
	// what the kernels keep between their two products
	scores  [kernelRows * PageLen]float32
	factors [kernelRows]float32
}

// kernelRows is the number of query rows that the largest kernel takes.
const kernelRows = 7

// Reset begins anew for rows query rows of hd columns.
func (st *Attn) Reset(rows, hd int) {
	st.M, st.L, st.Acc = resize(st.M, rows), resize(st.L, rows), resize(st.Acc, rows*hd)
	for i := range st.M {
		st.M[i] = float32(math.Inf(-1))
	}
	clear(st.L)
	clear(st.Acc)
	for len(st.ones) < hd {
		st.ones = append(st.ones, 1)
	}
}

func resize(s []float32, n int) []float32 {
	if cap(s) < n {
		return make([]float32, n)
	}
	return s[:n]
}

// KVPage is a page of 64 positions of one KV head, in binary16.
type KVPage struct {
	// Keys is [4][hd][16]: four blocks of 16 positions, in which one column of all positions lies together.
	Keys   []uint16
	Values []uint16 // [64][hd]
	// Next are the keys that will be wanted after this page, as many as will be: they are fetched meanwhile. May be empty.
	Next []uint16
}

// KeyBlock is the number of positions of a block of keys.
const KeyBlock = 16

// Span is what a query row sees of a page: positions From … To−1.
type Span struct{ From, To int }

// AttendPage lets rows query rows of hd columns (q[r·hd:]) attend to a page. Row r sees spans[r] of it; seeing nothing
// leaves its state as it is. Scores are scaled by scale. Positions past the largest To may hold anything; below it, values
// must be finite. A row's result depends on its own query, state and spans, not on the other rows.
func AttendPage(st *Attn, q []float32, rows, hd int, page KVPage, spans []Span, scale float32) {
	if !attendFast(st, q, rows, hd, page, spans, scale) {
		attendGeneric(st, q, rows, hd, page, spans, scale)
	}
}

// furthest is the largest To of spans that aren't empty.
func furthest(spans []Span) int {
	most := 0
	for _, s := range spans {
		if s.From < s.To {
			most = max(most, s.To)
		}
	}
	return most
}

// hide gives the scores in front of a span the least value, whose weight beside any other is zero.
func hide(scores []float32, s Span) {
	for j := range scores[:s.From] {
		scores[j] = -math.MaxFloat32
	}
}

// attendGeneric is AttendPage in plain Go.
func attendGeneric(st *Attn, q []float32, rows, hd int, page KVPage, spans []Span, scale float32) {
	most := furthest(spans[:rows])
	blocks := (most + KeyBlock - 1) / KeyBlock
	st.keys, st.values = widen(st.keys, page.Keys[:blocks*hd*KeyBlock]), widen(st.values, page.Values[:most*hd])
	var s [PageLen]float32
	for r := range rows {
		from, to := spans[r].From, spans[r].To
		if from >= to {
			continue
		}
		clear(s[:to])
		for b := range (to + KeyBlock - 1) / KeyBlock {
			scores := s[b*KeyBlock:][:KeyBlock]
			for i, x := range q[r*hd:][:hd] {
				for j, y := range st.keys[(b*hd+i)*KeyBlock:][:KeyBlock] {
					scores[j] += x * y
				}
			}
		}
		for j := from; j < to; j++ {
			s[j] *= scale
		}
		m := max(maximumGeneric(s[from:to]), st.M[r])
		alpha := exp32(st.M[r] - m)
		st.M[r] = m
		acc := st.Acc[r*hd:][:hd]
		for i := range acc {
			acc[i] *= alpha
		}
		var sum float32
		for j := from; j < to; j++ {
			p := exp32(s[j] - m)
			sum += p
			for i, y := range st.values[j*hd:][:hd] {
				acc[i] += p * y
			}
		}
		st.L[r] = st.L[r]*alpha + sum
	}
}

// widen converts halves into dst, grown if need be.
func widen(dst []float32, src []uint16) []float32 {
	dst = resize(dst, len(src))
	for i, h := range src {
		dst[i] = quant.HalfToFloat(h)
	}
	return dst
}

// Merge joins what other has seen, of the same rows, to what st has: as if it had come behind. What other holds is used up.
func (st *Attn) Merge(other *Attn, rows, hd int) {
	for r := range rows {
		acc, more := st.Acc[r*hd:][:hd], other.Acc[r*hd:][:hd]
		switch {
		case other.L[r] == 0:
			continue
		case st.L[r] == 0:
			st.M[r], st.L[r] = other.M[r], other.L[r]
			copy(acc, more)
			continue
		}
		m := max(st.M[r], other.M[r])
		a, b := exp32(st.M[r]-m), exp32(other.M[r]-m)
		scaleBy(acc, acc, st.ones[:hd], a)
		scaleBy(more, more, st.ones[:hd], b)
		add(acc, more)
		st.M[r], st.L[r] = m, st.L[r]*a+other.L[r]*b
	}
}

// Output writes row r's attention, Acc divided by L, to dst[:hd]. A row that has seen nothing gives zeros.
func (st *Attn) Output(dst []float32, r int) {
	hd := len(dst)
	acc, inverse := st.Acc[r*hd:][:hd], float32(0)
	if st.L[r] > 0 {
		inverse = 1 / st.L[r]
	}
	scaleBy(dst, acc, st.ones[:hd], inverse)
}
