package kernel

// A panel stays in the first-level cache while the tiles pass over it. Where that would fetch more than activationBytes of
// activations for each single panel from beyond the second level, panels go in groups that stay there, tile by tile.
const (
	activationBytes = 1 << 20
	groupBytes      = 512 << 10
	groupMax        = 8
)

// pairCols is how many columns two panels are multiplied with before the next two: about as many as the first-level cache holds.
const pairCols = 1536

// pairTokens is the smallest tile that is worth a pair of panels: smaller ones wait for the weights.
const pairTokens = 8

// streamAhead is how far a single tile fetches ahead, in bytes.
const streamAhead = 6 << 10

// Ahead is what a worker will multiply with next, which is fetched meanwhile: a matrix from a panel on. Without a matrix it is what
// lies behind.
type Ahead struct {
	Matrix *Matrix
	Panel  int
}

// MatMul computes dst[t·stride+row] = Σ weight(row, c)·input(t, c) for the rows of panels p0 … p1−1 and every token of the step.
// Rows of other panels aren't touched, so workers may share dst. a has m's columns. The bits of a result depend on its row's
// weights and its token's inputs alone.
func MatMul(dst []float32, stride int, m *Matrix, a *Acts, p0, p1 int) {
	MatMulPart(dst[p0*panelRows:], stride, m, a, p0, p1, Ahead{})
}

// MatMulPart is MatMul for a dst whose first column is the first row of panel p0, and for a worker that knows what comes next.
func MatMulPart(dst []float32, stride int, m *Matrix, a *Acts, p0, p1 int, ahead Ahead) {
	if m.kind == kindQ4K && a.pow2 {
		a.superSums()
	}
	if goInPairs(m, a) {
		pairs := (min(p1, m.rows/panelRows) - p0) / 2
		if pairs > 0 {
			matPairs(dst, stride, m, a, p0, pairs, ahead)
			dst, p0 = dst[min(pairs*2*panelRows, len(dst)):], p0+2*pairs
		}
	}
	tiles := a.Tiles()
	if a.tokens*a.blocks*actToken > activationBytes {
		group := max(1, min(groupMax, groupBytes/m.panelBytes))
		for p := p0; p < p1; p += group {
			matGroup(dst[(p-p0)*panelRows:], stride, m, a, p, min(p+group, p1))
		}
		return
	}
	step := m.panelBytes / max(1, a.blocks)
	for p := p0; p < p1; p++ {
		at, dst := p*m.panelBytes, dst[(p-p0)*panelRows:]
		if tiles == 1 { // weights stream: fetch ahead in the same panel
			matTile(dst, stride, m, a, p, 0, m.at(at+streamAhead), step)
			continue
		}
		// each tile fetches its share of the next panel
		share := m.panelBytes / tiles
		for tile := range tiles {
			matTile(dst, stride, m, a, p, tile, m.at(at+m.panelBytes+tile*share), share/max(1, a.blocks))
		}
	}
}

// matGroup computes panels p0 … p1−1 tile by tile. Each panel fetches its share of the next tile's activations, with the last
// tile its share of the next group.
func matGroup(dst []float32, stride int, m *Matrix, a *Acts, p0, p1 int) {
	tiles, count := a.Tiles(), p1-p0
	for tile := range tiles {
		for i := range count {
			far, step := m.at((p1+i)*m.panelBytes), m.panelBytes/max(1, a.blocks)
			if tile+1 < tiles && a.blocks > 0 {
				next := a.tile(tile + 1)
				step = len(next) / (count * a.blocks)
				far = &next[i*step*a.blocks]
			}
			matTile(dst[i*panelRows:], stride, m, a, p0+i, tile, far, step)
		}
	}
}

// goInPairs reports whether two panels at a time are faster.
func goInPairs(m *Matrix, a *Acts) bool {
	least := pairTokens
	if m.kind == kindQ80 { // twice the bytes to wait for
		least = maxTile
	}
	return a.tokens >= least && hasPairs(m.kind)
}

