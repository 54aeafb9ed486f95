package main

import (
	"fmt"
	"math"
)

// The vector functions for NEON: four elements at a time. Callers pass a multiple of four and pad what is left over.

// neonExp sets V3 to exp(V1), using V2 and V4, with the constants of neonExpStart in V16 to V27: the method of expBody.
func neonExp(a *asm) {
	a.v("fmin", 1, 1, 16) // a NaN stays one
	a.v("fmax", 1, 1, 17)
	a.v("fmul", 2, 1, 18)
	a.v("frintn", 2, 2)
	a.v("fmla", 1, 2, 19)
	a.v("fmla", 1, 2, 20)
	from, to := 21, 3
	for c := 22; c <= 26; c++ { // from·V1 + c, Horner's way
		a.move(to, c)
		a.v("fmla", to, from, 1)
		from, to = to, 7-to
	}
	a.v("fmul", to, from, 1)
	a.v("fmul", to, to, 1)
	a.v("fadd", to, to, 1)
	a.v("fadd", 3, to, 27)
	a.v("fcvtns", 2, 2)
	a.exponent(2, 2)
	a.v("add", 3, 3, 2)
}

func neonExpStart(a *asm) {
	for i, bits := range []uint32{
		0x42b00000, 0xc2ad0000, 0x3fb8aa3b, 0xbf318000, 0x395e8083, // 88, −86.5, log2 e, −ln 2 in two parts
		0x39506967, 0x3ab743ce, 0x3c088908, 0x3d2aa9c1, 0x3e2aaaaa, 0x3f000000, // the polynomial
		0x3f800000,
	} {
		a.bits(16+i, bits)
	}
}

// neonGelu sets V1 to −2·sqrt(2/pi)·(x + 0.044715·x³) for x in V0.
func neonGelu(a *asm) {
	a.v("fmul", 1, 0, 0)
	a.move(2, 28)
	a.v("fmla", 2, 1, 29)
	a.v("fmul", 1, 0, 2)
}

func neonGeluStart(a *asm) {
	neonExpStart(a)
	a.bits(28, 0xbfcc422a)
	a.bits(29, 0xbd922279)
}

// neonLoop is a function over up to four arrays of n floats.
type neonLoop struct {
	name    string
	params  string   // Go parameters
	size    int      // bytes of the frame
	inputs  []string // frame slots of pointers that are read, into V0, V1, …
	output  string   // frame slot of the pointer that is written from V0; "": none
	second  bool     // V1 is written back to where input 1 came from
	half    bool     // V0 is written as four halves
	n       string   // frame slot of n
	returns string
	start   func(a *asm)
	body    func(a *asm)
	finish  func(a *asm)
}

