package main

import "fmt"

// The vector functions for 256 bits: eight elements at a time, and the same instructions once more on what is left, behind a mask.

// loop is a function over up to four arrays of n floats.
type loop struct {
	name    string
	params  string   // Go parameters, without n
	size    int      // bytes of the frame
	inputs  []string // frame slots of pointers that are read, into Y0, Y1, …
	output  string   // frame slot of the pointer that is written from Y0; "": none
	second  bool     // Y1 is written back to where input 1 came from
	start   []string // instructions before the loop
	body    []string
	finish  []string // instructions behind it
	n       string   // frame slot of n
	returns string
}

// expBody sets Y3 to exp(Y1), using Y2: the method of vector_avx512_amd64.s, with the power of two added to the exponent.
var expBody = []string{
	"VMINPS Y1, Y14, Y1", // a NaN stays one
	"VMAXPS Y1, Y13, Y1",
	"VMULPS expLog2<>(SB), Y1, Y2",
	"VROUNDPS $8, Y2, Y2",
	"VFMADD231PS expHigh<>(SB), Y2, Y1",
	"VFMADD231PS expLow<>(SB), Y2, Y1",
	"VMOVUPS exp5<>(SB), Y3",
	"VFMADD213PS exp4<>(SB), Y1, Y3",
	"VFMADD213PS exp3<>(SB), Y1, Y3",
	"VFMADD213PS exp2<>(SB), Y1, Y3",
	"VFMADD213PS exp1<>(SB), Y1, Y3",
	"VFMADD213PS exp0<>(SB), Y1, Y3",
	"VMULPS Y1, Y3, Y3",
	"VFMADD213PS Y1, Y1, Y3",
	"VADDPS Y12, Y3, Y3",
	"VCVTPS2DQ Y2, Y2",
	"VPSLLD $23, Y2, Y2",
	"VPADDD Y2, Y3, Y3",
}

var expStart = []string{"VMOVUPS expTop<>(SB), Y14", "VMOVUPS expBottom<>(SB), Y13", "VMOVUPS expOne<>(SB), Y12"}

// geluArgument sets Y1 to −2·sqrt(2/pi)·(x + 0.044715·x³) for x in Y0: see gelu_avx512_amd64.s.
var geluArgument = []string{
	"VMULPS Y0, Y0, Y1",
	"VMOVUPS geluLinear<>(SB), Y2",
	"VFMADD231PS geluCubic<>(SB), Y1, Y2",
	"VMULPS Y2, Y0, Y1",
}

// normalTail sets Y5 to t·P(t) for |x| in Y7, using Y6: exp(−x²/2) times that is the tail of the normal distribution.
func normalTail() []string {
	ops := []string{"VMOVAPS Y12, Y6", "VFMADD231PS quarter<>(SB), Y7, Y6", "VDIVPS Y6, Y12, Y6", "VMOVUPS tail0<>(SB), Y5"}
	for i := 1; i <= 8; i++ {
		ops = append(ops, fmt.Sprintf("VFMADD213PS tail%d<>(SB), Y6, Y5", i))
	}
	return append(ops, "VMULPS Y6, Y5, Y5")
}

func join(parts ...[]string) []string {
	var all []string
	for _, p := range parts {
		all = append(all, p...)
	}
	return all
}

// fold adds or compares the lanes of Y4 into X4.
func fold(op string) []string {
	return []string{
		"VEXTRACTF128 $1, Y4, X5", op + "PS X5, X4, X4",
		"VPERMILPS $0x4e, X4, X5", op + "PS X5, X4, X4",
		"VPERMILPS $0xb1, X4, X5", op + "SS X5, X4, X4",
	}
}

