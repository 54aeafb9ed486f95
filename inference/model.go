package inference

import (
	"context"
	"fmt"
	"iter"
)

// Model is an opened language model. Its methods may be called from any goroutine.
type Model struct {
	info Info
}

// Info describes a model.
type Info struct {
	Name    string // general.name, or the file's name
	Arch    string // "llama", "qwen2"
	Quant   string // the weights' most frequent type, e.g. "Q4_K"
	Params  int64  // weights
	Bytes   int64  // size of the file
	Memory  int64  // bytes held: weights, keys and values, working memory
	Context int    // tokens of one row at most
	Vocab   int
	Layers  int
	Threads int
	Kernel  string // "avx512vnni", "avx2", "generic"
}

// Open reads the GGUF file at path. The file is read once: what happens to it later doesn't matter.
func Open(path string, opts ...Option) (*Model, error) {
	return nil, fmt.Errorf("open model %q: %w", path, ErrUnsupported)
}

// Load is Open over a model's bytes, which aren't kept.
func Load(data []byte, opts ...Option) (*Model, error) {
	return nil, fmt.Errorf("load model: %w", ErrUnsupported)
}

// Close ends what is running and frees the memory.
func (m *Model) Close() error { return nil }

// Info describes the model.
func (m *Model) Info() Info { return m.info }

// Tokens returns the ids of text. A special token spelled in it stays text.
func (m *Model) Tokens(text string) []int32 { return nil }

// Generate answers one request, streamed. It goes before every Batch that runs beside it.
func (m *Model) Generate(ctx context.Context, r Request) iter.Seq2[Chunk, error] {
	return func(yield func(Chunk, error) bool) { yield(Chunk{}, ErrUnsupported) }
}

// Batch answers requests together and yields results in order of completion. reqs is pulled from a goroutine of its own,
// as rows become free, and may block. An error ends the batch; a row's own error is in its Result.
func (m *Model) Batch(ctx context.Context, reqs iter.Seq[Request], o BatchOptions) iter.Seq2[Result, error] {
	return func(yield func(Result, error) bool) { yield(Result{}, ErrUnsupported) }
}

// Perplexity scores text in chunks of ctxLen tokens, the second half of each (llama-perplexity's method), and returns
// the perplexity and the number of tokens scored.
func (m *Model) Perplexity(ctx context.Context, text string, ctxLen int) (float64, int, error) {
	return 0, 0, ErrUnsupported
}

// Logits returns the vocabulary's logits behind every one of ids.
func (m *Model) Logits(ctx context.Context, ids []int32) ([][]float32, error) {
	return nil, ErrUnsupported
}

// BenchResult holds medians, in tokens per second.
type BenchResult struct {
	Prefill float64 // a prompt of 512 tokens
	Stream  float64 // one row, 48 tokens behind 512
	Batch   float64 // 32 rows over one shared prefix of 512 tokens, 48 tokens each
}

// Bench measures the model: runs times (0: 3) each of BenchResult's figures.
func (m *Model) Bench(ctx context.Context, runs int) (BenchResult, error) {
	return BenchResult{}, ErrUnsupported
}
