//go:build !noasm

package kernel

import "golang.org/x/sys/cpu"

// best is the best tier that the processor has and the operating system has switched on: package cpu asks both.
func best() tier {
	x := &cpu.X86
	if !x.HasAVX2 || !x.HasFMA {
		return generic
	}
	if x.HasAVX512F && x.HasAVX512BW && x.HasAVX512DQ && x.HasAVX512VL && x.HasAVX512VNNI {
		return avx512
	}
	return avx2
}

// tileKernel computes the 16 rows of panel p for the tokens of a tile: dst[t·stride+r].
func tileKernel(dst []float32, stride int, m *Matrix, p int, a *Acts, tile int, far *byte, step int) {
	if active != avx512 {
		tileGeneric(dst, stride, m, p, a, tile)
		return
	}
	start, end := a.Tile(tile)
	w := &m.data[p*m.panelBytes]
	if m.kind == kindF32 {
		tileAVX512(kindF32, end-start, &dst[0], stride, w, firstByte(a.floats[start*a.cols:]), a.cols, nil, 4*a.cols)
		return
	}
	cols, _ := m.kind.unit()
	tileAVX512(m.kind, end-start, &dst[0], stride, w, &a.tile(tile)[0], a.cols/cols, far, step)
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
	case avx2:
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
	case avx2:
		avx2FMALoop(n)
		return float64(n) * 8 * 8
	}
	return fmaLoopGeneric(n)
}

// quantise writes token t of a tile of T tokens.
func quantise(dst []byte, x []float32, t, T int) {
	if active == avx512 && len(x) > 0 {
		avx512Quantise(&dst[0], &x[0], len(x)/blockCols, t, T)
		return
	}
	quantiseGeneric(dst, x, t, T)
}

//go:noescape
func avx512Quantise(dst *byte, x *float32, blocks, t, T int)
