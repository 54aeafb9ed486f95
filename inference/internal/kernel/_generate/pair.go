package main

import "fmt"

// The kernels of panel pairs: 32 rows times half a tile. Each broadcast activation serves two panels, so that loads don't bind;
// what binds is the two places where such processors multiply, be it bytes or floats. So for kinds in superblocks the weights'
// scales are made once for all half tiles, the activations' scales are powers of two and cost nothing (sums start at 3·2^22 in
// units of the scale, so that they are floats with the scale in their exponent), and minima are multiplied as integers, a
// superblock at a time.
//
// Registers: T integer sums, T float sums, then codes of the two panels, a spare, and what stays.
const (
	pairCodes0 = "Z24"
	pairCodes1 = "Z25"
	pairSpare  = "Z26"
	pairHigh0  = "Z27" // the high bits of a block, or of half a block
	pairHigh1  = "Z28"
	pairUnit   = "Z29" // what makes 3·2^22·s of a power of two s, added to its bits, or 3·2^22
	pairRaise  = "Z28" // what makes a seed that starts at 3·2^22 start there in units of s, added with s
	pairHigh   = "Z30" // the mask of high bits
)

// Scales of a unit of two panels, as pairScales writes them: 64 bytes of either panel side by side; after a Q4K unit's scales its
// minima, two blocks' in 16 bits each, and what they are multiplied with.
const (
	pairScaleStep = 128
	pairMin       = 8 * pairScaleStep
	pairDMin      = pairMin + 4*pairScaleStep
)

// pow2Kinds are those for which activations are scaled so.
var pow2Kinds = map[string]bool{"Q4K": true, "Q6K": true, "Q50": true}

// pairVariants are the kernels of a kind: those of eight bits know what to do with any scales, and gain by powers of two.
func (k kindInfo) pairVariants() []variant {
	switch {
	case pow2Kinds[k.name]:
		return []variant{{"", true}}
	case k.name == "Q80":
		return []variant{{"", false}, {"Pow2", true}}
	}
	return nil
}

// variant is a kernel for activations whose scales are powers of two, or for any.
type variant struct {
	name string
	pow2 bool
}

// pairSize is the number of bytes of a unit's scales.
func (k kindInfo) pairSize() int {
	if k.name == "Q4K" {
		return pairDMin + pairScaleStep
	}
	return 2 * 8 * pairScaleStep
}

// pair writes the kernel for half a tile of T tokens.
//
// DI dst, BX its stride in bytes, SI weights of the first panel, R13 how far the second is, R9 scales, DX codes, R14 fields + bias,
// R12 the sums of superblocks, CX units, R8 what to prefetch, R10 its step.
func pair(a *asm, k kindInfo, v variant, T int) {
	fmt.Fprintf(a, "\n// func avx512%sPair%s%d(job *pairJob)\n", k.name, v.name, T)
	fmt.Fprintf(a, "TEXT ·avx512%sPair%s%d(SB), NOSPLIT, $0-8\n", k.name, v.name, T)
	a.op("MOVQ job+0(FP), AX")
	for i, r := range []string{"DI", "BX", "SI", "R13", "DX", "R14", "CX", "R8", "R10", "R9", "R12", "R11"} {
		a.op("MOVQ %d(AX), %s", 8*i, r)
	}
	a.op("SHLQ $2, BX")
	a.op("ADDQ $%d, R14", bias)
	constants := [][2]string{{"0x0f0f0f0f", zMask}, {"0x0bc00000", pairUnit}}
	switch {
	case !v.pow2:
		constants[1][0] = "0x4b400000"
	case k.bits == 5:
		constants = append(constants, [2]string{"0x10101010", pairHigh})
	case k.bits == 6:
		constants = append(constants, [2]string{"0x30303030", pairHigh})
	case k.bits == 8:
		constants = append(constants, [2]string{"0xc0800000", pairRaise})
	}
	for _, c := range constants {
		a.op("MOVL $%s, AX", c[0])
		a.op("VPBROADCASTD AX, %s", c[1])
	}
	pairBegin(a, T)
	a.label("unit")
	if k.blocks > 1 {
		a.op("MOVQ $%d, R11", k.blocks)
		a.label("block")
	}
	pairBlock(a, k, v, T)
	a.op("ADDQ $%d, DX", actToken*T)
	a.op("ADDQ $%d, R14", actToken*T)
	if k.blocks > 1 {
		a.op("ADDQ $%d, SI", k.stride)
		a.op("ADDQ $%d, R9", pairScaleStep*map[bool]int{false: 1, true: 2}[k.halves()])
		a.op("DECQ R11")
		a.op("JNZ block")
		if k.min != 0 {
			pairMinima(a, T)
		}
		a.op("ADDQ $%d, SI", k.size-k.blocks*k.stride)
	} else {
		a.op("ADDQ $%d, SI", k.size)
	}
	a.op("DECQ CX")
	a.op("JNZ unit")
	for t := range T / 2 {
		a.op("VMOVUPS Z%d, (DI)", T+t)
		a.op("VMOVUPS Z%d, 64(DI)", T+T/2+t)
		if t+1 < T/2 {
			a.op("ADDQ BX, DI")
		}
	}
	a.op("VZEROUPPER")
	a.op("RET")
}

