package nn

import (
	"fmt"
	"math"
	"slices"

	"shelftalk/inference/internal/arch"
	"shelftalk/inference/internal/gguf"
	"shelftalk/inference/internal/kernel"
	"shelftalk/inference/internal/quant"
)

// Weights are a network's parameters, read-only once loaded.
type Weights struct {
	Config arch.Config
	Embed  *kernel.Matrix // a row per token
	Layers []Layer
	Norm   []float32      // of the last residual
	Head   *kernel.Matrix // Embed itself where the file has no other
	// Turns divides the rotation's frequencies one by one; nil: by nothing.
	Turns []float32

	matrices []*kernel.Matrix
}

// Layer is one block: attention, then a gated feed-forward network, each behind a norm and added to the residual.
type Layer struct {
	AttnNorm           []float32
	Query, Key, Value  *kernel.Matrix
	QueryBias          []float32 // nil: none; so with the others
	KeyBias, ValueBias []float32
	Output             *kernel.Matrix
	HiddenNorm         []float32
	Gate, Up, Down     *kernel.Matrix
}

// Free gives the matrices' memory back.
func (w *Weights) Free() {
	for _, m := range w.matrices {
		m.Free()
	}
	w.matrices = nil
}

// Plan lists what has to be read from a file, every shape checked, before anything is allocated.
type Plan struct {
	Config arch.Config
	// Bytes is the memory that the weights will take, Read the bytes to be read for them.
	Bytes, Read int64
	// Params counts the weights; Quant is the type that holds most of them.
	Params int64
	Quant  quant.Type

	file     *gguf.File
	matrices []matrixPlan
	vectors  []vectorPlan
	tied     bool
}

type matrixPlan struct {
	tensor     gguf.Tensor
	rows, cols int
	into       func(*Weights) **kernel.Matrix
}

type vectorPlan struct {
	tensor gguf.Tensor
	into   func(*Weights) *[]float32
}

// NewPlan checks that f holds the tensors of the network c, in the right shapes.
func NewPlan(f *gguf.File, c arch.Config) (*Plan, error) {
	p := &Plan{Config: c, file: f}
	if err := p.ends(); err != nil {
		return nil, err
	}
	for l := range c.Layers {
		if err := p.layer(l); err != nil {
			return nil, err
		}
	}
	return p, p.measure()
}

// ends plans what stands before and behind the layers.
func (p *Plan) ends() error {
	c := p.Config
	if err := p.matrix("token_embd.weight", c.Vocab, c.Width, func(w *Weights) **kernel.Matrix { return &w.Embed }); err != nil {
		return err
	}
	if err := p.vector("output_norm.weight", c.Width, func(w *Weights) *[]float32 { return &w.Norm }); err != nil {
		return err
	}
	if _, ok := p.file.Tensor("rope_freqs.weight"); ok {
		if err := p.vector("rope_freqs.weight", c.HeadDim/2, func(w *Weights) *[]float32 { return &w.Turns }); err != nil {
			return err
		}
	}
	if _, ok := p.file.Tensor("output.weight"); !ok {
		p.tied = true
		return nil
	}
	return p.matrix("output.weight", c.Vocab, c.Width, func(w *Weights) **kernel.Matrix { return &w.Head })
}

func (p *Plan) layer(l int) error {
	c := p.Config
	queries, keys := c.Heads*c.HeadDim, c.KVHeads*c.HeadDim
	name := func(part string) string { return fmt.Sprintf("blk.%d.%s", l, part) }
	for _, m := range []struct {
		part       string
		rows, cols int
		into       func(*Layer) **kernel.Matrix
	}{
		{"attn_q", queries, c.Width, func(y *Layer) **kernel.Matrix { return &y.Query }},
		{"attn_k", keys, c.Width, func(y *Layer) **kernel.Matrix { return &y.Key }},
		{"attn_v", keys, c.Width, func(y *Layer) **kernel.Matrix { return &y.Value }},
		{"attn_output", c.Width, queries, func(y *Layer) **kernel.Matrix { return &y.Output }},
		{"ffn_gate", c.Hidden, c.Width, func(y *Layer) **kernel.Matrix { return &y.Gate }},
		{"ffn_up", c.Hidden, c.Width, func(y *Layer) **kernel.Matrix { return &y.Up }},
		{"ffn_down", c.Width, c.Hidden, func(y *Layer) **kernel.Matrix { return &y.Down }},
	} {
		into := func(w *Weights) **kernel.Matrix { return m.into(&w.Layers[l]) }
		if err := p.matrix(name(m.part+".weight"), m.rows, m.cols, into); err != nil {
			return err
		}
	}
	for _, v := range []struct {
		part     string
		n        int
		required bool
		into     func(*Layer) *[]float32
	}{
		{"attn_norm.weight", c.Width, true, func(y *Layer) *[]float32 { return &y.AttnNorm }},
		{"ffn_norm.weight", c.Width, true, func(y *Layer) *[]float32 { return &y.HiddenNorm }},
		{"attn_q.bias", queries, c.QKVBias, func(y *Layer) *[]float32 { return &y.QueryBias }},
		{"attn_k.bias", keys, c.QKVBias, func(y *Layer) *[]float32 { return &y.KeyBias }},
		{"attn_v.bias", keys, c.QKVBias, func(y *Layer) *[]float32 { return &y.ValueBias }},
	} {
		if _, ok := p.file.Tensor(name(v.part)); !ok && !v.required {
			continue
		}
		if err := p.vector(name(v.part), v.n, func(w *Weights) *[]float32 { return v.into(&w.Layers[l]) }); err != nil {
			return err
		}
	}
	return p.foreign(l)
}

