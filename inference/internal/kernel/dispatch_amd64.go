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

// pairJob is what the kernels of panel pairs are given.
type pairJob struct {
	dst    *float32
	stride int
	w      *byte // the first panel's weights, from the first column on
	panel  int   // how far the second's are
	codes  *byte // activations from the first token and column on
	fields *byte
	units  int
	far    *byte // what to prefetch
	step   int
	scales *byte // as the pairScales of the kind left them
	supers *byte // sums of superblocks
	more   int   // not 0: dst holds the sums of the columns before
}

// pairScratch is the room for the scales of a pair's columns: of pairCols, at most 2048 bytes per 256.
type pairScratch [pairCols/superCols*2048 + 64]byte

// pairPrepare makes the scales of columns c0 … c1−1 of panels p and p+1, and returns the job of a tile's kernel as far as it's known.
func (s *pairScratch) pairPrepare(m *Matrix, p, c0, c1 int) pairJob {
	cols, size := m.kind.unit()
	at := (64 - address(s[:])%64) % 64
	job := pairJob{w: &m.data[p*m.panelBytes+c0/cols*size], panel: m.panelBytes, units: (c1 - c0) / cols, scales: &s[at], more: c0}
	switch m.kind {
	case kindQ4K:
		avx512Q4KScales(job.scales, job.w, job.panel, job.units)
	case kindQ6K:
		avx512Q6KScales(job.scales, job.w, job.panel, job.units)
	}
	return job
}

// pairKernel computes the 32 rows of a pair for half the tokens of a tile, from the one at first on, and the columns from c0 on.
func pairKernel(job *pairJob, dst []float32, stride int, m *Matrix, a *Acts, tile, first, c0 int, far *byte, step int) {
	start, end := a.Tile(tile)
	x, T, b := a.tile(tile), end-start, c0/blockCols
	job.dst, job.stride, job.far, job.step = &dst[0], stride, far, step
	job.codes, job.fields = &x[b*actToken*T+first*blockCols], &x[b*actToken*T+first*4]
	if m.kind == kindQ4K {
		job.supers = &x[a.blocks*actToken*T+c0/superCols*superToken*T+first*4]
	}
	pairAVX512(m.kind, a.pow2, T, job)
}

// sumSupers makes the sums of a tile's superblocks; only for inputs whose scales are powers of two.
func sumSupers(dst, blocks []byte, supers, T int) {
	if supers > 0 {
		avx512Sums(&dst[0], &blocks[0], supers, T)
	}
}

//go:noescape
func avx512Sums(dst, blocks *byte, supers, T int)

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
