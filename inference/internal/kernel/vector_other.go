//go:build !amd64 || noasm

package kernel

func scaleBy(dst, x, w []float32, scale float32) { scaleGeneric(dst, x, w, scale) }

func add(dst, x []float32) { addGeneric(dst, x) }

func siluMul(dst, gate, up []float32) { siluMulGeneric(dst, gate, up) }

func sumExp(x []float32, maximum float32) float32 { return sumExpGeneric(x, maximum) }

func dot(a, b []float32) float32 { return dotGeneric(a, b) }

func ropeNeox(x, cos, sin []float32) { ropeNeoxGeneric(x, cos, sin) }

func maximum(x []float32) float32 { return maximumGeneric(x) }

func above(dst []int32, x []float32, threshold float32) []int32 {
	return aboveGeneric(dst, x, 0, threshold)
}

func toHalf(dst []uint16, src []float32) { toHalfGeneric(dst, src) }
