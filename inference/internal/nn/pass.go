package nn

import (
	"math"
	"runtime"
	"slices"

	"shelftalk/inference/internal/arch"
	"shelftalk/inference/internal/kernel"
	"shelftalk/inference/internal/kv"
)

// forward is one worker's part of a pass.
func (n *Net) forward(worker int) {
	c, own := n.Config, &n.own[worker]
	n.embed()
	n.meet(0, c.Heads*c.HeadDim)
	for l := range n.Layers {
		y := &n.Layers[l]
		n.heads(l, own)
		if l+1 < len(n.Layers) {
			n.pool.arrive(nothing)
		} else if n.pool.arrive(n.passes.narrow); n.n == 0 {
			return
		}
		n.attend(l, own)
		n.pool.arrive(nothing)
		n.multiply(n.y, c.Width, y.Output.Matrix, n.inner, worker)
		if n.meet(2*l+1, c.Hidden); n.broken {
			return
		}
		n.feed(y, worker)
		n.pool.arrive(nothing)
		n.multiply(n.y, c.Width, y.Down.Matrix, n.inner, worker)
		if l+1 < len(n.Layers) {
			n.meet(2*l+2, c.Heads*c.HeadDim)
		}
	}
	n.pool.arrive(nothing)
	n.keep()
}

// meet waits for all workers and lets the tokens pass the i-th joint. A single tile is the business of the last worker to
// arrive; several are shared out, before one more barrier. inner is made ready for so many columns.
func (n *Net) meet(i, inner int) {
	n.pool.arrive(func() {
		n.broken = n.interrupt.Load()
		n.acts.Reset(n.n, n.Config.Width)
		n.inner.Reset(n.n, inner)
		if n.acts.Tiles() == 1 {
			n.join(0, n.n, &n.joints[i])
		}
	})
	tiles := n.acts.Tiles()
	if tiles == 1 {
		return
	}
	_, tokens := n.acts.Tile(0)
	parts := 1
	if tiles < 4*n.pool.workers { // one part of each tile after the other: tokens of one tile share cache lines
		parts, tokens = (tokens+jointTokens-1)/jointTokens, jointTokens
	}
	for {
		u, ok := n.pool.next(tiles * parts)
		if !ok {
			break
		}
		from, to := n.acts.Tile(u % tiles)
		if from += u / tiles * tokens; from < to {
			n.join(from, min(from+tokens, to), &n.joints[i])
		}
	}
	n.pool.arrive(nothing)
}

// jointTokens is the number of tokens that pass a joint together: so many are normed and quantised within the first-level cache.
const jointTokens = 4

// narrow drops the tokens that nobody wants to know the residual of: with the last layer's keys and values they are done.
func (n *Net) narrow() {
	c := n.Config
	if len(n.want) == n.n {
		return
	}
	n.left = append(n.left[:0], n.want...)
	slices.Sort(n.left)
	size := c.Group() * c.HeadDim
	for h := range c.KVHeads {
		for i, t := range n.left {
			copy(n.packed[(h*len(n.left)+i)*size:][:size], n.packed[(h*n.n+int(t))*size:])
		}
	}
	for i, t := range n.left {
		copy(n.x[i*c.Width:(i+1)*c.Width], n.x[int(t)*c.Width:])
		n.pos[i], n.seen[i], n.pages[i] = n.pos[t], n.seen[t], n.pages[t]
	}
	for i, t := range n.want {
		at, _ := slices.BinarySearch(n.left, t)
		n.want[i] = int32(at)
	}
	n.n = len(n.left)
	n.inner.Reset(max(1, n.n), c.Heads*c.HeadDim)
	n.sizeUnits()
}

// join lets the tokens from … to−1 pass a joint, and quantises what the next sublayer is given.
func (n *Net) join(from, to int, j *joint) {
	c := n.Config
	for ; from < to; from += jointTokens {
		end := min(from+jointTokens, to)
		for t := from; t < end; t++ {
			x, y := n.x[t*c.Width:(t+1)*c.Width], n.y[t*c.Width:(t+1)*c.Width]
			j.add(x, y, c.NormEps)
			if j.input.Weight != nil {
				j.input.apply(y, x, c.NormEps)
			} else {
				copy(y, x)
			}
		}
		n.acts.QuantiseRange(from, end, 0, c.Width, n.y[from*c.Width:], c.Width)
	}
}

