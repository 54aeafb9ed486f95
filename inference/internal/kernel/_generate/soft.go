package main

// soft writes avx2Soft, the step of the online softmax for one row of 64 scores: see its declaration.
//
// SI scores, CX what is left of n, R8 the maximum's place, R9 the sum's, DX vectors to go.
func soft(a *asm) {
	a.WriteString("\n// func avx2Soft(s *float32, n int, scale float32, m, l *float32) (alpha float32)\nTEXT ·avx2Soft(SB), NOSPLIT, $0-44\n")
	ops := func(list ...string) {
		for _, s := range list {
			a.op("%s", s)
		}
	}
	ops("MOVQ s+0(FP), SI", "MOVQ n+8(FP), CX", "MOVQ m+24(FP), R8", "MOVQ l+32(FP), R9",
		"VBROADCASTSS scale+16(FP), Y6", "VMOVUPS minusInf<>(SB), Y7", "VMOVAPS Y7, Y4")
	ops(expStart...)
	ops("MOVL $8, DX")
	a.label("score")
	// the mask of the vector's positions below n
	ops("MOVQ $8, AX", "CMPQ CX, AX", "CMOVQLT CX, AX", "XORL BX, BX", "TESTQ AX, AX", "CMOVQLT BX, AX",
		"LEAQ tailMask<>(SB), BX", "SHLQ $2, AX", "SUBQ AX, BX", "VMOVUPS 32(BX), Y15",
		"VMULPS (SI), Y6, Y0", "VBLENDVPS Y15, Y0, Y7, Y0", "VMOVUPS Y0, (SI)", "VMAXPS Y0, Y4, Y4",
		"ADDQ $32, SI", "SUBQ $8, CX", "DECQ DX", "JNZ score")
	ops(fold("VMAX")...)
	ops("VMOVSS (R8), X8", "VMAXSS X4, X8, X4", "VMOVSS X4, (R8)", "VBROADCASTSS X4, Y6", "VBROADCASTSS X8, Y8",
		"SUBQ $256, SI", "VXORPS Y4, Y4, Y4", "MOVL $8, DX")
	a.label("weight")
	ops("VMOVUPS (SI), Y0", "VSUBPS Y6, Y0, Y1", "VCMPPS $0x1e, Y13, Y1, Y9")
	ops(expBody...)
	ops("VANDPS Y9, Y3, Y0", "VADDPS Y0, Y4, Y4", "VMOVUPS Y0, (SI)", "ADDQ $32, SI", "DECQ DX", "JNZ weight")
	ops(fold("VADD")...)
	ops("VSUBPS Y6, Y8, Y1", "VCMPPS $0x1e, Y13, Y1, Y9")
	ops(expBody...)
	ops("VANDPS Y9, Y3, Y0", "VMOVSS X0, alpha+40(FP)", "VMOVSS (R9), X1", "VFMADD231SS X1, X0, X4", "VMOVSS X4, (R9)", "VZEROUPPER", "RET")
}
