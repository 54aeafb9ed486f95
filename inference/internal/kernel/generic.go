package kernel

// The kernels in plain Go: the twins of the assembly, and what runs where there is none.

// fma32 is a·b + c, rounded once but for rare ties: the product is exact in a float64.
func fma32(a, b, c float32) float32 { return float32(float64(a)*float64(b) + float64(c)) }

// block is one 16×32 block of a panel, opened: weight(r, e) = scale[e/16][r]·(code(e, r) − offset) + min[e/16][r].
type block struct {
	// pairs[e][r] holds the codes of rows r and r+8 in its halves: one multiplication of integers does both.
	pairs  [blockCols][panelRows / 2]uint64
	scale  [2][panelRows]float32
	min    [2][panelRows]float32
	offset int32
}

// open unpacks block b of a panel; not for kindF32.
func (k kind) open(o *block, panel []byte, b int) {
	cols, size := k.unit()
	u := panel[b*blockCols/cols*size:][:size]
	j := b % (cols / blockCols)
	switch k {
	case kindQ4K:
		o.nibbles(u[j*256:])
	case kindQ41:
		o.nibbles(u)
	case kindQ50:
		o.nibbles(u)
		for g := range 8 {
			o.high(u[q50High:], g, g, 1, 4)
		}
	case kindQ2K:
		clear(o.pairs[:])
		for g := range 8 {
			o.high(u[j*q2kBlock+g/4*groupSize:], g, g%4*2, 3, 0)
		}
	case kindQ6K:
		u := u[j*q6kBlock:]
		o.nibbles(u)
		for g := range 8 {
			o.high(u[256+g/4*groupSize:], g, g%4*2, 3, 4)
		}
	default:
		for g := range 8 {
			v := u[g*groupSize:][:groupSize]
			for i := range groupSize / 2 {
				o.pairs[g*4+i%4][i/4] = uint64(v[i]) | uint64(v[i+32])<<32
			}
		}
	}
	for r := range panelRows {
		scale, minimum, offset := k.scales(u, j, r)
		for h := range 2 {
			o.scale[h][r], o.min[h][r] = scale[h], minimum[h]
		}
		o.offset = offset
	}
}

// nibbles sets the codes from four vectors of nibbles.
func (o *block) nibbles(u []byte) {
	for v := range 4 {
		x := u[v*groupSize:][:groupSize]
		for i := range groupSize / 2 {
			q := uint64(x[i]) | uint64(x[i+32])<<32
			o.pairs[v*8+i%4][i/4] = q & 0x0f0000000f
			o.pairs[v*8+4+i%4][i/4] = q >> 4 & 0x0f0000000f
		}
	}
}

// high adds bits of group g, at bit shift of a vector, above the low ones.
func (o *block) high(x []byte, g, shift int, mask uint64, low int) {
	x = x[:groupSize]
	mask |= mask << 32
	for i := range groupSize / 2 {
		q := uint64(x[i]) | uint64(x[i+32])<<32
		o.pairs[g*4+i%4][i/4] |= q >> shift & mask << low
	}
}

// tileGeneric computes the 16 rows of panel p for the tokens of a tile: dst[t·stride+r].
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
	acts := a.tile(tile)
	supers := acts[a.blocks*actToken*T:]
	pow2Minima := m.kind == kindQ4K && a.pow2
	for b := range a.blocks {
		m.kind.open(&o, m.panel(p), b)
		acts := acts[b*actToken*T:][:actToken*T]
		if pow2Minima {
			o.min = [2][panelRows]float32{}
		}
		for t := range T {
			if m.kind == kindQ6K || m.kind == kindQ2K {
				o.addHalves(&acc[t], acts, t, T, a.pow2)
			} else {
				o.add(&acc[t], acts, t, T, a.pow2)
			}
		}
		if j := b % superBlock; pow2Minima && j == superBlock-1 {
			u := m.panel(p)[b/superBlock*q4kSize:]
			for t := range T {
				addMinima(&acc[t], u, supers[b/superBlock*superToken*T:], t, T)
			}
		}
	}
	for t := range T {
		copy(dst[t*stride:][:panelRows], acc[t][:])
	}
}

