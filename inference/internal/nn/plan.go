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

// Plan lists what has to be read from a file, every shape checked, before anything is allocated.
type Plan struct {
	Config arch.Config
	// Bytes is the memory that the weights will take, Read the bytes to be read for them.
	Bytes, Read int64
	// Params counts the weights; Quant is the type that holds most of them.
	Params int64
	Quant  quant.Type

	file     *gguf.File
	weights  *Weights // to be filled
	matrices []matrixPlan
	vectors  []vectorPlan
	// matrixBytes is the part of Bytes that matrices take.
	matrixBytes int64
	used        map[string]bool // tensors that have found their place
	err         error           // the first refusal
}

// matrixPlan is rows of a tensor, from the from-th on, that become a matrix of their own.
type matrixPlan struct {
	tensor           gguf.Tensor
	from, rows, cols int
	into             **kernel.Matrix
}

// vectorPlan is n numbers of a tensor, from the from-th on.
type vectorPlan struct {
	tensor  gguf.Tensor
	from, n int
	into    *[]float32
}

// NewPlan checks that f holds the tensors of the network c, in the right shapes, and no others.
func NewPlan(f *gguf.File, c arch.Config) (*Plan, error) {
	p := &Plan{Config: c, file: f, used: map[string]bool{}, weights: &Weights{Config: c}}
	p.start()
	if p.err == nil {
		p.weights.Layers = make([]Layer, c.Layers)
	}
	for l := range p.weights.Layers {
		p.attention(l)
		p.feedForward(l)
		if p.err != nil {
			return nil, p.err
		}
	}
	p.end()
	p.strangers()
	p.measure()
	if p.err != nil {
		return nil, p.err
	}
	return p, nil
}

// start plans what stands before the layers.
func (p *Plan) start() {
	c, w := p.Config, p.weights
	p.matrix("token_embd.weight", c.Vocab, c.Width, &w.Embed)
	if c.Rope == arch.RopeNone {
		p.places()
	}
	if c.Encoder && p.has("token_types.weight") {
		p.part("token_types.weight", 0, c.Width, -1, &w.Kind)
	}
	if c.Norms == arch.NormsBehind {
		p.norm("token_embd_norm", &w.First)
	}
	for _, d := range []struct {
		name string
		into *[]float32
	}{
		{"rope_freqs.weight", &w.Divisors},
		{"rope_factors_short.weight", &w.Short},
		{"rope_factors_long.weight", &w.Long},
	} {
		if p.has(d.name) && c.Rope != arch.RopeNone {
			p.vector(d.name, c.Turns.Dims/2, d.into)
		}
	}
	short, long := p.has("rope_factors_short.weight"), p.has("rope_factors_long.weight")
	if short != long || short && c.Turns.Original == 0 {
		p.fail(fmt.Errorf("rotation factors for short contexts %v, for long ones %v, from %d tokens on: %w", short, long, c.Turns.Original, gguf.ErrMissing))
	}
}

// places plans the positions' vectors: at least as many as the network's context.
func (p *Plan) places() {
	const name = "position_embd.weight"
	t, ok := p.file.Tensor(name)
	if ok && t.Rows() < p.Config.Context {
		p.fail(fmt.Errorf("%d positions for a context of %d: %w", t.Rows(), p.Config.Context, arch.ErrShape))
		return
	}
	rows := 0
	if ok {
		rows = t.Rows()
	}
	p.matrix(name, rows, p.Config.Width, &p.weights.Places)
}

// end plans what stands behind the layers.
func (p *Plan) end() {
	c, w := p.Config, p.weights
	if c.Encoder {
		return
	}
	p.norm("output_norm", &w.Last)
	if p.has("output.weight") {
		p.matrix("output.weight", c.Vocab, c.Width, &w.Head)
	}
}

// attention plans the first half of a layer.
func (p *Plan) attention(l int) {
	c, y := p.Config, &p.weights.Layers[l]
	queries, keys := c.Heads*c.HeadDim, c.KVHeads*c.HeadDim
	name := func(part string) string { return fmt.Sprintf("blk.%d.%s", l, part) }
	if c.Norms != arch.NormsBehind {
		p.norm(name("attn_norm"), &y.AttnNorm)
	}
	bias := c.QKVBias || c.Biases
	if fused := name("attn_qkv"); p.has(fused + ".weight") {
		all := queries + 2*keys
		p.linear(fused, 0, queries, all, c.Width, bias, &y.Query)
		p.linear(fused, queries, keys, all, c.Width, bias, &y.Key)
		p.linear(fused, queries+keys, keys, all, c.Width, bias, &y.Value)
	} else {
		p.linear(name("attn_q"), 0, queries, queries, c.Width, bias, &y.Query)
		p.linear(name("attn_k"), 0, keys, keys, c.Width, bias, &y.Key)
		p.linear(name("attn_v"), 0, keys, keys, c.Width, bias, &y.Value)
	}
	if c.QKNorm {
		p.vector(name("attn_q_norm.weight"), c.HeadDim, &y.QueryNorm)
		p.vector(name("attn_k_norm.weight"), c.HeadDim, &y.KeyNorm)
	}
	p.linear(name("attn_output"), 0, c.Width, c.Width, queries, c.Biases, &y.Output)
	switch c.Norms {
	case arch.NormsAround:
		p.norm(name("post_attention_norm"), &y.AttnPost)
	case arch.NormsBehind:
		p.norm(name("attn_output_norm"), &y.AttnPost)
	}
}

