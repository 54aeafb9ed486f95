package inference

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"shelftalk/inference/internal/kernel"
	"shelftalk/inference/internal/kv"
	"shelftalk/inference/internal/nn"
	"shelftalk/inference/internal/sample"
)

// Logits returns the vocabulary's logits behind every one of ids.
func (m *Model) Logits(ctx context.Context, ids []int32) ([][]float32, error) {
	if err := m.writes(); err != nil {
		return nil, err
	}
	if len(ids) == 0 || len(ids) > m.info.Context {
		return nil, fmt.Errorf("%w: %d tokens, the context holds 1 to %d", ErrContext, len(ids), m.info.Context)
	}
	for _, id := range ids {
		if id < 0 || int(id) >= m.info.Vocab {
			return nil, fmt.Errorf("%w: token %d of %d", ErrRequest, id, m.info.Vocab)
		}
	}
	out := make([][]float32, 0, len(ids))
	err := m.measure(ctx, func(n *nn.Net, c *kv.Cache) error {
		return eachLogits(ctx, n, c, ids, 0, func(_ int, logits []float32) {
			out = append(out, slices.Clone(logits))
		})
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// measure runs f while no row is being computed.
func (m *Model) measure(ctx context.Context, f func(*nn.Net, *kv.Cache) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	var failed error
	if err := m.loop.Do(func(n *nn.Net, c *kv.Cache) { failed = f(n, c) }); err != nil {
		return refusal(err)
	}
	return refusal(failed)
}

// eachLogits reads ids and calls f with the logits behind each one from the first-th on. It shares nothing with what
// other texts have computed, and leaves nothing.
func eachLogits(ctx context.Context, n *nn.Net, c *kv.Cache, ids []int32, first int, f func(i int, logits []float32)) error {
	seq := c.Open(nil)
	defer seq.Discard()
	for from := 0; from < len(ids); {
		if err := ctx.Err(); err != nil {
			return err
		}
		to := min(from+n.MaxTokens(), len(ids))
		if err := seq.Reserve(to - from); err != nil {
			return err
		}
		want := max(0, to-max(from, first))
		kept := n.Forward([]nn.Row{{Seq: seq, Tokens: ids[from:to], Logits: want}})
		for at := 0; at < kept; at += n.MaxLogits() {
			k := min(n.MaxLogits(), kept-at)
			n.Logits(at, k)
			for i := range k {
				f(to-want+at+i, n.Row(i))
			}
		}
		from = to
	}
	return nil
}

// Perplexity scores text in chunks of ctxLen tokens, the second half of each (llama-perplexity's method: what is left over
// at the end isn't scored), and returns the perplexity and the number of tokens scored. Models that expect it see their
// beginning-of-text token first in every chunk.
func (m *Model) Perplexity(ctx context.Context, text string, ctxLen int) (float64, int, error) {
	if err := m.writes(); err != nil {
		return 0, 0, err
	}
	if ctxLen < 4 || ctxLen > m.info.Context {
		return 0, 0, fmt.Errorf("%w: chunks of %d tokens, the context holds 4 to %d", ErrContext, ctxLen, m.info.Context)
	}
	var ids []int32
	if m.tokens.AddBOS() {
		ids = append(ids, m.tokens.BOS())
	}
	ids = m.tokens.Append(ids, text, false)
	if len(ids) < 2*ctxLen {
		return 0, 0, fmt.Errorf("%w: %d tokens of text, at least %d are needed for chunks of %d", ErrRequest, len(ids), 2*ctxLen, ctxLen)
	}
	var sum float64
	scored := 0
	for ; len(ids) >= ctxLen; ids = ids[ctxLen:] {
		chunk := slices.Clone(ids[:ctxLen])
		if m.tokens.AddBOS() {
			chunk[0] = m.tokens.BOS()
		}
		err := m.measure(ctx, func(n *nn.Net, c *kv.Cache) error {
			return eachLogits(ctx, n, c, chunk[:ctxLen-1], ctxLen/2, func(i int, logits []float32) {
				sum += sample.LogSum(logits) - float64(logits[chunk[i+1]])
				scored++
			})
		})
		if err != nil {
			return 0, 0, err
		}
	}
	return math.Exp(sum / float64(scored)), scored, nil
}

// BenchResult holds medians, in tokens per second.
type BenchResult struct {
	Prefill float64 // a prompt of 512 tokens
	Stream  float64 // one row, 48 tokens behind 512
	Batch   float64 // 32 rows over one shared prefix of 512 tokens, 48 tokens each
}

// The sizes of Bench.
const (
	benchPrompt = 512
	benchWrite  = 48
	benchRows   = 32
)

// Bench measures the model: runs times (0: 3) each of BenchResult's figures.
func (m *Model) Bench(ctx context.Context, runs int) (BenchResult, error) {
	if err := m.writes(); err != nil {
		return BenchResult{}, err
	}
	if m.info.Context < benchPrompt+benchWrite {
		return BenchResult{}, fmt.Errorf("%w: the measurement takes %d tokens", ErrContext, benchPrompt+benchWrite)
	}
	if runs <= 0 {
		runs = 3
	}
	prompt := make([]int32, benchPrompt)
	for i := range prompt {
		prompt[i] = int32((i*7919 + 13) % m.tokens.Size())
	}
	var all [3][]float64
	for range runs {
		err := m.measure(ctx, func(n *nn.Net, c *kv.Cache) error {
			for i, rows := range []int{0, 1, benchRows} {
				speed, err := benchOnce(ctx, n, c, prompt, rows)
				if err != nil {
					return err
				}
				all[i] = append(all[i], speed)
			}
			return nil
		})
		if err != nil {
			return BenchResult{}, err
		}
	}
	return BenchResult{Prefill: median(all[0]), Stream: median(all[1]), Batch: median(all[2])}, nil
}

func median(list []float64) float64 {
	slices.Sort(list)
	return list[len(list)/2]
}

// benchOnce measures the reading of a prompt (rows 0), or the writing of rows behind it.
func benchOnce(ctx context.Context, n *nn.Net, c *kv.Cache, prompt []int32, rows int) (float64, error) {
	begin := time.Now()
	head := c.Open(nil)
	defer head.Discard()
	err := benchRead(ctx, n, head, prompt)
	if err != nil || rows == 0 {
		return float64(len(prompt)) / time.Since(begin).Seconds(), err
	}
	batch := make([]nn.Row, rows)
	for i := range batch {
		seq := head.Fork()
		defer seq.Discard()
		batch[i] = nn.Row{Seq: seq, Tokens: []int32{int32(i)}, Logits: 1}
	}
	begin = time.Now()
	for range benchWrite {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		for _, r := range batch {
			if err := r.Seq.Reserve(1); err != nil {
				return 0, err
			}
		}
		kept := n.Forward(batch)
		for at := 0; at < kept; at += n.MaxLogits() {
			k := min(n.MaxLogits(), kept-at)
			n.Logits(at, k)
			n.Each(k, func(i int) {
				batch[at+i].Tokens[0] = top(n.Row(i))
			})
		}
	}
	return float64(rows*benchWrite) / time.Since(begin).Seconds(), nil
}

func benchRead(ctx context.Context, n *nn.Net, seq *kv.Seq, prompt []int32) error {
	for from := 0; from < len(prompt); from += n.MaxTokens() {
		if err := ctx.Err(); err != nil {
			return err
		}
		to := min(from+n.MaxTokens(), len(prompt))
		if err := seq.Reserve(to - from); err != nil {
			return err
		}
		logits := 0
		if to == len(prompt) {
			logits = 1
		}
		if n.Forward([]nn.Row{{Seq: seq, Tokens: prompt[from:to], Logits: logits}}) > 0 {
			n.Logits(0, 1)
		}
	}
	return nil
}

func top(logits []float32) int32 {
	_, i := kernel.Max(logits)
	return int32(i)
}
