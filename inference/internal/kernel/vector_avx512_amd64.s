//go:build amd64 && !noasm

#include "textflag.h"

// exp(x) = 2^n · exp(r), n = round(x·log2 e), r = x − n·ln 2 in two steps; exp(r) = 1 + r + r²·(a polynomial of degree five).
// Cody and Waite's reduction with the coefficients of Cephes' expf: within two units in the last place.
DATA expTable<>+0(SB)/4, $0x42b0c083  // 88.376
DATA expTable<>+4(SB)/4, $0xc2aeac4a  // -87.3365
DATA expTable<>+8(SB)/4, $0x3fb8aa3b  // log2 e
DATA expTable<>+12(SB)/4, $0xbf318000 // -0.693359375
DATA expTable<>+16(SB)/4, $0x395e8083 // 2.12194440e-4
DATA expTable<>+20(SB)/4, $0x39506967 // 1.9875691500e-4
DATA expTable<>+24(SB)/4, $0x3ab743ce // 1.3981999507e-3
DATA expTable<>+28(SB)/4, $0x3c088908 // 8.3334519073e-3
DATA expTable<>+32(SB)/4, $0x3d2aa9c1 // 4.1665795894e-2
DATA expTable<>+36(SB)/4, $0x3e2aaaaa // 1.6666665459e-1
DATA expTable<>+40(SB)/4, $0x3f000000 // 0.5
DATA expTable<>+44(SB)/4, $0x3f800000 // 1
DATA expTable<>+48(SB)/4, $0xff800000 // -infinity
GLOBL expTable<>(SB), RODATA|NOPTR, $52

// EXPINIT loads the constants into Z20 to Z31.
#define EXPINIT \
	VBROADCASTSS expTable<>+0(SB), Z31; \
	VBROADCASTSS expTable<>+4(SB), Z30; \
	VBROADCASTSS expTable<>+8(SB), Z29; \
	VBROADCASTSS expTable<>+12(SB), Z28; \
	VBROADCASTSS expTable<>+16(SB), Z27; \
	VBROADCASTSS expTable<>+20(SB), Z26; \
	VBROADCASTSS expTable<>+24(SB), Z25; \
	VBROADCASTSS expTable<>+28(SB), Z24; \
	VBROADCASTSS expTable<>+32(SB), Z23; \
	VBROADCASTSS expTable<>+36(SB), Z22; \
	VBROADCASTSS expTable<>+40(SB), Z21; \
	VBROADCASTSS expTable<>+44(SB), Z20

// EXP sets p to exp(x), and uses x and n up. Beyond its range x counts as the nearest end; a NaN stays one.
#define EXP(x, n, p) \
	VMINPS x, Z31, x; \
	VMAXPS x, Z30, x; \
	VMULPS x, Z29, n; \
	VRNDSCALEPS $8, n, n; \
	VFMADD231PS Z28, n, x; \
	VFMADD231PS Z27, n, x; \
	VMOVAPS Z26, p; \
	VFMADD213PS Z25, x, p; \
	VFMADD213PS Z24, x, p; \
	VFMADD213PS Z23, x, p; \
	VFMADD213PS Z22, x, p; \
	VFMADD213PS Z21, x, p; \
	VMULPS x, p, p; \
	VFMADD213PS x, x, p; \
	VADDPS Z20, p, p; \
	VSCALEFPS n, p, p

// FOLD reduces z to the low lane of x by an operation; y, x and t are z's lower parts and a spare.
#define FOLD(op, ops, z, y, x, ty, tx) \
	VEXTRACTF64X4 $1, z, ty; \
	op ty, y, y; \
	VEXTRACTF128 $1, y, tx; \
	op tx, x, x; \
	VPERMILPS $0x4e, x, tx; \
	op tx, x, x; \
	VPERMILPS $0xb1, x, tx; \
	ops tx, x, x

// TAILMASK sets K1 to the low CX bits, CX from 1 to 15, and uses AX up.
#define TAILMASK \
	MOVL $1, AX; \
	SHLL CX, AX; \
	DECL AX; \
	KMOVW AX, K1

