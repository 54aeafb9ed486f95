package hf

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"shelftalk/inference/internal/gguf"
	"shelftalk/inference/internal/quant"
)

// change is what a tensor goes through on its way.
type change uint8

const (
	asIs      change = iota
	turned           // rows of a head's two halves are interleaved: the rotation of llama's GGUF files turns neighbours
	transpose        // stored as inputs × outputs
	plusOne          // Gemma stores norm weights less one
)

// item is a tensor of the presented file, and where its values come from.
type item struct {
	tensor gguf.Tensor
	from   *stored
	change change
	heads  int       // of a turned tensor
	values []float32 // set instead of from
}

// layout collects the tensors of one model.
type layout struct {
	tensors map[string]*stored // those not taken yet, by their names without prefix
	weights Weights
	items   []item
	err     error
}

// newLayout takes the tensors of the weight files in. rename gives the name that the family's current code would use, ""
// for a tensor that doesn't matter.
func newLayout(s *shards, w Weights, rename func(string) string) (*layout, error) {
	l := &layout{tensors: make(map[string]*stored, len(s.tensors)), weights: w}
	for _, name := range slices.Sorted(maps.Keys(s.tensors)) {
		short := rename(name)
		if short == "" {
			continue
		}
		if old, ok := l.tensors[short]; ok {
			return nil, fmt.Errorf("tensors %q and %q are one and the same: %w", old.name, name, ErrSafetensors)
		}
		l.tensors[short] = s.tensors[name]
	}
	return l, nil
}

func (l *layout) fail(err error) {
	if l.err == nil {
		l.err = err
	}
}

// take removes a tensor from those that are left.
func (l *layout) take(name string) *stored {
	t := l.tensors[name]
	delete(l.tensors, name)
	return t
}

// vector presents a tensor of one dimension, in F32; one that isn't there is a failure if it is required.
func (l *layout) vector(to, from string, c change, heads int, required bool) {
	t := l.take(from)
	if t == nil {
		if required {
			l.fail(fmt.Errorf("tensor %q: %w", from, ErrMissing))
		}
		return
	}
	if len(t.shape) != 1 {
		l.fail(fmt.Errorf("tensor %q is of shape %v: %w", t.name, t.shape, ErrConfig))
		return
	}
	l.add(item{tensor: gguf.Tensor{Name: to, Type: quant.F32, Dims: slices.Clone(t.shape)}, from: t, change: c, heads: heads})
}

// matrix presents a tensor of two dimensions. plain keeps it in F32, as tables need that are added to and never multiplied.
func (l *layout) matrix(to, from string, c change, heads int, plain bool) {
	t := l.take(from)
	if t == nil {
		l.fail(fmt.Errorf("tensor %q: %w", from, ErrMissing))
		return
	}
	if len(t.shape) != 2 {
		l.fail(fmt.Errorf("tensor %q is of shape %v: %w", t.name, t.shape, ErrConfig))
		return
	}
	dims := []int{t.shape[1], t.shape[0]}
	if c == transpose {
		dims = t.shape
	}
	typ := quant.F32
	if !plain {
		typ = l.weights.typeOf(to, t.dtype, dims[0])
	}
	l.add(item{tensor: gguf.Tensor{Name: to, Type: typ, Dims: slices.Clone(dims)}, from: t, change: c, heads: heads})
}

func (l *layout) constant(to string, values []float32) {
	l.add(item{tensor: gguf.Tensor{Name: to, Type: quant.F32, Dims: []int{len(values)}}, values: values})
}

func (l *layout) add(it item) {
	if it.from != nil {
		switch it.from.dtype {
		case "F32", "F16", "BF16":
		case "F8_E4M3", "F8_E5M2", "I8", "U8", "I32":
			l.fail(fmt.Errorf("tensor %q is of type %s: %w", it.from.name, it.from.dtype, ErrQuantised))
			return
		default:
			l.fail(fmt.Errorf("tensor %q is of type %s: %w", it.from.name, it.from.dtype, ErrUnsupported))
			return
		}
		if it.change == turned && (it.heads < 1 || it.from.shape[0]%(2*it.heads) != 0) {
			l.fail(fmt.Errorf("tensor %q is of shape %v, for %d heads: %w", it.from.name, it.from.shape, it.heads, ErrConfig))
			return
		}
	}
	l.items = append(l.items, it)
}

// linear presents a matrix and its bias, if it has one.
func (l *layout) linear(to, from string, c change, heads int) {
	l.matrix(to+".weight", from+".weight", c, heads, false)
	if c == transpose {
		c = asIs
	}
	l.vector(to+".bias", from+".bias", c, heads, false)
}

// norm presents a norm's weight, and its bias if it has one.
func (l *layout) norm(to, from string, c change) {
	l.vector(to+".weight", from+".weight", c, 0, true)
	l.vector(to+".bias", from+".bias", asIs, 0, false)
}

