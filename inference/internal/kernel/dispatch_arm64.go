//go:build !noasm

package kernel

import (
	"runtime"

	"golang.org/x/sys/cpu"
)

// available lists the tiers that the processor has and the operating system has switched on: package cpu asks the system. Every
// Mac with such a processor has dot products, whether its system says so or, as older ones, doesn't.
func available() []tier {
	var list []tier
	if cpu.ARM64.HasASIMDDP || runtime.GOOS == "darwin" {
		if cpu.ARM64.HasI8MM {
			list = append(list, i8mm)
		}
		list = append(list, dotprod)
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
	if active == i8mm {
		tileI8MM(m.kind, end-start, &dst[0], stride, w, x, units, far, step)
	} else {
		tileDotProd(m.kind, end-start, &dst[0], stride, w, x, units, far, step)
	}
}

func hasPairs(kind) bool { return false }

type (
	pairJob     struct{}
	pairScratch struct{}
)

// pairPrepare, pairKernel and sumSupers aren't called.
func (*pairScratch) pairPrepare(*Matrix, int, int, int) pairJob { return pairJob{} }

func pairKernel(*pairJob, []float32, int, *Matrix, *Acts, int, int, int, *byte, int) {}

func sumSupers([]byte, []byte, int, int) {}

// quantise writes token t of a tile of T tokens.
func quantise(dst []byte, x []float32, t, T int, pow2 bool) {
	if active == generic || len(x) == 0 {
		quantiseGeneric(dst, x, t, T, pow2)
		return
	}
	neonQuantise(&dst[0], &x[0], len(x)/blockCols, t, T)
}

//go:noescape
func neonQuantise(dst *byte, x *float32, blocks, t, T int)
