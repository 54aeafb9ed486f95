// Package nn runs a network over a batch of tokens.
//
// A Net holds the weights and the working memory; Forward takes the tokens of any number of rows, computes their keys and
// values into the rows' pages, and keeps the last residual of the tokens whose logits are wanted; Logits then multiplies
// these with the head.
//
// One pass is a list of phases. All workers run the same code, take units of a phase's work from one counter, and meet at
// a barrier between phases; the last to arrive does the small serial work in between. A layer has five phases:
//
//	heads      queries, keys and values, one head at a time: bias, rotation, into the pages
//	attention  heads of keys with a run of query rows, or with a part of their pages, quantised
//	output     the heads' sum, projected
//	hidden     gate and up, the activation, quantised
//	down       back to the residual
//
// Before heads and before hidden the residual is normed and quantised: of up to a tile of tokens by the last worker to
// arrive, of more in a phase of its own.
//
// Results are the same bits for any number of workers and whatever else is in the batch: each number is computed in an
// order that depends on its own row alone.
package nn

import (
	"slices"
	"sync/atomic"

	"shelftalk/inference/internal/arch"
	"shelftalk/inference/internal/kernel"
	"shelftalk/inference/internal/kv"
	"shelftalk/inference/internal/quant"
)

// Row is a run of tokens of one sequence in a pass.
type Row struct {
	Seq    *kv.Seq // with room reserved for Tokens
	Tokens []int32
	// Logits is the number of tokens, counted from the last, whose logits are wanted.
	Logits int
}

// Net is a network with its working memory. One goroutine may use it at a time.
type Net struct {
	*Weights
	cache *kv.Cache
	pool  *pool

	maxTokens, maxLogits int
	context              int

	joints    []joint
	rotations []*rotation // by layer
	activate  func(dst, gate, up []float32)

	// acts are the inputs of heads and of the feed-forward network, inner those of the second matrix of each.
	acts, inner *kernel.Acts
	x, y        []float32 // per token: the residual, and what joins it
	// packed holds the rotated queries by head of keys, token and head in the group.
	packed []float32
	kept   []float32 // residuals whose logits are wanted
	logits []float32

	// The tokens of the pass, and where they go.
	n      int
	ids    []int32
	pos    []int32
	seen   []int32 // positions that a token sees, from the sequence's beginning
	pages  [][]int32
	want   []int32 // tokens whose residual is kept, in the order of the rows
	left   []int32 // the same in their own order: scratch of narrow
	rows   []rowAt
	block  int // tokens of one unit of attention
	split  int // parts that each unit is split into
	head   headJob
	each   func(i int)
	eachN  int
	loans  []Loan
	own    []scratch      // by worker
	parts  []kernel.Attn  // of split units: by unit, run of pages and head
	ready  []atomic.Int32 // parts of a unit that are there
	passes passes

	interrupt atomic.Bool
	broken    bool // the pass under way ends here
}

// rowAt is where a row's tokens are in the pass.
type rowAt struct {
	row  int
	from int
}

// headJob is a run of kept residuals to be multiplied with the head.
type headJob struct{ from, n int }

// scratch is a worker's own memory.
type scratch struct {
	all, part, some kernel.Attn // of a unit's rows, of a run of its pages, and of those rows that share a page
	spans           []kernel.Span
	mixed           []float32 // attention's result for a unit's tokens
	// gate and up are a unit's columns of all tokens; a head's, in its phase, is in up.
	gate, up []float32
	turn     []float32 // a key on loan, and the angles that it turns by
	_        [128]byte
}

// passes are the functions that workers run, bound once so that a pass allocates nothing.
type passes struct {
	forward, logits, each, lend func(worker int)
	narrow                      func()
}

// maxRows is the number of query rows that a unit of attention holds.
const maxRows = 64

