package main

import "fmt"

// The kernels of panel pairs: 32 rows times half a tile. Each broadcast activation serves two panels, so that loads don't bind.
// For kinds in superblocks the activations' scales are powers of two and cost nothing: sums start at 3·2^22 in units of the
// scale, so that they are floats with the scale in their exponent.
//
// Registers: T integer sums, T float sums, then codes of the two panels, a spare, and what stays.
const (
	pairCodes0 = "Z24"
	pairCodes1 = "Z25"
	pairSpare  = "Z26"
	pairScale0 = "Z27" // d of a superblock, or the high bits of a block
	pairScale1 = "Z28"
	pairUnit   = "Z29" // what makes 3·2^22·s of a power of two s, added to its bits, or 3·2^22
	pairHigh   = "Z30" // the mask of high bits
)

// pow2Kinds are those for which activations are scaled so.
var pow2Kinds = map[string]bool{"Q4K": true, "Q6K": true}

// pairs reports whether a kind has these kernels: those whose sums gain by them.
func (k kindInfo) pairs() bool { return pow2Kinds[k.name] || k.name == "Q50" || k.name == "Q80" }

// pairParams are the parameters in Go.
const pairParams = "dst *float32, stride int, w *byte, panel int, codes, fields *byte, units int, far *byte, step int"

