package arch

import (
	"fmt"
	"math"
	"strings"

	"shelftalk/inference/internal/gguf"
)

// Bounds beyond any model of the supported families.
const (
	maxLayers  = 512
	maxWidth   = 1 << 16
	maxHeads   = 1 << 10
	maxHeadDim = 512
	maxHidden  = 1 << 18
	maxVocab   = 1 << 20
	maxContext = 1 << 24
)

// Read takes the hyper-parameters from a file's metadata and checks them.
func Read(f *gguf.File) (Config, error) {
	name, err := f.Text("general.architecture")
	if err != nil {
		return Config{}, err
	}
	traits, ok := families()[name]
	if !ok {
		return Config{}, fmt.Errorf("architecture %q (supported: %s): %w", name, strings.Join(Supported(), ", "), ErrUnsupported)
	}
	c := Config{Arch: name, Traits: traits}
	r := reader{file: f, arch: name}
	c.counts(&r)
	c.norms(&r)
	if r.err == nil && c.Rope != RopeNone {
		c.Turns.read(&r, c.HeadDim)
	}
	if r.err == nil {
		c.attention(&r)
	}
	c.refuse(&r)
	if r.err != nil {
		return Config{}, r.err
	}
	return c, c.check()
}

// reader reads an architecture's keys. After the first error it does nothing more.
type reader struct {
	file *gguf.File
	arch string
	err  error
}

func (r *reader) key(name string) string { return r.arch + "." + name }

func (r *reader) fail(err error) {
	if r.err == nil {
		r.err = err
	}
}

// count reads a number from 1 to most.
func (r *reader) count(name string, most int) int {
	n, err := r.file.Int(r.key(name))
	if err == nil && (n < 1 || n > most) {
		err = fmt.Errorf("%s is %d: %w", r.key(name), n, gguf.ErrLimit)
	}
	if err != nil {
		r.fail(err)
	}
	return n
}

func (r *reader) intOr(name string, absent int) int {
	n, err := r.file.IntOr(r.key(name), absent)
	if err != nil {
		r.fail(err)
	}
	return n
}

func (r *reader) floatOr(name string, absent float64) float64 {
	x, err := r.file.FloatOr(r.key(name), absent)
	if err != nil {
		r.fail(err)
	}
	return x
}

// counts reads the shape.
func (c *Config) counts(r *reader) {
	c.Layers = r.count("block_count", maxLayers)
	c.Width = r.count("embedding_length", maxWidth)
	c.Hidden = r.count("feed_forward_length", maxHidden)
	c.Heads = r.count("attention.head_count", maxHeads)
	c.Context = r.count("context_length", maxContext)
	if r.err != nil {
		return
	}
	c.KVHeads = r.intOr("attention.head_count_kv", c.Heads)
	c.HeadDim = r.intOr("attention.key_length", c.Width/c.Heads)
	if value := r.intOr("attention.value_length", c.HeadDim); value != c.HeadDim {
		r.fail(fmt.Errorf("keys of %d and values of %d elements: %w", c.HeadDim, value, ErrUnsupported))
	}
	embedding, ok := r.file.Tensor("token_embd.weight")
	if !ok {
		r.fail(fmt.Errorf("tensor %q: %w", "token_embd.weight", gguf.ErrMissing))
		return
	}
	c.Vocab = embedding.Rows()
}

// norms reads the norms' epsilon.
func (c *Config) norms(r *reader) {
	name := "attention.layer_norm_rms_epsilon"
	if c.LayerNorm {
		name = "attention.layer_norm_epsilon"
	}
	eps, err := r.file.Float(r.key(name))
	if err != nil {
		r.fail(err)
	}
	c.NormEps = float32(eps)
}

// read reads the rotation of heads of dim elements.
func (t *Turns) read(r *reader, dim int) {
	t.Dims = r.intOr("rope.dimension_count", dim)
	t.Base = r.floatOr("rope.freq_base", 10000)
	t.Factor, t.Gain = 1, 1
	t.Original = r.intOr("rope.scaling.original_context_length", 0)
	scaling, err := r.file.TextOr(r.key("rope.scaling.type"), "none")
	if err != nil {
		r.fail(err)
		return
	}
	switch scaling {
	case "none":
	case "linear":
		t.Factor = r.floatOr("rope.scaling.factor", 1)
	case "longrope": // factors are tensors of the file
	case "yarn":
		t.Stretch = true
		t.Factor = r.floatOr("rope.scaling.factor", 1)
		t.Fast = r.floatOr("rope.scaling.yarn_beta_fast", 32)
		t.Slow = r.floatOr("rope.scaling.yarn_beta_slow", 1)
		t.Gain = r.floatOr("rope.scaling.yarn_attn_factor", 1+0.1*math.Log(max(1, t.Factor)))
		if x := r.floatOr("rope.scaling.yarn_ext_factor", 1); x != 1 {
			r.fail(fmt.Errorf("%s is %v: %w", r.key("rope.scaling.yarn_ext_factor"), x, ErrUnsupported))
		}
	default:
		r.fail(fmt.Errorf("rotation scaled by %q: %w", scaling, ErrUnsupported))
	}
	t.Gain *= r.floatOr("rope.scaling.attn_factor", 1)
}