func neonLoops() []neonLoop {
	sum := func(a *asm) { a.clear(5) }
	fold := func(slot string) func(a *asm) {
		return func(a *asm) {
			a.v("faddp", 5, 5, 5)
			a.v("faddp", 5, 5, 5)
			a.op("FMOVS F5, %s(FP)", slot)
		}
	}
	logistic := func(a *asm) { // V6 / (1 + exp(V1))
		neonExp(a)
		a.v("fadd", 3, 3, 27)
		a.v("fdiv", 0, 6, 3)
	}
	return []neonLoop{
		{
			name: "Scale", params: "dst, x, w *float32, n int, scale float32", size: 36, n: "n+24",
			inputs: []string{"x+8", "w+16"}, output: "dst+0", start: func(a *asm) {
				a.op("FMOVS scale+32(FP), F6")
				a.dup4(6, 6, 0)
			},
			body: func(a *asm) {
				a.v("fmul", 0, 0, 6)
				a.v("fmul", 0, 0, 1)
			},
		},
		{
			name: "Add", params: "dst, x *float32, n int", size: 24, n: "n+16",
			inputs: []string{"x+8", "dst+0"}, output: "dst+0", body: func(a *asm) { a.v("fadd", 0, 1, 0) },
		},
		{
			name: "SiluMul", params: "dst, gate, up *float32, n int", size: 32, n: "n+24",
			inputs: []string{"gate+8", "up+16"}, output: "dst+0", start: neonExpStart,
			body: func(a *asm) {
				a.v("fmul", 6, 0, 1)
				a.v("fneg", 1, 0)
				logistic(a)
			},
		},
		{
			name: "GeluMul", params: "dst, gate, up *float32, n int", size: 32, n: "n+24",
			inputs: []string{"gate+8", "up+16"}, output: "dst+0", start: neonGeluStart,
			body: func(a *asm) {
				a.v("fmul", 6, 0, 1)
				neonGelu(a)
				logistic(a)
			},
		},
		{
			name: "Gelu", params: "dst, x *float32, n int", size: 24, n: "n+16",
			inputs: []string{"x+8"}, output: "dst+0", start: neonGeluStart,
			body: func(a *asm) {
				a.move(6, 0)
				neonGelu(a)
				logistic(a)
			},
		},
		{
			name: "SumExp", params: "x *float32, n int, maximum float32", size: 28, n: "n+8", returns: "float32",
			inputs: []string{"x+0"}, start: func(a *asm) {
				neonExpStart(a)
				sum(a)
				a.op("FMOVS maximum+16(FP), F6")
				a.dup4(6, 6, 0)
			},
			body: func(a *asm) {
				a.v("fsub", 1, 0, 6)
				a.v("fcmgt", 7, 1, 17)
				neonExp(a)
				a.v("and", 3, 3, 7)
				a.v("fadd", 5, 5, 3)
			},
			finish: fold("ret+24"),
		},
		{
			name: "Dot", params: "a, b *float32, n int", size: 28, n: "n+16", returns: "float32",
			inputs: []string{"a+0", "b+8"}, start: sum, body: func(a *asm) { a.v("fmla", 5, 0, 1) }, finish: fold("ret+24"),
		},
		{
			name: "Max", params: "x *float32, n int", size: 20, n: "n+8", returns: "float32",
			inputs: []string{"x+0"}, start: func(a *asm) { a.bits(5, 0xff800000) },
			body: func(a *asm) { a.v("fmax", 5, 5, 0) },
			finish: func(a *asm) {
				a.v("fmaxv", 5, 5)
				a.op("FMOVS F5, ret+16(FP)")
			},
		},
		{
			name: "RopeNeox", params: "x, y, cos, sin *float32, n int", size: 40, n: "n+32",
			inputs: []string{"x+0", "y+8", "cos+16", "sin+24"}, output: "x+0", second: true,
			body: func(a *asm) {
				a.v("fmul", 4, 0, 2)
				a.v("fmls", 4, 1, 3)
				a.v("fmul", 5, 0, 3)
				a.v("fmla", 5, 1, 2)
				a.move(0, 4)
				a.move(1, 5)
			},
		},
		{
			name: "ToHalf", params: "dst *uint16, src *float32, n int", size: 24, n: "n+16",
			inputs: []string{"src+8"}, output: "dst+0", half: true, body: func(a *asm) { a.v("fcvtn", 0, 0) },
		},
	}
}

// write emits the function: pointers in R1 to R4 and R0, n in R5.
func (l neonLoop) write(a *asm) {
	fmt.Fprintf(a, "\n// func neon%s(%s) %s\nTEXT ·neon%s(SB), NOSPLIT, $0-%d\n", l.name, l.params, l.returns, l.name, l.size)
	for i, in := range l.inputs {
		a.op("MOVD %s(FP), R%d", in, 1+i)
	}
	if l.output != "" {
		a.op("MOVD %s(FP), R0", l.output)
	}
	a.op("MOVD %s(FP), R5", l.n)
	if l.start != nil {
		l.start(a)
	}
	a.label("next")
	for i := range l.inputs {
		if l.second && i == 1 {
			a.op("FMOVQ (R2), F1")
		} else {
			a.op("FMOVQ.P 16(R%d), F%d", 1+i, i)
		}
	}
	l.body(a)
	switch {
	case l.half:
		a.op("FMOVD.P F0, 8(R0)")
	case l.output != "":
		a.op("FMOVQ.P F0, 16(R0)")
	}
	if l.second {
		a.op("FMOVQ.P F1, 16(R2)")
	}
	a.op("SUBS $4, R5")
	a.op("BGT next")
	if l.finish != nil {
		l.finish(a)
	}
	a.op("RET")
}

