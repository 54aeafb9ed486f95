//go:build (!amd64 && !arm64) || noasm

package kernel

func available() []tier { return []tier{generic} }

func tileKernel(dst []float32, stride int, m *Matrix, p int, a *Acts, tile int, _ *byte, _ int) {
	tileGeneric(dst, stride, m, p, a, tile)
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

func readAll(b []byte) { readAllGeneric(b) }

func dotLoop(n int) float64 { return dotLoopGeneric(n) }

func fmaLoop(n int) float64 { return fmaLoopGeneric(n) }

func quantise(dst []byte, x []float32, t, T int, pow2 bool) { quantiseGeneric(dst, x, t, T, pow2) }
