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

// runPages is the number of pages whose attention is summed by itself, before it joins that of the pages in front: a function of
// positions alone, so that sums are the same bits whoever computes the parts.
const runPages = 16

// runsOf is the number of such runs that so many positions lie in.
func runsOf(positions int) int {
	return (positions + runPages*kv.PageTokens - 1) / (runPages * kv.PageTokens)
}

// attend computes attention of layer l. A unit is a head of keys with a run of tokens; the tokens' pages are walked in
// order, and where neighbours have the same page it is read once for all of their query rows. So each row sees its own
// pages in their order, whoever shares them. Pages before a layer's window aren't touched. Where that makes too few units,
// each is split into its runs of pages.
func (n *Net) attend(l int, own *scratch) {
	heads := unitHeads(n.Config)
	groups, blocks := (n.Config.KVHeads+heads-1)/heads, (n.n+n.block-1)/n.block
	for {
		u, ok := n.pool.next(groups * blocks * n.split)
		if !ok {
			return
		}
		unit, run := u/n.split, u%n.split
		// the last tokens first: in a long prompt they have most to read
		from := (blocks - 1 - unit/groups) * n.block
		to := min(from+n.block, n.n)
		first := unit % groups * heads
		last := min(first+heads, n.Config.KVHeads)
		if n.split == 1 {
			n.attendUnit(l, first, last, from, to, own)
		} else {
			n.attendPart(l, first, last, from, unit, run, own)
		}
		n.breathe()
	}
}

// attendUnit computes attention of a unit: the heads of keys first … last−1 and the tokens from … to−1.
func (n *Net) attendUnit(l, first, last, from, to int, own *scratch) {
	rows, seen := (to-from)*n.Config.Group(), int32(0)
	for t := from; t < to; t++ {
		seen = max(seen, n.seen[t])
	}
	for h := first; h < last; h++ {
		n.attendRun(l, h, from, to, 0, &own.all, own)
		for run := 1; run < runsOf(int(seen)); run++ {
			n.attendRun(l, h, from, to, run, &own.part, own)
			own.all.Merge(&own.part, rows, n.Config.HeadDim)
		}
		n.mix(h, first, last, from, to, own)
	}
	n.quantiseMixed(first, last, from, to, own)
}

// attendPart computes a run of pages of a unit of one token, t. Who computes the last of them joins them, in order.
func (n *Net) attendPart(l, first, last, t, unit, run int, own *scratch) {
	heads := unitHeads(n.Config)
	part := func(run, h int) *kernel.Attn { return &n.parts[(unit*n.split+run)*heads+h-first] }
	for h := first; h < last; h++ {
		n.attendRun(l, h, t, t+1, run, part(run, h), own)
	}
	if int(n.ready[unit].Add(1)) < n.split {
		return
	}
	n.ready[unit].Store(0)
	for h := first; h < last; h++ {
		own.all.Reset(n.Config.Group(), n.Config.HeadDim)
		for run := range n.split {
			own.all.Merge(part(run, h), n.Config.Group(), n.Config.HeadDim)
		}
		n.mix(h, first, last, t, t+1, own)
	}
	n.quantiseMixed(first, last, t, t+1, own)
}

// mix puts own.all, a head's result, beside those of the unit's other heads.
func (n *Net) mix(h, first, last, from, to int, own *scratch) {
	c := n.Config
	columns := c.Group() * c.HeadDim
	for t := from; t < to; t++ {
		for g := range c.Group() {
			at := (t-from)*(last-first)*columns + (h-first)*columns + g*c.HeadDim
			own.all.Output(own.mixed[at:at+c.HeadDim], (t-from)*c.Group()+g)
		}
	}
}

// quantiseMixed makes a unit's result the input of the next matrix.
func (n *Net) quantiseMixed(first, last, from, to int, own *scratch) {
	columns := n.Config.Group() * n.Config.HeadDim
	stride := (last - first) * columns
	n.inner.QuantiseRange(from, to, first*columns, stride, own.mixed, stride)
}

// attendRun computes attention of a head's query rows of the tokens from … to−1 over a run of pages.
func (n *Net) attendRun(l, head, from, to, run int, sum *kernel.Attn, own *scratch) {
	c := n.Config
	group, dim := c.Group(), c.HeadDim
	sum.Reset((to-from)*group, dim)
	window := int32(c.WindowOf(l))
	first, last := int32(math.MaxInt32), int32(0)
	for t := from; t < to; t++ {
		first, last = min(first, n.begin(t, window)), max(last, n.seen[t])
	}
	end := min((int(last)+kv.PageTokens-1)/kv.PageTokens, (run+1)*runPages)
	for p := max(int(first)/kv.PageTokens, run*runPages); p < end; p++ {
		for t := from; t < to; {
			end := n.share(p, t, to, window, own.spans)
			if end == t {
				t++
				continue
			}
			a, b := (t-from)*group, (end-from)*group
			own.some.M, own.some.L, own.some.Acc = sum.M[a:b], sum.L[a:b], sum.Acc[a*dim:b*dim]
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

// nextKeys are the keys that attendRun will read after the p-th page of the tokens before end: to be fetched meanwhile.
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