// func avx512Soft(s *float32, n int, scale float32, m, l *float32) (alpha float32)
TEXT ·avx512Soft(SB), NOSPLIT, $0-44
	MOVQ s+0(FP), SI
	MOVQ n+8(FP), DX
	MOVQ m+24(FP), R8
	MOVQ l+32(FP), R9
	MOVL $64, CX
	SUBQ DX, CX
	MOVQ $-1, AX
	SHRQ CX, AX
	KMOVQ AX, K1
	KSHIFTRQ $16, K1, K2
	KSHIFTRQ $32, K1, K3
	KSHIFTRQ $48, K1, K4
	EXPINIT
	VBROADCASTSS scale+16(FP), Z19
	VBROADCASTSS expTable<>+48(SB), Z18
	VMOVAPS Z18, Z0
	VMOVAPS Z18, Z1
	VMOVAPS Z18, Z2
	VMOVAPS Z18, Z3
	VMULPS 0(SI), Z19, K1, Z0
	VMULPS 64(SI), Z19, K2, Z1
	VMULPS 128(SI), Z19, K3, Z2
	VMULPS 192(SI), Z19, K4, Z3
	VMAXPS Z0, Z1, Z4
	VMAXPS Z2, Z3, Z5
	VMAXPS Z4, Z5, Z4
	FOLD(VMAXPS, VMAXSS, Z4, Y4, X4, Y5, X5)
	VMOVSS (R8), X6
	VMAXSS X4, X6, X4
	VMOVSS X4, (R8)
	VBROADCASTSS X4, Z4
	VBROADCASTSS X6, Z6
	VSUBPS Z4, Z0, Z0
	VSUBPS Z4, Z1, Z1
	VSUBPS Z4, Z2, Z2
	VSUBPS Z4, Z3, Z3
	VSUBPS Z4, Z6, Z6
	VCMPPS $0x1e, Z30, Z0, K1
	VCMPPS $0x1e, Z30, Z1, K2
	VCMPPS $0x1e, Z30, Z2, K3
	VCMPPS $0x1e, Z30, Z3, K4
	VCMPPS $0x1e, Z30, Z6, K5
	EXP(Z0, Z7, Z8)
	EXP(Z1, Z9, Z10)
	EXP(Z2, Z11, Z12)
	EXP(Z3, Z13, Z14)
	EXP(Z6, Z15, Z16)
	VMOVAPS.Z Z8, K1, Z8
	VMOVAPS.Z Z10, K2, Z10
	VMOVAPS.Z Z12, K3, Z12
	VMOVAPS.Z Z14, K4, Z14
	VMOVAPS.Z Z16, K5, Z16
	VMOVUPS Z8, 0(SI)
	VMOVUPS Z10, 64(SI)
	VMOVUPS Z12, 128(SI)
	VMOVUPS Z14, 192(SI)
	VADDPS Z8, Z10, Z8
	VADDPS Z12, Z14, Z12
	VADDPS Z8, Z12, Z8
	FOLD(VADDPS, VADDSS, Z8, Y8, X8, Y9, X9)
	VMOVSS X16, alpha+40(FP)
	VMOVSS (R9), X9
	VFMADD231SS X9, X16, X8
	VMOVSS X8, (R9)
	VZEROUPPER
	RET

// func avx512Dot(a, b *float32, n int) float32
TEXT ·avx512Dot(SB), NOSPLIT, $0-28
	MOVQ a+0(FP), SI
	MOVQ b+8(FP), DI
	MOVQ n+16(FP), CX
	VPXORD Z0, Z0, Z0
	VPXORD Z1, Z1, Z1
	VPXORD Z2, Z2, Z2
	VPXORD Z3, Z3, Z3
	SUBQ $64, CX
	JLT few
many:
	VMOVUPS 0(SI), Z4
	VMOVUPS 64(SI), Z5
	VMOVUPS 128(SI), Z6
	VMOVUPS 192(SI), Z7
	VFMADD231PS 0(DI), Z4, Z0
	VFMADD231PS 64(DI), Z5, Z1
	VFMADD231PS 128(DI), Z6, Z2
	VFMADD231PS 192(DI), Z7, Z3
	ADDQ $256, SI
	ADDQ $256, DI
	SUBQ $64, CX
	JGE many
few:
	ADDQ $48, CX
	JLT tail
one:
	VMOVUPS (SI), Z4
	VFMADD231PS (DI), Z4, Z0
	ADDQ $64, SI
	ADDQ $64, DI
	SUBQ $16, CX
	JGE one
