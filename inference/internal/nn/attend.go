package nn

import (
	"math"

	"shelftalk/inference/internal/arch"
	"shelftalk/inference/internal/kernel"
	"shelftalk/inference/internal/kv"
)

// maxHeadDim is the widest head that arch accepts.
const maxHeadDim = 512

// blockCols is the number of columns that are quantised together, panelRows the number of rows of a matrix that are.
const (
	blockCols = 32
	panelRows = 16
)

// unitHeads is the number of heads of keys that a unit of attention has: one, unless its columns don't fill blocks.
func unitHeads(c arch.Config) int {
	heads := 1
	for heads < c.KVHeads && heads*c.Group()*c.HeadDim%blockCols != 0 {
		heads++
	}
	return heads
}

// attend computes attention of layer l. A unit is a head of keys with a run of tokens; the tokens' pages are walked in
// order, and where neighbours have the same page it is read once for all of their query rows. So each row sees its own
// pages in their order, whoever shares them. Pages before a layer's window aren't touched.
func (n *Net) attend(l int, own *scratch) {
	c := n.Config
	heads, columns := unitHeads(c), c.Group()*c.HeadDim
	groups, blocks := (c.KVHeads+heads-1)/heads, (n.n+n.block-1)/n.block
	for {
		u, ok := n.pool.next(groups * blocks)
		if !ok {
			return
		}
		// the last tokens first: in a long prompt they have most to read
		from := (blocks - 1 - u/groups) * n.block
		to := min(from+n.block, n.n)
		first := u % groups * heads
		last := min(first+heads, c.KVHeads)
		stride := (last - first) * columns
		for h := first; h < last; h++ {
			n.attendBlock(l, h, from, to, own)
			for t := from; t < to; t++ {
				for g := range c.Group() {
					at := (t-from)*stride + (h-first)*columns + g*c.HeadDim
					own.all.Output(own.mixed[at:at+c.HeadDim], (t-from)*c.Group()+g)
				}
			}
		}
		n.inner.QuantiseRange(from, to, first*columns, stride, own.mixed, stride)
		n.breathe()
	}
}

// attendBlock computes attention of a head's query rows of the tokens from … to−1 into own.all.
func (n *Net) attendBlock(l, head, from, to int, own *scratch) {
	c := n.Config
	group, dim := c.Group(), c.HeadDim
	own.all.Reset((to-from)*group, dim)
	window := int32(c.WindowOf(l))
	first, last := int32(math.MaxInt32), int32(0)
	for t := from; t < to; t++ {
		first, last = min(first, n.begin(t, window)), max(last, n.seen[t])
	}
	for p := int(first) / kv.PageTokens; p*kv.PageTokens < int(last); p++ {
		for t := from; t < to; {
			end := n.share(p, t, to, window, own.spans)
			if end == t {
				t++
				continue
			}
			a, b := (t-from)*group, (end-from)*group
			own.some.M, own.some.L, own.some.Acc = own.all.M[a:b], own.all.L[a:b], own.all.Acc[a*dim:b*dim]
			page := kernel.KVPage{
				Keys: n.cache.Keys(n.pages[t][p], n.shelf(l), head), Values: n.cache.Values(n.pages[t][p], n.shelf(l), head),
				Next: n.nextKeys(l, head, p, from, to, end),
			}
			q := n.packed[(head*n.n+t)*group*dim:]
			kernel.AttendPage(&own.some, q, b-a, dim, page, own.spans[:b-a], c.Scale)
			t = end
		}
	}
}

// nextKeys are the keys that attendBlock will read after the p-th page of the tokens before end: to be fetched meanwhile.
func (n *Net) nextKeys(l, head, p, from, to, end int) []uint16 {
	if end == to {
		p, end = p+1, from
	}
	for ; end < to; end++ {
		if seen := int(n.seen[end]) - p*kv.PageTokens; seen > 0 {
			blocks := (min(seen, kv.PageTokens) + kernel.KeyBlock - 1) / kernel.KeyBlock
			return n.cache.Keys(n.pages[end][p], n.shelf(l), head)[:blocks*kernel.KeyBlock*n.Config.HeadDim]
		}
	}
	return nil
}

// begin is the first position that token t sees.
func (n *Net) begin(t int, window int32) int32 {
	if window == 0 {
		return 0
	}
	return max(0, n.pos[t]+1-window)
}

// share finds the tokens from t on, before to, that attend together to their common p-th page, and sets the spans of
// their query rows. The run is empty when t sees nothing of the page.
func (n *Net) share(p, t, to int, window int32, spans []kernel.Span) (end int) {
	group, at := n.Config.Group(), p*kv.PageTokens
	for end = t; end < to && int(n.seen[end]) > at && n.pages[end][p] == n.pages[t][p]; end++ {
		span := kernel.Span{From: max(0, int(n.begin(end, window))-at), To: min(kv.PageTokens, int(n.seen[end])-at)}
		if span.From >= span.To {
			break
		}
		for g := range group {
			spans[(end-t)*group+g] = span
		}
	}
	return end
}
