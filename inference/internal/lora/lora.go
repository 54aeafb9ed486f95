// Package lora lays a low-rank adapter over a model's weights.
//
// An adapter is a GGUF file with two thin matrices for each weight matrix that it changes: lora_a, rank × inputs, and lora_b,
// outputs × rank. The changed matrix is W + scale·(alpha/rank)·B·A. Apply presents the model's file with these sums in place
// of the matrices; they are computed row by row when they are read, so that nothing is held twice. Sums over quantised
// weights are presented as Q8_0, over floats as F32.
//
// For the token embedding, whose rows are looked up and not multiplied, the two are the other way round: lora_a is
// tokens × rank, and lora_b width × rank.
//
// https://arxiv.org/abs/2106.09685
package lora

import (
	"fmt"
	"io"
	"math"
	"os"
	"strings"
	"sync"

	"shelftalk/inference/internal/gguf"
	"shelftalk/inference/internal/quant"
)

// Adapter is an open adapter file.
type Adapter struct {
	file   *gguf.File
	alpha  float64
	closer io.Closer
}

// Open reads the head of an adapter file.
func Open(path string) (*Adapter, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("adapter: %w", err)
	}
	a, err := read(f)
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("adapter %q: %w", path, err)
	}
	return a, nil
}

func read(f *os.File) (*Adapter, error) {
	st, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !st.Mode().IsRegular() {
		return nil, fmt.Errorf("it isn't a file (llama.cpp's convert_lora_to_gguf.py makes one of an adapter's folder): %w", ErrForeign)
	}
	file, err := gguf.Read(f, st.Size())
	if err != nil {
		return nil, err
	}
	a := &Adapter{file: file, closer: f}
	return a, a.check()
}

// check reads the adapter's settings.
func (a *Adapter) check() error {
	for _, key := range []struct{ name, want string }{{"general.type", "adapter"}, {"adapter.type", "lora"}} {
		got, err := a.file.TextOr(key.name, "")
		if err != nil {
			return err
		}
		if got != key.want {
			return fmt.Errorf("%s is %q, not %q: %w", key.name, got, key.want, ErrForeign)
		}
	}
	if a.file.Has("adapter.alora.invocation_tokens") {
		return fmt.Errorf("it takes effect in a part of the text only: %w", ErrUnsupported)
	}
	alpha, err := a.file.FloatOr("adapter.lora.alpha", 0)
	a.alpha = alpha
	return err
}

// Close closes the file. Files that Apply returned don't need it.
func (a *Adapter) Close() error { return a.closer.Close() }

// factors are the two halves for one matrix, row by row: the change of its row r is scale · Σₖ up[r·rank+k] · down[k].
type factors struct {
	base       gguf.Tensor
	rank       int
	scale      float32
	up         []float32 // rows × rank
	down       []float32 // rank × cols
	rows, cols int
}

// Apply returns base with the adapter's part, times scale, added. base isn't changed; it must stay readable as long as the
// result is.
func (a *Adapter) Apply(base *gguf.File, scale float64) (*gguf.File, error) {
	if math.IsNaN(scale) || math.IsInf(scale, 0) {
		return nil, fmt.Errorf("adapter times %v: %w", scale, ErrValue)
	}
	if err := a.sameArch(base); err != nil {
		return nil, err
	}
	pairs, err := a.pairs()
	if err != nil {
		return nil, err
	}
	changed := make(map[string]*factors, len(pairs))
	var tensors []gguf.Tensor
	for _, name := range pairs {
		f, err := a.factors(base, name, scale)
		if err != nil {
			return nil, err
		}
		changed[name] = f
		tensors = append(tensors, gguf.Tensor{Name: name, Type: result(f.base), Dims: f.base.Dims})
	}
	if scale == 0 || len(tensors) == 0 {
		return base, nil
	}
	r := reader{base: base, changed: changed, pool: sync.Pool{New: func() any { return new(work) }}}
	return base.Replace(tensors, r.read)
}

// result is the type that a changed matrix is presented in.
func result(base gguf.Tensor) quant.Type {
	elems, _ := quant.Q8_0.Block()
	switch base.Type {
	case quant.F32, quant.F16, quant.BF16:
		return quant.F32
	}
	if base.Cols()%elems != 0 {
		return quant.F32
	}
	return quant.Q8_0
}