// embed looks the tokens up.
func (n *Net) embed() {
	width := n.Config.Width
	for {
		t, ok := n.pool.next(n.n)
		if !ok {
			return
		}
		x, y := n.x[t*width:(t+1)*width], n.y[t*width:(t+1)*width]
		n.Embed.Row(x, int(n.ids[t]))
		if n.Config.ScaledEmbedding {
			scale := float32(math.Sqrt(float64(width)))
			for i := range x {
				x[i] *= scale
			}
		}
		if n.Places != nil {
			n.Places.Row(y, int(n.pos[t]))
			kernel.Add(x, y)
		}
		if n.Kind != nil {
			kernel.Add(x, n.Kind)
		}
	}
}

// keep copies the residuals that are wanted, as the last joint leaves them.
func (n *Net) keep() {
	width := n.Config.Width
	for {
		i, ok := n.pool.next(len(n.want))
		if !ok {
			return
		}
		t := int(n.want[i])
		x, y := n.x[t*width:(t+1)*width], n.y[t*width:(t+1)*width]
		n.joints[2*len(n.Layers)].add(x, y, n.Config.NormEps)
		copy(n.kept[i*width:(i+1)*width], x)
	}
}

// heads computes queries, keys and values, a head at a time.
func (n *Net) heads(l int, own *scratch) {
	c, y := n.Config, &n.Layers[l]
	units, panels := c.Heads+2*c.KVHeads, c.HeadDim/panelRows
	for {
		u, ok := n.pool.next(units)
		if !ok {
			return
		}
		m, h, store := n.headOf(y, u)
		ahead := kernel.Ahead{}
		if soon := u + n.pool.workers; soon < units { // as long as workers take turns
			next, h, _ := n.headOf(y, soon)
			ahead = kernel.Ahead{Matrix: next, Panel: h * panels}
		}
		kernel.MatMulPart(own.up, c.HeadDim, m, n.acts, h*panels, (h+1)*panels, ahead)
		store(n, l, h, own.up)
	}
}

// headOf is what a unit of heads computes: head h of a matrix, and what becomes of it. Values come first: they take longest where
// their weights have more bits.
func (n *Net) headOf(y *Layer, unit int) (m *kernel.Matrix, h int, store func(n *Net, l, h int, all []float32)) {
	keys := n.Config.KVHeads
	switch {
	case unit < keys:
		return y.Value.Matrix, unit, (*Net).storeValues
	case unit < 2*keys:
		return y.Key.Matrix, unit - keys, (*Net).storeKeys
	}
	return y.Query.Matrix, unit - 2*keys, (*Net).packQuery
}

// biasOf is head h's part of a bias.
func (n *Net) biasOf(y *Linear, h int) []float32 {
	if y.Bias == nil {
		return nil
	}
	return y.Bias[h*n.Config.HeadDim : (h+1)*n.Config.HeadDim]
}

// turn makes the head x of a token at pos ready to be compared: bias, norm and rotation, as far as there are such.
func (n *Net) turn(x, bias, norm []float32, by *rotation, pos int32) {
	if bias != nil {
		kernel.Add(x, bias)
	}
	if norm != nil {
		kernel.RMSNorm(x, x, norm, n.Config.NormEps)
	}
	if by != nil {
		by.turn(x, int(pos))
	}
}

// packQuery turns head h of every token and puts it beside the others of its group. It turns before it copies: vectors can't be
// read back soon from a copy's smaller stores.
func (n *Net) packQuery(l, h int, all []float32) {
	c, y := n.Config, &n.Layers[l]
	dim, group := c.HeadDim, c.Group()
	bias, by := n.biasOf(&y.Query, h), n.rotations[l]
	for t := range n.n {
		x := all[t*dim : (t+1)*dim]
		n.turn(x, bias, y.QueryNorm, by, n.pos[t])
		copy(n.packed[((h/group*n.n+t)*group+h%group)*dim:], x)
	}
}

// storeKeys turns head h of every token's keys and puts it into its page.
func (n *Net) storeKeys(l, h int, all []float32) {
	y, dim := &n.Layers[l], n.Config.HeadDim
	bias, by := n.biasOf(&y.Key, h), n.rotations[l]
	var half [maxHeadDim]uint16
	for t := range n.n {
		x := all[t*dim : (t+1)*dim]
		n.turn(x, bias, y.KeyNorm, by, n.pos[t])
		kernel.ToHalf(half[:dim], x)
		at := int(n.pos[t]) % kv.PageTokens
		page := n.cache.Keys(n.pages[t][int(n.pos[t])/kv.PageTokens], n.shelf(l), h)
		page = page[at/kernel.KeyBlock*dim*kernel.KeyBlock+at%kernel.KeyBlock:]
		for i, v := range half[:dim] {
			page[i*kernel.KeyBlock] = v
		}
	}
}

