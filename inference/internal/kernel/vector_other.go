//go:build (!amd64 && !arm64) || noasm

package kernel

func scaleBy(dst, x, w []float32, scale float32) { scaleGeneric(dst, x, w, scale) }

func add(dst, x []float32) { addGeneric(dst, x) }

func siluMul(dst, gate, up []float32) { siluMulGeneric(dst, gate, up) }

func geluMul(dst, gate, up []float32) { geluMulGeneric(dst, gate, up) }

func gelu(dst, x []float32) { geluGeneric(dst, x) }

func geluErf(dst, x []float32) { geluErfGeneric(dst, x) }

func sum(x []float32) float32 { return sumGeneric(x) }

func spread(x []float32, mean float32) float32 { return spreadGeneric(x, mean) }

func shift(dst, x, w, b []float32, mean, scale float32) { shiftGeneric(dst, x, w, b, mean, scale) }

func sumExp(x []float32, maximum float32) float32 { return sumExpGeneric(x, maximum) }

func dot(a, b []float32) float32 { return dotGeneric(a, b) }

func ropeNeox(x, cos, sin []float32) { ropeNeoxGeneric(x, cos, sin) }

func ropeNorm(x, cos, sin []float32) { ropeNormGeneric(x, cos, sin) }

func maximum(x []float32) float32 { return maximumGeneric(x) }

func above(dst []int32, x []float32, threshold float32) []int32 {
	return aboveGeneric(dst, x, 0, threshold)
}

func toHalf(dst []uint16, src []float32) { toHalfGeneric(dst, src) }
