//go:build !noasm

package kernel

// attendFast does AttendPage in assembly; false when these kernels don't fit.
func attendFast(st *Attn, q []float32, rows, hd int, page KVPage, spans []Span, scale float32) bool {
	if active == generic || hd%16 != 0 {
		return false
	}
	for r := 0; r < rows; {
		n := min(rows-r, 4)
		attendRows(st, q[r*hd:], r, n, hd, page, spans[r:r+n], scale)
		r += n
	}
	return true
}

// attendRows lets up to four rows, the first of which is row r of the state, attend to a page.
func attendRows(st *Attn, q []float32, r, n, hd int, page KVPage, spans []Span, scale float32) {
	most := furthest(spans)
	if most == 0 {
		return
	}
	var s [4 * PageLen]float32
	var alpha [4]float32
	for j := 0; j < most; j += KeyBlock {
		neonScores(n, &s[j], &q[0], hd, &page.Keys[j*hd])
	}
	for i, span := range spans {
		row := s[i*PageLen : (i+1)*PageLen]
		if span.From >= span.To {
			alpha[i] = 1
			clear(row)
			continue
		}
		hide(row, span)
		alpha[i] = neonSoft(&row[0], span.To, scale, &st.M[r+i], &st.L[r+i])
	}
	for col := 0; col < hd; col += 16 {
		neonValues(n, &st.Acc[r*hd+col], &s[0], &alpha[0], most, &page.Values[col], hd)
	}
}

// neonSoft turns the first n of 64 scores into weights exp(scale·s − m) and the others into zero, for m the greater of *m and
// scale·s, adds them to *l, and returns what older sums must be scaled by.
//
//go:noescape
func neonSoft(s *float32, n int, scale float32, m, l *float32) (alpha float32)
