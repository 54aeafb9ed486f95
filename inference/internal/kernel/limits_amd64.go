//go:build !noasm

package kernel

func readAll(b []byte) {
	if active == generic {
		readAllGeneric(b)
		return
	}
	const piece = 1 << 20 // a call stays short: assembly can't be preempted
	for ; len(b) >= piece; b = b[piece:] {
		avx2Read(&b[0], piece)
	}
}

// dotLoop does about n rounds of multiply-adds of bytes and returns their number.
func dotLoop(n int) float64 {
	switch active {
	case avx512:
		avx512DotLoop(n)
		return float64(n) * 16 * 64
	case avx2, avxvnni:
		avx2MaddLoop(n)
		return float64(n) * 8 * 32
	}
	return dotLoopGeneric(n)
}

// fmaLoop is dotLoop for floats.
func fmaLoop(n int) float64 {
	switch active {
	case avx512:
		avx512FMALoop(n)
		return float64(n) * 16 * 16
	case avx2, avxvnni:
		avx2FMALoop(n)
		return float64(n) * 8 * 8
	}
	return fmaLoopGeneric(n)
}

//go:noescape
func avx512DotLoop(n int)

//go:noescape
func avx512FMALoop(n int)

//go:noescape
func avx2MaddLoop(n int)

//go:noescape
func avx2FMALoop(n int)

//go:noescape
func avx2Read(p *byte, n int)
