//go:build amd64 && !noasm

#include "textflag.h"
#include "vector_avx512.h"

DATA geluTable<>+0(SB)/4, $0xbd922279 // -2·sqrt(2/pi)·0.044715
DATA geluTable<>+4(SB)/4, $0xbfcc422a // -2·sqrt(2/pi)
GLOBL geluTable<>(SB), RODATA|NOPTR, $8

// The tail of the normal distribution: 1 − Φ(a) = exp(−a²/2)·t·P(t) with t = 1/(1 + a/4), for a ≥ 0; P is of degree eight, with
// the relative error spread evenly over 0 ≤ a ≤ 13.5, where it stays below 6e-8.
DATA tailTable<>+0(SB)/4, $0x3cd769e3  // 2.62956079e-2
DATA tailTable<>+4(SB)/4, $0xbe1f5f60  // -1.55637264e-1
DATA tailTable<>+8(SB)/4, $0x3e9aa9fa  // 3.02078068e-1
DATA tailTable<>+12(SB)/4, $0xbe59db4a // -2.12750584e-1
DATA tailTable<>+16(SB)/4, $0x3e53a8cb // 2.06698582e-1
DATA tailTable<>+20(SB)/4, $0x3cfbf85f // 3.07580810e-2
DATA tailTable<>+24(SB)/4, $0x3dd5a6ce // 1.04322061e-1
DATA tailTable<>+28(SB)/4, $0x3dc9971d // 9.84327570e-2
DATA tailTable<>+32(SB)/4, $0x3dcc6556 // 9.98026580e-2
DATA tailTable<>+36(SB)/4, $0x3e800000 // 1/4
DATA tailTable<>+40(SB)/4, $0xbf000000 // -1/2
DATA tailTable<>+44(SB)/4, $0x7fffffff // absolute value
GLOBL tailTable<>(SB), RODATA|NOPTR, $48

// SIGMOID sets z3 to 1 + exp(−2u) for the gate in Z0, u = sqrt(2/pi)·(x + 0.044715·x³), and uses Z1 and Z2 up: the tanh form
// 0.5·x·(1 + tanh(u)) is x divided by that.
#define SIGMOID \
	VMULPS Z0, Z0, Z1; \
	VMOVAPS Z19, Z2; \
	VFMADD231PS Z18, Z1, Z2; \
	VMULPS Z2, Z0, Z1; \
	EXP(Z1, Z2, Z3); \
	VADDPS Z20, Z3, Z3

// func avx512GeluMul(dst, gate, up *float32, n int)
TEXT ·avx512GeluMul(SB), NOSPLIT, $0-32
	MOVQ dst+0(FP), DI
	MOVQ gate+8(FP), SI
	MOVQ up+16(FP), DX
	MOVQ n+24(FP), CX
	EXPINIT
	VBROADCASTSS geluTable<>+0(SB), Z18
	VBROADCASTSS geluTable<>+4(SB), Z19
	LOOP(next, work)
	VMOVUPS.Z (SI), K1, Z0
	SIGMOID
	VMULPS.Z (DX), Z0, K1, Z0
	VDIVPS Z3, Z0, Z0
	VMOVUPS Z0, K1, (DI)
	ADDQ $64, SI
	ADDQ $64, DX
	ADDQ $64, DI
	NEXT(next)
done:
	VZEROUPPER
	RET

// func avx512Gelu(dst, x *float32, n int)
TEXT ·avx512Gelu(SB), NOSPLIT, $0-24
	MOVQ dst+0(FP), DI
	MOVQ x+8(FP), SI
	MOVQ n+16(FP), CX
	EXPINIT
	VBROADCASTSS geluTable<>+0(SB), Z18
	VBROADCASTSS geluTable<>+4(SB), Z19
	LOOP(next, work)
	VMOVUPS.Z (SI), K1, Z0
	SIGMOID
	VDIVPS Z3, Z0, Z0
	VMOVUPS Z0, K1, (DI)
	ADDQ $64, SI
	ADDQ $64, DI
	NEXT(next)
done:
	VZEROUPPER
	RET

