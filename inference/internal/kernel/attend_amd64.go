//go:build !noasm

package kernel

// attendFast does AttendPage in assembly; false when these kernels don't fit.
func attendFast(st *Attn, q []float32, rows, hd int, k, v []uint16, limit []int, scale float32) bool {
	if active == generic || hd%16 != 0 {
		return false
	}
	for r := 0; r < rows; {
		n := rowBlock(rows - r)
		attendRows(st, q[r*hd:], r, n, hd, k, v, limit[r:r+n], scale)
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

// attendRows lets up to seven rows, the first of which is row r of the state, attend to a page.
func attendRows(st *Attn, q []float32, r, n, hd int, k, v []uint16, limit []int, scale float32) {
	var s [7 * PageLen]float32
	var alpha [7]float32
	most := 0
	for _, l := range limit {
		most = max(most, l)
	}
	if most == 0 {
		return
	}
	scores(n, &s, &q[0], hd, k)
	for i, l := range limit {
		if l == 0 {
			alpha[i] = 1
			clear(s[i*PageLen : (i+1)*PageLen])
			continue
		}
		if active == avx512 {
			alpha[i] = avx512Soft(&s[i*PageLen], l, scale, &st.M[r+i], &st.L[r+i])
		} else {
			alpha[i] = avx2Soft(&s[i*PageLen], l, scale, &st.M[r+i], &st.L[r+i])
		}
	}
	acc := st.Acc[r*hd:]
	if active != avx512 {
		for col := 0; col < hd; col += 16 {
			avx2Values(n, &acc[col], &s[0], &alpha[0], most, &v[col], hd)
		}
		return
	}
	col := 0
	for ; col+64 <= hd; col += 64 {
		avx512Values(n, &acc[col], &s[0], &alpha[0], most, &v[col], hd)
	}
	for ; col < hd; col += 16 {
		avx512ValuesNarrow(n, &acc[col], &s[0], &alpha[0], most, &v[col], hd)
	}
}

// scores multiplies n rows of q by the keys of a page.
func scores(n int, s *[7 * PageLen]float32, q *float32, hd int, k []uint16) {
	if active == avx512 {
		avx512Scores(n, &s[0], q, hd, &k[0])
		return
	}
	for j := 0; j < PageLen; j += 16 {
		avx2Scores(n, &s[j], q, hd, &k[j])
	}
}

// avx512Soft turns the first n of 64 scores into weights exp(scale·s − m) and the others into zero, for m the greater of *m and
// scale·s, adds them to *l, and returns what older sums must be scaled by.
//
//go:noescape
func avx512Soft(s *float32, n int, scale float32, m, l *float32) (alpha float32)

// avx2Soft is avx512Soft.
//
//go:noescape
func avx2Soft(s *float32, n int, scale float32, m, l *float32) (alpha float32)