func loops() []loop {
	zero := []string{"VXORPS Y4, Y4, Y4"}
	return []loop{
		{
			name: "Scale", params: "dst, x, w *float32, n int, scale float32", size: 36, n: "n+24",
			inputs: []string{"x+8", "w+16"}, output: "dst+0", start: []string{"VBROADCASTSS scale+32(FP), Y4"},
			body: []string{"VMULPS Y4, Y0, Y0", "VMULPS Y1, Y0, Y0"},
		},
		{
			name: "Add", params: "dst, x *float32, n int", size: 24, n: "n+16",
			inputs: []string{"x+8", "dst+0"}, output: "dst+0", body: []string{"VADDPS Y0, Y1, Y0"},
		},
		{
			name: "SiluMul", params: "dst, gate, up *float32, n int", size: 32, n: "n+24",
			inputs: []string{"gate+8", "up+16"}, output: "dst+0", start: join(zero, expStart),
			body: join([]string{"VMULPS Y0, Y1, Y5", "VSUBPS Y0, Y4, Y1"}, expBody, []string{"VADDPS Y12, Y3, Y3", "VDIVPS Y3, Y5, Y0"}),
		},
		{
			name: "GeluMul", params: "dst, gate, up *float32, n int", size: 32, n: "n+24",
			inputs: []string{"gate+8", "up+16"}, output: "dst+0", start: expStart,
			body: join([]string{"VMULPS Y0, Y1, Y5"}, geluArgument, expBody, []string{"VADDPS Y12, Y3, Y3", "VDIVPS Y3, Y5, Y0"}),
		},
		{
			name: "Gelu", params: "dst, x *float32, n int", size: 24, n: "n+16",
			inputs: []string{"x+8"}, output: "dst+0", start: expStart,
			body: join(geluArgument, expBody, []string{"VADDPS Y12, Y3, Y3", "VDIVPS Y3, Y0, Y0"}),
		},
		{
			name: "GeluErf", params: "dst, x *float32, n int", size: 24, n: "n+16",
			inputs: []string{"x+8"}, output: "dst+0", start: join(zero, expStart),
			body: join(
				[]string{"VANDPS absolute<>(SB), Y0, Y7", "VMULPS Y7, Y7, Y1", "VMULPS minusHalf<>(SB), Y1, Y1"}, expBody, normalTail(),
				[]string{"VMULPS Y3, Y5, Y5", "VMAXPS Y0, Y4, Y0", "VFNMADD231PS Y5, Y7, Y0"},
			),
		},
		{
			name: "Sum", params: "x *float32, n int", size: 20, n: "n+8", returns: "float32",
			inputs: []string{"x+0"}, start: zero, body: []string{"VADDPS Y0, Y4, Y4"},
			finish: join(fold("VADD"), []string{"VMOVSS X4, ret+16(FP)"}),
		},
		{
			name: "Spread", params: "x *float32, n int, mean float32", size: 28, n: "n+8", returns: "float32",
			inputs: []string{"x+0"}, start: join(zero, []string{"VBROADCASTSS mean+16(FP), Y6"}),
			body:   []string{"VSUBPS Y6, Y0, Y0", "VANDPS Y15, Y0, Y0", "VFMADD231PS Y0, Y0, Y4"},
			finish: join(fold("VADD"), []string{"VMOVSS X4, ret+24(FP)"}),
		},
		{
			name: "Shift", params: "dst, x, w, b *float32, n int, mean, scale float32", size: 48, n: "n+32",
			inputs: []string{"x+8", "w+16", "b+24"}, output: "dst+0",
			start: []string{"VBROADCASTSS mean+40(FP), Y4", "VBROADCASTSS scale+44(FP), Y5"},
			body:  []string{"VSUBPS Y4, Y0, Y0", "VMULPS Y5, Y0, Y0", "VFMADD213PS Y2, Y1, Y0"},
		},
		{
			name: "SumExp", params: "x *float32, n int, maximum float32", size: 28, n: "n+8", returns: "float32",
			inputs: []string{"x+0"}, start: join(zero, expStart, []string{"VBROADCASTSS maximum+16(FP), Y6"}),
			// lanes past the end hold zero; the mask in Y15 keeps them out of the sum
			body:   join([]string{"VSUBPS Y6, Y0, Y1", "VCMPPS $0x1e, Y13, Y1, Y7"}, expBody, []string{"VANDPS Y7, Y3, Y0", "VANDPS Y15, Y0, Y0", "VADDPS Y0, Y4, Y4"}),
			finish: join(fold("VADD"), []string{"VMOVSS X4, ret+24(FP)"}),
		},
		{
			name: "Dot", params: "a, b *float32, n int", size: 28, n: "n+16", returns: "float32",
			inputs: []string{"a+0", "b+8"}, start: zero, body: []string{"VFMADD231PS Y0, Y1, Y4"},
			finish: join(fold("VADD"), []string{"VMOVSS X4, ret+24(FP)"}),
		},
		{
			name: "Max", params: "x *float32, n int", size: 20, n: "n+8", returns: "float32",
			inputs: []string{"x+0"}, start: []string{"VMOVUPS minusInf<>(SB), Y4"},
			body:   []string{"VBLENDVPS Y15, Y0, Y4, Y1", "VMAXPS Y1, Y4, Y4"},
			finish: join(fold("VMAX"), []string{"VMOVSS X4, ret+16(FP)"}),
		},
		{
			name: "RopeNeox", params: "x, y, cos, sin *float32, n int", size: 40, n: "n+32",
			inputs: []string{"x+0", "y+8", "cos+16", "sin+24"}, output: "x+0", second: true,
			body: []string{
				"VMULPS Y1, Y3, Y4", "VFMSUB231PS Y0, Y2, Y4", "VMULPS Y0, Y3, Y5", "VFMADD231PS Y1, Y2, Y5",
				"VMOVAPS Y4, Y0", "VMOVAPS Y5, Y1",
			},
		},
	}
}

