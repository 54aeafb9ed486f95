//go:build amd64 && !noasm

#include "textflag.h"

DATA quantTable<>+0(SB)/4, $0x7fffffff // absolute value
DATA quantTable<>+4(SB)/4, $0x3c010204 // 1/127
DATA quantTable<>+8(SB)/4, $0x15f79688 // 1e-25
DATA quantTable<>+12(SB)/4, $0x3f800000 // 1
DATA quantTable<>+16(SB)/4, $0x80808080
DATA quantTable<>+20(SB)/4, $0x007fffff
DATA quantTable<>+24(SB)/4, $0xff800000
DATA quantTable<>+28(SB)/4, $0x71800000 // 2^100
DATA quantTable<>+32(SB)/4, $0x7f800000 // infinity
DATA quantTable<>+36(SB)/4, $2048
GLOBL quantTable<>(SB), RODATA|NOPTR, $40

// The order of a vector of codes packed from four, and of the sums of its sixteens.
DATA quantOrder<>+0(SB)/8, $0x0000000400000000
DATA quantOrder<>+8(SB)/8, $0x0000000c00000008
DATA quantOrder<>+16(SB)/8, $0x0000000500000001
DATA quantOrder<>+24(SB)/8, $0x0000000d00000009
DATA quantOrder<>+32(SB)/8, $0x0000000600000002
DATA quantOrder<>+40(SB)/8, $0x0000000e0000000a
DATA quantOrder<>+48(SB)/8, $0x0000000700000003
DATA quantOrder<>+56(SB)/8, $0x0000000f0000000b
DATA quantOrder<>+64(SB)/8, $0x0000000800000000
DATA quantOrder<>+72(SB)/8, $0x0000000900000001
DATA quantOrder<>+80(SB)/8, $0x0000000c00000004
DATA quantOrder<>+88(SB)/8, $0x0000000d00000005
GLOBL quantOrder<>(SB), RODATA|NOPTR, $96

// LARGEST sets x to the largest size in each of four lanes of the 32 elements from at on.
#define LARGEST(at, z, y, x, t, ty, tx) \
	VPANDD at(DX), Z31, z; \
	VPANDD at+64(DX), Z31, t; \
	VMAXPS z, t, z; \
	VEXTRACTF64X4 $1, z, ty; \
	VMAXPS ty, y, y; \
	VEXTRACTF128 $1, y, tx; \
	VMAXPS tx, x, x

// SCALES sets the lanes of X25 to the scales of four blocks at DX, and those of X26 to their inverses.
#define SCALES \
	LARGEST(0, Z8, Y8, X8, Z12, Y12, X12); \
	LARGEST(128, Z9, Y9, X9, Z13, Y13, X13); \
	LARGEST(256, Z10, Y10, X10, Z14, Y14, X14); \
	LARGEST(384, Z11, Y11, X11, Z15, Y15, X15); \
	VUNPCKLPS X9, X8, X12; \
	VUNPCKHPS X9, X8, X13; \
	VMAXPS X12, X13, X12; \
	VUNPCKLPS X11, X10, X13; \
	VUNPCKHPS X11, X10, X14; \
	VMAXPS X13, X14, X13; \
	VUNPCKLPD X13, X12, X14; \
	VUNPCKHPD X13, X12, X15; \
	VMAXPS X14, X15, X8; \
	VCMPPS.BCST $0x1d, quantTable<>+8(SB), X8, K1; \
	VMULPS.BCST quantTable<>+4(SB), X8, X9; \
	VPADDD X23, X9, X9; \
	VPANDD X22, X9, X9; \
	VMINPS X9, X21, X9; \
	VDIVPS X9, X24, X10; \
	VMOVAPS.Z X9, K1, X25; \
	VMOVAPS.Z X10, K1, X26

