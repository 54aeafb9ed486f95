package main

import "fmt"

// The attention kernels multiply up to seven query rows by a page of 64 positions. Both products are C[N][64] += A[N][n]·B[n][64]
// with B in binary16, widened on the way: seven rows of four vectors and four vectors of B are the 32 registers.

// isa is what differs between the vector extensions here.
type isa struct {
	name    string
	reg     string // prefix of registers
	lanes   int
	maxRows int // rows of the largest kernel
	vectors int // vectors of a row
}

var (
	isa512 = isa{name: "avx512", reg: "Z", lanes: 16, maxRows: 7, vectors: 4}
	isa256 = isa{name: "avx2", reg: "Y", lanes: 8, maxRows: 6, vectors: 2}
)

// rowAddress is the operand of element "offset" of row t: rows are R10 bytes apart, R11 holds three times that, and further
// bases stand four rows on.
func rowAddress(t, offset int, bases ...string) string {
	return fmt.Sprintf("%d(%s)%s", offset, bases[t/4], []string{"", "(R10*1)", "(R10*2)", "(R11*1)"}[t%4])
}

// scores writes QK: s[N][16·vectors] = q[N][hd]·k[vectors][hd][16] for as many vectors of positions as asked for. Meanwhile
// it fetches from far, step bytes further per column.
//
// DI s, SI q, R10 the stride of q, CX hd, DX k, R9 the bytes of a block of k, BX far, AX step.
func scores(a *asm, x isa, N int) {
	name := x.kernel("Scores", N)
	fmt.Fprintf(a, "\n// func %s(s, q *float32, hd int, k *uint16, far *uint16, step int)\n", name)
	fmt.Fprintf(a, "TEXT ·%s(SB), NOSPLIT, $0-48\n", name)
	for _, s := range []string{"s+0(FP), DI", "q+8(FP), SI", "hd+16(FP), CX", "k+24(FP), DX", "far+32(FP), BX", "step+40(FP), AX"} {
		a.op("MOVQ %s", s)
	}
	a.op("LEAQ (CX*4), R10")
	a.op("LEAQ (R10)(R10*2), R11")
	a.op("LEAQ (SI)(R10*4), R12")
	block := func(v int) string { return fmt.Sprintf("%d(DX)", 2*x.lanes*v) } // both halves of a block
	if x.lanes == 16 {
		block = func(v int) string { return []string{"(DX)", "(DX)(R9*1)", "(DX)(R9*2)", "(DX)(R13*1)"}[v] }
		a.op("MOVQ CX, R9")
		a.op("SHLQ $5, R9")
		a.op("LEAQ (R9)(R9*2), R13")
	}
	zero(a, x, N)
	a.label("column")
	fetch(a)
	step(a, x, N, block, func(t int) string { return rowAddress(t, 0, "SI", "R12") })
	a.op("ADDQ $4, SI")
	a.op("ADDQ $4, R12")
	a.op("ADDQ $32, DX")
	a.op("DECQ CX")
	a.op("JNZ column")
	for t := range N {
		for v := range x.vectors {
			a.op("VMOVUPS %s%d, %d(DI)", x.reg, t*x.vectors+v, t*256+v*4*x.lanes)
		}
	}
	a.op("VZEROUPPER")
	a.op("RET")
}

// fetch prefetches two lines at BX and moves it by AX.
func fetch(a *asm) {
	a.op("PREFETCHT0 (BX)")
	a.op("PREFETCHT0 64(BX)")
	a.op("ADDQ AX, BX")
}

// values writes PV: acc[N][…] = acc·alpha[N] + p[N][n]·v[n][…] for vectors·lanes columns of a head of hd. Meanwhile it
// fetches from far, step bytes further per position.
//
// DI acc, SI p (rows 256 bytes apart), R8 alpha, CX n, DX v, R9 the stride of v, BX far, AX step.
func values(a *asm, x isa, N int) {
	name := x.kernel("Values", N)
	fmt.Fprintf(a, "\n// func %s(acc, p, alpha *float32, n int, v *uint16, hd int, far *uint16, step int)\n", name)
	fmt.Fprintf(a, "TEXT ·%s(SB), NOSPLIT, $0-64\n", name)
	for _, s := range []string{
		"acc+0(FP), DI", "p+8(FP), SI", "alpha+16(FP), R8", "n+24(FP), CX", "v+32(FP), DX", "hd+40(FP), R9",
		"far+48(FP), BX", "step+56(FP), AX",
	} {
		a.op("MOVQ %s", s)
	}
	a.op("LEAQ (R9*4), R10")
	a.op("LEAQ (R10)(R10*2), R11")
	a.op("LEAQ (DI)(R10*4), R12")
	a.op("SHLQ $1, R9")
	spare := x.reg + fmt.Sprint(N*x.vectors)
	for t := range N {
		a.op("VBROADCASTSS %d(R8), %s", 4*t, spare)
		for v := range x.vectors {
			a.op("VMULPS %s, %s, %s%d", rowAddress(t, v*4*x.lanes, "DI", "R12"), spare, x.reg, t*x.vectors+v)
		}
	}
	a.label("position")
	fetch(a)
	vector := func(v int) string { return fmt.Sprintf("%d(DX)", 2*x.lanes*v) }
	step(a, x, N, vector, func(t int) string { return fmt.Sprintf("%d(SI)", 256*t) })
	a.op("ADDQ $4, SI")
	a.op("ADDQ R9, DX")
	a.op("DECQ CX")
	a.op("JNZ position")
	for t := range N {
		for v := range x.vectors {
			a.op("VMOVUPS %s%d, %s", x.reg, t*x.vectors+v, rowAddress(t, v*4*x.lanes, "DI", "R12"))
		}
	}
	a.op("VZEROUPPER")
	a.op("RET")
}

