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
// pages in their order, whoever shares them. Pages before a layer's window aren't touched.
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
	own.all.Reset((to-from)*group, dim)
	window := int32(c.WindowOf(l))
	first, last := int32(math.MaxInt32), int32(0)
	for t := from; t < to; t++ {
		first, last = min(first, n.begin(t, window)), max(last, n.seen[t])
	}
	for p := first / kv.PageTokens; p*kv.PageTokens < last; p++ {
		for t := from; t < to; {
			skip, end := n.share(int(p), t, to, window, own.limits)
			if end == t {
				t++
				continue
			}
			a, b := (t-from)*group, (end-from)*group
			own.some.M, own.some.L, own.some.Acc = own.all.M[a:b], own.all.L[a:b], own.all.Acc[a*dim:b*dim]
			q := n.packed[(head*n.n+t)*group*dim:]
			k, v := n.cache.From(n.pages[t][p], n.shelf(l), head, skip)
			kernel.AttendPage(&own.some, q, b-a, dim, k, v, own.limits[:b-a], c.Scale)
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

// begin is the first position that token t sees.
func (n *Net) begin(t int, window int32) int32 {
	if window == 0 {
		return 0
	}
	return max(0, n.pos[t]+1-window)
}

// share finds the tokens from t on, before to, that attend together to their common p-th page, and sets the limits of
// their query rows. A token whose window begins inside the page is alone with it, and skips the first positions. The run
// is empty when t sees nothing of the page.
func (n *Net) share(p, t, to int, window int32, limits []int) (skip, end int) {
	const tokens = kv.PageTokens
	group := n.Config.Group()
	skip = max(0, int(n.begin(t, window))-p*tokens)
	if skip >= tokens || int(n.seen[t]) <= p*tokens {
		return 0, t
	}
	page := n.pages[t][p]
	for end = t; end < to && int(n.seen[end]) > p*tokens && n.pages[end][p] == page; end++ {
		if end > t && (skip > 0 || int(n.begin(end, window)) > p*tokens) {
			break
		}
		seen := min(tokens, int(n.seen[end])-p*tokens) - skip
		for g := range group {
			limits[(end-t)*group+g] = seen
		}
	}
	return skip, end
}