tail:
	ADDQ $16, CX
	JZ sum
	TAILMASK
	VMOVUPS.Z (SI), K1, Z4
	VMOVUPS.Z (DI), K1, Z5
	VFMADD231PS Z5, Z4, Z1
sum:
	VADDPS Z0, Z1, Z0
	VADDPS Z2, Z3, Z2
	VADDPS Z0, Z2, Z0
	FOLD(VADDPS, VADDSS, Z0, Y0, X0, Y1, X1)
	VMOVSS X0, ret+24(FP)
	VZEROUPPER
	RET

// LOOP begins a loop over n elements sixteen at a time; K1 is the mask of those at hand. NEXT ends it.
#define LOOP(loop, last) \
	KXNORW K1, K1, K1; \
loop: \
	CMPQ CX, $16; \
	JGE last; \
	TESTQ CX, CX; \
	JZ done; \
	TAILMASK; \
last:

#define NEXT(loop) \
	SUBQ $16, CX; \
	JGT loop

// func avx512Scale(dst, x, w *float32, n int, scale float32)
TEXT ·avx512Scale(SB), NOSPLIT, $0-36
	MOVQ dst+0(FP), DI
	MOVQ x+8(FP), SI
	MOVQ w+16(FP), DX
	MOVQ n+24(FP), CX
	VBROADCASTSS scale+32(FP), Z3
	LOOP(next, work)
	VMULPS.Z (SI), Z3, K1, Z0
	VMULPS.Z (DX), Z0, K1, Z0
	VMOVUPS Z0, K1, (DI)
	ADDQ $64, SI
	ADDQ $64, DX
	ADDQ $64, DI
	NEXT(next)
done:
	VZEROUPPER
	RET

// func avx512Add(dst, x *float32, n int)
TEXT ·avx512Add(SB), NOSPLIT, $0-24
	MOVQ dst+0(FP), DI
	MOVQ x+8(FP), SI
	MOVQ n+16(FP), CX
	LOOP(next, work)
	VMOVUPS.Z (SI), K1, Z0
	VADDPS.Z (DI), Z0, K1, Z0
	VMOVUPS Z0, K1, (DI)
	ADDQ $64, SI
	ADDQ $64, DI
	NEXT(next)
done:
	VZEROUPPER
	RET

// func avx512SiluMul(dst, gate, up *float32, n int)
TEXT ·avx512SiluMul(SB), NOSPLIT, $0-32
	MOVQ dst+0(FP), DI
	MOVQ gate+8(FP), SI
	MOVQ up+16(FP), DX
	MOVQ n+24(FP), CX
	EXPINIT
	VPXORD Z19, Z19, Z19
	LOOP(next, work)
	VMOVUPS.Z (SI), K1, Z0
	VSUBPS Z0, Z19, Z1
	EXP(Z1, Z2, Z3)
	VADDPS Z20, Z3, Z3
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

// func avx512SumExp(x *float32, n int, maximum float32) float32
TEXT ·avx512SumExp(SB), NOSPLIT, $0-28
	MOVQ x+0(FP), SI
	MOVQ n+8(FP), CX
	EXPINIT
	VBROADCASTSS maximum+16(FP), Z19
	VPXORD Z18, Z18, Z18
	LOOP(next, work)
	VMOVUPS.Z (SI), K1, Z0
	VSUBPS Z19, Z0, Z0
	VCMPPS $0x1e, Z30, Z0, K1, K2
	EXP(Z0, Z1, Z2)
	VMOVAPS.Z Z2, K2, Z2
	VADDPS Z2, Z18, Z18
	ADDQ $64, SI
	NEXT(next)
done:
	VMOVAPS Z18, Z0
	FOLD(VADDPS, VADDSS, Z0, Y0, X0, Y1, X1)
	VMOVSS X0, ret+24(FP)
	VZEROUPPER
	RET

// func avx512Max(x *float32, n int) float32
TEXT ·avx512Max(SB), NOSPLIT, $0-20
	MOVQ x+0(FP), SI
	MOVQ n+8(FP), CX
	VBROADCASTSS expTable<>+48(SB), Z0
	VMOVAPS Z0, Z1
	VMOVAPS Z0, Z2
	VMOVAPS Z0, Z3
	SUBQ $64, CX
	JLT few