// storeValues puts head h of every token's values into its page.
func (n *Net) storeValues(l, h int, all []float32) {
	dim := n.Config.HeadDim
	bias := n.biasOf(&n.Layers[l].Value, h)
	for t := range n.n {
		x := all[t*dim : (t+1)*dim]
		if bias != nil {
			kernel.Add(x, bias)
		}
		at := int(n.pos[t]) % kv.PageTokens
		page := n.cache.Values(n.pages[t][int(n.pos[t])/kv.PageTokens], n.shelf(l), h)
		kernel.ToHalf(page[at*dim:(at+1)*dim], x)
	}
}

// manyTokens is the number from which on a unit of work takes long enough for a window to notice.
const manyTokens = 64

// breathe lets other goroutines run between two units of a large pass: a click waits for no phase to end.
func (n *Net) breathe() {
	if n.n >= manyTokens {
		runtime.Gosched()
	}
}

// multiply computes dst = m · inputs.
func (n *Net) multiply(dst []float32, stride int, m *kernel.Matrix, inputs *kernel.Acts, worker int) {
	panels := m.Panels()
	for {
		from, to, ok := n.pool.taper(worker, panels)
		if !ok {
			return
		}
		kernel.MatMul(dst, stride, m, inputs, from, to)
		n.breathe()
	}
}

// maxGrain is the number of panels that one unit of a multiplication takes: as many as the second-level cache holds.
const maxGrain = 8

// feed computes the feed-forward network's inner values, gate and up joined or up alone, and quantises them.
func (n *Net) feed(y *Layer, worker int) {
	own, panels := &n.own[worker], y.Up.Panels()
	for {
		from, to, ok := n.pool.taper(worker, panels)
		if !ok {
			return
		}
		a, b := from*panelRows, min(to*panelRows, n.Config.Hidden)
		if y.Gate.Matrix != nil {
			kernel.MatMulPart(own.gate, b-a, y.Gate.Matrix, n.acts, from, to, kernel.Ahead{Matrix: y.Up.Matrix, Panel: from})
		}
		kernel.MatMulPart(own.up, b-a, y.Up.Matrix, n.acts, from, to, kernel.Ahead{Matrix: y.Gate.Matrix, Panel: to})
		for t := range n.n {
			gate, up := own.gate[t*(b-a):(t+1)*(b-a)], own.up[t*(b-a):(t+1)*(b-a)]
			if y.Gate.Bias != nil {
				kernel.Add(gate, y.Gate.Bias[a:b])
			}
			if y.Up.Bias != nil {
				kernel.Add(up, y.Up.Bias[a:b])
			}
			n.activate(gate, gate, up)
		}
		n.inner.QuantiseRange(0, n.n, a, b-a, own.gate, b-a)
		n.breathe()
	}
}

// activation returns the function that makes a feed-forward network's inner values of gate and up.
func activation(t arch.Traits) func(dst, gate, up []float32) {
	alone := func(f func(dst, x []float32)) func(dst, gate, up []float32) {
		return func(dst, _, up []float32) { f(dst, up) }
	}
	switch {
	case t.Activation == arch.GELU:
		return alone(kernel.GeluErf)
	case t.Activation == arch.GELUTanh && t.Ungated:
		return alone(kernel.Gelu)
	case t.Activation == arch.GELUTanh:
		return kernel.GeluMul
	default:
		return kernel.SiluMul
	}
}

// multiplyHead computes the logits of a run of kept residuals.
func (n *Net) multiplyHead(worker int) {
	c := n.Config
	n.pool.arrive(func() { n.acts.Reset(n.head.n, c.Width) })
	for {
		tile, ok := n.pool.next(n.acts.Tiles())
		if !ok {
			break
		}
		from, to := n.acts.Tile(tile)
		for t := from; t < to; t++ {
			x := n.kept[(n.head.from+t)*c.Width : (n.head.from+t+1)*c.Width]
			n.Last.apply(n.y[t*c.Width:(t+1)*c.Width], x, c.NormEps)
		}
		n.acts.Quantise(tile, n.y, c.Width)
	}
	n.pool.arrive(nothing)
	n.multiply(n.logits, c.Vocab, n.Head, n.acts, worker)
	if c.SoftCap > 0 {
		n.pool.arrive(nothing)
		n.cap()
	}
}

// cap bounds the logits softly.
func (n *Net) cap() {
	limit := n.Config.SoftCap
	for {
		i, ok := n.pool.next(n.head.n)
		if !ok {
			return
		}
		row := n.Row(i)
		for j, x := range row {
			row[j] = limit * float32(math.Tanh(float64(x/limit)))
		}
	}
}