// New prepares a network for passes of at most maxTokens tokens, logits of maxLogits of them at a time, over rows of at
// most context tokens.
func New(w *Weights, cache *kv.Cache, workers, maxTokens, maxLogits, context int) *Net {
	c := w.Config
	queries := c.Heads * c.HeadDim
	floats := func(n int) []float32 { return make([]float32, n) }
	n := &Net{
		Weights: w, cache: cache, pool: newPool(workers, w.mapped),
		maxTokens: maxTokens, maxLogits: maxLogits, context: context,
		joints: jointsOf(w), rotations: rotationsOf(w, context), activate: activation(c.Traits),
		acts: kernel.NewActs(maxTokens, c.Width), inner: kernel.NewActs(maxTokens, max(c.Hidden, queries)),
		x: floats(maxTokens * c.Width), y: floats(maxTokens * c.Width), packed: floats(maxTokens * queries),
		kept: floats(maxTokens * c.Width), logits: floats(maxLogits * c.Vocab),
		ids: make([]int32, maxTokens), pos: make([]int32, maxTokens), seen: make([]int32, maxTokens), pages: make([][]int32, maxTokens),
		want: make([]int32, 0, maxTokens), left: make([]int32, 0, maxTokens), rows: make([]rowAt, 0, maxTokens),
		own: make([]scratch, workers),
	}
	if !w.needsFloats() {
		n.acts.DropFloats()
		n.inner.DropFloats()
	}
	if !w.takesPowers() {
		n.acts.KeepFine()
		n.inner.KeepFine()
	}
	most := max(maxRows, c.Group()) // query rows of one head of keys
	for i := range n.own {
		own := &n.own[i]
		own.spans = make([]kernel.Span, most)
		own.all.Reset(most, c.HeadDim)
		if context > runPages*kv.PageTokens {
			own.part.Reset(most, c.HeadDim)
		}
		own.turn = floats(2 * c.HeadDim)
		own.mixed = floats(most * unitHeads(c) * c.HeadDim)
		own.gate, own.up = floats(maxTokens*maxGrain*panelRows), floats(maxTokens*max(maxGrain*panelRows, c.HeadDim))
	}
	n.parts, n.ready = make([]kernel.Attn, partsOf(c, workers, context)), make([]atomic.Int32, minUnits*workers)
	for i := range n.parts {
		n.parts[i].Reset(c.Group(), c.HeadDim)
	}
	n.passes = passes{n.forward, n.multiplyHead, n.runEach, n.lend, n.narrow}
	return n
}

// Close ends the workers. The weights stay.
func (n *Net) Close() { n.pool.close() }

// MaxTokens is the number of tokens that a pass can take; MaxLogits the rows that Logits can.
func (n *Net) MaxTokens() int { return n.maxTokens }

// MaxLogits is the number of kept rows that Logits computes at once.
func (n *Net) MaxLogits() int { return n.maxLogits }

// WorkingBytes estimates the memory that New takes for a network.
func WorkingBytes(w *Plan, workers, maxTokens, maxLogits, context int) int64 {
	c := w.Config
	queries := c.Heads * c.HeadDim
	perToken := 4 * (3*c.Width + queries + workers*(maxGrain*panelRows+max(maxGrain*panelRows, c.HeadDim)))
	acts := 2 * (c.Width + max(c.Hidden, queries))
	if slices.Contains([]quant.Type{quant.F32, quant.F16, quant.BF16}, w.Quant) {
		acts *= 3 // kept as floats, too
	}
	tables := 0
	if c.Rope != arch.RopeNone {
		tables = c.Turns.Dims
	}
	if c.Turns.LocalBase > 0 {
		tables *= 2
	}
	parts := int64(partsOf(c, workers, context)) * int64(4*(c.Group()*(c.HeadDim+2)+c.HeadDim+512))
	return parts + int64(maxTokens)*int64(perToken+acts) + 4*int64(maxLogits)*int64(c.Vocab) + 4*int64(context)*int64(tables)
}

// Layout is the shape of the pages that a network's keys and values need. An encoder's are read in the pass that writes
// them, so all layers share one place.
func Layout(c arch.Config) kv.Layout {
	l := kv.Layout{Layers: c.Layers, Heads: c.KVHeads, Dim: c.HeadDim}
	if c.Encoder {
		l.Layers = 1
	}
	return l
}

// shelf is the place of a layer's keys and values in a page.
func (n *Net) shelf(l int) int {
	if n.Config.Encoder {
		return 0
	}
	return l
}

// Forward computes the rows' tokens. Together they are at most MaxTokens, and no row appears twice. The tokens are
// committed to the rows' sequences. It returns the number of residuals kept for Logits, in the order of rows.
func (n *Net) Forward(rows []Row) int {
	n.interrupt.Store(false)
	kept, _ := n.Try(rows)
	return kept
}

