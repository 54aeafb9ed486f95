package kernel

// MatMul computes dst[t·stride+row] = Σ weight(row, c)·input(t, c) for the rows of panels p0 … p1−1 and every token of the step.
// Rows of other panels aren't touched, so workers may share dst. a has m's columns. The bits of a result depend on its row's
// weights and its token's inputs alone.
func MatMul(dst []float32, stride int, m *Matrix, a *Acts, p0, p1 int) {
	for p := p0; p < p1; p++ {
		for tile := range a.Tiles() {
			matTile(dst, stride, m, a, p, tile)
		}
	}
}

// matTile computes a panel for a tile.
func matTile(dst []float32, stride int, m *Matrix, a *Acts, p, tile int) {
	start, end := a.Tile(tile)
	rows := min(panelRows, m.rows-p*panelRows)
	if rows == panelRows {
		tileGeneric(dst[start*stride+p*panelRows:], stride, m, p, a, tile)
		return
	}
	var rest [maxTile * panelRows]float32
	tileGeneric(rest[:], panelRows, m, p, a, tile)
	for t := start; t < end; t++ {
		copy(dst[t*stride+p*panelRows:][:rows], rest[(t-start)*panelRows:])
	}
}