// head presents the output matrix, unless it is the embedding's.
func (l *layout) head(c settings) {
	if c.has("tie_word_embeddings") && c.boolean(false, "tie_word_embeddings") {
		l.take("lm_head.weight")
		return
	}
	if l.tensors["lm_head.weight"] != nil || c.has("tie_word_embeddings") {
		l.matrix("output.weight", "lm_head.weight", asIs, 0, false)
	}
}

// finish returns the tensors. One that nobody asked for is a part of the network that would be left out.
func (l *layout) finish() ([]item, error) {
	if l.err != nil {
		return nil, l.err
	}
	for _, name := range slices.Sorted(maps.Keys(l.tensors)) {
		return nil, fmt.Errorf("tensor %q belongs to no part of this architecture: %w", l.tensors[name].name, ErrUnsupported)
	}
	return l.items, nil
}

// decoderName is the name of a tensor in models of llama's descent: without the prefix that the language head adds.
func decoderName(name string) string {
	if strings.HasSuffix(name, "rotary_emb.inv_freq") {
		return "" // computed from the settings
	}
	return strings.TrimPrefix(name, "model.")
}

// pictureName is decoderName for a writing model inside one that sees. Names came in two orders.
func pictureName(name string) string {
	name = strings.TrimPrefix(name, "model.")
	if strings.HasPrefix(name, "vision_tower.") || strings.HasPrefix(name, "multi_modal_projector.") {
		return ""
	}
	return decoderName(strings.TrimPrefix(name, "language_model."))
}

// decoderTensors presents a model of llama's descent. turn says whether queries and keys are turned.
func decoderTensors(c settings, l *layout, turn change) {
	heads := c.count("num_attention_heads")
	keyHeads := c.countOr(heads, "num_key_value_heads")
	l.matrix("token_embd.weight", "embed_tokens.weight", asIs, 0, false)
	l.norm("output_norm", "norm", asIs)
	l.head(c)
	for i := range layers(c, "num_hidden_layers") {
		to, from := fmt.Sprintf("blk.%d.", i), fmt.Sprintf("layers.%d.", i)
		l.norm(to+"attn_norm", from+"input_layernorm", asIs)
		l.linear(to+"attn_q", from+"self_attn.q_proj", turn, heads)
		l.linear(to+"attn_k", from+"self_attn.k_proj", turn, keyHeads)
		l.linear(to+"attn_v", from+"self_attn.v_proj", asIs, 0)
		l.linear(to+"attn_output", from+"self_attn.o_proj", asIs, 0)
		l.vector(to+"attn_q_norm.weight", from+"self_attn.q_norm.weight", asIs, 0, false)
		l.vector(to+"attn_k_norm.weight", from+"self_attn.k_norm.weight", asIs, 0, false)
		l.norm(to+"ffn_norm", from+"post_attention_layernorm", asIs)
		l.linear(to+"ffn_gate", from+"mlp.gate_proj", asIs, 0)
		l.linear(to+"ffn_up", from+"mlp.up_proj", asIs, 0)
		l.linear(to+"ffn_down", from+"mlp.down_proj", asIs, 0)
	}
}

// layers is the number of layers, within bounds, so that a wild figure doesn't make a long list of complaints.
func layers(c settings, names ...string) int { return min(c.count(names...), 1<<12) }

func llamaTensors(c settings, l *layout) {
	decoderTensors(c, l, turned)
	if r := rotationOf(c); r.kind == "llama3" {
		if r.base == 0 {
			r.base = 10000
		}
		turns, err := llama3Turns(c, r)
		if err != nil {
			l.fail(err)
			return
		}
		l.constant("rope_freqs.weight", turns)
	}
}

func qwenTensors(c settings, l *layout) { decoderTensors(c, l, asIs) }

func gemmaTensors(c settings, l *layout) {
	l.matrix("token_embd.weight", "embed_tokens.weight", asIs, 0, false)
	l.norm("output_norm", "norm", plusOne)
	if !c.has("tie_word_embeddings") || c.boolean(true, "tie_word_embeddings") {
		l.take("lm_head.weight")
	} else {
		l.head(c)
	}
	for i := range layers(c, "num_hidden_layers") {
		to, from := fmt.Sprintf("blk.%d.", i), fmt.Sprintf("layers.%d.", i)
		l.norm(to+"attn_norm", from+"input_layernorm", plusOne)
		l.linear(to+"attn_q", from+"self_attn.q_proj", asIs, 0)
		l.linear(to+"attn_k", from+"self_attn.k_proj", asIs, 0)
		l.linear(to+"attn_v", from+"self_attn.v_proj", asIs, 0)
		l.linear(to+"attn_output", from+"self_attn.o_proj", asIs, 0)
		l.norm(to+"attn_q_norm", from+"self_attn.q_norm", plusOne)
		l.norm(to+"attn_k_norm", from+"self_attn.k_norm", plusOne)
		l.norm(to+"post_attention_norm", from+"post_attention_layernorm", plusOne)
		l.norm(to+"ffn_norm", from+"pre_feedforward_layernorm", plusOne)
		l.linear(to+"ffn_gate", from+"mlp.gate_proj", asIs, 0)
		l.linear(to+"ffn_up", from+"mlp.up_proj", asIs, 0)
		l.linear(to+"ffn_down", from+"mlp.down_proj", asIs, 0)
		l.norm(to+"post_ffw_norm", from+"post_feedforward_layernorm", plusOne)
	}
}

