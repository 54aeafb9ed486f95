package main

import "fmt"

// The NEON kernels do as many of a panel's rows at once as leave their sums in registers: four rows for 12 tokens, all 16 for one.
// An outer loop passes over the parts of the panel. Two sums belong to every vector of outputs, an integer one and a float one.
//
// With dot products a vector of sums is four rows of one token; with matrix products, which multiply 2×8 by 8×2 bytes, two rows of
// two tokens. What happens to an output is the same in both, so are its bits.

// neonTile is one kernel in the making.
type neonTile struct {
	*asm
	k   kindInfo
	T   int  // tokens
	R   int  // vectors of four rows at once
	mat bool // matrix products
}

// Registers: sums from V0 on, then, counted from the top, what follows.
const (
	vCode  = 24 // codes of the even group
	vCode2 = 25 // codes of the odd group; a spare
	vAct   = 26 // activations of one or two tokens
	vAct2  = 27 // the same for the second pair, or a spare
	vMask  = 28 // mask of the codes' low bits, or the sign of a byte
	vBase  = 29 // 3·2^22
	vHMask = 30 // mask of the codes' high bits
	vHigh  = 31 // high bits of the block
)

// Registers of addresses: R0 dst, R1 its stride in bytes, R2 weights, R3 activations, R4 units, R5 what to prefetch, R6 the step
// there; R10 to R15 are these in motion, R7 and R8 point at sub-scales and at the scales in binary16, R19 and R20 how far these
// lag behind the codes in this part, R21 counts blocks and R22 parts.

// neonRows is how many vectors of four rows go at once.
func neonRows(T int) int { return map[int]int{1: 4, 2: 4, 4: 2, 8: 1, 12: 1}[T] }

func neonFloatRows(T int) int { return map[int]int{1: 4, 2: 4, 4: 2, 8: 2, 12: 1}[T] }

func neonArguments(a *asm) {
	for i, s := range []string{"dst+0(FP), R0", "stride+8(FP), R1", "w+16(FP), R2", "acts+24(FP), R3", "units+32(FP), R4", "far+40(FP), R5", "step+48(FP), R6"} {
		a.op("MOVD %s", s)
		if i == 1 {
			a.op("LSL $2, R1")
		}
	}
}

func neonName(mat bool) string {
	if mat {
		return "i8mm"
	}
	return "dotprod"
}

// sum is the register of sum i of row vector r; float sums come behind the integer ones. With dot products i is a token; with
// matrix products 2p+h stands for half h of the rows and the pair p of tokens.
func (n neonTile) sum(r, i int) int { return r*n.T + i }

func (n neonTile) float(r, i int) int { return n.R*n.T + r*n.T + i }

// write emits the kernel.
func (n neonTile) write() {
	k := n.k
	fmt.Fprintf(n, "\n// func %s%s%d(dst *float32, stride int, w, acts *byte, units int, far *byte, step int)\n", neonName(n.mat), k.name, n.T)
	fmt.Fprintf(n, "TEXT ·%s%s%d(SB), NOSPLIT, $0-56\n", neonName(n.mat), k.name, n.T)
	neonArguments(n.asm)
	n.constants()
	parts := 4 / n.R
	if parts > 1 {
		n.op("MOVD $0, R19")
		n.op("MOVD $0, R20")
		n.op("MOVD $%d, R22", parts)
		n.label("part")
	}
	for from, to := range []string{"R10", "R11", "R12", "R13", "R14", "R15"} {
		if from != 1 {
			n.op("MOVD R%d, %s", from, to)
		}
	}
	for i := range n.R * n.T {
		n.clear(n.float(0, i))
	}
	n.label("unit")
	n.unit()
	n.op("SUBS $1, R14")
	n.op("BNE unit")
	n.store()
	if parts > 1 {
		n.op("ADD $%d, R0", 16*n.R)
		n.op("ADD $%d, R2", 16*n.R)
		n.op("SUB $%d, R19", 12*n.R)
		n.op("SUB $%d, R20", 8*n.R)
		n.op("SUBS $1, R22")
		n.op("BNE part")
	}
	n.op("RET")
}

func (n neonTile) constants() {
	n.bytes(vMask, map[int]uint32{2: 0x03, 4: 0x0f, 5: 0x0f, 6: 0x0f, 8: 0x80}[n.k.bits])
	n.bits(vBase, 0x4b400000)
	switch n.k.bits {
	case 5:
		n.bytes(vHMask, 0x10)
	case 6:
		n.bytes(vHMask, 0x30)
	}
}

// unit multiplies a unit and moves on.
func (n neonTile) unit() {
	k := n.k
	lag := func(reg, by string, offset int) {
		n.op("ADD $%d, R12, %s", offset, reg)
		if n.R < 4 {
			n.op("ADD %s, %s", by, reg)
		}
	}
	if k.blocks > 1 {
		lag("R7", "R19", k.blocks*k.stride)
		lag("R8", "R20", k.blocks*k.stride+256)
		n.op("MOVD $%d, R21", k.blocks)
		n.label("block")
	} else {
		lag("R8", "R20", map[string]int{"Q50": 320, "Q41": 256, "Q80": 512}[k.name])
	}
	n.block()
	n.op("ADD $%d, R13", actToken*n.T)
	if k.blocks > 1 {
		n.op("ADD $%d, R12", k.stride)
		n.op("ADD $%d, R7", subStep(k))
		n.op("SUBS $1, R21")
		n.op("BNE block")
	}
	end := k.size
	if k.blocks > 1 {
		end -= k.blocks * k.stride
	}
	n.op("ADD $%d, R12", end)
}