// PACK turns 64 floats, the first half times s and the other times r, into a vector of codes in a.
#define PACK(at, a, b, c, d, s, r) \
	VMULPS at(SI), s, a; \
	VMULPS at+64(SI), s, b; \
	VMULPS at+128(SI), r, c; \
	VMULPS at+192(SI), r, d; \
	VCVTPS2DQ a, a; \
	VCVTPS2DQ b, b; \
	VCVTPS2DQ c, c; \
	VCVTPS2DQ d, d; \
	VPACKSSDW b, a, a; \
	VPACKSSDW d, c, c; \
	VPACKSSWB c, a, a; \
	VPERMD a, Z30, a

// FIELD stores the four lanes of a field.
#define FIELD(x, p0, p1, p2, p3) \
	VPSHUFD $0x55, x, X12; \
	VPSHUFD $0xaa, x, X13; \
	VPSHUFD $0xff, x, X14; \
	VMOVSS x, p0; \
	VMOVSS X12, p1; \
	VMOVSS X13, p2; \
	VMOVSS X14, p3

// func avx512Quantise(dst *byte, x *float32, blocks, t, T int, pow2 bool)
//
// Four blocks at a time, then the others one by one. DI codes of the token, R8 its scale, R10 4·T, R11 12·T, R12 20·T, R13 56·T,
// R14 pow2; of the second to fourth block BX, R9 and R15 are the scales, and AX is 3·R13.
TEXT ·avx512Quantise(SB), NOSPLIT, $0-41
	MOVQ dst+0(FP), DI
	MOVQ x+8(FP), SI
	MOVQ blocks+16(FP), CX
	MOVQ t+24(FP), AX
	MOVQ T+32(FP), R13
	MOVBLZX pow2+40(FP), R14
	LEAQ (R13*4), R10
	LEAQ (R10)(R10*2), R11
	LEAQ (R10)(R10*4), R12
	LEAQ (DI)(R10*8), R8
	LEAQ (R8)(AX*4), R8
	SHLQ $5, AX
	ADDQ AX, DI
	IMULQ $56, R13
	VPBROADCASTD quantTable<>+0(SB), Z31
	SUBQ $4, CX
	JLT few
	LEAQ (R13)(R13*2), AX
	LEAQ (R8)(R13*1), BX
	LEAQ (R8)(R13*2), R9
	LEAQ (R8)(AX*1), R15
	VMOVDQU32 quantOrder<>+0(SB), Z30
	VPBROADCASTD quantTable<>+16(SB), Z29
	VPXORD Z28, Z28, Z28
	VMOVDQU32 quantOrder<>+64(SB), Y27
	VBROADCASTSS quantTable<>+12(SB), X24
	MOVL $0x4b400000, DX
	VPBROADCASTD DX, X19
	// scales as they are, and sums that start at 3·2^22
	VPXORD X23, X23, X23
	VPTERNLOGD $0xff, X22, X22, X22
	VPBROADCASTD quantTable<>+32(SB), X21
	VPXORD X18, X18, X18
	VMOVDQA32 X19, X17
	TESTL R14, R14
	JZ first
	VPBROADCASTD quantTable<>+20(SB), X23
	VPBROADCASTD quantTable<>+24(SB), X22
	VPBROADCASTD quantTable<>+28(SB), X21
	VPTERNLOGD $0xff, X18, X18, X18
	MOVL $0x0bc00000, DX
	VPBROADCASTD DX, X17
first:
	MOVQ SI, DX
	SCALES
