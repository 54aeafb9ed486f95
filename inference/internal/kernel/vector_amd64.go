//go:build !noasm

package kernel

// Lengths are those of the first input; the assembly handles any.

func scaleBy(dst, x, w []float32, scale float32) {
	switch n := len(x); {
	case active == generic || n == 0:
		scaleGeneric(dst, x, w, scale)
	case active == avx512:
		avx512Scale(&dst[:n][0], &x[0], &w[:n][0], n, scale)
	default:
		avx2Scale(&dst[:n][0], &x[0], &w[:n][0], n, scale)
	}
}

func add(dst, x []float32) {
	switch n := len(x); {
	case active == generic || n == 0:
		addGeneric(dst, x)
	case active == avx512:
		avx512Add(&dst[:n][0], &x[0], n)
	default:
		avx2Add(&dst[:n][0], &x[0], n)
	}
}

func siluMul(dst, gate, up []float32) {
	switch n := len(gate); {
	case active == generic || n == 0:
		siluMulGeneric(dst, gate, up)
	case active == avx512:
		avx512SiluMul(&dst[:n][0], &gate[0], &up[:n][0], n)
	default:
		avx2SiluMul(&dst[:n][0], &gate[0], &up[:n][0], n)
	}
}

// pieceLen keeps a call on a long vector short: assembly can't be preempted.
const pieceLen = 64 << 10

func sumExp(x []float32, maximum float32) float32 {
	if active == generic {
		return sumExpGeneric(x, maximum)
	}
	var sum float32
	for len(x) > 0 {
		n := min(len(x), pieceLen)
		if active == avx512 {
			sum += avx512SumExp(&x[0], n, maximum)
		} else {
			sum += avx2SumExp(&x[0], n, maximum)
		}
		x = x[n:]
	}
	return sum
}

func dot(a, b []float32) float32 {
	switch n := len(a); {
	case active == generic || n == 0:
		return dotGeneric(a, b)
	case active == avx512:
		return avx512Dot(&a[0], &b[:n][0], n)
	default:
		return avx2Dot(&a[0], &b[:n][0], n)
	}
}

func ropeNeox(x, cos, sin []float32) {
	switch n := len(cos); {
	case active == generic || n == 0:
		ropeNeoxGeneric(x, cos, sin)
	case active == avx512:
		avx512RopeNeox(&x[:2*n][0], &cos[0], &sin[:n][0], n)
	default:
		avx2RopeNeox(&x[0], &x[n : 2*n][0], &cos[0], &sin[:n][0], n)
	}
}

func ropeNorm(x, cos, sin []float32) {
	if n := len(cos); active == avx512 && n > 0 {
		avx512RopeNorm(&x[:2*n][0], &cos[0], &sin[:n][0], n)
		return
	}
	ropeNormGeneric(x, cos, sin)
}

func maximum(x []float32) float32 {
	if active == generic {
		return maximumGeneric(x)
	}
	best := x[0]
	for len(x) > 0 {
		n := min(len(x), pieceLen)
		if active == avx512 {
			best = max(best, avx512Max(&x[0], n))
		} else {
			best = max(best, avx2Max(&x[0], n))
		}
		x = x[n:]
	}
	return best
}

func above(dst []int32, x []float32, threshold float32) []int32 {
	switch active {
	case generic:
		return aboveGeneric(dst, x, 0, threshold)
	case avx2, avxvnni: // few pieces hold any
		const piece = 128
		for base := 0; base < len(x); base += piece {
			y := x[base:min(base+piece, len(x))]
			if avx2Max(&y[0], len(y)) >= threshold {
				dst = aboveGeneric(dst, y, base, threshold)
			}
		}
		return dst
	}
	const piece = 1024
	var found [piece + 16]int32 // the assembly stores whole vectors
	for base := 0; base < len(x); base += piece {
		n := avx512Above(&found[0], &x[base], min(piece, len(x)-base), base, threshold)
		dst = append(dst, found[:n]...)
	}
	return dst
}

func toHalf(dst []uint16, src []float32) {
	n := len(src)
	if active == avx512 && n > 0 {
		avx512ToHalf(&dst[:n][0], &src[0], n)
		return
	}
	if n &^= 7; active != generic && n > 0 {
		avx2ToHalf(&dst[:n][0], &src[0], n)
		dst, src = dst[n:], src[n:]
	}
	toHalfGeneric(dst, src)
}

//go:noescape
func avx512Scale(dst, x, w *float32, n int, scale float32)

//go:noescape
func avx512Add(dst, x *float32, n int)

//go:noescape
func avx512SiluMul(dst, gate, up *float32, n int)

//go:noescape
func avx512SumExp(x *float32, n int, maximum float32) float32

//go:noescape
func avx512Dot(a, b *float32, n int) float32

//go:noescape
func avx512RopeNeox(x, cos, sin *float32, n int)

//go:noescape
func avx512RopeNorm(x, cos, sin *float32, n int)

//go:noescape
func avx512Max(x *float32, n int) float32

// avx512Above writes base+i for every x[i] ≥ threshold and returns their number; up to 15 places more are overwritten.
//
//go:noescape
func avx512Above(dst *int32, x *float32, n, base int, threshold float32) int

//go:noescape
func avx512ToHalf(dst *uint16, src *float32, n int)

// avx2ToHalf takes a positive multiple of eight.
//
//go:noescape
func avx2ToHalf(dst *uint16, src *float32, n int)