// pairBegin sets the float sums to zero or, if there are columns before, to what these left in dst. Rows of dst are far apart:
// their lines are asked for here, for writing, so that they have come by the end. PREFETCHW, which the assembler doesn't know, is
// a no-op where a processor lacks it.
func pairBegin(a *asm, T int) {
	for i := range T {
		a.op("VPXORD Z%d, Z%d, Z%d", T+i, T+i, T+i)
	}
	a.op("MOVQ DI, AX")
	for t := range T / 2 {
		a.op("BYTE $0x0f; BYTE $0x0d; BYTE $0x08; BYTE $0x0f; BYTE $0x0d; BYTE $0x48; BYTE $0x40 // PREFETCHW (AX), 64(AX)")
		if t+1 < T/2 {
			a.op("ADDQ BX, AX")
		}
	}
	a.op("TESTQ R11, R11")
	a.op("JZ unit")
	a.op("MOVQ DI, AX")
	for t := range T / 2 {
		a.op("VMOVUPS (AX), Z%d", T+t)
		a.op("VMOVUPS 64(AX), Z%d", T+T/2+t)
		if t+1 < T/2 {
			a.op("ADDQ BX, AX")
		}
	}
}

// pairBlock multiplies a block of 32 columns of both panels.
func pairBlock(a *asm, k kindInfo, v variant, T int) {
	fetch := fetcher(a, k, T)
	for g := range 8 {
		if g == 0 || g == 4 && k.bits == 6 {
			pairStart(a, k, v, T, g/4)
		}
		for p, z := range []string{pairCodes0, pairCodes1} {
			pairUnpack(a, k, g, z, []string{"(SI)", "(SI)(R13*1)"}[p])
		}
		for t := range T / 2 {
			a.op("VPBROADCASTD %d(DX), %s", t*32+g*4, pairSpare)
			a.op("VPDPBUSD %s, %s, Z%d", pairSpare, pairCodes0, t)
			a.op("VPDPBUSD %s, %s, Z%d", pairSpare, pairCodes1, T/2+t)
		}
		pairFetch(a, k, g)
		fetch(g)
		if g == 3 && k.bits == 6 {
			pairSum(a, k, v, T, 0)
		}
	}
	pairSum(a, k, v, T, 1)
}

// pairAhead is how many blocks ahead the weights are fetched into the first-level cache.
const pairAhead = 3

// pairFetch fetches group g's share of a block ahead.
func pairFetch(a *asm, k kindInfo, g int) {
	stride := k.stride
	if k.blocks == 1 {
		stride = k.size
	}
	lines := stride / 64
	for i := range lines {
		if i*8/lines == g {
			a.op("PREFETCHT0 %d(SI)", pairAhead*stride+i*64)
			a.op("PREFETCHT0 %d(SI)(R13*1)", pairAhead*stride+i*64)
		}
	}
}

// pairStart sets the integer sums of a block, or of half a block, to where they begin.
func pairStart(a *asm, k kindInfo, v variant, T, half int) {
	if k.bits == 5 || k.bits == 6 {
		a.op("VMOVDQU32 %d(SI), %s", 256+64*half, pairHigh0)
		a.op("VMOVDQU32 %d(SI)(R13*1), %s", 256+64*half, pairHigh1)
	}
	for t := range T / 2 {
		if k.seed == 0 {
			a.op("VPADDD.BCST %d(R14), %s, Z%d", actScale*T+4*t-bias, pairUnit, t)
		} else {
			a.op("VPBROADCASTD %d(R14), Z%d", (k.seed+4*half)*T+4*t-bias, t)
		}
		if k.bits == 8 && v.pow2 {
			a.op("VPADDD.BCST %d(R14), Z%d, Z%d", actScale*T+4*t-bias, t, t)
			a.op("VPADDD %s, Z%d, Z%d", pairRaise, t, t)
		}
		a.op("VMOVDQA32 Z%d, Z%d", t, T/2+t)
	}
}

