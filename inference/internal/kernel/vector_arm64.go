//go:build !noasm

package kernel

import "math"

// Lengths are those of the first input. The assembly does whole vectors of four; what is left over goes through it in a vector of
// its own, so that an element's result doesn't depend on where it stands.

// whole is the part of n that fills vectors.
func whole(n int) int { return n &^ 3 }

// padded is the rest of x behind its whole vectors, filled up.
func padded(x []float32, fill float32) (v [4]float32) {
	v = [4]float32{fill, fill, fill, fill}
	copy(v[:], x[whole(len(x)):])
	return v
}

func scaleBy(dst, x, w []float32, scale float32) {
	if active == generic {
		scaleGeneric(dst, x, w, scale)
		return
	}
	n := whole(len(x))
	if n > 0 {
		neonScale(&dst[:n][0], &x[0], &w[:n][0], n, scale)
	}
	if n < len(x) {
		a, b := padded(x, 0), padded(w[:len(x)], 0)
		neonScale(&a[0], &a[0], &b[0], 4, scale)
		copy(dst[n:len(x)], a[:])
	}
}

func add(dst, x []float32) {
	if active == generic {
		addGeneric(dst, x)
		return
	}
	n := whole(len(x))
	if n > 0 {
		neonAdd(&dst[:n][0], &x[0], n)
	}
	addGeneric(dst[n:], x[n:])
}

func siluMul(dst, gate, up []float32) {
	if active == generic {
		siluMulGeneric(dst, gate, up)
		return
	}
	n := whole(len(gate))
	if n > 0 {
		neonSiluMul(&dst[:n][0], &gate[0], &up[:n][0], n)
	}
	if n < len(gate) {
		a, b := padded(gate, 0), padded(up[:len(gate)], 0)
		neonSiluMul(&a[0], &a[0], &b[0], 4)
		copy(dst[n:len(gate)], a[:])
	}
}

func geluMul(dst, gate, up []float32) {
	if active == generic {
		geluMulGeneric(dst, gate, up)
		return
	}
	n := whole(len(gate))
	if n > 0 {
		neonGeluMul(&dst[:n][0], &gate[0], &up[:n][0], n)
	}
	if n < len(gate) {
		a, b := padded(gate, 0), padded(up[:len(gate)], 0)
		neonGeluMul(&a[0], &a[0], &b[0], 4)
		copy(dst[n:len(gate)], a[:])
	}
}

func gelu(dst, x []float32) {
	if active == generic {
		geluGeneric(dst, x)
		return
	}
	n := whole(len(x))
	if n > 0 {
		neonGelu(&dst[:n][0], &x[0], n)
	}
	if n < len(x) {
		a := padded(x, 0)
		neonGelu(&a[0], &a[0], 4)
		copy(dst[n:len(x)], a[:])
	}
}

func geluErf(dst, x []float32) { geluErfGeneric(dst, x) }

func sum(x []float32) float32 { return sumGeneric(x) }

func spread(x []float32, mean float32) float32 { return spreadGeneric(x, mean) }

func shift(dst, x, w, b []float32, mean, scale float32) { shiftGeneric(dst, x, w, b, mean, scale) }

// pieceLen keeps a call on a long vector short: assembly can't be preempted.
const pieceLen = 16 << 10

func sumExp(x []float32, maximum float32) float32 {
	if active == generic {
		return sumExpGeneric(x, maximum)
	}
	var total float32
	for ; len(x) >= 4; x = x[min(whole(len(x)), pieceLen):] {
		total += neonSumExp(&x[0], min(whole(len(x)), pieceLen), maximum)
	}
	if len(x) > 0 {
		rest := padded(x, float32(math.Inf(-1)))
		total += neonSumExp(&rest[0], 4, maximum)
	}
	return total
}

func dot(a, b []float32) float32 {
	if active == generic {
		return dotGeneric(a, b)
	}
	n := whole(len(a))
	var total float32
	if n > 0 {
		total = neonDot(&a[0], &b[:n][0], n)
	}
	return total + dotGeneric(a[n:], b[n:])
}

func ropeNeox(x, cos, sin []float32) {
	n := whole(len(cos))
	if active == generic || n == 0 {
		ropeNeoxGeneric(x, cos, sin)
		return
	}
	y := x[len(cos):]
	neonRopeNeox(&x[0], &y[:n][0], &cos[0], &sin[:n][0], n)
	for i := n; i < len(cos); i++ {
		pair := [2]float32{x[i], y[i]}
		ropeNeoxGeneric(pair[:], cos[i:i+1], sin[i:])
		x[i], y[i] = pair[0], pair[1]
	}
}

func ropeNorm(x, cos, sin []float32) { ropeNormGeneric(x, cos, sin) }

func maximum(x []float32) float32 {
	if active == generic {
		return maximumGeneric(x)
	}
	best := float32(math.Inf(-1))
	for ; len(x) >= 4; x = x[min(whole(len(x)), pieceLen):] {
		best = max(best, neonMax(&x[0], min(whole(len(x)), pieceLen)))
	}
	for _, v := range x {
		best = max(best, v)
	}
	return best
}

func above(dst []int32, x []float32, threshold float32) []int32 {
	if active == generic {
		return aboveGeneric(dst, x, 0, threshold)
	}
	const piece = 128 // few pieces hold any
	for base := 0; base < len(x); base += piece {
		y := x[base:min(base+piece, len(x))]
		if n := whole(len(y)); n < len(y) || neonMax(&y[0], n) >= threshold {
			dst = aboveGeneric(dst, y, base, threshold)
		}
	}
	return dst
}

func toHalf(dst []uint16, src []float32) {
	n := whole(len(src))
	if active == generic {
		n = 0
	}
	if n > 0 {
		neonToHalf(&dst[:n][0], &src[0], n)
	}
	toHalfGeneric(dst[n:], src[n:])
}
