package nn

import (
	"math"

	"shelftalk/inference/internal/kernel"
	"shelftalk/inference/internal/kv"
)

// maxHeadDim is the widest head that arch accepts.
const maxHeadDim = 512

// attend computes attention of layer l. A unit is a head of keys with a run of tokens; the tokens' pages are walked in
// order, and where neighbours have the same page it is read once for all of their query rows. So each row sees its own
// pages in their order, whoever shares them.
func (n *Net) attend(l int, own *scratch) {
	blocks := (n.n + n.block - 1) / n.block
	for {
		u, _, ok := n.pool.next(n.Config.KVHeads*blocks, 1)
		if !ok {
			return
		}
		// the last tokens first: in a long prompt they have most to read
		from := (blocks - 1 - u/n.Config.KVHeads) * n.block
		n.attendBlock(l, u%n.Config.KVHeads, from, min(from+n.block, n.n), own)
		n.breathe()
	}
}

func (n *Net) attendBlock(l, head, from, to int, own *scratch) {
	c := n.Config
	group, dim := c.Group(), c.HeadDim
	scale := float32(1 / math.Sqrt(float64(dim)))
	own.all.Reset((to-from)*group, dim)
	last := int32(0)
	for t := from; t < to; t++ {
		last = max(last, n.pos[t])
	}
	for p := range int(last)/kv.PageTokens + 1 {
		for t := from; t < to; {
			if int(n.pos[t])/kv.PageTokens < p {
				t++
				continue
			}
			page, end := n.pages[t][p], t
			for end < to && int(n.pos[end])/kv.PageTokens >= p && n.pages[end][p] == page {
				seen := min(kv.PageTokens, int(n.pos[end])+1-p*kv.PageTokens)
				for g := range group {
					own.limits[(end-t)*group+g] = seen
				}
				end++
			}
			a, b := (t-from)*group, (end-from)*group
			own.some.M, own.some.L, own.some.Acc = own.all.M[a:b], own.all.L[a:b], own.all.Acc[a*dim:b*dim]
			q := n.packed[(head*n.n+t)*group*dim:]
			kernel.AttendPage(&own.some, q, b-a, dim, n.cache.Keys(page, l, head), n.cache.Values(page, l, head), own.limits[:b-a], scale)
			t = end
		}
	}
	width := c.Heads * dim
	for t := from; t < to; t++ {
		for g := range group {
			h := head*group + g
			own.all.Output(n.mixed[t*width+h*dim:t*width+(h+1)*dim], (t-from)*group+g)
		}
	}
}
