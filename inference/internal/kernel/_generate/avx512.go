package main

import "fmt"

// Registers of the AVX-512 kernels: Z0–Z11 integer sums, Z12–Z23 float sums, Z24–Z31 weights and constants.
const (
	zScale = "Z24" // d of a superblock
	zSuper = "Z25" // dmin of a superblock, or the high bits of a block
	zLow   = "Z26" // codes of an even group
	zHigh  = "Z27" // codes of an odd group
	zW     = "Z28" // scales of the block
	zMin   = "Z29" // minima of the block, or a spare
	zBase  = "Z30" // the start of sums, or the mask of high bits
	zMask  = "Z31" // 0x0f in every byte
)

// bias keeps displacements within a byte: the assembler scales them by the operand's size.
const bias = 512

// avx512 writes one kernel.
//
// DI dst, BX its stride in bytes, SI weights, R9 the superblock's scales, DX activations + bias, R12 the sums of their superblocks,
// CX units, R8 what to prefetch, R10 its step.
func avx512(a *asm, k kindInfo, T int) {
	fmt.Fprintf(a, "\n// func avx512%s%d(dst *float32, stride int, w, acts *byte, units int, far *byte, step int)\n", k.name, T)
	fmt.Fprintf(a, "TEXT ·avx512%s%d(SB), NOSPLIT, $0-56\n", k.name, T)
	loadArguments(a)
	a.op("ADDQ $%d, DX", bias)
	if k.pow2Minima() {
		a.op("IMUL3Q $%d, CX, R12", k.blocks*actToken*T)
		a.op("LEAQ -%d(DX)(R12*1), R12", bias)
	}
	avx512Constants(a, k)
	for t := range T {
		a.op("VPXORD Z%d, Z%d, Z%d", 12+t, 12+t, 12+t)
	}
	a.label("unit")
	if k.blocks > 1 {
		a.op("LEAQ %d(SI), R9", k.blocks*k.stride)
		avx512Super(a, k)
		a.op("MOVQ $%d, R11", k.blocks)
		a.label("block")
	}
	avx512Block(a, k, T)
	a.op("ADDQ $%d, DX", actToken*T)
	if k.blocks > 1 {
		a.op("ADDQ $%d, SI", k.stride)
		a.op("ADDQ $%d, R9", subStep(k))
		a.op("DECQ R11")
		a.op("JNZ block")
		if k.pow2Minima() {
			avx512Minima(a, T)
		}
		a.op("ADDQ $%d, SI", k.size-k.blocks*k.stride)
	} else {
		a.op("ADDQ $%d, SI", k.size)
	}
	a.op("DECQ CX")
	a.op("JNZ unit")
	for t := range T {
		a.op("VMOVUPS Z%d, (DI)", 12+t)
		if t+1 < T {
			a.op("ADDQ BX, DI")
		}
	}
	a.op("VZEROUPPER")
	a.op("RET")
}

func loadArguments(a *asm) {
	for i, r := range []string{"dst+0(FP), DI", "stride+8(FP), BX", "w+16(FP), SI", "acts+24(FP), DX", "units+32(FP), CX", "far+40(FP), R8", "step+48(FP), R10"} {
		a.op("MOVQ %s", r)
		if i == 1 {
			a.op("SHLQ $2, BX")
		}
	}
}

// subStep is how far the sub-scales of the next block are.
func subStep(k kindInfo) int {
	if k.halves() {
		return 32
	}
	return 16
}

func avx512Constants(a *asm, k kindInfo) {
	if k.bits < 8 {
		a.op("MOVL $0x%x, AX", map[bool]int{false: 0x0f0f0f0f, true: 0x03030303}[k.bits == 2])
		a.op("VPBROADCASTD AX, %s", zMask)
	}
	switch {
	case k.seed == 0:
		a.op("MOVL $0x4b400000, AX")
		a.op("VPBROADCASTD AX, %s", zBase)
	case k.bits == 5:
		a.op("MOVL $0x10101010, AX")
		a.op("VPBROADCASTD AX, %s", zBase)
	case k.bits == 6:
		a.op("MOVL $0x30303030, AX")
		a.op("VPBROADCASTD AX, %s", zBase)
	}
}

