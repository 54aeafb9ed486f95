//go:build amd64 && !noasm

#include "textflag.h"

DATA quantTable<>+0(SB)/4, $0x7fffffff // absolute value
DATA quantTable<>+4(SB)/4, $0x3c010204 // 1/127
DATA quantTable<>+8(SB)/4, $0x15f79688 // 1e-25
DATA quantTable<>+12(SB)/4, $0x3f800000 // 1
DATA quantTable<>+16(SB)/4, $0x80808080
GLOBL quantTable<>(SB), RODATA|NOPTR, $20

// func avx512Quantise(dst *byte, x *float32, blocks, t, T int)
//
// DI codes of the token, R8 its scale, R10 4·T, R11 12·T, R12 20·T, R13 56·T.
TEXT ·avx512Quantise(SB), NOSPLIT, $0-40
	MOVQ dst+0(FP), DI
	MOVQ x+8(FP), SI
	MOVQ blocks+16(FP), CX
	MOVQ t+24(FP), AX
	MOVQ T+32(FP), R13
	LEAQ (R13*4), R10
	LEAQ (R10)(R10*2), R11
	LEAQ (R10)(R10*4), R12
	LEAQ (DI)(R10*8), R8
	LEAQ (R8)(AX*4), R8
	SHLQ $5, AX
	ADDQ AX, DI
	IMULQ $56, R13
	VPBROADCASTD quantTable<>+0(SB), Z31
	VPBROADCASTD quantTable<>+16(SB), Y14
	VMOVSS quantTable<>+4(SB), X13
	VMOVSS quantTable<>+8(SB), X12
	VMOVSS quantTable<>+12(SB), X10
	VPXOR X15, X15, X15
block:
	VMOVUPS 0(SI), Z0
	VMOVUPS 64(SI), Z1
	VPANDD Z0, Z31, Z2
	VPANDD Z1, Z31, Z3
	VMAXPS Z2, Z3, Z2
	VEXTRACTF64X4 $1, Z2, Y3
	VMAXPS Y3, Y2, Y2
	VEXTRACTF128 $1, Y2, X3
	VMAXPS X3, X2, X2
	VPERMILPS $0x4e, X2, X3
	VMAXPS X3, X2, X2
	VPERMILPS $0xb1, X2, X3
	VMAXSS X3, X2, X2
	VCMPSS $0x1d, X12, X2, X3 // all ones unless the block counts as zero
	VMULSS X13, X2, X4
	VDIVSS X4, X10, X5
	VANDPS X3, X4, X4 // scale
	VANDPS X3, X5, X5 // its inverse
	VBROADCASTSS X5, Z5
	VMULPS Z5, Z0, Z0
	VMULPS Z5, Z1, Z1
	VCVTPS2DQ Z0, Z0
	VCVTPS2DQ Z1, Z1
	VPMOVSDB Z0, X0
	VPMOVSDB Z1, X1
	VINSERTI128 $1, X1, Y0, Y0
	VMOVDQU Y0, (DI)
	VPXOR Y14, Y0, Y0
	VPSADBW Y15, Y0, Y0
	VPSHUFD $0x4e, Y0, Y1
	VPADDD Y1, Y0, Y0
	VEXTRACTI128 $1, Y0, X1
	VMOVD X0, AX
	VMOVD X1, DX
	SUBL $2048, AX // sum of the first sixteen codes
	SUBL $2048, DX // and of the others
	LEAL (AX)(DX*1), BX
	VXORPS X6, X6, X6
	VCVTSI2SSL BX, X6, X6
	VMULSS X4, X6, X6
	VMOVSS X4, (R8)
	VMOVSS X6, (R8)(R10*1)
	MOVL $0x4b400000, R9
	SHLL $4, BX
	SUBL BX, R9
	MOVL R9, (R8)(R10*2)
	MOVL $0x4b400000, R9
	SHLL $3, BX
	SUBL BX, R9
	MOVL R9, (R8)(R11*1)
	MOVL $0x4b400000, R9
	SHLL $5, AX
	SUBL AX, R9
	MOVL R9, (R8)(R10*4)
	MOVL $0x4b400000, R9
	SHLL $5, DX
	SUBL DX, R9
	MOVL R9, (R8)(R12*1)
	ADDQ $128, SI
	ADDQ R13, DI
	ADDQ R13, R8
	DECQ CX
	JNZ block
	VZEROUPPER
	RET