func phiTensors(c settings, l *layout) {
	l.matrix("token_embd.weight", "embed_tokens.weight", asIs, 0, false)
	l.norm("output_norm", "norm", asIs)
	l.head(c)
	for i := range layers(c, "num_hidden_layers") {
		to, from := fmt.Sprintf("blk.%d.", i), fmt.Sprintf("layers.%d.", i)
		l.norm(to+"attn_norm", from+"input_layernorm", asIs)
		l.linear(to+"attn_qkv", from+"self_attn.qkv_proj", asIs, 0)
		l.linear(to+"attn_output", from+"self_attn.o_proj", asIs, 0)
		l.norm(to+"ffn_norm", from+"post_attention_layernorm", asIs)
		l.linear(to+"ffn_up", from+"mlp.gate_up_proj", asIs, 0)
		l.linear(to+"ffn_down", from+"mlp.down_proj", asIs, 0)
	}
	r := rotationOf(c)
	if long, short := r.numbers("long_factor"), r.numbers("short_factor"); len(long) > 0 && len(short) > 0 {
		l.constant("rope_factors_long.weight", long)
		l.constant("rope_factors_short.weight", short)
	}
}

// gpt2Name leaves out the masks that old files store, and the prefix of models with a language head.
func gpt2Name(name string) string {
	if strings.HasSuffix(name, ".attn.bias") || strings.HasSuffix(name, ".attn.masked_bias") {
		return ""
	}
	return strings.TrimPrefix(name, "transformer.")
}

func gpt2Tensors(c settings, l *layout) {
	l.matrix("token_embd.weight", "wte.weight", asIs, 0, false)
	l.matrix("position_embd.weight", "wpe.weight", asIs, 0, true)
	l.norm("output_norm", "ln_f", asIs)
	if !c.has("tie_word_embeddings") || c.boolean(true, "tie_word_embeddings") {
		l.take("lm_head.weight")
	} else {
		l.head(c)
	}
	for i := range layers(c, "n_layer", "num_hidden_layers") {
		to, from := fmt.Sprintf("blk.%d.", i), fmt.Sprintf("h.%d.", i)
		l.norm(to+"attn_norm", from+"ln_1", asIs)
		l.linear(to+"attn_qkv", from+"attn.c_attn", transpose, 0)
		l.linear(to+"attn_output", from+"attn.c_proj", transpose, 0)
		l.norm(to+"ffn_norm", from+"ln_2", asIs)
		l.linear(to+"ffn_up", from+"mlp.c_fc", transpose, 0)
		l.linear(to+"ffn_down", from+"mlp.c_proj", transpose, 0)
	}
}

// bertName brings old and new names together, and leaves out what embeddings don't need.
func bertName(name string) string {
	name = strings.TrimPrefix(name, "bert.")
	switch {
	case name == "embeddings.position_ids", strings.HasPrefix(name, "pooler."), strings.HasPrefix(name, "cls."):
		return ""
	case strings.HasSuffix(name, ".gamma"):
		return strings.TrimSuffix(name, "gamma") + "weight"
	case strings.HasSuffix(name, ".beta"):
		return strings.TrimSuffix(name, "beta") + "bias"
	}
	return name
}

func bertTensors(c settings, l *layout) {
	l.matrix("token_embd.weight", "embeddings.word_embeddings.weight", asIs, 0, false)
	l.matrix("position_embd.weight", "embeddings.position_embeddings.weight", asIs, 0, true)
	l.matrix("token_types.weight", "embeddings.token_type_embeddings.weight", asIs, 0, true)
	l.norm("token_embd_norm", "embeddings.LayerNorm", asIs)
	for i := range layers(c, "num_hidden_layers") {
		to, from := fmt.Sprintf("blk.%d.", i), fmt.Sprintf("encoder.layer.%d.", i)
		l.linear(to+"attn_q", from+"attention.self.query", asIs, 0)
		l.linear(to+"attn_k", from+"attention.self.key", asIs, 0)
		l.linear(to+"attn_v", from+"attention.self.value", asIs, 0)
		l.linear(to+"attn_output", from+"attention.output.dense", asIs, 0)
		l.norm(to+"attn_output_norm", from+"attention.output.LayerNorm", asIs)
		l.linear(to+"ffn_up", from+"intermediate.dense", asIs, 0)
		l.linear(to+"ffn_down", from+"output.dense", asIs, 0)
		l.norm(to+"layer_output_norm", from+"output.LayerNorm", asIs)
	}
}
