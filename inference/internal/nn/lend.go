package nn

import (
	"shelftalk/inference/internal/kernel"
	"shelftalk/inference/internal/kv"
	"shelftalk/inference/internal/quant"
)

// Loan gives a sequence the keys and values that another computed for the same tokens, as its next ones. Keys are turned
// from where they stand in the one to where they stand in the other: what a key says depends on its distance only.
type Loan struct {
	To     *kv.Seq // with room reserved for Tokens
	From   *kv.Seq
	At     int // where Tokens stand in From
	Tokens []int32
}

// Lend carries loans out and commits their tokens. No sequence gets two at once.
func (n *Net) Lend(loans []Loan) {
	n.loans = loans
	n.pool.run(n.passes.lend)
	for i := range loans {
		loans[i].To.Commit(loans[i].Tokens)
	}
	n.loans = nil
}

// lend is one worker's part of it: a loan's layers, one at a time.
func (n *Net) lend(worker int) {
	layers := Layout(n.Config).Layers
	for {
		u, ok := n.pool.next(len(n.loans) * layers)
		if !ok {
			return
		}
		n.lendLayer(&n.loans[u/layers], u%layers, &n.own[worker])
	}
}

func (n *Net) lendLayer(y *Loan, l int, own *scratch) {
	by := n.rotations[l]
	dim := n.Config.HeadDim
	key, room := own.turn[:dim], own.turn[dim:]
	cos, sin := by.between(room, y.At, y.To.Len())
	var half [maxHeadDim]uint16
	for i := range y.Tokens {
		from, to := y.At+i, y.To.Len()+i
		source, target := y.From.Pages()[from/kv.PageTokens], y.To.Pages()[to/kv.PageTokens]
		for h := range n.Config.KVHeads {
			dst, src := n.keysAt(target, l, h, to), n.keysAt(source, l, h, from)
			for j := range key {
				key[j] = quant.HalfToFloat(src[j*kernel.KeyBlock])
			}
			if cos != nil {
				by.rope(key, cos, sin)
			}
			kernel.ToHalf(half[:dim], key)
			for j, v := range half[:dim] {
				dst[j*kernel.KeyBlock] = v
			}
			copy(n.cache.Values(target, l, h)[to%kv.PageTokens*dim:][:dim], n.cache.Values(source, l, h)[from%kv.PageTokens*dim:])
		}
	}
}

// keysAt is a page's keys from that of a position on; its numbers lie KeyBlock apart.
func (n *Net) keysAt(page int32, layer, head, pos int) []uint16 {
	at := pos % kv.PageTokens
	return n.cache.Keys(page, layer, head)[at/kernel.KeyBlock*n.Config.HeadDim*kernel.KeyBlock+at%kernel.KeyBlock:]
}

// between writes the angles that turn a key at one position to another into room; none where nothing turns.
func (r *rotation) between(room []float32, from, to int) (cos, sin []float32) {
	if r == nil || from == to {
		return nil, nil
	}
	by, sign := to-from, float32(1)
	if by < 0 {
		by, sign = -by, -1
	}
	gain := r.cos[0] // a key has it already
	cos, sin = room[:r.half], room[r.half:2*r.half]
	for i := range cos {
		cos[i], sin[i] = r.cos[by*r.half+i]/gain, sign*r.sin[by*r.half+i]/gain
	}
	return cos, sin
}
