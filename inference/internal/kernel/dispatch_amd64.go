//go:build !noasm

package kernel

import "golang.org/x/sys/cpu"

// available lists the tiers that the processor has and the operating system has switched on: package cpu asks both.
func available() []tier {
	x := &cpu.X86
	var list []tier
	if x.HasAVX2 && x.HasFMA && x.HasF16C {
		if x.HasAVX512F && x.HasAVX512BW && x.HasAVX512DQ && x.HasAVX512VL && x.HasAVX512VNNI {
			list = append(list, avx512)
		}
		if x.HasAVXVNNI {
			list = append(list, avxvnni)
		}
		list = append(list, avx2)
	}
	return append(list, generic)
}

// tileKernel computes the 16 rows of panel p for the tokens of a tile: dst[t·stride+r].
func tileKernel(dst []float32, stride int, m *Matrix, p int, a *Acts, tile int, far *byte, step int) {
	if active == generic {
		tileGeneric(dst, stride, m, p, a, tile)
		return
	}
	start, end := a.Tile(tile)
	w := &m.data[p*m.panelBytes]
	var x *byte
	units := a.cols
	if m.kind == kindF32 {
		x, step = firstByte(a.floats[start*a.cols:]), 4*a.cols
	} else {
		cols, _ := m.kind.unit()
		x, units = &a.tile(tile)[0], a.cols/cols
	}
	switch active {
	case avx512:
		tileAVX512(m.kind, end-start, &dst[0], stride, w, x, units, far, step)
	case avxvnni:
		tileAVXVNNI(m.kind, end-start, &dst[0], stride, w, x, units, far, step)
	case avx2:
		tileAVX2(m.kind, end-start, &dst[0], stride, w, x, units, far, step)
	}
}

// pairing is whether panels go in pairs: see addsApart. The results are the same.
var pairing = addsApart()

// addsApart reports whether the processor adds floats elsewhere than it multiplies, as AMD's do. There a pair of panels is
// worth its unpacking, twice as much per token as a single panel's; Intel's do all of it in the same two places.
func addsApart() bool

// hasPairs reports whether a kind has kernels for two panels at once.
func hasPairs(k kind) bool {
	if !pairing || active != avx512 {
		return false
	}
	return k == kindQ4K || k == kindQ6K || k == kindQ50 || k == kindQ80
}

// pairKernel computes the 32 rows of panels p and p+1 for half the tokens of a tile, from the one at first on.
func pairKernel(dst []float32, stride int, m *Matrix, p int, a *Acts, tile, first int, far *byte, step int) {
	start, end := a.Tile(tile)
	cols, _ := m.kind.unit()
	x, units := a.tile(tile), a.cols/cols
	pairAVX512(m.kind, end-start, &dst[0], stride, &m.data[p*m.panelBytes], m.panelBytes, &x[first*blockCols], &x[first*4], units, far, step)
}

// quantise writes token t of a tile of T tokens.
func quantise(dst []byte, x []float32, t, T int, pow2 bool) {
	switch {
	case active == generic || len(x) == 0:
		quantiseGeneric(dst, x, t, T, pow2)
	case active == avx512:
		avx512Quantise(&dst[0], &x[0], len(x)/blockCols, t, T, pow2)
	default:
		avx2Quantise(&dst[0], &x[0], len(x)/blockCols, t, T)
	}
}

//go:noescape
func avx512Quantise(dst *byte, x *float32, blocks, t, T int, pow2 bool)

//go:noescape
func avx2Quantise(dst *byte, x *float32, blocks, t, T int)
