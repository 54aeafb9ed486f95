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
}

// Reset begins anew for rows query rows of hd columns.
func (st *Attn) Reset(rows, hd int) {
	st.M, st.L, st.Acc = resize(st.M, rows), resize(st.L, rows), resize(st.Acc, rows*hd)
	for i := range st.M {
		st.M[i] = float32(math.Inf(-1))
	}
	clear(st.L)
	clear(st.Acc)
}

func resize(s []float32, n int) []float32 {
	if cap(s) < n {
		return make([]float32, n)
	}
	return s[:n]
}

// AttendPage lets rows query rows of hd columns (q[r·hd:]) attend to one page of 64 positions of one KV head: keys k [hd][64],
// values v [64][hd], both binary16. Row r sees the first limit[r] positions (0 … 64); none leaves its state as it is. Scores
// are scaled by scale. Positions past the largest limit may hold anything; below it, values must be finite. A row's result
// depends on its own query, state and limits, not on the other rows.
func AttendPage(st *Attn, q []float32, rows, hd int, k, v []uint16, limit []int, scale float32) {
	if !attendFast(st, q, rows, hd, k, v, limit, scale) {
		attendGeneric(st, q, rows, hd, k, v, limit, scale)
	}
}

// attendGeneric is AttendPage in plain Go.
func attendGeneric(st *Attn, q []float32, rows, hd int, k, v []uint16, limit []int, scale float32) {
	most := 0
	for _, n := range limit[:rows] {
		most = max(most, n)
	}
	st.keys, st.values = widen(st.keys, k[:hd*PageLen]), widen(st.values, v[:most*hd])
	var s [PageLen]float32
	for r := range rows {
		n := limit[r]
		if n == 0 {
			continue
		}
		clear(s[:n])
		for i, x := range q[r*hd:][:hd] {
			for j, y := range st.keys[i*PageLen:][:n] {
				s[j] += x * y
			}
		}
		for j := range n {
			s[j] *= scale
		}
		m := max(maximumGeneric(s[:n]), st.M[r])
		alpha := exp32(st.M[r] - m)
		st.M[r] = m
		acc := st.Acc[r*hd:][:hd]
		for i := range acc {
			acc[i] *= alpha
		}
		var sum float32
		for j := range n {
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

// Output writes row r's attention, Acc divided by L, to dst[:hd]. A row that has seen nothing gives zeros.
func (st *Attn) Output(dst []float32, r int) {
	hd := len(dst)
	acc, inverse := st.Acc[r*hd:][:hd], float32(0)
	if st.L[r] > 0 {
		inverse = 1 / st.L[r]
	}
	for i, v := range acc {
		dst[i] = v * inverse
	}
}
