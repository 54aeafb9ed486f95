//go:build !noasm

package kernel

// attendFast does AttendPage in assembly; false when these kernels don't fit.
func attendFast(st *Attn, q []float32, rows, hd int, page KVPage, spans []Span, scale float32) bool {
	if active == generic || hd%16 != 0 {
		return false
	}
	fetch := true // the first rows that see the page fetch what follows
	for r := 0; r < rows; {
		n := rowBlock(rows - r)
		if attendRows(st, q[r*hd:], r, n, hd, page, spans[r:r+n], scale, fetch) {
			fetch = false
		}
		r += n
	}
	return true
}

// rowBlock is the number of rows of the next block when some are left. Six keep the multipliers busy; seven, where there are
// registers for it, spare a block of one.
func rowBlock(left int) int {
	switch {
	case left == 7 && active == avx512:
		return 7
	case left >= 6:
		return 6
	}
	return left
}

// attendRows lets up to seven rows, the first of which is row r of the state, attend to a page. It reports false if they
// see nothing of it.
func attendRows(st *Attn, q []float32, r, n, hd int, page KVPage, spans []Span, scale float32, fetch bool) bool {
	most := furthest(spans)
	if most == 0 {
		return false
	}
	s, alpha := &st.scores, &st.factors
	scores(n, s, &q[0], hd, page, most, fetch)
	if active == avx512 {
		avx512Soft(&s[0], n, &spans[0], scale, &st.M[r], &st.L[r], &alpha[0])
	} else {
		softRows(st, r, spans, scale)
	}
	values(n, s, st.Acc[r*hd:], alpha, hd, page, most, fetch)
	return true
}

// softRows does for AVX2 what avx512Soft does.
func softRows(st *Attn, r int, spans []Span, scale float32) {
	for i, span := range spans {
		row := st.scores[i*PageLen : (i+1)*PageLen]
		if span.From >= span.To {
			st.factors[i] = 1
			clear(row)
			continue
		}
		hide(row, span)
		st.factors[i] = avx2Soft(&row[0], span.To, scale, &st.M[r+i], &st.L[r+i])
	}
}

// scores multiplies n rows of q by the keys of a page's first most positions. If told to, it fetches the values meanwhile.
func scores(n int, s *[kernelRows * PageLen]float32, q *float32, hd int, page KVPage, most int, fetch bool) {
	blocks := (most + KeyBlock - 1) / KeyBlock
	far, step := &page.Values[0], 0
	if fetch {
		step = 2 * most
	}
	if active == avx512 {
		avx512Scores(n, blocks, &s[0], q, hd, &page.Keys[0], far, step)
		return
	}
	for b := range blocks {
		avx2Scores(n, 2, &s[b*KeyBlock], q, hd, &page.Keys[b*hd*KeyBlock], far, step)
		step = 0
	}
}

// values adds a page's first most values, weighted by s, to n rows of acc. If told to, it fetches the next keys meanwhile.
func values(n int, s *[kernelRows * PageLen]float32, acc []float32, alpha *[kernelRows]float32, hd int, page KVPage, most int, fetch bool) {
	vectors, wide := 2, 16
	if active == avx512 && hd >= 64 {
		vectors, wide = 4, 64
	} else if active == avx512 {
		vectors = 1
	}
	next := page.Next
	share := len(next) / (hd / wide) // of one call
	fetch = fetch && share > 0
	for col := 0; col < hd; col += wide {
		if hd-col < wide {
			vectors, wide, fetch = 1, 16, false
		}
		far, step := &page.Values[0], 0
		if fetch {
			far, step = &next[0], 2*share/most
			next = next[share:]
		}
		if active == avx512 {
			avx512Values(n, vectors, &acc[col], &s[0], &alpha[0], most, &page.Values[col], hd, far, step)
		} else {
			avx2Values(n, vectors, &acc[col], &s[0], &alpha[0], most, &page.Values[col], hd, far, step)
		}
	}
}

// avx512Soft turns each row's 64 scores into weights exp(scale·s − m), zero for those outside the row's span, for m[i] the greater
// of the old one and scale·s, adds them to l[i], and sets alpha[i] to what older sums must be scaled by. Up to sixteen rows.
//
//go:noescape
func avx512Soft(s *float32, rows int, spans *Span, scale float32, m, l, alpha *float32)

// avx2Soft turns the first n of 64 scores into weights and the others into zero: see avx512Soft, of one row.
//
//go:noescape
func avx2Soft(s *float32, n int, scale float32, m, l *float32) (alpha float32)