// foreign refuses a layer with parts that the families of this engine don't have: leaving them out would be nonsense.
func (p *Plan) foreign(l int) error {
	for _, part := range []string{"attn_qkv.weight", "attn_output.bias", "ffn_gate.bias", "ffn_up.bias", "ffn_down.bias", "ffn_gate_inp.weight", "attn_q_norm.weight"} {
		if _, ok := p.file.Tensor(fmt.Sprintf("blk.%d.%s", l, part)); ok {
			return fmt.Errorf("tensor %q: %w", fmt.Sprintf("blk.%d.%s", l, part), arch.ErrUnsupported)
		}
	}
	return nil
}

func (p *Plan) matrix(name string, rows, cols int, into func(*Weights) **kernel.Matrix) error {
	t, ok := p.file.Tensor(name)
	if !ok {
		return fmt.Errorf("tensor %q: %w", name, gguf.ErrMissing)
	}
	if len(t.Dims) > 2 || t.Cols() != cols || t.Rows() != rows {
		return fmt.Errorf("tensor %q is %v, not [%d %d]: %w", name, t.Dims, cols, rows, arch.ErrShape)
	}
	p.matrices = append(p.matrices, matrixPlan{t, rows, cols, into})
	return nil
}

func (p *Plan) vector(name string, n int, into func(*Weights) *[]float32) error {
	t, ok := p.file.Tensor(name)
	if !ok {
		return fmt.Errorf("tensor %q: %w", name, gguf.ErrMissing)
	}
	if len(t.Dims) != 1 || t.Cols() != n {
		return fmt.Errorf("tensor %q is %v, not [%d]: %w", name, t.Dims, n, arch.ErrShape)
	}
	p.vectors = append(p.vectors, vectorPlan{t, into})
	return nil
}

// measure adds up what the plan will read and hold.
func (p *Plan) measure() error {
	byType := map[quant.Type]int64{}
	for _, m := range p.matrices {
		n, err := kernel.MatrixBytes(m.tensor.Type, m.rows, m.cols)
		if err != nil {
			return fmt.Errorf("tensor %q: %w", m.tensor.Name, err)
		}
		p.Bytes += n
		p.Read += m.tensor.Size
		weights := int64(m.rows) * int64(m.cols)
		p.Params += weights
		byType[m.tensor.Type] += weights
	}
	for _, v := range p.vectors {
		p.Bytes += 4 * int64(v.tensor.Cols())
		p.Read += v.tensor.Size
		p.Params += int64(v.tensor.Cols())
	}
	var most int64
	for t, n := range byType {
		if n > most || n == most && t < p.Quant {
			p.Quant, most = t, n
		}
	}
	return nil
}

// vectorOf reads a tensor of one dimension.
func (p *Plan) vectorOf(v vectorPlan) ([]float32, error) {
	raw := make([]byte, v.tensor.Size)
	if err := p.file.ReadAt(v.tensor, raw, 0); err != nil {
		return nil, err
	}
	x := make([]float32, v.tensor.Cols())
	if !quant.Dequantise(v.tensor.Type, x, raw) {
		return nil, fmt.Errorf("tensor %q of type %s: %w", v.tensor.Name, v.tensor.Type, arch.ErrUnsupported)
	}
	if slices.ContainsFunc(x, func(f float32) bool { return math.IsNaN(float64(f)) || math.IsInf(float64(f), 0) }) {
		return nil, fmt.Errorf("tensor %q holds a number that isn't finite: %w", v.tensor.Name, arch.ErrShape)
	}
	return x, nil
}