func (a *Adapter) sameArch(base *gguf.File) error {
	const key = "general.architecture"
	mine, err := a.file.Text(key)
	if err != nil {
		return err
	}
	theirs, err := base.Text(key)
	if err != nil {
		return err
	}
	if mine != theirs {
		return fmt.Errorf("an adapter for %q, a model of %q: %w", mine, theirs, ErrBase)
	}
	return nil
}

// pairs returns the names of the matrices that the adapter changes. Norms that some programs add are left out, as every
// other reader of the format does.
func (a *Adapter) pairs() ([]string, error) {
	var names []string
	for _, t := range a.file.Tensors {
		if name, ok := strings.CutSuffix(t.Name, ".lora_a"); ok {
			if _, ok := a.file.Tensor(name + ".lora_b"); !ok {
				return nil, fmt.Errorf("tensor %q has no lora_b: %w", name, ErrPair)
			}
			names = append(names, name)
			continue
		}
		if name, ok := strings.CutSuffix(t.Name, ".lora_b"); ok {
			if _, ok := a.file.Tensor(name + ".lora_a"); !ok {
				return nil, fmt.Errorf("tensor %q has no lora_a: %w", name, ErrPair)
			}
			continue
		}
		if !strings.HasSuffix(t.Name, "_norm.weight") {
			return nil, fmt.Errorf("tensor %q is neither a lora_a nor a lora_b: %w", t.Name, ErrForeign)
		}
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("it changes nothing: %w", ErrForeign)
	}
	return names, nil
}

// factors reads and checks the halves of one matrix.
func (a *Adapter) factors(base *gguf.File, name string, scale float64) (*factors, error) {
	t, ok := base.Tensor(name)
	if !ok {
		return nil, fmt.Errorf("tensor %q isn't in the model: %w", name, ErrBase)
	}
	first, _ := a.file.Tensor(name + ".lora_a")
	second, _ := a.file.Tensor(name + ".lora_b")
	if len(t.Dims) != 2 || len(first.Dims) != 2 || len(second.Dims) != 2 {
		return nil, fmt.Errorf("tensor %q is %v, its halves are %v and %v: %w", name, t.Dims, first.Dims, second.Dims, ErrBase)
	}
	f := &factors{base: t, rows: t.Rows(), cols: t.Cols(), rank: second.Cols()}
	embedding := name == "token_embd.weight"
	fits := first.Cols() == f.cols && first.Rows() == f.rank && second.Rows() == f.rows
	if embedding {
		fits = first.Cols() == f.rank && first.Rows() == f.rows && second.Rows() == f.cols
	}
	if !fits {
		return nil, fmt.Errorf("tensor %q is %v, its halves are %v and %v: %w", name, t.Dims, first.Dims, second.Dims, ErrBase)
	}
	down, err := a.values(first)
	if err != nil {
		return nil, err
	}
	up, err := a.values(second)
	if err != nil {
		return nil, err
	}
	if embedding {
		up, down = down, transposed(up, f.rank)
	}
	f.up, f.down = up, down
	f.scale = float32(scale)
	if a.alpha != 0 {
		f.scale = float32(scale * a.alpha / float64(f.rank))
	}
	return f, nil
}

// transposed turns rows of n values into n rows.
func transposed(m []float32, n int) []float32 {
	out := make([]float32, len(m))
	rows := len(m) / n
	for i, x := range m {
		out[i%n*rows+i/n] = x
	}
	return out
}

// values reads a tensor of the adapter.
func (a *Adapter) values(t gguf.Tensor) ([]float32, error) {
	raw := make([]byte, t.Size)
	if err := a.file.ReadAt(t, raw, 0); err != nil {
		return nil, err
	}
	x := make([]float32, t.Rows()*t.Cols())
	if !quant.Dequantise(t.Type, x, raw) {
		return nil, fmt.Errorf("tensor %q of type %v: %w", t.Name, t.Type, ErrUnsupported)
	}
	for _, v := range x {
		if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
			return nil, fmt.Errorf("tensor %q: %w", t.Name, ErrValue)
		}
	}
	return x, nil
}
