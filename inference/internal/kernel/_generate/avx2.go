package main

import "fmt"

// flavour is an instruction set of 256-bit vectors: AVX2 multiplies bytes in two steps, AVX-VNNI in one.
type flavour struct {
	name string
	vnni bool
}

var flavours = []flavour{{"avx2", false}, {"avxvnni", true}}

// Registers of the 256-bit kernels, which do the rows of a panel in two halves: Y0–Y3 integer sums, Y4–Y7 float sums, Y12–Y15
// sums of products in 16 bits.
const (
	yLow  = "Y8"
	yHigh = "Y9"
	yTmp  = "Y10"
	yX    = "Y11"
	yD    = "Y12" // once the integer sums are done
	yDMin = "Y13"
)

// avx2Constants are read as memory operands: registers are few.
func avx2Constants(a *asm) {
	a.WriteString("\n")
	for _, c := range []struct {
		name  string
		value string
	}{
		{"nibble", "0x0f0f0f0f0f0f0f0f"},
		{"fifth", "0x1010101010101010"},
		{"pair", "0x3030303030303030"},
		{"lowPair", "0x0303030303030303"},
		{"part32", "0x3d0000003d000000"},
		{"sign", "0x8080808080808080"},
		{"ones", "0x0001000100010001"},
		{"base", "0x4b4000004b400000"},
		{"twice", "0x9680000096800000"},
	} {
		for i := range 4 {
			fmt.Fprintf(a, "DATA %s<>+%d(SB)/8, $%s\n", c.name, 8*i, c.value)
		}
		fmt.Fprintf(a, "GLOBL %s<>(SB), RODATA|NOPTR, $32\n", c.name)
	}
}

// group is the number of groups whose products may be summed in 16 bits: codes below 16, 32, 64 times 127, two at a time.
func (k kindInfo) group() int {
	return map[int]int{2: 4, 4: 8, 5: 4, 6: 2, 8: 1}[k.bits]
}

// avx2 writes one kernel; arguments and registers are those of avx512.
func avx2(a *asm, f flavour, k kindInfo, T int) {
	fmt.Fprintf(a, "\n// func %s%s%d(dst *float32, stride int, w, acts *byte, units int, far *byte, step int)\n", f.name, k.name, T)
	fmt.Fprintf(a, "TEXT ·%s%s%d(SB), NOSPLIT, $0-56\n", f.name, k.name, T)
	for half := range 2 {
		loadArguments(a)
		for t := range T {
			a.op("VXORPS Y%d, Y%d, Y%d", 4+t, 4+t, 4+t)
		}
		a.label(fmt.Sprintf("unit%d", half))
		if k.blocks > 1 {
			a.op("LEAQ %d(SI), R9", k.blocks*k.stride)
			a.op("MOVQ R9, R12")
			a.op("MOVQ $%d, R11", k.blocks)
			a.label(fmt.Sprintf("block%d", half))
		}
		avx2Block(a, f, k, T, half)
		a.op("ADDQ $%d, DX", actToken*T)
		if k.blocks > 1 {
			a.op("ADDQ $%d, SI", k.stride)
			a.op("ADDQ $%d, R9", subStep(k))
			a.op("DECQ R11")
			a.op("JNZ block%d", half)
			a.op("ADDQ $%d, SI", k.size-k.blocks*k.stride)
		} else {
			a.op("ADDQ $%d, SI", k.size)
		}
		a.op("DECQ CX")
		a.op("JNZ unit%d", half)
		for t := range T {
			a.op("VMOVUPS Y%d, %d(DI)", 4+t, 32*half)
			if t+1 < T {
				a.op("ADDQ BX, DI")
			}
		}
	}
	a.op("VZEROUPPER")
	a.op("RET")
}

func avx2Block(a *asm, f flavour, k kindInfo, T, half int) {
	fetch := func(int) {}
	if half == 0 {
		fetch = fetcher(a, k, T)
	}
	for g := range 8 {
		if g == 0 || g == 4 && k.halves() {
			avx2Start(a, f, k, T, g/4)
		}
		if k.bits == 8 || g%2 == 0 {
			avx2Codes(a, f, k, g, half)
		}
		codes := yLow
		if k.bits < 8 && g%2 == 1 {
			codes = yHigh
		}
		for t := range T {
			avx2Dot(a, f, k, codes, g, t)
		}
		if n := k.group(); !f.vnni && g%n == n-1 {
			for t := range T {
				a.op("VPMADDWD ones<>(SB), Y%d, Y%d", 12+t, 12+t)
				a.op("VPADDD Y%d, Y%d, Y%d", 12+t, t, t)
			}
		}
		fetch(g)
		if g == 3 && k.halves() {
			avx2Scales(a, k, 0, half)
			avx2Sum(a, k, T, 0)
		}
	}
	avx2Scales(a, k, 1, half)
	avx2Sum(a, k, T, 1)
}