// pairUnpack sets z to the codes of group g of the panel at an address.
func pairUnpack(a *asm, k kindInfo, g int, z, address string) {
	if k.bits == 8 {
		a.op("VMOVDQU32 %d%s, %s", g*64, address, z)
		return
	}
	if g%2 == 0 {
		a.op("VPANDD %d%s, %s, %s", g/2*64, address, zMask, z)
	} else {
		a.op("VPSRLW $4, %d%s, %s", g/2*64, address, z)
		a.op("VPANDD %s, %s, %s", zMask, z, z)
	}
	if k.bits == 4 {
		return
	}
	from, up := map[string]string{pairCodes0: pairHigh0, pairCodes1: pairHigh1}[z], 4-2*(g%4)
	if k.bits == 5 {
		up = 4 - g
	}
	switch {
	case up > 0:
		a.op("VPSLLW $%d, %s, %s", up, from, pairSpare)
		from = pairSpare
	case up < 0:
		a.op("VPSRLW $%d, %s, %s", -up, from, pairSpare)
		from = pairSpare
	}
	a.op("VPTERNLOGD $0xf8, %s, %s, %s", from, pairHigh, z)
}

// pairWeights are the scales of both panels in a block, or in half a block: of kinds in superblocks where they are.
func pairWeights(a *asm, k kindInfo, half int) [2]string {
	if k.blocks > 1 {
		at := half * pairScaleStep
		if !k.halves() {
			at = 0
		}
		a.op("VMOVAPS %d(R9), %s", at, pairCodes0)
		a.op("VMOVAPS %d(R9), %s", at+64, pairCodes1)
	} else {
		a.op("VCVTPH2PS %d(SI), %s", k.size-32, pairCodes0)
		a.op("VCVTPH2PS %d(SI)(R13*1), %s", k.size-32, pairCodes1)
	}
	return [2]string{pairCodes0, pairCodes1}
}

// pairSum adds the integer sums, times the weights' scales, to the float sums.
func pairSum(a *asm, k kindInfo, v variant, T, half int) {
	weights := pairWeights(a, k, half)
	for t := range T / 2 {
		scale := fmt.Sprintf("%d(R14)", actScale*T+4*t-bias)
		if v.pow2 {
			a.op("VPADDD.BCST %s, %s, %s", scale, pairUnit, pairSpare)
		} else {
			a.op("VBROADCASTSS %s, %s", scale, pairSpare)
		}
		for p, z := range weights {
			i := p*T/2 + t
			if v.pow2 {
				a.op("VSUBPS %s, Z%d, Z%d", pairSpare, i, i)
			} else {
				a.op("VSUBPS %s, Z%d, Z%d", pairUnit, i, i)
				a.op("VMULPS %s, Z%d, Z%d", pairSpare, i, i)
			}
			a.op("VFMADD231PS %s, Z%d, Z%d", z, i, T+i)
		}
	}
}

// pairMinima subtracts what a superblock's minima make of the sums of its inputs; R9 is past its scales.
func pairMinima(a *asm, T int) {
	for t := range T / 2 {
		a.op("VPADDD.BCST %d(R12), %s, Z%d", 4*t, pairUnit, t)
		a.op("VMOVDQA32 Z%d, Z%d", t, T/2+t)
	}
	for i := range 4 {
		for p, z := range []string{pairCodes0, pairCodes1} {
			a.op("VMOVDQA32 %d(R9), %s", i*pairScaleStep+64*p, z)
		}
		for t := range T / 2 {
			a.op("VPBROADCASTD %d(R12), %s", (i+1)*4*T+4*t, pairSpare)
			a.op("VPDPWSSD %s, %s, Z%d", pairSpare, pairCodes0, t)
			a.op("VPDPWSSD %s, %s, Z%d", pairSpare, pairCodes1, T/2+t)
		}
	}
	a.op("VMOVAPS %d(R9), %s", pairDMin-pairMin, pairCodes0)
	a.op("VMOVAPS %d(R9), %s", pairDMin-pairMin+64, pairCodes1)
	for t := range T / 2 {
		a.op("VPADDD.BCST %d(R12), %s, %s", 4*t, pairUnit, pairSpare)
		for p, z := range []string{pairCodes0, pairCodes1} {
			i := p*T/2 + t
			a.op("VSUBPS %s, Z%d, Z%d", pairSpare, i, i)
			a.op("VFNMADD231PS %s, Z%d, Z%d", z, i, T+i)
		}
	}
	a.op("ADDQ $%d, R9", pairDMin-pairMin+pairScaleStep)
	a.op("ADDQ $%d, R12", superToken*T)
}

