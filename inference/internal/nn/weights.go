package nn

import (
	"slices"

	"shelftalk/inference/internal/arch"
	"shelftalk/inference/internal/kernel"
)

// Weights are a network's parameters, read-only once loaded.
type Weights struct {
	Config arch.Config
	Embed  *kernel.Matrix // a row per token
	// Places, if not nil, has a row per position, added to the token's. Kind is added to every token.
	Places *kernel.Matrix
	Kind   []float32
	// First is of the sum of these, where norms stand behind.
	First  Norm
	Layers []Layer
	Last   Norm           // before the head; none in an encoder
	Head   *kernel.Matrix // Embed itself where the file has no other; nil in an encoder
	// Divisors divide the rotation's frequencies one by one; nil: by nothing. Short and Long are divisors for contexts up to
	// and beyond the original one.
	Divisors, Short, Long []float32

	arena    *kernel.Arena
	matrices []*kernel.Matrix
	mapped   []byte // the matrices' memory, where it is a file's
}

// Norm is a norm's parameters: of the root mean square without Bias, else of the deviation from the mean. A zero Norm is none.
type Norm struct{ Weight, Bias []float32 }

// apply writes x's norm to dst, which may be x.
func (n Norm) apply(dst, x []float32, eps float32) {
	if n.Bias == nil {
		kernel.RMSNorm(dst, x, n.Weight, eps)
	} else {
		kernel.LayerNorm(dst, x, n.Weight, n.Bias, eps)
	}
}

// Linear is a matrix with what is added to its result; nil: nothing.
type Linear struct {
	*kernel.Matrix
	Bias []float32
}

// Layer is one block: attention, then a feed-forward network, each added to the residual. Which of the norms there are is
// the architecture's choice.
type Layer struct {
	AttnNorm           Norm // of attention's input
	Query, Key, Value  Linear
	QueryNorm, KeyNorm []float32 // of each head
	Output             Linear
	AttnPost           Norm // of attention's result, or of the residual with it
	HiddenNorm         Norm // of the feed-forward network's input
	Gate, Up, Down     Linear
	HiddenPost         Norm // of the feed-forward network's result, or of the residual with it
}

// Packed is the memory of all matrices; see Plan.Adopt.
func (w *Weights) Packed() []byte { return w.arena.Bytes() }

// Free gives the matrices' memory back, unless they were adopted.
func (w *Weights) Free() {
	if w.arena != nil {
		w.arena.Free()
	}
	w.arena, w.matrices, w.mapped = nil, nil, nil
}

// takesPowers reports whether a matrix takes its inputs scaled by powers of two.
func (w *Weights) takesPowers() bool {
	return slices.ContainsFunc(w.matrices, (*kernel.Matrix).TakesPowers)
}

// needsFloats reports whether a matrix reads its inputs unquantised.
func (w *Weights) needsFloats() bool {
	return slices.ContainsFunc(w.matrices, (*kernel.Matrix).NeedsFloats)
}