// avx2Start sets where the integer sums begin.
func avx2Start(a *asm, f flavour, k kindInfo, T, part int) {
	for t := range T {
		switch {
		case k.bits == 8 && !f.vnni && k.seed == 0: // signed codes: what 128 is too little goes in here
			a.op("VMOVDQU twice<>(SB), Y%d", t)
			a.op("VPBROADCASTD %d(DX), %s", actSeed8*T+4*t, yX)
			a.op("VPSUBD %s, Y%d, Y%d", yX, t, t)
		case k.seed == 0, k.bits == 8 && !f.vnni:
			a.op("VMOVDQU base<>(SB), Y%d", t)
		default:
			a.op("VPBROADCASTD %d(DX), Y%d", (k.seed+4*part)*T+4*t, t)
		}
	}
}

// avx2Codes unpacks the codes of groups g and g+1, or of g alone when they are bytes.
func avx2Codes(a *asm, f flavour, k kindInfo, g, half int) {
	if k.bits == 2 {
		avx2TwoBits(a, g, half)
		return
	}
	if k.bits == 8 {
		a.op("VMOVDQU %d(SI), %s", g*64+32*half, yLow)
		if !f.vnni { // as signed numbers: their size, and their signs for the activations
			a.op("VPXOR sign<>(SB), %s, %s", yLow, yHigh)
			a.op("VPABSB %s, %s", yHigh, yLow)
		}
		return
	}
	a.op("VMOVDQU %d(SI), %s", g/2*64+32*half, yLow)
	a.op("VPSRLW $4, %s, %s", yLow, yHigh)
	a.op("VPAND nibble<>(SB), %s, %s", yLow, yLow)
	a.op("VPAND nibble<>(SB), %s, %s", yHigh, yHigh)
	if k.bits == 4 {
		return
	}
	for i, y := range []string{yLow, yHigh} {
		up, from, mask := 4-(g+i), 256+32*half, "fifth"
		if k.bits == 6 {
			up, from, mask = 4-2*((g+i)%4), 256+64*(g/4)+32*half, "pair"
		}
		a.op("VMOVDQU %d(SI), %s", from, yTmp)
		if up > 0 {
			a.op("VPSLLW $%d, %s, %s", up, yTmp, yTmp)
		} else if up < 0 {
			a.op("VPSRLW $%d, %s, %s", -up, yTmp, yTmp)
		}
		a.op("VPAND %s<>(SB), %s, %s", mask, yTmp, yTmp)
		a.op("VPOR %s, %s, %s", yTmp, y, y)
	}
}

// avx2Dot multiplies a group's codes by four activations of token t.
func avx2Dot(a *asm, f flavour, k kindInfo, codes string, g, t int) {
	a.op("VPBROADCASTD %d(DX), %s", t*32+g*4, yX)
	if f.vnni {
		dotVEX(a, codes, t)
		return
	}
	if k.bits == 8 {
		a.op("VPSIGNB %s, %s, %s", yHigh, yX, yX)
	}
	if g%k.group() == 0 {
		a.op("VPMADDUBSW %s, %s, Y%d", yX, codes, 12+t)
		return
	}
	a.op("VPMADDUBSW %s, %s, %s", yX, codes, yTmp)
	a.op("VPADDW %s, Y%d, Y%d", yTmp, 12+t, 12+t)
}

// dotVEX writes VPDPBUSD Y11, codes, Yt in its VEX form, which the assembler doesn't know: VEX.256.66.0F38.W0 50 /r, with the
// destination below Y8 and both sources above.
func dotVEX(a *asm, codes string, t int) {
	source := map[string]int{yLow: 8, yHigh: 9}[codes]
	vvvv := byte(^source & 15)
	a.op("BYTE $0xC4; BYTE $0xC2; BYTE $0x%02X; BYTE $0x50; BYTE $0x%02X // VPDPBUSD %s, %s, Y%d", vvvv<<3|0x05, 0xC0|t<<3|3, yX, codes, t)
}

