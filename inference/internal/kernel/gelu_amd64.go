//go:build !noasm

package kernel

func geluMul(dst, gate, up []float32) {
	switch n := len(gate); {
	case active == generic || n == 0:
		geluMulGeneric(dst, gate, up)
	case active == avx512:
		avx512GeluMul(&dst[:n][0], &gate[0], &up[:n][0], n)
	default:
		avx2GeluMul(&dst[:n][0], &gate[0], &up[:n][0], n)
	}
}

func gelu(dst, x []float32) {
	switch n := len(x); {
	case active == generic || n == 0:
		geluGeneric(dst, x)
	case active == avx512:
		avx512Gelu(&dst[:n][0], &x[0], n)
	default:
		avx2Gelu(&dst[:n][0], &x[0], n)
	}
}

func geluErf(dst, x []float32) {
	switch n := len(x); {
	case active == generic || n == 0:
		geluErfGeneric(dst, x)
	case active == avx512:
		avx512GeluErf(&dst[:n][0], &x[0], n)
	default:
		avx2GeluErf(&dst[:n][0], &x[0], n)
	}
}

func sum(x []float32) float32 {
	switch n := len(x); {
	case active == generic || n == 0:
		return sumGeneric(x)
	case active == avx512:
		return avx512Sum(&x[0], n)
	default:
		return avx2Sum(&x[0], n)
	}
}

func spread(x []float32, mean float32) float32 {
	switch n := len(x); {
	case active == generic || n == 0:
		return spreadGeneric(x, mean)
	case active == avx512:
		return avx512Spread(&x[0], n, mean)
	default:
		return avx2Spread(&x[0], n, mean)
	}
}

func shift(dst, x, w, b []float32, mean, scale float32) {
	switch n := len(x); {
	case active == generic || n == 0:
		shiftGeneric(dst, x, w, b, mean, scale)
	case active == avx512:
		avx512Shift(&dst[:n][0], &x[0], &w[:n][0], &b[:n][0], n, mean, scale)
	default:
		avx2Shift(&dst[:n][0], &x[0], &w[:n][0], &b[:n][0], n, mean, scale)
	}
}

//go:noescape
func avx512GeluMul(dst, gate, up *float32, n int)

//go:noescape
func avx512Gelu(dst, x *float32, n int)

//go:noescape
func avx512GeluErf(dst, x *float32, n int)

//go:noescape
func avx512Sum(x *float32, n int) float32

// avx512Spread is Σ (x[i] − mean)².
//
//go:noescape
func avx512Spread(x *float32, n int, mean float32) float32

// avx512Shift is dst[i] = (x[i] − mean)·scale·w[i] + b[i].
//
//go:noescape
func avx512Shift(dst, x, w, b *float32, n int, mean, scale float32)