// write emits the function: pointers in SI, DX, R8, R9 and DI, the rest in CX.
func (l loop) write(a *asm) {
	fmt.Fprintf(a, "\n// func avx2%s(%s) %s\nTEXT ·avx2%s(SB), NOSPLIT, $0-%d\n", l.name, l.params, l.returns, l.name, l.size)
	from := []string{"SI", "DX", "R8", "R9"}
	for i, in := range l.inputs {
		a.op("MOVQ %s(FP), %s", in, from[i])
	}
	if l.output != "" {
		a.op("MOVQ %s(FP), DI", l.output)
	}
	a.op("MOVQ %s(FP), CX", l.n)
	for _, s := range l.start {
		a.op("%s", s)
	}
	a.op("VPCMPEQD Y15, Y15, Y15")
	a.op("SUBQ $8, CX")
	a.op("JLT tail")
	a.label("next")
	for i := range l.inputs {
		a.op("VMOVUPS (%s), Y%d", from[i], i)
	}
	for _, s := range l.body {
		a.op("%s", s)
	}
	l.store(a, "VMOVUPS Y0, (DI)", "VMOVUPS Y1, (DX)")
	for i := range l.inputs {
		a.op("ADDQ $32, %s", from[i])
	}
	a.op("SUBQ $8, CX")
	a.op("JGE next")
	a.label("tail")
	a.op("ADDQ $8, CX")
	a.op("JZ done")
	a.op("LEAQ tailMask<>(SB), AX")
	a.op("SHLQ $2, CX")
	a.op("SUBQ CX, AX")
	a.op("VMOVDQU 32(AX), Y15")
	for i := range l.inputs {
		a.op("VMASKMOVPS (%s), Y15, Y%d", from[i], i)
	}
	for _, s := range l.body {
		a.op("%s", s)
	}
	l.store(a, "VMASKMOVPS Y0, Y15, (DI)", "VMASKMOVPS Y1, Y15, (DX)")
	a.label("done")
	for _, s := range l.finish {
		a.op("%s", s)
	}
	a.op("VZEROUPPER")
	a.op("RET")
}