// feedForward plans the second half of a layer.
func (p *Plan) feedForward(l int) {
	c, y := p.Config, &p.weights.Layers[l]
	name := func(part string) string { return fmt.Sprintf("blk.%d.%s", l, part) }
	if c.Norms != arch.NormsBehind {
		p.norm(name("ffn_norm"), &y.HiddenNorm)
	}
	up := name("ffn_up")
	switch {
	case c.Ungated:
		p.linear(up, 0, c.Hidden, c.Hidden, c.Width, c.Biases, &y.Up)
	case p.has(name("ffn_gate.weight")):
		p.linear(name("ffn_gate"), 0, c.Hidden, c.Hidden, c.Width, c.Biases, &y.Gate)
		p.linear(up, 0, c.Hidden, c.Hidden, c.Width, c.Biases, &y.Up)
	default:
		p.linear(up, 0, c.Hidden, 2*c.Hidden, c.Width, c.Biases, &y.Gate)
		p.linear(up, c.Hidden, c.Hidden, 2*c.Hidden, c.Width, c.Biases, &y.Up)
	}
	p.linear(name("ffn_down"), 0, c.Width, c.Width, c.Hidden, c.Biases, &y.Down)
	switch c.Norms {
	case arch.NormsAround:
		p.norm(name("post_ffw_norm"), &y.HiddenPost)
	case arch.NormsBehind:
		p.norm(name("layer_output_norm"), &y.HiddenPost)
	}
}

// strangers refuses a file with tensors that found no place: leaving them out would be nonsense.
func (p *Plan) strangers() {
	for _, t := range p.file.Tensors {
		if !p.used[t.Name] {
			p.fail(fmt.Errorf("tensor %q in a %s: %w", t.Name, p.Config.Arch, arch.ErrUnsupported))
		}
	}
}

func (p *Plan) fail(err error) {
	if p.err == nil {
		p.err = err
	}
}

func (p *Plan) has(name string) bool {
	_, ok := p.file.Tensor(name)
	return ok
}

// tensor finds a tensor that must be there.
func (p *Plan) tensor(name string) (gguf.Tensor, bool) {
	t, ok := p.file.Tensor(name)
	if !ok {
		p.fail(fmt.Errorf("tensor %q: %w", name, gguf.ErrMissing))
	}
	p.used[name] = true
	return t, ok
}

// norm plans a norm's weight, and its bias where the family's norms have one.
func (p *Plan) norm(name string, into *Norm) {
	p.vector(name+".weight", p.Config.Width, &into.Weight)
	if p.Config.LayerNorm {
		p.vector(name+".bias", p.Config.Width, &into.Bias)
	}
}

// linear plans rows of a matrix of all rows, with its bias: required, or taken where there is one.
func (p *Plan) linear(name string, from, rows, all, cols int, bias bool, into *Linear) {
	p.matrixRows(name+".weight", from, rows, all, cols, &into.Matrix)
	if bias || p.has(name+".bias") {
		p.part(name+".bias", from, rows, all, &into.Bias)
	}
}

func (p *Plan) matrix(name string, rows, cols int, into **kernel.Matrix) {
	p.matrixRows(name, 0, rows, rows, cols, into)
}

// matrixRows plans rows of a tensor of all rows.
func (p *Plan) matrixRows(name string, from, rows, all, cols int, into **kernel.Matrix) {
	t, ok := p.tensor(name)
	if !ok {
		return
	}
	if len(t.Dims) > 2 || t.Cols() != cols || t.Rows() != all {
		p.fail(fmt.Errorf("tensor %q is %v, not [%d %d]: %w", name, t.Dims, cols, all, arch.ErrShape))
		return
	}
	p.matrices = append(p.matrices, matrixPlan{t, from, rows, cols, into})
}

func (p *Plan) vector(name string, n int, into *[]float32) { p.part(name, 0, n, n, into) }

// part plans n of a vector's numbers, all in all; -1: of the first row of a matrix.
func (p *Plan) part(name string, from, n, all int, into *[]float32) {
	t, ok := p.tensor(name)
	if !ok {
		return
	}
	if all < 0 && (len(t.Dims) > 2 || t.Cols() != n) || all >= 0 && (len(t.Dims) != 1 || t.Cols() != all) {
		p.fail(fmt.Errorf("tensor %q is %v, not [%d]: %w", name, t.Dims, max(n, all), arch.ErrShape))
		return
	}
	p.vectors = append(p.vectors, vectorPlan{t, from, n, into})
}

// measure adds up what the plan will read and hold.
func (p *Plan) measure() {
	byType := map[quant.Type]int64{}
	for _, m := range p.matrices {
		n, err := kernel.MatrixBytes(m.tensor.Type, m.rows, m.cols)
		if err != nil {
			p.fail(fmt.Errorf("tensor %q: %w", m.tensor.Name, err))
			return
		}
		p.matrixBytes += kernel.ArenaBytes(n)
		p.Read += m.tensor.Size / int64(m.tensor.Rows()) * int64(m.rows)
		weights := int64(m.rows) * int64(m.cols)
		p.Params += weights
		byType[m.tensor.Type] += weights
	}
	p.Bytes = p.matrixBytes
	for _, v := range p.vectors {
		p.Bytes += 4 * int64(v.n)
		p.Read += v.tensor.Size / int64(v.tensor.Rows()) * int64(v.n) / int64(v.tensor.Cols())
		p.Params += int64(v.n)
	}
	var most int64
	for t, n := range byType {
		if n > most || n == most && t < p.Quant {
			p.Quant, most = t, n
		}
	}
}

// read returns a vector's numbers.
func (p *Plan) read(v vectorPlan) ([]float32, error) {
	raw := make([]byte, v.tensor.Size/int64(v.tensor.Rows()))
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
	return x[v.from : v.from+v.n : v.from+v.n], nil
}