many:
	VMAXPS 0(SI), Z0, Z0
	VMAXPS 64(SI), Z1, Z1
	VMAXPS 128(SI), Z2, Z2
	VMAXPS 192(SI), Z3, Z3
	ADDQ $256, SI
	SUBQ $64, CX
	JGE many
few:
	ADDQ $64, CX
	LOOP(next, work)
	VMAXPS (SI), Z0, K1, Z0
	ADDQ $64, SI
	NEXT(next)
done:
	VMAXPS Z0, Z1, Z0
	VMAXPS Z2, Z3, Z2
	VMAXPS Z0, Z2, Z0
	FOLD(VMAXPS, VMAXSS, Z0, Y0, X0, Y1, X1)
	VMOVSS X0, ret+16(FP)
	VZEROUPPER
	RET

// func avx512Above(dst *int32, x *float32, n, base int, threshold float32) int
TEXT ·avx512Above(SB), NOSPLIT, $0-48
	MOVQ dst+0(FP), DI
	MOVQ x+8(FP), SI
	MOVQ n+16(FP), CX
	MOVQ base+24(FP), AX
	MOVQ DI, R8
	VBROADCASTSS threshold+32(FP), Z0
	VPBROADCASTD AX, Z1
	VPADDD lanes<>(SB), Z1, Z1
	MOVL $16, AX
	VPBROADCASTD AX, Z2
	LOOP(next, work)
	VMOVUPS.Z (SI), K1, Z3
	VCMPPS $0x1d, Z0, Z3, K1, K2
	KMOVW K2, DX
	TESTL DX, DX
	JZ none
	VPCOMPRESSD.Z Z1, K2, Z4
	VMOVDQU32 Z4, (DI)
	POPCNTL DX, DX
	LEAQ (DI)(DX*4), DI
none:
	VPADDD Z2, Z1, Z1
	ADDQ $64, SI
	NEXT(next)
done:
	SUBQ R8, DI
	SHRQ $2, DI
	MOVQ DI, ret+40(FP)
	VZEROUPPER
	RET

DATA lanes<>+0(SB)/8, $0x0000000100000000
DATA lanes<>+8(SB)/8, $0x0000000300000002
DATA lanes<>+16(SB)/8, $0x0000000500000004
DATA lanes<>+24(SB)/8, $0x0000000700000006
DATA lanes<>+32(SB)/8, $0x0000000900000008
DATA lanes<>+40(SB)/8, $0x0000000b0000000a
DATA lanes<>+48(SB)/8, $0x0000000d0000000c
DATA lanes<>+56(SB)/8, $0x0000000f0000000e
GLOBL lanes<>(SB), RODATA|NOPTR, $64

// func avx512ToHalf(dst *uint16, src *float32, n int)
TEXT ·avx512ToHalf(SB), NOSPLIT, $0-24
	MOVQ dst+0(FP), DI
	MOVQ src+8(FP), SI
	MOVQ n+16(FP), CX
	LOOP(next, work)
	VMOVUPS.Z (SI), K1, Z0
	VCVTPS2PH $0, Z0, Y0
	VMOVDQU16 Y0, K1, (DI)
	ADDQ $64, SI
	ADDQ $32, DI
	NEXT(next)
done:
	VZEROUPPER
	RET

// func avx512RopeNeox(x, cos, sin *float32, n int)
TEXT ·avx512RopeNeox(SB), NOSPLIT, $0-32
	MOVQ x+0(FP), SI
	MOVQ cos+8(FP), R8
	MOVQ sin+16(FP), R9
	MOVQ n+24(FP), CX
	LEAQ (SI)(CX*4), DI
	LOOP(next, work)
	VMOVUPS.Z (SI), K1, Z0
	VMOVUPS.Z (DI), K1, Z1
	VMOVUPS.Z (R8), K1, Z2
	VMOVUPS.Z (R9), K1, Z3
	VMULPS Z1, Z3, Z4
	VFMSUB231PS Z0, Z2, Z4
	VMULPS Z0, Z3, Z5
	VFMADD231PS Z1, Z2, Z5
	VMOVUPS Z4, K1, (SI)
	VMOVUPS Z5, K1, (DI)
	ADDQ $64, SI
	ADDQ $64, DI
	ADDQ $64, R8
	ADDQ $64, R9
	NEXT(next)
done:
	VZEROUPPER
	RET