// store writes the results.
func (l loop) store(a *asm, first, second string) {
	if l.output == "" {
		return
	}
	a.op("%s", first)
	if l.second {
		a.op("%s", second)
	}
	a.op("ADDQ $32, DI")
}

func vectors() {
	a := header()
	a.WriteString("\n")
	for _, c := range []struct{ name, bits, note string }{
		{"expTop", "0x42b0000042b00000", "88"},
		{"expBottom", "0xc2ad0000c2ad0000", "-86.5"},
		{"expLog2", "0x3fb8aa3b3fb8aa3b", "log2 e"},
		{"expHigh", "0xbf318000bf318000", "-0.693359375"},
		{"expLow", "0x395e8083395e8083", "2.12194440e-4"},
		{"exp5", "0x3950696739506967", "1.9875691500e-4"},
		{"exp4", "0x3ab743ce3ab743ce", "1.3981999507e-3"},
		{"exp3", "0x3c0889083c088908", "8.3334519073e-3"},
		{"exp2", "0x3d2aa9c13d2aa9c1", "4.1665795894e-2"},
		{"exp1", "0x3e2aaaaa3e2aaaaa", "1.6666665459e-1"},
		{"exp0", "0x3f0000003f000000", "0.5"},
		{"expOne", "0x3f8000003f800000", "1"},
		{"minusInf", "0xff800000ff800000", "-infinity"},
		{"geluCubic", "0xbd922279bd922279", "-2·sqrt(2/pi)·0.044715"},
		{"geluLinear", "0xbfcc422abfcc422a", "-2·sqrt(2/pi)"},
		{"absolute", "0x7fffffff7fffffff", "all but the sign"},
		{"minusHalf", "0xbf000000bf000000", "-0.5"},
		{"quarter", "0x3e8000003e800000", "0.25"},
		{"tail0", "0x3cd769e33cd769e3", "2.62956079e-2"},
		{"tail1", "0xbe1f5f60be1f5f60", "-1.55637264e-1"},
		{"tail2", "0x3e9aa9fa3e9aa9fa", "3.02078068e-1"},
		{"tail3", "0xbe59db4abe59db4a", "-2.12750584e-1"},
		{"tail4", "0x3e53a8cb3e53a8cb", "2.06698582e-1"},
		{"tail5", "0x3cfbf85f3cfbf85f", "3.07580810e-2"},
		{"tail6", "0x3dd5a6ce3dd5a6ce", "1.04322061e-1"},
		{"tail7", "0x3dc9971d3dc9971d", "9.84327570e-2"},
		{"tail8", "0x3dcc65563dcc6556", "9.98026580e-2"},
	} {
		for i := range 4 {
			fmt.Fprintf(a, "DATA %s<>+%d(SB)/8, $%s // %s\n", c.name, 8*i, c.bits, c.note)
		}
		fmt.Fprintf(a, "GLOBL %s<>(SB), RODATA|NOPTR, $32\n", c.name)
	}
	for i := range 8 {
		value := "0xffffffffffffffff"
		if i >= 4 {
			value = "0"
		}
		fmt.Fprintf(a, "DATA tailMask<>+%d(SB)/8, $%s\n", 8*i, value)
	}
	a.WriteString("GLOBL tailMask<>(SB), RODATA|NOPTR, $64\n")
	for _, l := range loops() {
		l.write(a)
	}
	soft(a)
	write("vector_avx2_amd64.s", a.trim())
	d := &asm{}
	d.WriteString("// Code generated by _generate; DO NOT EDIT.\n\n//go:build amd64 && !noasm\n\npackage kernel\n")
	for _, l := range loops() {
		returns := l.returns
		if returns != "" {
			returns = " " + returns
		}
		fmt.Fprintf(d, "\n//go:noescape\nfunc avx2%s(%s)%s\n", l.name, l.params, returns)
	}
	write("vector_avx2_amd64.go", d.trim())
}
