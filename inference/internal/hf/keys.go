package hf

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"

	"shelftalk/inference/internal/gguf"
)

// keys collects metadata of one architecture.
type keys struct {
	arch string
	list []gguf.Key
}

// add sets a key of the architecture; whole numbers are stored as GGUF files do.
func (k *keys) add(name string, v any) { k.set(k.arch+"."+name, v) }

func (k *keys) set(name string, v any) {
	switch n := v.(type) {
	case int:
		v = uint32(n)
	case float64:
		v = float32(n)
	}
	k.list = append(k.list, gguf.Key{Name: name, Value: v})
}

// decoder sets what all decoders with rotary positions have.
func (k *keys) decoder(c settings) {
	heads := c.count("num_attention_heads")
	k.add("block_count", c.count("num_hidden_layers"))
	k.add("embedding_length", c.count("hidden_size"))
	k.add("feed_forward_length", c.count("intermediate_size"))
	k.add("attention.head_count", heads)
	k.add("attention.head_count_kv", c.countOr(heads, "num_key_value_heads"))
	k.add("vocab_size", c.count("vocab_size"))
	k.add("attention.layer_norm_rms_epsilon", c.real(1e-6, "rms_norm_eps"))
	if act := c.text("silu", "hidden_act"); act != "silu" && act != "swish" && k.arch != "gemma3" {
		c.fail("hidden_act is %q: %w", act, ErrUnsupported)
	}
	if c.real(0, "attn_logit_softcapping") != 0 {
		c.fail("attn_logit_softcapping is set: %w", ErrUnsupported)
	}
}

// headDim is the width of a head.
func headDim(c settings) int {
	heads := c.count("num_attention_heads")
	if heads == 0 {
		return 0
	}
	return c.countOr(c.count("hidden_size")/heads, "head_dim")
}

// rope sets base and scaling of the rotation; base is the family's own where the folder doesn't say.
func (k *keys) rope(c settings, base float64) rotation {
	r := rotationOf(c)
	if r.base != 0 {
		base = r.base
	}
	k.add("rope.freq_base", base)
	r.base = base
	switch r.kind {
	case "default", "llama3": // the latter comes as a tensor
	case "longrope": // and so do the factors of this one
		k.add("rope.scaling.type", "longrope")
	case "linear":
		k.add("rope.scaling.type", "linear")
		k.add("rope.scaling.factor", r.real(1, "factor"))
	case "yarn":
		k.yarn(r)
	default:
		c.fail("positions scaled by %q: %w", r.kind, ErrUnsupported)
	}
	return r
}

// yarn sets the scaling of arXiv:2309.00071.
func (k *keys) yarn(r rotation) {
	k.add("rope.scaling.type", "yarn")
	k.add("rope.scaling.factor", r.real(1, "factor"))
	k.add("rope.scaling.original_context_length", r.count("original_max_position_embeddings"))
	for _, name := range []string{"beta_fast", "beta_slow"} {
		if r.has(name) {
			k.add("rope.scaling.yarn_"+name, r.real(0, name))
		}
	}
	for _, name := range []string{"attention_factor", "mscale", "mscale_all_dim"} {
		if r.has(name) {
			r.fail("%s is set: %w", name, ErrUnsupported)
		}
	}
}

func llamaKeys(c settings, k *keys) {
	k.decoder(c)
	k.add("context_length", c.countOr(2048, "max_position_embeddings"))
	if window := c.countOr(0, "sliding_window"); window > 0 { // Mistral's first models
		k.add("attention.sliding_window", window)
	}
	k.add("attention.key_length", headDim(c))
	k.add("attention.value_length", headDim(c))
	k.add("rope.dimension_count", headDim(c))
	k.rope(c, 10000)
}