// neonSoft writes the step of the online softmax for one row of 64 scores: see its declaration.
//
// R0 scores, R1 n, R2 the maximum's place, R3 the sum's.
func neonSoft(a *asm) {
	a.WriteString("\n// func neonSoft(s *float32, n int, scale float32, m, l *float32) (alpha float32)\nTEXT ·neonSoft(SB), NOSPLIT, $0-44\n")
	for _, s := range []string{"MOVD s+0(FP), R0", "MOVD n+8(FP), R1", "FMOVS scale+16(FP), F6", "MOVD m+24(FP), R2", "MOVD l+32(FP), R3"} {
		a.op("%s", s)
	}
	a.dup4(6, 6, 0)
	a.bits(7, 0xff800000)
	a.move(5, 7)
	neonExpStart(a)
	// positions below n: V28 counts them from 1, V29 holds n
	a.op("MOVD $neonCount<>(SB), R4")
	a.op("FMOVQ (R4), F28")
	a.op("SCVTFS R1, F29")
	a.dup4(29, 29, 0)
	a.bits(30, 0x40800000)
	a.op("MOVD $16, R5")
	a.label("score")
	a.op("FMOVQ (R0), F0")
	a.v("fmul", 0, 0, 6)
	a.v("fcmge", 1, 29, 28)
	a.v("bsl", 1, 0, 7)
	a.v("fadd", 28, 28, 30)
	a.v("fmax", 5, 5, 1)
	a.op("FMOVQ.P F1, 16(R0)")
	a.op("SUBS $1, R5")
	a.op("BNE score")
	a.v("fmaxv", 5, 5)
	a.op("FMOVS (R2), F0")
	a.op("FMAXS F5, F0, F5")
	a.op("FMOVS F5, (R2)")
	a.dup4(6, 5, 0) // the new maximum
	a.dup4(28, 0, 0)
	a.clear(5)
	a.op("SUB $256, R0")
	a.op("MOVD $16, R5")
	a.label("weight")
	a.op("FMOVQ (R0), F0")
	a.v("fsub", 1, 0, 6)
	a.v("fcmgt", 7, 1, 17)
	neonExp(a)
	a.v("and", 3, 3, 7)
	a.v("fadd", 5, 5, 3)
	a.op("FMOVQ.P F3, 16(R0)")
	a.op("SUBS $1, R5")
	a.op("BNE weight")
	a.v("faddp", 5, 5, 5)
	a.v("faddp", 5, 5, 5)
	a.v("fsub", 1, 28, 6)
	a.v("fcmgt", 7, 1, 17)
	neonExp(a)
	a.v("and", 3, 3, 7)
	a.op("FMOVS F3, alpha+40(FP)")
	a.op("FMOVS (R3), F1")
	a.lane("fmla", 5, 1, 3, 0)
	a.op("FMOVS F5, (R3)")
	a.op("RET")
}

// neonQuantise writes the quantiser: token t of a tile of T tokens.
//
// R0 codes of the token, R1 x, R2 blocks, R5 how far its next eight codes are, R6 its scale, R7 4·T, R8 56·T.
func neonQuantise(a *asm) {
	a.WriteString("\n// func neonQuantise(dst *byte, x *float32, blocks, t, T int)\nTEXT ·neonQuantise(SB), NOSPLIT, $0-40\n")
	list := func(ops ...string) {
		for _, s := range ops {
			a.op("%s", s)
		}
	}
	list("MOVD dst+0(FP), R0", "MOVD x+8(FP), R1", "MOVD blocks+16(FP), R2", "MOVD t+24(FP), R3", "MOVD T+32(FP), R4",
		"LSL $2, R4, R7", "ADD R4<<5, R0, R6", "ADD R3<<2, R6", "MOVD $56, R8", "MUL R4, R8",
		"MOVD $8, R5", "CMP $1, R4", "BEQ single", "MOVD $16, R5") // see codeAt
	a.label("single")
	list("LSR $1, R3, R9", "ADD R9<<6, R0", "AND $1, R3, R9", "ADD R9<<3, R0")
	a.bits(28, math.Float32bits(1e-25))
	a.bits(29, math.Float32bits(1.0/127))
	a.bits(30, 0x3f800000)
	a.op("MOVD $0x4b400000, R12")
	a.label("block")
	for i := range 8 {
		a.op("FMOVQ.P 16(R1), F%d", i)
	}
	for i := range 8 {
		a.v("fabs", 16+i, i)
	}
	for _, d := range []int{4, 2, 1} {
		for i := range d {
			a.v("fmax", 16+i, 16+i, 16+i+d)
		}
	}
	a.v("fmaxv", 16, 16)
	a.dup4(16, 16, 0)
	a.v("fcmge", 17, 16, 28) // all ones unless the block counts as zero
	a.v("fmul", 16, 16, 29)
	a.v("fdiv", 18, 30, 16)
	a.v("and", 16, 16, 17) // scale
	a.v("and", 18, 18, 17) // its inverse
	for i := range 8 {
		a.v("fmul", i, i, 18)
		a.v("fcvtns", i, i)
	}
	for i := range 4 {
		a.v("sqxtn", i, 2*i)
		a.v("sqxtn2", i, 2*i+1)
	}
	for i := range 2 {
		a.v("sqxtn-b", i, 2*i)
		a.v("sqxtn2-b", i, 2*i+1)
		a.v("saddlv", 20+i, i)
	}
	list("FMOVD F0, (R0)", "ADD R5, R0, R9", "VST1 V0.D[1], (R9)", "ADD R5, R9", "FMOVD F1, (R9)", "ADD R5, R9", "VST1 V1.D[1], (R9)")
	list("VMOV V20.H[0], R9", "MOVH R9, R9", "VMOV V21.H[0], R10", "MOVH R10, R10", "ADD R9, R10, R11",
		"SCVTFWS R11, F21", "FMULS F16, F21", "FMOVS F16, (R6)", "ADD R7, R6, R13", "FMOVS F21, (R13)")
	for _, s := range []string{"R11<<4", "R11<<7", "R9<<5", "R10<<5"} {
		list("ADD R7, R13", "SUB "+s+", R12, R14", "MOVW R14, (R13)")
	}
	list("ADD R8, R0", "ADD R8, R6", "SUBS $1, R2", "BNE block", "RET")
}