// block multiplies one block of 32 columns: two groups, eight columns, at a time.
func (n neonTile) block() {
	for g := 0; g < 8; g += 2 {
		if g == 0 || g == 4 && n.k.halves() {
			n.start(g / 4)
		}
		if n.R > 1 {
			n.acts(0, g)
			if n.T == 4 {
				n.acts(1, g)
			}
		}
		for r := range n.R {
			n.codes(r, g)
			if n.mat {
				n.products(r, g)
			} else {
				n.dots(r, g)
			}
		}
		for i := range n.k.lines() {
			if i*4/n.k.lines() == g/2 {
				n.op("PRFM %d(R15), PLDL2KEEP", 64*i)
			}
		}
		if g == 2 && n.k.halves() {
			n.scale(0)
		}
	}
	n.op("ADD R6, R15")
	n.scale(1)
}

// acts loads the activations of pair p for groups g and g+1. Those of a single token come 16 columns at a time.
func (n neonTile) acts(p, g int) {
	if n.T > 1 {
		n.op("FMOVQ %d(R13), F%d", p*64+g*8, vAct+p*min(1, n.R-1))
	} else if g%4 == 0 {
		n.op("FMOVQ %d(R13), F%d", g*4, vAct)
	}
}

// codes unpacks the codes of row vector r, groups g and g+1, as signed bytes.
func (n neonTile) codes(r, g int) {
	load := func(offset, reg int) { n.op("FMOVQ %d(R12), F%d", offset+16*r, reg) }
	switch n.k.bits {
	case 8:
		load(64*g, vCode)
		load(64*g+64, vCode2)
		n.v("eor", vCode, vCode, vMask)
		n.v("eor", vCode2, vCode2, vMask)
		return
	case 2:
		load(64*(g/4), vHigh)
		for i, code := range []int{vCode, vCode2} {
			from := vHigh
			if down := 2 * ((g + i) % 4); down > 0 {
				n.shift(code, vHigh, -down)
				from = code
			}
			n.v("and", code, from, vMask)
		}
		return
	}
	load(32*g, vCode)
	n.shift(vCode2, vCode, -4)
	n.v("and", vCode, vCode, vMask)
	if n.k.bits == 4 {
		return
	}
	load(256+64*(g/4)*(n.k.bits-5), vHigh)
	for i, code := range []int{vCode, vCode2} {
		up := 4 - (g + i)
		if n.k.bits == 6 {
			up = 4 - 2*((g+i)%4)
		}
		from := vHigh
		if up != 0 {
			from = n.spare()
			n.shift(from, vHigh, up)
		}
		n.v("bit", code, from, vHMask)
	}
}

// spare is a register that is free while codes are unpacked.
func (n neonTile) spare() int {
	if n.R > 1 && n.T > 1 {
		return n.float(n.R-1, n.T-1) + 1 // below V24 there is room
	}
	return vAct2
}

// dots multiplies by dot products: a pair of tokens has the first one's groups in elements 0 and 1, the second one's in 2 and 3.
func (n neonTile) dots(r, g int) {
	for t := range n.T {
		act := vAct
		element := g % 4
		if n.T > 1 {
			element = t % 2 * 2
			if n.R > 1 {
				act += t / 2
			} else if t%2 == 0 {
				n.acts(t/2, g)
			}
		}
		n.lane("sdot", n.sum(r, t), vCode, act, element)
		n.lane("sdot", n.sum(r, t), vCode2, act, element+1)
	}
}

// products multiplies by matrix products: two rows of eight columns by two tokens.
func (n neonTile) products(r, g int) {
	low := n.spare()
	n.v("zip1", low, vCode, vCode2)
	n.v("zip2", vCode, vCode, vCode2)
	for p := range n.T / 2 {
		act := vAct
		if n.R > 1 {
			act += p
		} else {
			n.acts(p, g)
		}
		n.v("smmla", n.sum(r, 2*p), low, act)
		n.v("smmla", n.sum(r, 2*p+1), vCode, act)
	}
}

// lanes loads a field of the activations for the tokens from t on, four at most.
func (n neonTile) lanes(field, t, reg int) {
	n.op("%s %d(R13), F%d", map[int]string{1: "FMOVS", 2: "FMOVD", 4: "FMOVQ"}[min(n.T, 4)], field*n.T+4*t, reg)
}

// start sets where the integer sums begin.
func (n neonTile) start(half int) {
	k := n.k
	wide := k.bits == 8 && k.seed == 0 // codes from 0: what 128 is too little goes in here
	if !wide && (k.seed == 0 || k.bits == 8) {
		for i := range n.R * n.T {
			n.move(i, vBase)
		}
		return
	}
	for i := range n.T {
		if i%4 == 0 {
			if wide {
				n.lanes(actSeed8, i, vCode)
				n.v("add", vCode2, vBase, vBase)
				n.v("sub", vCode, vCode2, vCode)
			} else {
				n.lanes(k.seed+4*half, i, vCode)
			}
		}
		for r := range n.R {
			if n.mat {
				n.dup2(n.sum(r, i), vCode, i/2%2)
			} else {
				n.dup4(n.sum(r, i), vCode, i%4)
			}
		}
	}
}

// store writes the float sums to dst.
func (n neonTile) store() {
	for t := range n.T {
		for r := range n.R {
			reg := n.float(r, t)
			if n.mat {
				reg = vCode
				n.v([]string{"uzp1", "uzp2"}[t%2], reg, n.float(r, t&^1), n.float(r, t&^1+1))
			}
			n.op("FMOVQ F%d, %d(R10)", reg, 16*r)
		}
		if t+1 < n.T {
			n.op("ADD R1, R10")
		}
	}
}
