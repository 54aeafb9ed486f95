// Package arch reads what kind of network a model file holds: its hyper-parameters, checked, and where it differs from
// its relatives.
//
// The supported families are one network with a few switches: a residual stream, in every layer attention and a
// feed-forward network, each with its norms. A family is a row of the table in families.go, not a program of its own.
//
// To add an architecture:
//
//   - write its row: the switches of Traits say all that the engine can do differently;
//   - where it needs a new switch, add it to Traits, let package nn plan its tensors (plan.go) and read it in the forward
//     pass (pass.go), resolved outside of the inner loops;
//   - where the file has keys of its own, read them in read.go, and refuse what would be computed wrong;
//   - add a small random model to inference/_reference/models.py: it writes the file and the logits that the tests compare.
//
// Names of keys and tensors, and the conventions by which weights are stored, are those of llama.cpp's converter.
package arch

import (
	"errors"
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
	RopeNone                 // positions are learned vectors, added to the tokens'
)

// Norms says where a layer's norms stand.
type Norms uint8

// The places.
const (
	NormsBefore Norms = iota // before attention and before the feed-forward network
	NormsAround              // there, and of their results before these join the residual
	NormsBehind              // of the residual when the results have joined it
)

// Activation is the function of the feed-forward network.
type Activation uint8

// The activations.
const (
	SiLU     Activation = iota
	GELUTanh            // GELU by its approximation with tanh
	GELU                // GELU by the error function
)

// Traits are what a family does differently from llama: its zero value is llama.
type Traits struct {
	Rope       Rope
	Norms      Norms
	Activation Activation
	// LayerNorm has norms subtract the mean and add a bias; else they are of the root mean square.
	LayerNorm bool
	// QKVBias: queries, keys and values must have a bias. Biases: every matrix of a layer must.
	QKVBias, Biases bool
	// QKNorm norms each head's queries and keys before they turn.
	QKNorm bool
	// Ungated feed-forward networks have no gate: the activation is of the one matrix's result.
	Ungated bool
	// ScaledEmbedding multiplies the tokens' vectors by the square root of the width.
	ScaledEmbedding bool
	// NoRopeEvery n leaves the rotation out of each n-th layer; GlobalEvery n lets only each n-th layer see further than the
	// window. Zero: no such layer.
	NoRopeEvery, GlobalEvery int
	// Encoder networks see the whole text from every token, and end in vectors instead of a vocabulary's logits.
	Encoder bool
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

	// Scale multiplies the products of queries and keys.
	Scale float32
	// Window is the number of tokens, itself included, that a token sees in a layer that isn't global. Zero: all.
	Window int
	// SoftCap c turns logits x into c·tanh(x/c). Zero: not.
	SoftCap float32
	// Pooling joins an encoder's vectors.
	Pooling Pooling

	Turns Turns
	Traits
}

// Turns are the parameters of the rotation.
type Turns struct {
	Dims int // elements of a head that turn, the first ones; the rest stay
	// Base is the base of the frequencies, which Factor divides. LocalBase, not divided, is that of layers with a window;
	// zero: like the others.
	Base, Factor, LocalBase float64
	// Gain multiplies the turned elements.
	Gain float64
	// Original is the context that the network was trained for before its rotation was stretched, if it was.
	Original int
	// Stretch interpolates low frequencies only (YaRN, arXiv:2309.00071).
	Stretch bool
	// Fast and Slow bound the interpolation of Stretch, in turns over the original context.
	Fast, Slow float64
}

// Pooling says how an encoder's vectors become one.
type Pooling uint8

// The poolings.
const (
	PoolMean  Pooling = iota + 1 // their mean
	PoolFirst                    // the first token's
)

// Group is the number of query heads that share one head of keys and values.
func (c Config) Group() int { return c.Heads / c.KVHeads }

// WindowOf is the number of tokens, itself included, that a token sees in a layer. Zero: all before it.
func (c Config) WindowOf(layer int) int {
	if c.GlobalEvery > 0 && (layer+1)%c.GlobalEvery == 0 {
		return 0
	}
	return c.Window
}

// Turned reports whether a layer turns its queries and keys.
func (c Config) Turned(layer int) bool {
	return c.Rope != RopeNone && (c.NoRopeEvery == 0 || (layer+1)%c.NoRopeEvery != 0)
}