// avx512Super loads what a superblock's blocks share: the binary16 scales behind the sub-scales.
func avx512Super(a *asm, k kindInfo) {
	a.op("VCVTPH2PS 256(R9), %s", zScale)
	if k.min != 0 {
		a.op("VCVTPH2PS 288(R9), %s", zSuper)
	}
}

// avx512Block multiplies one block of 32 columns.
func avx512Block(a *asm, k kindInfo, T int) {
	fetch := fetcher(a, k, T)
	for g := 0; g < 8; g += 2 {
		if g == 0 || g == 4 && k.halves() {
			avx512Start(a, k, T, g/4)
		}
		avx512Codes(a, k, g)
		for i, z := range []string{zLow, zHigh} {
			for t := range T {
				a.op("VPDPBUSD.BCST %d(DX), %s, Z%d", t*32+(g+i)*4-bias, z, t)
			}
			fetch(g + i)
		}
		if g == 2 && k.halves() {
			avx512Scales(a, k, 0)
			avx512Sum(a, k, T, 0)
		}
	}
	avx512Scales(a, k, 1)
	avx512Sum(a, k, T, 1)
}

// fetcher returns the function that prefetches a block's share between the groups.
func fetcher(a *asm, k kindInfo, T int) func(g int) {
	lines := k.lines()
	return func(g int) {
		for i := range lines {
			if i*8/lines == g {
				a.op("PREFETCHT1 %d(R8)", i*64)
			}
		}
		if g == 7 {
			a.op("ADDQ R10, R8")
		}
	}
}

// avx512Start sets the integer sums of a block, or of half a block, to where they begin.
func avx512Start(a *asm, k kindInfo, T, half int) {
	if k.bits < 8 && k.bits > 4 && (k.bits == 5 || half < 2) {
		from := "256(SI)"
		if k.bits == 6 {
			from = fmt.Sprintf("%d(SI)", 256+64*half)
		}
		a.op("VMOVDQU32 %s, %s", from, zSuper)
	}
	for t := range T {
		if k.seed == 0 {
			a.op("VMOVDQA32 %s, Z%d", zBase, t)
			continue
		}
		a.op("VPBROADCASTD %d(DX), Z%d", (k.seed+4*half)*T+4*t-bias, t)
	}
}

// avx512Codes unpacks the codes of groups g and g+1.
func avx512Codes(a *asm, k kindInfo, g int) {
	if k.bits == 2 {
		avx512TwoBits(a, g)
		return
	}
	if k.bits == 8 {
		a.op("VMOVDQU32 %d(SI), %s", g*64, zLow)
		a.op("VMOVDQU32 %d(SI), %s", (g+1)*64, zHigh)
		return
	}
	a.op("VPANDD %d(SI), %s, %s", g/2*64, zMask, zLow)
	a.op("VPSRLW $4, %d(SI), %s", g/2*64, zHigh)
	a.op("VPANDD %s, %s, %s", zMask, zHigh, zHigh)
	if k.bits == 4 {
		return
	}
	for i, z := range []string{zLow, zHigh} {
		// Move the group's high bits to where they belong: codes |= moved & mask.
		up := 4 - (g + i) // bit g to bit 4
		if k.bits == 6 {
			up = 4 - 2*((g+i)%4) // bits 2(g%4) to bits 4, 5
		}
		from := zMin
		switch {
		case up > 0:
			a.op("VPSLLW $%d, %s, %s", up, zSuper, zMin)
		case up < 0:
			a.op("VPSRLW $%d, %s, %s", -up, zSuper, zMin)
		default:
			from = zSuper
		}
		a.op("VPTERNLOGD $0xf8, %s, %s, %s", zBase, from, z)
	}
}

