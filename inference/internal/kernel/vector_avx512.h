// What the 512-bit vector functions share: the exponential function, folding a vector, loops with masked ends.

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
