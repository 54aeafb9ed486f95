package kernel

// Above groupTiles tiles, panels go in groups that stay in the second-level cache while the tiles pass over them.
const (
	groupTiles = 4
	groupBytes = 512 << 10
	groupMax   = 8
)

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
	if tiles > groupTiles {
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
		// the first tile fetches the next panel, the others find everything at hand
		matTile(dst, stride, m, a, p, 0, m.at(at+m.panelBytes), step)
		for tile := 1; tile < tiles; tile++ {
			matTile(dst, stride, m, a, p, tile, m.at(at), 0)
		}
	}
}

// matGroup computes panels p0 … p1−1 tile by tile. Each panel fetches its share of the next tile's activations, with the last
// tile its share of the next group.
func matGroup(dst []float32, stride int, m *Matrix, a *Acts, p0, p1 int) {
	tiles, n := a.Tiles(), p1-p0
	for tile := range tiles {
		for i := range n {
			far, step := m.at((p1+i)*m.panelBytes), m.panelBytes/max(1, a.blocks)
			if tile+1 < tiles && a.blocks > 0 {
				next := a.tile(tile + 1)
				step = len(next) / (n * a.blocks)
				far = &next[i*step*a.blocks]
			}
			matTile(dst[i*panelRows:], stride, m, a, p0+i, tile, far, step)
		}
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
