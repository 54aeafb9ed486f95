package kernel

// A panel stays in the first-level cache while the tiles pass over it. Where that would fetch more than activationBytes of
// activations for each single panel from beyond the second level, panels go in groups that stay there, tile by tile.
const (
	activationBytes = 1 << 20
	groupBytes      = 512 << 10
	groupMax        = 8
)

// pairTokens is the smallest tile that is worth a pair of panels: smaller ones wait for the weights.
const pairTokens = 8

// streamAhead is how far a single tile fetches ahead, in bytes.
const streamAhead = 6 << 10

// MatMul computes dst[t·stride+row] = Σ weight(row, c)·input(t, c) for the rows of panels p0 … p1−1 and every token of the step.
// Rows of other panels aren't touched, so workers may share dst. a has m's columns. The bits of a result depend on its row's
// weights and its token's inputs alone.
func MatMul(dst []float32, stride int, m *Matrix, a *Acts, p0, p1 int) {
	MatMulPart(dst[p0*panelRows:], stride, m, a, p0, p1)
}

// MatMulPart is MatMul for a dst whose first column is the first row of panel p0.
func MatMulPart(dst []float32, stride int, m *Matrix, a *Acts, p0, p1 int) {
	tiles := a.Tiles()
	if a.tokens*a.blocks*actToken > activationBytes && !hasPairs(m.kind) {
		group := max(1, min(groupMax, groupBytes/m.panelBytes))
		for p := p0; p < p1; p += group {
			matGroup(dst[(p-p0)*panelRows:], stride, m, a, p, min(p+group, p1))
		}
		return
	}
	step := m.panelBytes / max(1, a.blocks)
	for p := p0; p < p1; {
		n, at, dst := panelsAtOnce(m, a, p, p1), p*m.panelBytes, dst[(p-p0)*panelRows:]
		if tiles == 1 && n == 1 { // weights stream: fetch ahead in the same panel
			matTile(dst, stride, m, a, p, 0, m.at(at+streamAhead), step)
			p++
			continue
		}
		// each tile fetches its share of the next panels
		share := m.panelBytes / tiles
		for tile := range tiles {
			next := at + n*m.panelBytes + tile*n*share
			matTiles(dst, stride, m, a, p, n, tile, [2]*byte{m.at(next), m.at(next + share)}, share/max(1, a.blocks))
		}
		p += n
	}
}

// matGroup computes panels p0 … p1−1 tile by tile. Each panel fetches its share of the next tile's activations, with the last
// tile its share of the next group.
func matGroup(dst []float32, stride int, m *Matrix, a *Acts, p0, p1 int) {
	tiles, count := a.Tiles(), p1-p0
	for tile := range tiles {
		for i := 0; i < count; {
			n := panelsAtOnce(m, a, p0+i, p1)
			far, step := [2]*byte{m.at((p1 + i) * m.panelBytes), m.at((p1 + i + 1) * m.panelBytes)}, m.panelBytes/max(1, a.blocks)
			if tile+1 < tiles && a.blocks > 0 {
				next := a.tile(tile + 1)
				step = len(next) / (count * a.blocks)
				far = [2]*byte{&next[i*step*a.blocks], &next[min(i+1, count-1)*step*a.blocks]}
			}
			matTiles(dst[i*panelRows:], stride, m, a, p0+i, n, tile, far, step)
			i += n
		}
	}
}

// panelsAtOnce is the number of panels from p on that go together: two where there are kernels for it, and two whole ones left.
func panelsAtOnce(m *Matrix, a *Acts, p, p1 int) int {
	least := pairTokens
	if m.kind == kindQ80 { // twice the bytes to wait for
		least = maxTile
	}
	if p+2 <= p1 && (p+2)*panelRows <= m.rows && a.tokens >= least && hasPairs(m.kind) {
		return 2
	}
	return 1
}

// matTiles computes n panels for a tile: small ones one panel after the other, others half a tile after the other.
func matTiles(dst []float32, stride int, m *Matrix, a *Acts, p, n, tile int, far [2]*byte, step int) {
	start, end := a.Tile(tile)
	T := end - start
	if n == 1 || T < pairTokens {
		for i := range n {
			matTile(dst[i*panelRows:], stride, m, a, p+i, tile, far[i], step)
		}
		return
	}
	for half := range 2 {
		first := half * T / 2
		pairKernel(dst[(start+first)*stride:], stride, m, p, a, tile, first, far[half], step)
	}
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