func zero(a *asm, x isa, N int) {
	for i := range N * x.vectors {
		if x.reg == "Z" {
			a.op("VPXORD Z%d, Z%d, Z%d", i, i, i)
		} else {
			a.op("VXORPS Y%d, Y%d, Y%d", i, i, i)
		}
	}
}

// step adds one outer product: the numbers at from(t) times the vectors at halves(v).
func step(a *asm, x isa, N int, halves, from func(int) string) {
	b := N * x.vectors
	for v := range x.vectors {
		a.op("VCVTPH2PS %s, %s%d", halves(v), x.reg, b+v)
	}
	one := fmt.Sprint(x.reg, b+x.vectors)
	full := b+x.vectors == 32
	for t := range N {
		if !full {
			a.op("VBROADCASTSS %s, %s", from(t), one)
		}
		for v := range x.vectors {
			if full {
				a.op("VFMADD231PS.BCST %s, Z%d, Z%d", from(t), b+v, t*x.vectors+v)
			} else {
				a.op("VFMADD231PS %s, %s%d, %s%d", one, x.reg, b+v, x.reg, t*x.vectors+v)
			}
		}
	}
}

// kernel names the kernel of a product for N rows of x.vectors vectors.
func (x isa) kernel(product string, N int) string {
	return fmt.Sprintf("%s%s%dx%d", x.name, product, N, x.vectors)
}

// attend writes the kernels of an extension and the functions that pick one. AVX-512 has kernels of fewer vectors too: of one
// to four for the scores of a page that is filled in part, of one for the last columns of values. AVX2 takes a page in parts
// of 16 positions or columns anyway.
func attend(x isa) {
	scoresOf, valuesOf := []int{x.vectors}, []int{x.vectors}
	if x.lanes == 16 {
		scoresOf, valuesOf = []int{1, 2, 3, 4}, []int{1, 4}
	}
	a := header()
	for n := 1; n <= x.maxRows; n++ {
		for _, x.vectors = range scoresOf {
			scores(a, x, n)
		}
		for _, x.vectors = range valuesOf {
			values(a, x, n)
		}
	}
	write("attend_"+x.name+"_amd64.s", a.trim())

	d := &asm{}
	d.WriteString("// Code generated by _generate; DO NOT EDIT.\n\n//go:build amd64 && !noasm\n\npackage kernel\n")
	fmt.Fprintf(d, "\n// A vector holds %d positions or columns.\n", x.lanes)
	fmt.Fprintf(d, "\n// %sScores is s[N][…] = q[N][hd]·k[…][hd][16] for the positions of so many vectors; rows of s are 64 apart. It fetches\n// from far, step bytes further per column.\n", x.name)
	pick(d, x, "Scores", scoresOf, "s, q *float32, hd int, k, far *uint16, step int", "s, q, hd, k, far, step")
	fmt.Fprintf(d, "\n// %sValues is acc[N][…] = acc·alpha[N] + p[N][n]·v[n][…] for the columns of so many vectors; rows of acc and v are hd\n// apart, of p 64. It fetches from far, step bytes further per position.\n", x.name)
	pick(d, x, "Values", valuesOf, "acc, p, alpha *float32, n int, v *uint16, hd int, far *uint16, step int", "acc, p, alpha, n, v, hd, far, step")
	write("attend_"+x.name+"_amd64.go", d.trim())
}

// pick writes the function that picks the kernel for N rows and a number of vectors, and the kernels' declarations.
func pick(d *asm, x isa, product string, vectors []int, params, call string) {
	fmt.Fprintf(d, "func %s%s(N, vectors int, %s) {\n\tswitch 8*vectors + N {\n", x.name, product, params)
	for _, x.vectors = range vectors {
		for n := 1; n <= x.maxRows; n++ {
			fmt.Fprintf(d, "\tcase %d:\n\t\t%s(%s)\n", 8*x.vectors+n, x.kernel(product, n), call)
		}
	}
	d.WriteString("\t}\n}\n")
	for _, x.vectors = range vectors {
		for n := 1; n <= x.maxRows; n++ {
			fmt.Fprintf(d, "\n//go:noescape\nfunc %s(%s)\n", x.kernel(product, n), params)
		}
	}
}
