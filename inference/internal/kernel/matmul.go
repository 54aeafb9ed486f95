package kernel

// Above groupTiles tiles, panels go in groups that stay in the second-level cache while the tiles pass over them.
const (
	groupTiles = 4
	groupBytes = 512 << 10
)

// MatMul computes dst[t·stride+row] = Σ weight(row, c)·input(t, c) for the rows of panels p0 … p1−1 and every token of the step.
// Rows of other panels aren't touched, so workers may share dst. a has m's columns. The bits of a result depend on its row's
// weights and its token's inputs alone.
func MatMul(dst []float32, stride int, m *Matrix, a *Acts, p0, p1 int) {
	tiles := a.Tiles()
	if tiles <= groupTiles {
		for p := p0; p < p1; p++ {
			for tile := range tiles {
				matTile(dst, stride, m, a, p, tile)
			}
		}
		return
	}
	group := max(1, min(8, groupBytes/m.panelBytes))
	for p := p0; p < p1; p += group {
		for tile := range tiles {
			for i := p; i < min(p+group, p1); i++ {
				matTile(dst, stride, m, a, i, tile)
			}
		}
	}
}

// matTile computes a panel for a tile, and meanwhile fetches what comes next: a single tile streams, so it fetches ahead in its
// own panel; several share the fetching of the next panel.
func matTile(dst []float32, stride int, m *Matrix, a *Acts, p, tile int) {
	start, end := a.Tile(tile)
	far, step := m.ahead(p, tile, a)
	rows := min(panelRows, m.rows-p*panelRows)
	if rows == panelRows {
		tileKernel(dst[start*stride+p*panelRows:], stride, m, p, a, tile, far, step)
		return
	}
	var rest [maxTile * panelRows]float32
	tileKernel(rest[:], panelRows, m, p, a, tile, far, step)
	for t := start; t < end; t++ {
		copy(dst[t*stride+p*panelRows:][:rows], rest[(t-start)*panelRows:])
	}
}

// streamAhead is how far a single tile fetches ahead, in bytes.
const streamAhead = 6 << 10

// ahead is what to prefetch while a tile of panel p is computed, and how many bytes to go on per block.
func (m *Matrix) ahead(p, tile int, a *Acts) (far *byte, step int) {
	at := p * m.panelBytes
	if a.Tiles() == 1 {
		step = m.panelBytes / max(1, a.blocks)
		return &m.data[min(at+streamAhead, len(m.data)-1)], step
	}
	if tile > 0 {
		return &m.data[at], 0
	}
	step = m.panelBytes / max(1, a.blocks)
	return &m.data[min(at+m.panelBytes, len(m.data)-1)], step
}
