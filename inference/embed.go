package inference

import (
	"context"
	"math"

	"shelftalk/inference/internal/arch"
	"shelftalk/inference/internal/kernel"
	"shelftalk/inference/internal/kv"
	"shelftalk/inference/internal/nn"
)

// Embed returns a vector of length 1 for each text, in their order: the nearer two texts are in meaning, the larger is the
// product of their vectors. What a text holds beyond the model's context isn't read. A model that writes returns ErrDecoder.
//
// Texts are computed together, without padding; a vector depends on its own text alone, to the bit.
func (m *Model) Embed(ctx context.Context, texts []string) ([][]float32, error) {
	if m.info.Vector == 0 {
		return nil, ErrDecoder
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	out := make([][]float32, 0, len(texts))
	var next []int32 // the ids of the first text that isn't computed yet
	for len(out) < len(texts) {
		var batch [][]int32
		room, pages := m.net.MaxTokens(), m.pages
		for i := len(out); i < len(texts); i++ {
			if next == nil {
				next = m.tokens.AppendSentence(nil, texts[i], m.info.Context)
			}
			room, pages = room-len(next), pages-pagesOf(next)
			if room < 0 || pages < 0 {
				break
			}
			batch, next = append(batch, next), nil
		}
		err := m.measure(ctx, func(n *nn.Net, c *kv.Cache) error {
			vectors, err := encode(n, c, batch)
			out = append(out, vectors...)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// writes returns ErrEncoder for a model that can't write.
func (m *Model) writes() error {
	if m.info.Vector > 0 {
		return ErrEncoder
	}
	return nil
}

func pagesOf(ids []int32) int { return (len(ids) + kv.PageTokens - 1) / kv.PageTokens }

// encode computes the vectors of texts that fit into one pass.
func encode(n *nn.Net, c *kv.Cache, texts [][]int32) ([][]float32, error) {
	rows := make([]nn.Row, len(texts))
	for i, ids := range texts {
		seq := c.Open(nil)
		defer seq.Discard()
		if err := seq.Reserve(len(ids)); err != nil {
			return nil, err
		}
		rows[i] = nn.Row{Seq: seq, Tokens: ids, Logits: len(ids)}
	}
	n.Forward(rows)
	vectors := make([][]float32, len(texts))
	from := 0
	for i, ids := range texts {
		vectors[i] = pool(n, from, len(ids))
		from += len(ids)
	}
	return vectors, nil
}

// pool makes one vector of length 1 of those of count tokens, the first of which is the from-th that was kept.
func pool(n *nn.Net, from, count int) []float32 {
	v := make([]float32, n.Config.Width)
	if n.Config.Pooling == arch.PoolFirst {
		count = min(count, 1)
	}
	for i := range count {
		kernel.Add(v, n.Kept(from+i))
	}
	var squares float64
	for _, x := range v {
		squares += float64(x) * float64(x)
	}
	if squares > 0 { // the mean's division by count is undone by this one
		scale := float32(1 / math.Sqrt(squares))
		for i := range v {
			v[i] *= scale
		}
	}
	return v
}
