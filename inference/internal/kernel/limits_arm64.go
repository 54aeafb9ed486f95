//go:build !noasm

package kernel

func readAll(b []byte) {
	if active == generic {
		readAllGeneric(b)
		return
	}
	const piece = 1 << 20 // a call stays short: assembly can't be preempted
	for ; len(b) >= piece; b = b[piece:] {
		neonRead(&b[0], piece)
	}
}

// loopVectors is the number of multiply-adds of vectors in a round of the loops below.
const loopVectors = 24

// dotLoop does about n rounds of multiply-adds of bytes and returns their number.
func dotLoop(n int) float64 {
	switch active {
	case i8mm:
		i8mmLoop(n)
		return float64(n) * loopVectors * 32
	case dotprod:
		dotprodLoop(n)
		return float64(n) * loopVectors * 16
	}
	return dotLoopGeneric(n)
}

// fmaLoop is dotLoop for floats.
func fmaLoop(n int) float64 {
	if active == generic {
		return fmaLoopGeneric(n)
	}
	neonFMALoop(n)
	return float64(n) * loopVectors * 4
}

//go:noescape
func i8mmLoop(n int)

//go:noescape
func dotprodLoop(n int)

//go:noescape
func neonFMALoop(n int)

// neonRead reads a positive multiple of 128 bytes.
//
//go:noescape
func neonRead(p *byte, n int)