// pairScales writes the function that makes the scales of units of two panels.
func pairScales(a *asm, k kindInfo) {
	fmt.Fprintf(a, "\n// func avx512%sScales(dst, w *byte, panel, units int)\n", k.name)
	fmt.Fprintf(a, "TEXT ·avx512%sScales(SB), NOSPLIT, $0-32\n", k.name)
	for _, s := range []string{"dst+0(FP), DI", "w+8(FP), SI", "panel+16(FP), R13", "units+24(FP), CX"} {
		a.op("MOVQ %s", s)
	}
	a.op("ADDQ $%d, SI", k.blocks*k.stride)
	a.label("unit")
	for p, base := range []string{"(SI)", "(SI)(R13*1)"} {
		a.op("VCVTPH2PS 256%s, Z0", base)
		extend, n := "VPMOVZXBD", 8
		if k.halves() {
			extend, n = "VPMOVSXBD", 16
		}
		for i := range n {
			a.op("%s %d%s, Z%d", extend, 16*i, base, 1+i%4)
			a.op("VCVTDQ2PS Z%d, Z%d", 1+i%4, 1+i%4)
			a.op("VMULPS Z0, Z%d, Z%d", 1+i%4, 1+i%4)
			a.op("VMOVAPS Z%d, %d(DI)", 1+i%4, i*pairScaleStep+64*p)
		}
		if k.min == 0 {
			continue
		}
		minimaPairs(a, 128, base, func(i int, z string) { a.op("VMOVDQA32 %s, %d(DI)", z, pairMin+i*pairScaleStep+64*p) })
		a.op("VCVTPH2PS 288%s, Z0", base)
		a.op("VMOVAPS Z0, %d(DI)", pairDMin+64*p)
	}
	a.op("ADDQ $%d, DI", k.pairSize())
	a.op("ADDQ $%d, SI", k.size)
	a.op("DECQ CX")
	a.op("JNZ unit")
	a.op("VZEROUPPER")
	a.op("RET")
}

// minimaPairs gives each two blocks' minima, at an address, side by side in 16 bits each.
func minimaPairs(a *asm, at int, base string, use func(i int, z string)) {
	for i := range 4 {
		a.op("VPMOVZXBD %d%s, %s", at+32*i, base, zLow)
		a.op("VPMOVZXBD %d%s, %s", at+32*i+16, base, zHigh)
		a.op("VPSLLD $16, %s, %s", zHigh, zHigh)
		a.op("VPORD %s, %s, %s", zHigh, zLow, zLow)
		use(i, zLow)
	}
}

// pairDeclarations writes the Go side.
func pairDeclarations(tokens []int) {
	d := &asm{}
	d.WriteString("// Code generated by _generate; DO NOT EDIT.\n\n//go:build amd64 && !noasm\n\npackage kernel\n")
	d.WriteString("\n// pairAVX512 multiplies two panels by half of a tile of T tokens, whose scales are powers of two or any.\n")
	d.WriteString("func pairAVX512(k kind, pow2 bool, T int, job *pairJob) {\n\tswitch {\n")
	each := func(f func(k kindInfo, v variant, T int)) {
		for _, k := range kinds {
			for _, v := range k.pairVariants() {
				for _, T := range tokens {
					f(k, v, T)
				}
			}
		}
	}
	each(func(k kindInfo, v variant, T int) {
		which := ""
		if len(k.pairVariants()) > 1 {
			which = map[bool]string{false: " && !pow2", true: " && pow2"}[v.pow2]
		}
		fmt.Fprintf(d, "\tcase k == kind%s%s && T == %d:\n\t\tavx512%sPair%s%d(job)\n", k.name, which, T, k.name, v.name, T)
	})
	d.WriteString("\t}\n}\n")
	each(func(k kindInfo, v variant, T int) {
		fmt.Fprintf(d, "\n//go:noescape\nfunc avx512%sPair%s%d(job *pairJob)\n", k.name, v.name, T)
	})
	for _, k := range kinds {
		if k.pairVariants() != nil && k.blocks > 1 {
			fmt.Fprintf(d, "\n// avx512%sScales makes the scales of units of two panels, panel bytes apart: %d bytes each.\n", k.name, k.pairSize())
			fmt.Fprintf(d, "//\n//go:noescape\nfunc avx512%sScales(dst, w *byte, panel, units int)\n", k.name)
		}
	}
	write("pair_avx512_amd64.go", d.trim())
}