// attention reads what tokens see of each other.
func (c *Config) attention(r *reader) {
	c.Window = min(r.intOr("attention.sliding_window", 0), maxContext)
	if c.GlobalEvery > 0 {
		c.GlobalEvery = r.intOr("attention.sliding_window_pattern", c.GlobalEvery)
		c.Turns.LocalBase = r.floatOr("rope.freq_base_swa", 10000)
		if c.Window == 0 { // all layers are global
			c.GlobalEvery, c.Turns.LocalBase = 0, 0
		}
	}
	dim := c.HeadDim
	if c.Arch == "gemma3" && c.Layers == gemma27Layers {
		dim = c.Width / c.Heads
	}
	c.Scale = float32(r.floatOr("attention.scale", 1/math.Sqrt(float64(dim))))
	c.SoftCap = float32(r.floatOr("final_logit_softcapping", 0))
	if c.Encoder {
		c.pooling(r)
	}
}

// gemma27Layers tells the one Gemma 3 (27B) whose queries are scaled by its width per head, which isn't its heads' width.
const gemma27Layers = 62

// pooling reads how an encoder's vectors become one. Numbers are the file format's.
func (c *Config) pooling(r *reader) {
	switch kind := r.intOr("pooling_type", 1); kind {
	case 1:
		c.Pooling = PoolMean
	case 2:
		c.Pooling = PoolFirst
	default:
		r.fail(fmt.Errorf("%s is %d: %w", r.key("pooling_type"), kind, ErrUnsupported))
	}
}

// refuse looks for keys that change the network in ways that the engine doesn't follow.
func (c *Config) refuse(r *reader) {
	causal, err := r.file.BoolOr(r.key("attention.causal"), !c.Encoder)
	if err != nil {
		r.fail(err)
	}
	if causal == c.Encoder {
		r.fail(fmt.Errorf("%s is %v: %w", r.key("attention.causal"), causal, ErrUnsupported))
	}
	for _, name := range []string{
		"expert_count", "attn_logit_softcapping", "logit_scale", "residual_scale", "embedding_scale",
		"attention.max_alibi_bias", "attention.clamp_kqv", "attention.temperature_scale", "rope.scaling.yarn_log_multiplier",
	} {
		if x := r.floatOr(name, 0); x != 0 {
			r.fail(fmt.Errorf("%s is %v: %w", r.key(name), x, ErrUnsupported))
		}
	}
}

// check refuses figures that contradict each other, or that the engine's tiles can't carry.
func (c Config) check() error {
	switch {
	case c.KVHeads < 1 || c.KVHeads > c.Heads || c.Heads%c.KVHeads != 0:
		return fmt.Errorf("%d heads over %d heads of keys: %w", c.Heads, c.KVHeads, ErrShape)
	case c.HeadDim < 1 || c.HeadDim > maxHeadDim:
		return fmt.Errorf("heads of %d elements: %w", c.HeadDim, gguf.ErrLimit)
	case c.HeadDim%16 != 0 || c.Width%32 != 0 || c.Hidden%32 != 0:
		return fmt.Errorf("heads of %d, width %d, feed-forward %d: %w", c.HeadDim, c.Width, c.Hidden, ErrUnsupported)
	case c.Heads*c.HeadDim%32 != 0:
		return fmt.Errorf("%d heads of %d elements: %w", c.Heads, c.HeadDim, ErrUnsupported)
	case c.Vocab < 2 || c.Vocab > maxVocab:
		return fmt.Errorf("a vocabulary of %d: %w", c.Vocab, gguf.ErrLimit)
	case !(c.NormEps > 0 && c.NormEps < 1):
		return fmt.Errorf("norm epsilon %v: %w", c.NormEps, gguf.ErrLimit)
	case c.Window < 0 || c.GlobalEvery < 0:
		return fmt.Errorf("a window of %d tokens, every %d layers none: %w", c.Window, c.GlobalEvery, ErrShape)
	case !(c.Scale > 0) || math.IsInf(float64(c.Scale), 0) || !(c.SoftCap >= 0) || math.IsInf(float64(c.SoftCap), 0):
		return fmt.Errorf("attention scaled by %v, logits bound to %v: %w", c.Scale, c.SoftCap, gguf.ErrLimit)
	case c.Rope != RopeNone:
		return c.Turns.check(c.HeadDim)
	}
	return nil
}

func (t Turns) check(dim int) error {
	switch {
	case t.Dims < 2 || t.Dims > dim || t.Dims%2 != 0:
		return fmt.Errorf("rotation of %d of %d elements: %w", t.Dims, dim, ErrShape)
	case !(t.Base > 0 && t.Factor > 0 && t.Gain > 0 && t.LocalBase >= 0):
		return fmt.Errorf("rotation base %v, locally %v, factor %v, gain %v: %w", t.Base, t.LocalBase, t.Factor, t.Gain, gguf.ErrLimit)
	case t.Original < 0 || t.Stretch && (t.Original == 0 || t.Base <= 1 || !(t.Fast > t.Slow && t.Slow > 0)):
		return fmt.Errorf("rotation stretched from %d tokens between %v and %v turns: %w", t.Original, t.Slow, t.Fast, ErrShape)
	}
	return nil
}
