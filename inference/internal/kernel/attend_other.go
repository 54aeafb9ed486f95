//go:build (!amd64 && !arm64) || noasm

package kernel

func attendFast(*Attn, []float32, int, int, KVPage, []Span, float32) bool { return false }
