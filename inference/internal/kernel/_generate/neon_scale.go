package main

// What the NEON kernels do with the integer sums of a block.

// scale converts the integer sums of a block, or of half a block, and adds them to the float sums.
func (n neonTile) scale(half int) {
	for r := range n.R {
		n.weightScales(r, half)
		if n.mat {
			n.scaleProducts(r, half)
		} else {
			n.scaleDots(r, half)
		}
	}
}

// Registers while scales are applied, when no codes are held.
const (
	vScale = vCode  // the rows' scales
	vMin   = vCode2 // their minima
	vLane  = vAct   // a field of four tokens
	vLane2 = vAct2
)

// weightScales loads the scales of row vector r into vScale and the minima into vMin.
func (n neonTile) weightScales(r, half int) {
	widen := func(offset, reg int) {
		n.op("FMOVD %d(R8), F%d", offset+8*r, reg)
		n.v("fcvtl", reg, reg)
	}
	switch n.k.name {
	case "Q4K":
		for i, reg := range []int{vScale, vMin} {
			n.op("FMOVS %d(R7), F%d", 128*i+4*r, reg)
			n.v("uxtl", reg, reg)
			n.v("uxtl-s", reg, reg)
			n.v("ucvtf", reg, reg)
			widen(32*i, vLane)
			n.v("fmul", reg, reg, vLane)
		}
	case "Q2K": // the minimum over 32, for sums times 32
		n.op("FMOVS %d(R7), F%d", 16*half+4*r, vScale)
		n.bytes(vLane2, 0x0f)
		n.shift(vMin, vScale, -4)
		n.v("and", vScale, vScale, vLane2)
		for i, reg := range []int{vScale, vMin} {
			n.v("uxtl", reg, reg)
			n.v("uxtl-s", reg, reg)
			widen(32*i, vLane)
			if i == 0 {
				n.v("ucvtf", reg, reg)
			} else {
				n.part32(reg, reg)
			}
			n.v("fmul", reg, reg, vLane)
		}
	case "Q6K":
		n.op("FMOVS %d(R7), F%d", 16*half+4*r, vScale)
		n.v("sxtl", vScale, vScale)
		n.v("sxtl-s", vScale, vScale)
		n.v("scvtf", vScale, vScale)
		widen(0, vLane)
		n.v("fmul", vScale, vScale, vLane)
	case "Q50", "Q80":
		widen(0, vScale)
	case "Q41":
		widen(0, vScale)
		widen(32, vMin)
	case "W8":
		n.op("FMOVQ %d(R12), F%d", 512+16*r, vScale)
		n.op("FMOVQ %d(R12), F%d", 576+16*r, vMin)
	}
}

// sums loads what minima are multiplied with, for the tokens from t on, into reg; scales holds their scales.
func (n neonTile) sums(half, t, reg, scales int) {
	if !n.k.halves() {
		n.lanes(actSum, t, reg)
		return
	}
	n.lanes(actSeed32+4*half, t, reg)
	n.v("fsub", reg, vBase, reg)
	n.v("fmul", reg, reg, scales)
}

// add writes sum += minimum·number with the sign of the minimum.
func (n neonTile) add() string {
	if n.k.min < 0 {
		return "fmls"
	}
	return "fmla"
}

func (n neonTile) scaleDots(r, half int) {
	for t := range n.T {
		if t%4 == 0 {
			n.lanes(actScale, t, vLane)
			if n.k.min != 0 {
				n.sums(half, t, vLane2, vLane)
			}
		}
		i, f := n.sum(r, t), n.float(r, t)
		n.v("fsub", i, i, vBase)
		n.lane("fmul", i, i, vLane, t%4)
		n.v("fmla", f, i, vScale)
		if n.k.min != 0 {
			n.lane(n.add(), f, vMin, vLane2, t%4)
		}
	}
}

func (n neonTile) scaleProducts(r, half int) {
	scales := []int{vScale, vCode2}
	minima := []int{vAct, vAct2}
	lanes, pair := vHMask, vHigh
	if n.k.min == 0 { // the mask of high bits stays where it is
		lanes, pair = vAct, vAct2
	} else {
		n.v("zip1", minima[0], vMin, vMin)
		n.v("zip2", minima[1], vMin, vMin)
	}
	n.v("zip2", scales[1], vScale, vScale)
	n.v("zip1", scales[0], vScale, vScale)
	for p := range n.T / 2 {
		t := 2 * p
		n.lanes(actScale, t/4*4, lanes)
		n.dup2(pair, lanes, p%2)
		for h := range 2 {
			i, f := n.sum(r, t+h), n.float(r, t+h)
			n.v("fsub", i, i, vBase)
			n.v("fmul", i, i, pair)
			n.v("fmla", f, i, scales[h])
		}
		if n.k.min == 0 {
			continue
		}
		if n.k.halves() {
			n.sums(half, t/4*4, pair, lanes)
			n.dup2(pair, pair, p%2)
		} else {
			n.sums(half, t/4*4, lanes, 0)
			n.dup2(pair, lanes, p%2)
		}
		for h := range 2 {
			n.v(n.add(), n.float(r, t+h), minima[h], pair)
		}
	}
}