// pair writes the kernel for half a tile of T tokens.
//
// DI dst, BX its stride in bytes, SI weights of the first panel, R13 how far the second is, R9 the superblock's scales, R12 the
// same of the first block, DX codes, R14 fields + bias, CX units, R8 what to prefetch, R10 its step.
func pair(a *asm, k kindInfo, T int) {
	fmt.Fprintf(a, "\n// func avx512%sPair%d(%s)\n", k.name, T, pairParams)
	fmt.Fprintf(a, "TEXT ·avx512%sPair%d(SB), NOSPLIT, $0-72\n", k.name, T)
	for _, s := range []string{
		"dst+0(FP), DI", "stride+8(FP), BX", "w+16(FP), SI", "panel+24(FP), R13", "codes+32(FP), DX", "fields+40(FP), R14",
		"units+48(FP), CX", "far+56(FP), R8", "step+64(FP), R10",
	} {
		a.op("MOVQ %s", s)
	}
	a.op("SHLQ $2, BX")
	a.op("ADDQ $%d, R14", bias)
	unit, high := "0x4b400000", "0x10101010"
	if pow2Kinds[k.name] {
		unit, high = "0x0bc00000", "0x30303030"
	}
	for _, c := range [][2]string{{"0x0f0f0f0f", zMask}, {unit, pairUnit}, {high, pairHigh}} {
		a.op("MOVL $%s, AX", c[0])
		a.op("VPBROADCASTD AX, %s", c[1])
	}
	for i := range T {
		a.op("VPXORD Z%d, Z%d, Z%d", T+i, T+i, T+i)
	}
	a.label("unit")
	if k.blocks > 1 {
		a.op("LEAQ %d(SI), R9", k.blocks*k.stride)
		a.op("MOVQ R9, R12")
		a.op("VCVTPH2PS 256(R12), %s", pairScale0)
		a.op("VCVTPH2PS 256(R12)(R13*1), %s", pairScale1)
		a.op("MOVQ $%d, R11", k.blocks)
		a.label("block")
	}
	pairBlock(a, k, T)
	a.op("ADDQ $%d, DX", actToken*T)
	a.op("ADDQ $%d, R14", actToken*T)
	if k.blocks > 1 {
		a.op("ADDQ $%d, SI", k.stride)
		a.op("ADDQ $%d, R9", subStep(k))
		a.op("DECQ R11")
		a.op("JNZ block")
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

// pairBlock multiplies a block of 32 columns of both panels.
func pairBlock(a *asm, k kindInfo, T int) {
	fetch := fetcher(a, k, T)
	for g := range 8 {
		if g == 0 || g == 4 && k.bits == 6 {
			pairStart(a, k, T, g/4)
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
			pairSum(a, k, T, 0)
		}
	}
	pairSum(a, k, T, 1)
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
func pairStart(a *asm, k kindInfo, T, half int) {
	if k.bits == 5 {
		a.op("VMOVDQU32 256(SI), %s", pairScale0)
		a.op("VMOVDQU32 256(SI)(R13*1), %s", pairScale1)
	}
	for t := range T / 2 {
		if k.seed == 0 {
			a.op("VPADDD.BCST %d(R14), %s, Z%d", actScale*T+4*t-bias, pairUnit, t)
		} else {
			a.op("VPBROADCASTD %d(R14), Z%d", (k.seed+4*half)*T+4*t-bias, t)
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
	from, up := fmt.Sprintf("%d%s", 256+64*(g/4), address), 4-2*(g%4)
	if k.bits == 5 {
		from, up = map[string]string{pairCodes0: pairScale0, pairCodes1: pairScale1}[z], 4-g
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

// pairScales sets the two registers to the weights' scales in a block, or in half a block.
func pairScales(a *asm, k kindInfo, half int) {
	for p, z := range []string{pairCodes0, pairCodes1} {
		weights, sub := []string{"(SI)", "(SI)(R13*1)"}[p], []string{"(R9)", "(R9)(R13*1)"}[p]
		switch k.name {
		case "Q4K", "Q6K":
			if k.bits == 4 {
				a.op("VPMOVZXBD 0%s, %s", sub, z)
			} else {
				a.op("VPMOVSXBD %d%s, %s", 16*half, sub, z)
			}
			a.op("VCVTDQ2PS %s, %s", z, z)
			a.op("VMULPS %s, %s, %s", []string{pairScale0, pairScale1}[p], z, z)
		default:
			a.op("VCVTPH2PS %d%s, %s", k.size-32, weights, z)
		}
	}
}

// pairMinima sets the two registers to the weights' minima in a block.
func pairMinima(a *asm) {
	for p, z := range []string{pairCodes0, pairCodes1} {
		a.op("VPMOVZXBD 128%s, %s", []string{"(R9)", "(R9)(R13*1)"}[p], z)
		a.op("VCVTPH2PS 288%s, %s", []string{"(R12)", "(R12)(R13*1)"}[p], pairSpare)
		a.op("VCVTDQ2PS %s, %s", z, z)
		a.op("VMULPS %s, %s, %s", pairSpare, z, z)
	}
}

// pairSum adds the integer sums, times the weights' scales, to the float sums, and what the minima add.
func pairSum(a *asm, k kindInfo, T, half int) {
	pairScales(a, k, half)
	for t := range T / 2 {
		scale := fmt.Sprintf("%d(R14)", actScale*T+4*t-bias)
		if pow2Kinds[k.name] {
			a.op("VPADDD.BCST %s, %s, %s", scale, pairUnit, pairSpare)
		} else {
			a.op("VBROADCASTSS %s, %s", scale, pairSpare)
		}
		for p, z := range []string{pairCodes0, pairCodes1} {
			i := p*T/2 + t
			if pow2Kinds[k.name] {
				a.op("VSUBPS %s, Z%d, Z%d", pairSpare, i, i)
			} else {
				a.op("VSUBPS %s, Z%d, Z%d", pairUnit, i, i)
				a.op("VMULPS %s, Z%d, Z%d", pairSpare, i, i)
			}
			a.op("VFMADD231PS %s, Z%d, Z%d", z, i, T+i)
		}
	}
	if k.min == 0 {
		return
	}
	pairMinima(a)
	for t := range T / 2 {
		a.op("VBROADCASTSS %d(R14), %s", actSum*T+4*t-bias, pairSpare)
		for p, z := range []string{pairCodes0, pairCodes1} {
			a.op("VFNMADD231PS %s, %s, Z%d", pairSpare, z, T+p*T/2+t)
		}
	}
}

// pairDeclarations writes the Go side.
func pairDeclarations(tokens []int) {
	d := &asm{}
	d.WriteString("// Code generated by _generate; DO NOT EDIT.\n\n//go:build amd64 && !noasm\n\npackage kernel\n")
	d.WriteString("\n// pairAVX512 multiplies two panels, panel bytes apart, by half of a tile of T tokens: see tileAVX512.\n")
	fmt.Fprintf(d, "func pairAVX512(k kind, T int, %s) {\n\tswitch {\n", pairParams)
	for _, k := range kinds {
		for _, t := range tokens {
			if k.pairs() {
				fmt.Fprintf(d, "\tcase k == kind%s && T == %d:\n\t\tavx512%sPair%d(dst, stride, w, panel, codes, fields, units, far, step)\n", k.name, t, k.name, t)
			}
		}
	}
	d.WriteString("\t}\n}\n")
	for _, k := range kinds {
		for _, t := range tokens {
			if k.pairs() {
				fmt.Fprintf(d, "\n//go:noescape\nfunc avx512%sPair%d(%s)\n", k.name, t, pairParams)
			}
		}
	}
	write("pair_avx512_amd64.go", d.trim())
}