four:
	VMOVAPS X25, X16
	VMOVAPS X26, X20
	LEAQ 512(SI), DX
	CMPQ CX, $4
	CMOVQLT SI, DX
	SCALES // of the next four blocks: it takes long
	VPSHUFD $0x55, X20, X12
	VPSHUFD $0xaa, X20, X13
	VPSHUFD $0xff, X20, X14
	VBROADCASTSS X20, Z11
	VBROADCASTSS X12, Z12
	VBROADCASTSS X13, Z13
	VBROADCASTSS X14, Z14
	PACK(0, Z0, Z1, Z2, Z3, Z11, Z12)
	PACK(256, Z4, Z5, Z6, Z7, Z13, Z14)
	VEXTRACTI64X4 $1, Z0, Y1
	VEXTRACTI64X4 $1, Z4, Y5
	VMOVDQU Y0, (DI)
	VMOVDQU Y1, (DI)(R13*1)
	VMOVDQU Y4, (DI)(R13*2)
	VMOVDQU Y5, (DI)(AX*1)
	// X0 and X1: the sums of the first and of the last sixteen codes
	VPXORD Z29, Z0, Z0
	VPXORD Z29, Z4, Z4
	VPSADBW Z28, Z0, Z0
	VPSADBW Z28, Z4, Z4
	VPSLLQ $32, Z4, Z4
	VPORD Z4, Z0, Z0
	VPSHUFD $0x4e, Z0, Z1
	VPADDD Z1, Z0, Z0
	VPERMD Z0, Z27, Z0
	VEXTRACTI128 $1, Y0, X1
	VPSUBD.BCST quantTable<>+36(SB), X0, X0
	VPSUBD.BCST quantTable<>+36(SB), X1, X1
	VPADDD X1, X0, X2
	VCVTDQ2PS X2, X3
	VMULPS X16, X3, X3
	VPANDD X18, X16, X6
	VPADDD X17, X6, X6
	VPSLLD $4, X2, X4
	VPSUBD X4, X6, X4
	VPSLLD $7, X2, X5
	VPSUBD X5, X19, X5
	VPSLLD $5, X0, X0
	VPSUBD X0, X6, X0
	VPSLLD $5, X1, X1
	VPSUBD X1, X6, X1
	FIELD(X16, (R8), (BX), (R9), (R15))
	FIELD(X3, (R8)(R10*1), (BX)(R10*1), (R9)(R10*1), (R15)(R10*1))
	FIELD(X4, (R8)(R10*2), (BX)(R10*2), (R9)(R10*2), (R15)(R10*2))
	FIELD(X5, (R8)(R11*1), (BX)(R11*1), (R9)(R11*1), (R15)(R11*1))
	FIELD(X0, (R8)(R10*4), (BX)(R10*4), (R9)(R10*4), (R15)(R10*4))
	FIELD(X1, (R8)(R12*1), (BX)(R12*1), (R9)(R12*1), (R15)(R12*1))
	ADDQ $512, SI
	LEAQ (DI)(R13*4), DI
	LEAQ (R8)(R13*4), R8
	LEAQ (BX)(R13*4), BX
	LEAQ (R9)(R13*4), R9
	LEAQ (R15)(R13*4), R15
	SUBQ $4, CX
	JGE four
few:
	ADDQ $4, CX
	JZ done
	VPBROADCASTD quantTable<>+16(SB), Y14
	VMOVSS quantTable<>+4(SB), X13
	VMOVSS quantTable<>+8(SB), X12
	VMOVSS quantTable<>+12(SB), X10
	VMOVSS quantTable<>+20(SB), X7
	VMOVSS quantTable<>+24(SB), X8
	VMOVSS quantTable<>+28(SB), X9
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
	TESTL R14, R14
	JZ scaled
	VPADDD X7, X4, X4 // the next power of two
	VPAND X8, X4, X4
	VMINSS X4, X9, X4
scaled:
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
	MOVL $0x4b400000, R15
	TESTL R14, R14
	JZ sums
	VMOVD X4, R15
	ADDL $0x0bc00000, R15
sums:
	MOVL R15, R9
	SHLL $4, BX
	SUBL BX, R9
	MOVL R9, (R8)(R10*2)
	MOVL $0x4b400000, R9
	SHLL $3, BX
	SUBL BX, R9
	MOVL R9, (R8)(R11*1)
	MOVL R15, R9
	SHLL $5, AX
	SUBL AX, R9
	MOVL R9, (R8)(R10*4)
	MOVL R15, R9
	SHLL $5, DX
	SUBL DX, R9
	MOVL R9, (R8)(R12*1)
	ADDQ $128, SI
	ADDQ R13, DI
	ADDQ R13, R8
	DECQ CX
	JNZ block
done:
	VZEROUPPER
	RET
