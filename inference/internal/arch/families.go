package arch

import (
	"maps"
	"slices"
)

// families is the table of the architectures, by the name in general.architecture.
func families() map[string]Traits {
	return map[string]Traits{
		// Llama 2 and 3, SmolLM2, Mistral.
		"llama": {},
		// SmolLM3 (no rotation in every fourth layer: arXiv:2501.18795).
		"smollm3": {NoRopeEvery: 4},
		"qwen2":   {Rope: RopeHalves, QKVBias: true},
		"qwen3":   {Rope: RopeHalves, QKNorm: true},
		// Phi 3 and 3.5, Phi 4 mini: fused tensors, which any family may have.
		"phi3": {Rope: RopeHalves},
		// Gemma 3 (arXiv:2503.19786).
		"gemma3": {
			Rope: RopeHalves, Norms: NormsAround, Activation: GELUTanh, QKNorm: true, ScaledEmbedding: true, GlobalEvery: 6,
		},
		"gpt2": {Rope: RopeNone, LayerNorm: true, Biases: true, Activation: GELUTanh, Ungated: true},
		// BERT and its descendants that keep its tensors, such as MiniLM, BGE and E5 (arXiv:1810.04805).
		"bert": {
			Rope: RopeNone, Norms: NormsBehind, LayerNorm: true, Biases: true, Activation: GELU, Ungated: true, Encoder: true,
		},
	}
}

// Supported lists the architectures by name.
func Supported() []string { return slices.Sorted(maps.Keys(families())) }
