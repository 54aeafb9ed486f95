// Package arch reads what kind of network a model file holds: its hyper-parameters, checked, and where it differs from
// its relatives.
//
// The supported families are one decoder with a few switches: a residual stream, in every layer attention and a gated
// feed-forward network, each behind a norm. A family is a row of the table below, not a program of its own.
package arch

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"shelftalk/inference/internal/gguf"
)

// The package's refusals.
var (
	// ErrUnsupported means an architecture, or a variant of one, that the engine doesn't run.
	ErrUnsupported = errors.New("this kind of network isn't supported")
	// ErrShape means hyper-parameters or tensors that don't belong together.
	ErrShape = errors.New("the network's parts don't fit together")
)

// Rope says how positions turn queries and keys.
type Rope uint8

// The rotations.
const (
	RopeAdjacent Rope = iota // elements 2i and 2i+1 turn together
	RopeHalves               // elements i and i+n/2 turn together
)

// family lists what an architecture does differently.
type family struct {
	rope    Rope
	qkvBias bool // queries, keys and values must have a bias
}

// families is the table.
func families() map[string]family {
	return map[string]family{
		"llama": {rope: RopeAdjacent},
		"qwen2": {rope: RopeHalves, qkvBias: true},
	}
}

// Config holds the hyper-parameters of a network.
type Config struct {
	Arch    string
	Layers  int
	Width   int // of the residual stream
	Heads   int // of the queries
	KVHeads int // of keys and values; divides Heads
	HeadDim int
	Hidden  int // width of the feed-forward network
	Vocab   int
	Context int // tokens the network was trained for
	NormEps float32
	Rope    Rope
	// RopeBase is the base of the rotations' frequencies, which RopeFactor divides.
	RopeBase, RopeFactor float64
	QKVBias              bool
}

// Group is the number of query heads that share one head of keys and values.
func (c Config) Group() int { return c.Heads / c.KVHeads }

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

// Supported lists the architectures by name.
func Supported() []string { return slices.Sorted(maps.Keys(families())) }

// Read takes the hyper-parameters from a file's metadata and checks them.
func Read(f *gguf.File) (Config, error) {
	name, err := f.Text("general.architecture")
	if err != nil {
		return Config{}, err
	}
	fam, ok := families()[name]
	if !ok {
		return Config{}, fmt.Errorf("architecture %q (supported: %s): %w", name, strings.Join(Supported(), ", "), ErrUnsupported)
	}
	c := Config{Arch: name, Rope: fam.rope, QKVBias: fam.qkvBias}
	if err := c.counts(f); err != nil {
		return Config{}, err
	}
	if err := c.rotation(f); err != nil {
		return Config{}, err
	}
	return c, c.check()
}

func (c *Config) counts(f *gguf.File) error {
	for _, key := range []struct {
		name string
		into *int
		max  int
	}{
		{"block_count", &c.Layers, maxLayers},
		{"embedding_length", &c.Width, maxWidth},
		{"feed_forward_length", &c.Hidden, maxHidden},
		{"attention.head_count", &c.Heads, maxHeads},
		{"context_length", &c.Context, maxContext},
	} {
		n, err := f.Int(c.Arch + "." + key.name)
		if err != nil {
			return err
		}
		if n < 1 || n > key.max {
			return fmt.Errorf("%s.%s is %d: %w", c.Arch, key.name, n, gguf.ErrLimit)
		}
		*key.into = n
	}
	var err error
	if c.KVHeads, err = f.IntOr(c.Arch+".attention.head_count_kv", c.Heads); err != nil {
		return err
	}
	if c.HeadDim, err = f.IntOr(c.Arch+".attention.key_length", c.Width/c.Heads); err != nil {
		return err
	}
	value, err := f.IntOr(c.Arch+".attention.value_length", c.HeadDim)
	if err != nil {
		return err
	}
	if value != c.HeadDim {
		return fmt.Errorf("keys of %d and values of %d elements: %w", c.HeadDim, value, ErrUnsupported)
	}
	embedding, ok := f.Tensor("token_embd.weight")
	if !ok {
		return fmt.Errorf("tensor %q: %w", "token_embd.weight", gguf.ErrMissing)
	}
	c.Vocab = embedding.Rows()
	return nil
}

func (c *Config) rotation(f *gguf.File) error {
	eps, err := f.Float(c.Arch + ".attention.layer_norm_rms_epsilon")
	if err != nil {
		return err
	}
	c.NormEps = float32(eps)
	if c.RopeBase, err = f.FloatOr(c.Arch+".rope.freq_base", 10000); err != nil {
		return err
	}
	dims, err := f.IntOr(c.Arch+".rope.dimension_count", c.HeadDim)
	if err != nil {
		return err
	}
	if dims != c.HeadDim {
		return fmt.Errorf("rotation of %d of %d elements: %w", dims, c.HeadDim, ErrUnsupported)
	}
	scaling, err := f.TextOr(c.Arch+".rope.scaling.type", "none")
	if err != nil {
		return err
	}
	c.RopeFactor = 1
	switch scaling {
	case "none":
	case "linear":
		if c.RopeFactor, err = f.FloatOr(c.Arch+".rope.scaling.factor", 1); err != nil {
			return err
		}
	default:
		return fmt.Errorf("rotation scaled by %q: %w", scaling, ErrUnsupported)
	}
	return nil
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
	case !(c.RopeBase > 0 && c.RopeFactor > 0):
		return fmt.Errorf("rotation base %v, factor %v: %w", c.RopeBase, c.RopeFactor, gguf.ErrLimit)
	}
	return nil
}