// matPairs computes pairs of whole panels from p0 on, a part of the columns after the other: so a pair of panels stays in the
// first-level cache while the tiles pass over it, and activations in the second while the pairs do.
func matPairs(dst []float32, stride int, m *Matrix, a *Acts, p0, pairs int, ahead Ahead) {
	var scratch pairScratch
	if ahead.Matrix == nil {
		ahead = Ahead{m, p0 + 2*pairs}
	}
	parts := pairParts(a.cols)
	for part := range parts {
		at := pairPart(a.cols, part)
		for i := range pairs {
			var far fetch
			switch {
			case i+1 < pairs:
				far = m.fetch(p0+2*i+2, at)
			case part+1 < parts:
				far = m.fetch(p0, pairPart(a.cols, part+1))
			default:
				far = ahead.Matrix.fetch(ahead.Panel, pairPart(ahead.Matrix.cols, 0))
			}
			matPair(dst[i*2*panelRows:], stride, m, a, p0+2*i, at, far, &scratch)
		}
	}
}

// span is a range of columns.
type span struct{ from, to int }

// pairParts is the number of parts that pairs of panels are multiplied in.
func pairParts(cols int) int { return (cols + pairCols - 1) / pairCols }

// pairPart is the i-th part.
func pairPart(cols, i int) span {
	supers, parts := (cols+superCols-1)/superCols, pairParts(cols)
	return span{supers * i / parts * superCols, min(cols, supers*(i+1)/parts*superCols)}
}

// fetch is a part of two panels to be fetched: bytes of m from each place on.
type fetch struct {
	m     *Matrix
	from  [2]int
	bytes int
}

// fetch is a part of the columns of panels p and p+1.
func (m *Matrix) fetch(p int, at span) fetch {
	from := p*m.panelBytes + m.span(at.from)
	return fetch{m, [2]int{from, from + m.panelBytes}, m.span(at.to) - m.span(at.from)}
}

// matPair computes panels p and p+1 in a range of columns. Each half of a tile fetches its share of what comes next.
func matPair(dst []float32, stride int, m *Matrix, a *Acts, p int, at span, far fetch, scratch *pairScratch) {
	job := scratch.pairPrepare(m, p, at.from, at.to)
	tiles, blocks := a.Tiles(), (at.to-at.from)/blockCols
	for tile := range tiles {
		start, end := a.Tile(tile)
		T := end - start
		if T < pairTokens {
			for i := range 2 {
				if at.from == 0 {
					matTile(dst[i*panelRows:], stride, m, a, p+i, tile, m.at(p*m.panelBytes), 0)
				}
			}
			continue
		}
		for half := range 2 {
			first := half * T / 2
			from := far.m.at(far.from[half] + tile*far.bytes/tiles)
			pairKernel(&job, dst[(start+first)*stride:], stride, m, a, tile, first, at.from, from, far.bytes/tiles/blocks)
		}
	}
}

// span is how many bytes of a panel its first columns take.
func (m *Matrix) span(cols int) int {
	unit, size := m.kind.unit()
	return cols / unit * size
}

// at is a place among the weights to prefetch from; past the end, the last byte, which does no harm.
func (m *Matrix) at(i int) *byte { return &m.data[min(i, len(m.data)-1)] }

// matTile computes a panel for a tile, into dst from its first row on, and prefetches from far meanwhile, step bytes further per
// block.
func matTile(dst []float32, stride int, m *Matrix, a *Acts, p, tile int, far *byte, step int) {
	start, end := a.Tile(tile)
	rows := min(panelRows, m.rows-p*panelRows)
	if rows == panelRows {
		tileKernel(dst[start*stride:], stride, m, p, a, tile, far, step)
		return
	}
	var rest [maxTile * panelRows]float32
	tileKernel(rest[:], panelRows, m, p, a, tile, far, step)
	for t := start; t < end; t++ {
		copy(dst[t*stride:][:rows], rest[(t-start)*panelRows:])
	}
}