// func avx512GeluErf(dst, x *float32, n int)
//
// x·Φ(x) = max(x, 0) − |x|·(1 − Φ(|x|)).
TEXT ·avx512GeluErf(SB), NOSPLIT, $0-24
	MOVQ dst+0(FP), DI
	MOVQ x+8(FP), SI
	MOVQ n+16(FP), CX
	EXPINIT
	VPXORD Z16, Z16, Z16
	VBROADCASTSS tailTable<>+36(SB), Z17
	VBROADCASTSS tailTable<>+40(SB), Z18
	VBROADCASTSS tailTable<>+44(SB), Z19
	LOOP(next, work)
	VMOVUPS.Z (SI), K1, Z0
	VPANDD Z19, Z0, Z4
	VMULPS Z4, Z4, Z1
	VMULPS Z18, Z1, Z1
	EXP(Z1, Z2, Z3)
	VMOVAPS Z20, Z5
	VFMADD231PS Z17, Z4, Z5
	VDIVPS Z5, Z20, Z5
	VBROADCASTSS tailTable<>+0(SB), Z6
	VFMADD213PS.BCST tailTable<>+4(SB), Z5, Z6
	VFMADD213PS.BCST tailTable<>+8(SB), Z5, Z6
	VFMADD213PS.BCST tailTable<>+12(SB), Z5, Z6
	VFMADD213PS.BCST tailTable<>+16(SB), Z5, Z6
	VFMADD213PS.BCST tailTable<>+20(SB), Z5, Z6
	VFMADD213PS.BCST tailTable<>+24(SB), Z5, Z6
	VFMADD213PS.BCST tailTable<>+28(SB), Z5, Z6
	VFMADD213PS.BCST tailTable<>+32(SB), Z5, Z6
	VMULPS Z5, Z6, Z6
	VMULPS Z3, Z6, Z6
	VMAXPS Z0, Z16, Z7
	VFNMADD231PS Z6, Z4, Z7
	VMOVUPS Z7, K1, (DI)
	ADDQ $64, SI
	ADDQ $64, DI
	NEXT(next)
done:
	VZEROUPPER
	RET

// func avx512Sum(x *float32, n int) float32
TEXT ·avx512Sum(SB), NOSPLIT, $0-20
	MOVQ x+0(FP), SI
	MOVQ n+8(FP), CX
	VPXORD Z0, Z0, Z0
	LOOP(next, work)
	VADDPS (SI), Z0, K1, Z0
	ADDQ $64, SI
	NEXT(next)
done:
	FOLD(VADDPS, VADDSS, Z0, Y0, X0, Y1, X1)
	VMOVSS X0, ret+16(FP)
	VZEROUPPER
	RET

// func avx512Spread(x *float32, n int, mean float32) float32
TEXT ·avx512Spread(SB), NOSPLIT, $0-28
	MOVQ x+0(FP), SI
	MOVQ n+8(FP), CX
	VBROADCASTSS mean+16(FP), Z2
	VPXORD Z0, Z0, Z0
	LOOP(next, work)
	VMOVUPS.Z (SI), K1, Z1
	VSUBPS.Z Z2, Z1, K1, Z1
	VFMADD231PS Z1, Z1, Z0
	ADDQ $64, SI
	NEXT(next)
done:
	FOLD(VADDPS, VADDSS, Z0, Y0, X0, Y1, X1)
	VMOVSS X0, ret+24(FP)
	VZEROUPPER
	RET

// func avx512Shift(dst, x, w, b *float32, n int, mean, scale float32)
TEXT ·avx512Shift(SB), NOSPLIT, $0-48
	MOVQ dst+0(FP), DI
	MOVQ x+8(FP), SI
	MOVQ w+16(FP), DX
	MOVQ b+24(FP), R8
	MOVQ n+32(FP), CX
	VBROADCASTSS mean+40(FP), Z4
	VBROADCASTSS scale+44(FP), Z5
	LOOP(next, work)
	VMOVUPS.Z (SI), K1, Z0
	VMOVUPS.Z (DX), K1, Z1
	VMOVUPS.Z (R8), K1, Z2
	VSUBPS Z4, Z0, Z0
	VMULPS Z5, Z0, Z0
	VFMADD213PS Z2, Z1, Z0
	VMOVUPS Z0, K1, (DI)
	ADDQ $64, SI
	ADDQ $64, DX
	ADDQ $64, R8
	ADDQ $64, DI
	NEXT(next)
done:
	VZEROUPPER
	RET
