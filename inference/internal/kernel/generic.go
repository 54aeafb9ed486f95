package kernel

// fma32 is a·b + c, rounded once but for rare ties: the product is exact in a float64.
func fma32(a, b, c float32) float32 { return float32(float64(a)*float64(b) + float64(c)) }

// tileGeneric computes the 16 rows of panel p for the tokens of a tile: dst[t·stride+r]. It is the slow twin of every tile kernel.
func tileGeneric(dst []float32, stride int, m *Matrix, p int, a *Acts, tile int) {
	start, end := a.Tile(tile)
	T := end - start
	if m.kind == kindF32 {
		for t := range T {
			floatRowsGeneric(dst[t*stride:][:panelRows], m.panel(p), a.floats[(start+t)*a.cols:][:a.cols])
		}
		return
	}
	var acc [maxTile][panelRows]float32
	var o block
	for b := range a.blocks {
		m.kind.open(&o, m.panel(p), b)
		acts := a.tile(tile)[b*actToken*T:][:actToken*T]
		for t := range T {
			blockGeneric(&acc[t], &o, acts, t, T, m.kind == kindQ6K)
		}
	}
	for t := range T {
		copy(dst[t*stride:][:panelRows], acc[t][:])
	}
}

// blockGeneric adds a block's part to the outputs of token t of T. halves: the two scales are added one after the other, as
// they differ.
func blockGeneric(acc *[panelRows]float32, o *block, acts []byte, t, T int, halves bool) {
	var dot [2][panelRows]int32
	for e := range blockCols {
		x := int32(int8(acts[t*blockCols+e]))
		for r, q := range &o.code[e] {
			dot[e/16][r] += (int32(q) - o.offset) * x
		}
	}
	xs, sum := getFloat(acts, actScale, t, T), getFloat(acts, actSum, t, T)
	for r := range acc {
		if halves {
			acc[r] = fma32(xs*float32(dot[0][r]), o.scale[0][r], acc[r])
			acc[r] = fma32(xs*float32(dot[1][r]), o.scale[1][r], acc[r])
			continue
		}
		acc[r] = fma32(xs*float32(dot[0][r]+dot[1][r]), o.scale[0][r], acc[r])
		if o.offset == 0 {
			acc[r] = fma32(sum, o.min[r], acc[r])
		}
	}
}

// floatRowsGeneric is a float panel times one token.
func floatRowsGeneric(dst []float32, panel []byte, x []float32) {
	var acc [panelRows]float32
	for c, v := range x {
		for r := range acc {
			acc[r] = fma32(v, floatAt(panel, c*4*panelRows, r), acc[r])
		}
	}
	copy(dst, acc[:])
}