// neonLimits writes what measures the machine: loops of multiply-adds, and reads.
func neonLimits(a *asm) {
	loop := func(name string, body func(i int)) {
		fmt.Fprintf(a, "\n// func %s(n int)\nTEXT ·%s(SB), NOSPLIT, $0-8\n", name, name)
		a.op("MOVD n+0(FP), R0")
		for i := range 32 {
			a.clear(i)
		}
		a.label("next")
		for i := range 24 {
			body(i)
		}
		a.op("SUBS $1, R0")
		a.op("BGT next")
		a.op("RET")
	}
	loop("dotprodLoop", func(i int) { a.v("sdot", i, 24+i%4, 28+i%4) })
	loop("i8mmLoop", func(i int) { a.v("smmla", i, 24+i%4, 28+i%4) })
	loop("neonFMALoop", func(i int) { a.v("fmla", i, 24+i%4, 28+i%4) })
	a.WriteString("\n// func neonRead(p *byte, n int)\nTEXT ·neonRead(SB), NOSPLIT, $0-16\n")
	a.op("MOVD p+0(FP), R0")
	a.op("MOVD n+8(FP), R1")
	a.label("next")
	for i := range 4 {
		a.op("FLDPQ %d(R0), (F%d, F%d)", 32*i, 2*i, 2*i+1)
	}
	a.op("ADD $128, R0")
	a.op("SUBS $128, R1")
	a.op("BGT next")
	a.op("RET")
}

func neonVectors() {
	a := neonHeader()
	a.WriteString("\n")
	for i, bits := range []uint64{0x400000003f800000, 0x4080000040400000} {
		fmt.Fprintf(a, "DATA neonCount<>+%d(SB)/8, $0x%x // %d, %d\n", 8*i, bits, 2*i+1, 2*i+2)
	}
	a.WriteString("GLOBL neonCount<>(SB), RODATA|NOPTR, $16\n")
	for _, l := range neonLoops() {
		l.write(a)
	}
	neonSoft(a)
	neonQuantise(a)
	neonLimits(a)
	write("vector_neon_arm64.s", a.trim())
	d := &asm{}
	d.WriteString("// Code generated by _generate; DO NOT EDIT.\n\n//go:build arm64 && !noasm\n\npackage kernel\n\n// The vector functions take a positive multiple of four elements.\n")
	for _, l := range neonLoops() {
		returns := l.returns
		if returns != "" {
			returns = " " + returns
		}
		fmt.Fprintf(d, "\n//go:noescape\nfunc neon%s(%s)%s\n", l.name, l.params, returns)
	}
	write("vector_neon_arm64.go", d.trim())
}