func smollm3Keys(c settings, k *keys) {
	llamaKeys(c, k)
	// 1 means a layer with rotation. The engine knows the published pattern: none in every fourth layer.
	for i, x := range c.numbers("no_rope_layers") {
		if (x == 0) != (i%4 == 3) {
			c.fail("no_rope_layers isn't every fourth layer: %w", ErrUnsupported)
		}
	}
}

func qwenKeys(c settings, k *keys) {
	k.decoder(c)
	k.add("context_length", c.countOr(32768, "max_position_embeddings"))
	k.add("attention.key_length", headDim(c))
	k.add("attention.value_length", headDim(c))
	if c.boolean(false, "use_sliding_window") {
		c.fail("use_sliding_window is true: %w", ErrUnsupported)
	}
	k.rope(c, 10000)
}

func gemmaKeys(c settings, k *keys) {
	k.decoder(c)
	k.add("context_length", c.countOr(131072, "max_position_embeddings"))
	k.add("attention.key_length", c.countOr(256, "head_dim"))
	k.add("attention.value_length", c.countOr(256, "head_dim"))
	if limit := c.real(0, "final_logit_softcapping"); limit != 0 {
		k.add("final_logit_softcapping", limit)
	}
	if act := c.text("gelu_pytorch_tanh", "hidden_activation"); act != "gelu_pytorch_tanh" {
		c.fail("hidden_activation is %q: %w", act, ErrUnsupported)
	}
	dim := float64(c.countOr(256, "head_dim"))
	if scalar := c.real(dim, "query_pre_attn_scalar"); scalar != dim && scalar > 0 {
		k.add("attention.scale", 1/math.Sqrt(scalar))
	}
	r := k.rope(c, 1e6)
	k.add("rope.freq_base_swa", r.local.real(c.real(10000, "rope_local_base_freq"), "rope_theta"))
	k.add("attention.sliding_window", c.countOr(4096, "sliding_window"))
	if n := windowPeriod(c); n != 6 {
		k.add("attention.sliding_window_pattern", n)
	}
}

// gemmaText returns what a Gemma 3 with eyes says about its writing part. It leaves out what is as it was in the first
// model of the family.
func gemmaText(c settings) settings {
	text := c.object("text_config")
	inner := settings{file: c.file, failure: c.failure, values: map[string]any{}}
	for name, v := range map[string]string{
		"hidden_size": "2304", "intermediate_size": "9216", "num_hidden_layers": "26", "vocab_size": "262208",
		"num_attention_heads": "8", "num_key_value_heads": "4", "head_dim": "256", "query_pre_attn_scalar": "256",
	} {
		inner.values[name] = json.Number(v)
	}
	for name, v := range text.values {
		if v != nil {
			inner.values[name] = v
		}
	}
	return inner
}

// windowPeriod returns n where every n-th layer sees the whole text and the others a window.
func windowPeriod(c settings) int {
	n := max(1, c.countOr(6, "sliding_window_pattern", "_sliding_window_pattern"))
	kinds := c.texts("layer_types")
	if len(kinds) == 0 {
		return n
	}
	if first := slices.Index(kinds, "full_attention"); first >= 0 {
		n = first + 1
	} else {
		n = max(n, len(kinds)+1)
	}
	for i, kind := range kinds {
		if (kind == "full_attention") != ((i+1)%n == 0) {
			c.fail("layer_types has no regular pattern: %w", ErrUnsupported)
		}
	}
	return n
}

func phiKeys(c settings, k *keys) {
	k.decoder(c)
	heads := c.count("num_attention_heads")
	if heads == 0 {
		return
	}
	context := c.countOr(4096, "max_position_embeddings")
	k.add("context_length", context)
	r := k.rope(c, 10000)
	turned := int(c.real(r.real(1, "partial_rotary_factor"), "partial_rotary_factor")*float64(c.count("hidden_size"))) / heads
	k.add("rope.dimension_count", turned)
	k.add("attention.sliding_window", c.countOr(0, "sliding_window"))
	original := r.countOr(c.countOr(context, "original_max_position_embeddings"), "original_max_position_embeddings")
	k.add("rope.scaling.original_context_length", original)
	if r.kind == "longrope" && original > 1 {
		k.add("rope.scaling.attn_factor", longropeFactor(float64(context)/float64(original), float64(original)))
	}
}