// avx512Scales loads the scales and minima of a block, or of one half.
func avx512Scales(a *asm, k kindInfo, half int) {
	switch k.name {
	case "Q4K":
		a.op("VPMOVZXBD (R9), %s", zW)
		a.op("VCVTDQ2PS %s, %s", zW, zW)
		a.op("VMULPS %s, %s, %s", zScale, zW, zW)
	case "Q2K":
		avx512TwoBitScales(a, half)
	case "Q6K":
		a.op("VPMOVSXBD %d(R9), %s", 16*half, zW)
		a.op("VCVTDQ2PS %s, %s", zW, zW)
		a.op("VMULPS %s, %s, %s", zScale, zW, zW)
	case "Q50":
		a.op("VCVTPH2PS 320(SI), %s", zW)
	case "Q41":
		a.op("VCVTPH2PS 256(SI), %s", zW)
		a.op("VCVTPH2PS 288(SI), %s", zMin)
	case "Q80":
		a.op("VCVTPH2PS 512(SI), %s", zW)
	case "W8":
		a.op("VMOVUPS 512(SI), %s", zW)
		a.op("VMOVUPS 576(SI), %s", zMin)
	}
}

// avx512Sum scales the integer sums, which are floats already but for 3·2^22, and adds them to the float sums. Those of five
// and six bits have the scale, a power of two, in their exponent.
func avx512Sum(a *asm, k kindInfo, T, half int) {
	if k.bits == 2 {
		avx512TwoBitSum(a, T, half)
		return
	}
	base := zBase
	switch {
	case pow2Kinds[k.name] && k.seed != 0:
		base = zHigh
		a.op("MOVL $0x0bc00000, AX")
		a.op("VPBROADCASTD AX, %s", zLow)
	case k.seed != 0:
		base = zLow
		a.op("MOVL $0x4b400000, AX")
		a.op("VPBROADCASTD AX, %s", base)
	}
	for t := range T {
		if base == zHigh {
			a.op("VPADDD.BCST %d(DX), %s, %s", actScale*T+4*t-bias, zLow, zHigh)
			a.op("VSUBPS %s, Z%d, Z%d", zHigh, t, t)
		} else {
			a.op("VSUBPS %s, Z%d, Z%d", base, t, t)
			a.op("VMULPS.BCST %d(DX), Z%d, Z%d", actScale*T+4*t-bias, t, t)
		}
		a.op("VFMADD231PS %s, Z%d, Z%d", zW, t, 12+t)
		if k.min > 0 {
			a.op("VFMADD231PS.BCST %d(DX), %s, Z%d", actSum*T+4*t-bias, zMin, 12+t)
		}
	}
}

// pow2Minima reports whether a kind's minima meet the sums of superblocks, whose scales are powers of two.
func (k kindInfo) pow2Minima() bool { return pow2Kinds[k.name] && k.min != 0 }

// avx512Minima subtracts what a superblock's minima make of the sums of its inputs; R9 is past its sub-scales. The minima of two
// blocks at a time are multiplied as 16-bit integers.
func avx512Minima(a *asm, T int) {
	a.op("MOVL $0x0bc00000, AX")
	a.op("VPBROADCASTD AX, %s", zMin)
	for t := range T {
		a.op("VPADDD.BCST %d(R12), %s, Z%d", 4*t, zMin, t)
	}
	minimaPairs(a, 0, "(R9)", func(i int, z string) {
		for t := range T {
			a.op("VPDPWSSD.BCST %d(R12), %s, Z%d", (i+1)*4*T+4*t, z, t)
		}
	})
	for t := range T {
		a.op("VPADDD.BCST %d(R12), %s, %s", 4*t, zMin, zHigh)
		a.op("VSUBPS %s, Z%d, Z%d", zHigh, t, t)
		a.op("VFNMADD231PS %s, Z%d, Z%d", zSuper, t, 12+t)
	}
	a.op("ADDQ $%d, R12", superToken*T)
}