// avx2Scales loads the scales of a block into Y8 and its minima into Y9.
func avx2Scales(a *asm, k kindInfo, part, half int) {
	switch k.name {
	case "Q4K":
		a.op("VPMOVZXBD %d(R9), %s", 8*half, yLow)
		a.op("VPMOVZXBD %d(R9), %s", 128+8*half, yHigh)
		a.op("VCVTPH2PS %d(R12), %s", 256+16*half, yD)
		a.op("VCVTPH2PS %d(R12), %s", 288+16*half, yDMin)
		a.op("VCVTDQ2PS %s, %s", yLow, yLow)
		a.op("VCVTDQ2PS %s, %s", yHigh, yHigh)
		a.op("VMULPS %s, %s, %s", yD, yLow, yLow)
		a.op("VMULPS %s, %s, %s", yDMin, yHigh, yHigh)
	case "Q2K":
		avx2TwoBitScales(a, part, half)
	case "Q6K":
		a.op("VPMOVSXBD %d(R9), %s", 16*part+8*half, yLow)
		a.op("VCVTPH2PS %d(R12), %s", 256+16*half, yD)
		a.op("VCVTDQ2PS %s, %s", yLow, yLow)
		a.op("VMULPS %s, %s, %s", yD, yLow, yLow)
	case "Q50":
		a.op("VCVTPH2PS %d(SI), %s", 320+16*half, yLow)
	case "Q41":
		a.op("VCVTPH2PS %d(SI), %s", 256+16*half, yLow)
		a.op("VCVTPH2PS %d(SI), %s", 288+16*half, yHigh)
	case "Q80":
		a.op("VCVTPH2PS %d(SI), %s", 512+16*half, yLow)
	case "W8":
		a.op("VMOVUPS %d(SI), %s", 512+32*half, yLow)
		a.op("VMOVUPS %d(SI), %s", 576+32*half, yHigh)
	}
}

func avx2Sum(a *asm, k kindInfo, T, part int) {
	if k.bits == 2 {
		avx2TwoBitSum(a, T, part)
		return
	}
	for t := range T {
		a.op("VBROADCASTSS %d(DX), %s", actScale*T+4*t, yX)
		a.op("VSUBPS base<>(SB), Y%d, Y%d", t, t)
		a.op("VMULPS %s, Y%d, Y%d", yX, t, t)
		a.op("VFMADD231PS %s, Y%d, Y%d", yLow, t, 4+t)
		if k.min != 0 {
			a.op("VBROADCASTSS %d(DX), %s", actSum*T+4*t, yTmp)
			a.op("%s %s, %s, Y%d", map[int]string{1: "VFMADD231PS", -1: "VFNMADD231PS"}[k.min], yHigh, yTmp, 4+t)
		}
	}
}

// avx2Float writes the kernel of float panels: acts points at T rows of floats, step bytes apart; units is the columns.
func avx2Float(a *asm, T int) {
	fmt.Fprintf(a, "\n// func avx2F32%d(dst *float32, stride int, w, acts *byte, units int, far *byte, step int)\n", T)
	fmt.Fprintf(a, "TEXT ·avx2F32%d(SB), NOSPLIT, $0-56\n", T)
	loadArguments(a)
	a.op("LEAQ (R10)(R10*2), R11")
	for t := range 2 * T {
		a.op("VXORPS Y%d, Y%d, Y%d", t, t, t)
	}
	a.label("column")
	a.op("VMOVUPS 0(SI), Y8")
	a.op("VMOVUPS 32(SI), Y9")
	for t := range T {
		a.op("VBROADCASTSS (DX)%s, Y%d", []string{"", "(R10*1)", "(R10*2)", "(R11*1)"}[t], 10+t)
		a.op("VFMADD231PS Y%d, Y8, Y%d", 10+t, 2*t)
		a.op("VFMADD231PS Y%d, Y9, Y%d", 10+t, 2*t+1)
	}
	a.op("ADDQ $4, DX")
	a.op("ADDQ $64, SI")
	a.op("DECQ CX")
	a.op("JNZ column")
	for t := range T {
		a.op("VMOVUPS Y%d, 0(DI)", 2*t)
		a.op("VMOVUPS Y%d, 32(DI)", 2*t+1)
		if t+1 < T {
			a.op("ADDQ BX, DI")
		}
	}
	a.op("VZEROUPPER")
	a.op("RET")
}