// Try is Forward, unless Interrupt is called meanwhile, or was since Resume: then it commits nothing and returns false.
func (n *Net) Try(rows []Row) (kept int, ok bool) {
	n.arrange(rows)
	if n.n == 0 {
		return 0, true
	}
	n.pool.run(n.passes.forward)
	if n.broken {
		n.broken = false
		return 0, false
	}
	for i := range rows {
		rows[i].Seq.Commit(rows[i].Tokens)
	}
	return len(n.want), true
}

// Interrupt makes the Try under way, or the next one, return soon: something else is more urgent. It may be called from
// any goroutine. Resume takes it back.
func (n *Net) Interrupt() { n.interrupt.Store(true) }

// Resume lets the next Try work.
func (n *Net) Resume() { n.interrupt.Store(false) }

// arrange lays the rows' tokens out so that rows with common pages are neighbours.
func (n *Net) arrange(rows []Row) {
	n.rows = n.rows[:0]
	for i := range rows {
		n.rows = append(n.rows, rowAt{row: i})
	}
	slices.SortStableFunc(n.rows, func(a, b rowAt) int { return kv.ComparePages(rows[a.row].Seq, rows[b.row].Seq) })
	n.n = 0
	for i := range n.rows {
		at := &n.rows[i]
		r := &rows[at.row]
		at.from = n.n
		for j, id := range r.Tokens {
			n.ids[n.n], n.pos[n.n], n.pages[n.n] = id, int32(r.Seq.Len()+j), r.Seq.Pages()
			n.seen[n.n] = n.pos[n.n] + 1
			if n.Config.Encoder {
				n.seen[n.n] = int32(r.Seq.Len() + len(r.Tokens))
			}
			n.n++
		}
	}
	slices.SortFunc(n.rows, func(a, b rowAt) int { return a.row - b.row })
	n.want = n.want[:0]
	for _, at := range n.rows {
		r := &rows[at.row]
		for j := len(r.Tokens) - r.Logits; j < len(r.Tokens); j++ {
			n.want = append(n.want, int32(at.from+j))
		}
	}
	n.sizeUnits()
}

// sizeUnits chooses how the work is cut: large units share more, small ones balance better. Results don't depend on it.
func (n *Net) sizeUnits() {
	c := n.Config
	n.block = max(1, maxRows/c.Group())
	for n.block > 1 && (n.n+n.block-1)/n.block*c.KVHeads < minUnits*n.pool.workers && n.n > 1 {
		if n.block >= n.n && c.KVHeads >= n.pool.workers && c.KVHeads%n.pool.workers == 0 {
			break
		}
		n.block = (n.block + 1) / 2
	}
	n.split = 1
	if n.n == 0 {
		return
	}
	blocks := (n.n + n.block - 1) / n.block
	n.block = (n.n + blocks - 1) / blocks // units of one size end together
	groups := (c.KVHeads + unitHeads(c) - 1) / unitHeads(c)
	if units := blocks * groups; n.block == 1 && units < minUnits*n.pool.workers && units%n.pool.workers != 0 {
		n.split = max(1, runsOf(int(slices.Max(n.seen[:n.n]))))
	}
}

// minUnits is the number of units of attention per worker below which they are made smaller.
const minUnits = 2

// partsOf is the number of parts that split units have at most.
func partsOf(c arch.Config, workers, context int) int {
	if runs := runsOf(context); runs > 1 && workers > 1 {
		return minUnits * workers * runs * unitHeads(c)
	}
	return 0
}

// Logits multiplies the kept residuals from to from+count with the head, at most MaxLogits of them. The i-th result
// is Row(i); it stays until the next call.
func (n *Net) Logits(from, count int) {
	n.head = headJob{from, count}
	n.pool.run(n.passes.logits)
}

// Kept returns the i-th residual of the last Forward; in an encoder that's a token's vector.
func (n *Net) Kept(i int) []float32 { return n.kept[i*n.Config.Width : (i+1)*n.Config.Width] }

// Row returns the logits of the i-th residual of the last Logits. The caller may change them.
func (n *Net) Row(i int) []float32 { return n.logits[i*n.Config.Vocab : (i+1)*n.Config.Vocab] }

// Each calls f for 0 to count-1 on the workers, in no order.
func (n *Net) Each(count int, f func(i int)) {
	n.each, n.eachN = f, count
	n.pool.run(n.passes.each)
	n.each = nil
}

func (n *Net) runEach(int) {
	for {
		i, ok := n.pool.next(n.eachN)
		if !ok {
			return
		}
		n.each(i)
	}
}