// longropeFactor is what attention is scaled by in models with a stretched context.
//
// https://arxiv.org/abs/2402.13753
func longropeFactor(stretch, original float64) float64 {
	if stretch <= 1 {
		return 1
	}
	return math.Sqrt(1 + math.Log(stretch)/math.Log(original))
}

func gpt2Keys(c settings, k *keys) {
	width := c.count("n_embd", "hidden_size")
	k.add("block_count", c.count("n_layer", "num_hidden_layers"))
	k.add("context_length", c.count("n_positions", "n_ctx", "max_position_embeddings"))
	k.add("embedding_length", width)
	k.add("feed_forward_length", c.countOr(4*width, "n_inner"))
	k.add("attention.head_count", c.count("n_head", "num_attention_heads"))
	k.add("attention.layer_norm_epsilon", c.real(1e-5, "layer_norm_epsilon"))
	if act := c.text("gelu_new", "activation_function"); act != "gelu_new" && act != "gelu_pytorch_tanh" {
		c.fail("activation_function is %q: %w", act, ErrUnsupported)
	}
	if c.boolean(false, "scale_attn_by_inverse_layer_idx") || !c.boolean(true, "scale_attn_weights") {
		c.fail("attention is scaled in an unusual way: %w", ErrUnsupported)
	}
}

func bertKeys(c settings, k *keys) {
	k.add("block_count", c.count("num_hidden_layers"))
	k.add("context_length", c.count("max_position_embeddings"))
	k.add("embedding_length", c.count("hidden_size"))
	k.add("feed_forward_length", c.count("intermediate_size"))
	k.add("attention.head_count", c.count("num_attention_heads"))
	k.add("attention.layer_norm_epsilon", c.real(1e-12, "layer_norm_eps"))
	k.add("attention.causal", false)
	k.set("tokenizer.ggml.token_type_count", c.countOr(2, "type_vocab_size"))
	if act := c.text("gelu", "hidden_act"); act != "gelu" {
		c.fail("hidden_act is %q: %w", act, ErrUnsupported)
	}
	if kind := c.text("absolute", "position_embedding_type"); kind != "absolute" {
		c.fail("position_embedding_type is %q: %w", kind, ErrUnsupported)
	}
	if c.boolean(false, "is_decoder") {
		c.fail("is_decoder is true: %w", ErrUnsupported)
	}
}

// llama3Turns are the numbers by which a Llama 3 model divides the frequencies of its rotation: slow ones by the whole
// factor, fast ones by 1, and those between by something between.
func llama3Turns(c settings, r rotation) ([]float32, error) {
	dim := headDim(c)
	factor, low, high := r.real(8, "factor"), r.real(1, "low_freq_factor"), r.real(4, "high_freq_factor")
	original := r.real(8192, "original_max_position_embeddings")
	if err := c.err(); err != nil {
		return nil, err
	}
	if factor <= 0 || low <= 0 || high <= low || original <= 0 || dim < 2 || dim > 1<<12 || r.base <= 0 {
		return nil, fmt.Errorf("%s: positions scaled by factor %v between %v and %v: %w", c.file, factor, low, high, ErrConfig)
	}
	turns := make([]float32, dim/2)
	for i := range turns {
		frequency := 1 / math.Pow(r.base, float64(2*i)/float64(dim))
		wave := 2 * math.Pi / frequency
		switch {
		case wave < original/high:
			turns[i] = 1
		case wave > original/low:
			turns[i] = float32(factor)
		default:
			smooth := (original/wave - low) / (high - low)
			turns[i] = float32(1 / ((1-smooth)/factor + smooth))
		}
	}
	return turns, nil
}