// superSums writes the function that makes the sums of superblocks: a tile's tokens side by side in the lanes of a vector.
func superSums(a *asm) {
	a.WriteString("\n// func avx512Sums(dst, blocks *byte, supers, T int)\n")
	a.WriteString("TEXT ·avx512Sums(SB), NOSPLIT, $0-32\n")
	for _, s := range []string{"dst+0(FP), DI", "blocks+8(FP), SI", "supers+16(FP), DX", "T+24(FP), CX"} {
		a.op("MOVQ %s", s)
	}
	a.op("MOVL $1, AX")
	a.op("SHLL CX, AX")
	a.op("DECL AX")
	a.op("KMOVW AX, K1") // a lane per token
	a.op("LEAQ (CX*4), R8")
	a.op("LEAQ (R8)(R8*8), R9")           // of the field of sums
	a.op("IMUL3Q $%d, CX, R10", actToken) // from block to block
	a.op("SHLQ $2, CX")
	for i, c := range []string{"0x7fffffff", "0x39010204", "0x007fffff", "0xff800000", "0x7f000000", "0x0000ffff"} { // the second: 1/8128
		a.op("MOVL $%s, AX", c)
		a.op("VPBROADCASTD AX, Z%d", 20+i)
	}
	a.label("super")
	a.op("VPXORD Z16, Z16, Z16")
	for j := range 8 {
		a.op("VMOVUPS.Z (SI)(R9*1), K1, Z%d", j)
		a.op("VPANDD Z%d, Z20, Z17", j)
		a.op("VMAXPS Z17, Z16, Z16")
		a.op("ADDQ R10, SI")
	}
	a.op("VMULPS Z21, Z16, Z16")
	a.op("VPADDD Z22, Z16, Z16")
	a.op("VPANDD Z23, Z16, Z16") // the unit
	a.op("VPSUBD Z16, Z24, Z17") // its inverse
	a.op("VMOVDQU32 Z16, K1, (DI)")
	a.op("ADDQ CX, DI")
	for j := range 8 {
		a.op("VMULPS Z17, Z%d, Z%d", j, j)
		a.op("VCVTPS2DQ Z%d, Z%d", j, j)
	}
	for j := 0; j < 8; j += 2 {
		a.op("VPSLLD $16, Z%d, Z%d", j+1, j+1)
		a.op("VPTERNLOGD $0xf8, Z25, Z%d, Z%d", j, j+1)
		a.op("VMOVDQU32 Z%d, K1, (DI)", j+1)
		a.op("ADDQ CX, DI")
	}
	a.op("DECQ DX")
	a.op("JNZ super")
	a.op("VZEROUPPER")
	a.op("RET")
}

// avx512Float writes the kernel of float panels: acts points at T rows of floats, step bytes apart; units is the columns.
func avx512Float(a *asm, T int) {
	fmt.Fprintf(a, "\n// func avx512F32%d(dst *float32, stride int, w, acts *byte, units int, far *byte, step int)\n", T)
	fmt.Fprintf(a, "TEXT ·avx512F32%d(SB), NOSPLIT, $0-56\n", T)
	loadArguments(a)
	a.op("LEAQ (R10)(R10*2), R11")
	a.op("LEAQ (DX)(R10*4), R12")
	a.op("LEAQ (DX)(R10*8), R13")
	for t := range T {
		a.op("VPXORD Z%d, Z%d, Z%d", t, t, t)
	}
	column := func(c int) {
		a.op("VMOVUPS %d(SI), Z%d", 64*c, 24+c%4)
		for t := range T {
			index := []string{"", "(R10*1)", "(R10*2)", "(R11*1)"}[t%4]
			a.op("VFMADD231PS.BCST %d(%s)%s, Z%d, Z%d", 4*c, []string{"DX", "R12", "R13"}[t/4], index, 24+c%4, t)
		}
	}
	advance := func(n int) {
		for _, r := range []string{"DX", "R12", "R13"}[:(T+3)/4] {
			a.op("ADDQ $%d, %s", 4*n, r)
		}
		a.op("ADDQ $%d, SI", 64*n)
	}
	a.op("SUBQ $4, CX")
	a.op("JLT rest")
	a.label("four")
	for c := range 4 {
		column(c)
		a.op("PREFETCHT1 %d(SI)", 4096+64*c)
	}
	advance(4)
	a.op("SUBQ $4, CX")
	a.op("JGE four")
	a.label("rest")
	a.op("ADDQ $4, CX")
	a.op("JZ done")
	a.label("one")
	column(0)
	advance(1)
	a.op("DECQ CX")
	a.op("JNZ one")
	a.label("done")
	for t := range T {
		a.op("VMOVUPS Z%d, (DI)", t)
		if t+1 < T {
			a.op("ADDQ BX, DI")
		}
	}
	a.op("VZEROUPPER")
	a.op("RET")
}