// add adds the block's part to the outputs of token t of T.
func (o *block) add(acc *[panelRows]float32, acts []byte, t, T int, pow2 bool) {
	var dots [panelRows]int32
	o.dot(&dots, acts, t, T, 0, blockCols)
	scale, sum := getFloat(acts, actScale, t, T), getFloat(acts, actSum, t, T)
	less := o.offset * (int32(startBits(acts, t, T, pow2)-getBits(acts, actSeed16, t, T)) / 16)
	for r := range acc {
		acc[r] = fma32(scale*float32(dots[r]-less), o.scale[0][r], acc[r])
		if o.offset == 0 {
			acc[r] = fma32(sum, o.min[0][r], acc[r])
		}
	}
}

// startBits are the bits from which a token's seeds were taken.
func startBits(acts []byte, t, T int, pow2 bool) uint32 {
	if pow2 {
		return getBits(acts, actScale, t, T) + pow2Bits
	}
	return magicBits
}

// addHalves is add for two scales: the halves are added one after the other.
func (o *block) addHalves(acc *[panelRows]float32, acts []byte, t, T int, pow2 bool) {
	scale, start := getFloat(acts, actScale, t, T), startBits(acts, t, T, pow2)
	for half := range 2 {
		var dots [panelRows]int32
		o.dot(&dots, acts, t, T, half*16, 16)
		sum := int32(start-getBits(acts, actSeed32+4*half, t, T)) / 32
		less := o.offset * sum
		for r := range acc {
			acc[r] = fma32(scale*float32(dots[r]-less), o.scale[half][r], acc[r])
			if o.offset == 0 {
				acc[r] = fma32(scale*float32(sum), o.min[half][r], acc[r])
			}
		}
	}
}

// addMinima adds what the minima of a unit of kindQ4K make of the sums of its inputs.
func addMinima(acc *[panelRows]float32, u, supers []byte, t, T int) {
	scale := getFloat(supers, 0, t, T)
	for r := range acc {
		var sum int32
		for j := range superBlock {
			sum += int32(u[q4kMin+j*panelRows+r]) * int32(int16(getBits(supers, 4+j/2*4, t, T)>>(j%2*16)))
		}
		acc[r] = fma32(scale*float32(sum), -halfAt(u, q4kDMin, r), acc[r])
	}
}

// dot sums codes times activations of token t of T, n columns from e0 on. The two sums of a pair stay apart: each fits 32 bits, and
// what a negative low one borrows from the high one is given back at the end.
func (o *block) dot(dots *[panelRows]int32, acts []byte, t, T, e0, n int) {
	var a0, a1, a2, a3, a4, a5, a6, a7 uint64
	for e := e0; e < e0+n; e += 4 { // four codes always lie together
		x, codes := acts[codeAt(t, e, T):][:4], o.pairs[e:][:4]
		for i, b := range x {
			v, q := uint64(int64(int8(b))), &codes[i]
			a0 += q[0] * v
			a1 += q[1] * v
			a2 += q[2] * v
			a3 += q[3] * v
			a4 += q[4] * v
			a5 += q[5] * v
			a6 += q[6] * v
			a7 += q[7] * v
		}
	}
	for r, a := range [...]uint64{a0, a1, a2, a3, a4, a5, a6, a7} {
		dots[r] = int32(a)
		dots[r+panelRows/2] = int32((int64(a) - int64(int32(a))) >> 32)
	}
}

// floatRowsGeneric is a float panel times one token.
func floatRowsGeneric(dst []float32, panel []byte, x []float32) {
	var acc [panelRows]float32
	for c, v := range x {
		w := panel[c*4*panelRows:][:4*panelRows]
		for r := range acc {
			acc[r] = fma32(v, floatAt(w, 0, r), acc[r])
		}
	}
	copy(dst, acc[:])
}
