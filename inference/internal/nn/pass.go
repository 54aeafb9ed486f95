package nn

import (
	"runtime"

	"shelftalk/inference/internal/arch"
	"shelftalk/inference/internal/kernel"
	"shelftalk/inference/internal/kv"
)

// forward is one worker's part of a pass.
func (n *Net) forward(worker int) {
	width := n.Config.Width
	n.embed()
	n.meet(toHeads, 0)
	for l := range n.Layers {
		y := &n.Layers[l]
		n.heads(l)
		n.pool.arrive(nothing)
		n.attend(l, &n.own[worker])
		n.meet(toOutput, l)
		n.multiply(n.y, width, y.Output)
		n.meet(toHidden, l)
		n.feed(y)
		n.meet(toDown, l)
		n.multiply(n.y, width, y.Down)
		if l+1 < len(n.Layers) {
			n.meet(toHeads, l+1)
		}
	}
	n.pool.arrive(nothing)
	n.keep()
}

// stage names the phase that activations are made ready for.
type stage int

const (
	toHeads stage = iota
	toOutput
	toHidden
	toDown
)

// meet waits for all workers and makes the activations of layer l's next phase ready. A single tile is the business of
// the last worker to arrive; several are shared out, before one more barrier.
func (n *Net) meet(s stage, l int) {
	n.pool.arrive(func() {
		n.acts.Reset(n.n, n.inputs(s))
		if n.acts.Tiles() == 1 {
			n.ready(s, l, 0)
		}
	})
	if n.acts.Tiles() == 1 {
		return
	}
	for {
		tile, _, ok := n.pool.next(n.acts.Tiles(), 1)
		if !ok {
			break
		}
		n.ready(s, l, tile)
	}
	n.pool.arrive(nothing)
}

// inputs is the width of a phase's activations.
func (n *Net) inputs(s stage) int {
	switch s {
	case toOutput:
		return n.Config.Heads * n.Config.HeadDim
	case toDown:
		return n.Config.Hidden
	default:
		return n.Config.Width
	}
}

// ready quantises a tile of activations for a phase of layer l.
func (n *Net) ready(s stage, l, tile int) {
	switch s {
	case toHeads:
		n.normed(tile, n.Layers[l].AttnNorm, l > 0)
	case toOutput:
		n.acts.Quantise(tile, n.mixed, n.inputs(s))
	case toHidden:
		n.normed(tile, n.Layers[l].HiddenNorm, true)
	case toDown:
		n.acts.Quantise(tile, n.gate, n.inputs(s))
	}
}

// normed adds the last phase's result to a tile's residuals, and quantises their norm.
func (n *Net) normed(tile int, weights []float32, add bool) {
	c := n.Config
	from, to := n.acts.Tile(tile)
	for t := from; t < to; t++ {
		x, y := n.x[t*c.Width:(t+1)*c.Width], n.y[t*c.Width:(t+1)*c.Width]
		if add {
			kernel.Add(x, y)
		}
		kernel.RMSNorm(y, x, weights, c.NormEps)
	}
	n.acts.Quantise(tile, n.y, c.Width)
}

// embed looks the tokens up.
func (n *Net) embed() {
	width := n.Config.Width
	for {
		t, _, ok := n.pool.next(n.n, 1)
		if !ok {
			return
		}
		n.Embed.Row(n.x[t*width:(t+1)*width], int(n.ids[t]))
	}
}

// keep copies the residuals whose logits are wanted, with the last layer's addition.
func (n *Net) keep() {
	width := n.Config.Width
	for {
		i, _, ok := n.pool.next(len(n.want), 1)
		if !ok {
			return
		}
		t := int(n.want[i])
		x := n.kept[i*width : (i+1)*width]
		copy(x, n.x[t*width:(t+1)*width])
		kernel.Add(x, n.y[t*width:(t+1)*width])
	}
}

// heads computes queries, keys and values, a head at a time.
func (n *Net) heads(l int) {
	c, y := n.Config, &n.Layers[l]
	panels := c.HeadDim / 16
	queries, keys := c.Heads*c.HeadDim, c.KVHeads*c.HeadDim
	for {
		h, _, ok := n.pool.next(c.Heads+2*c.KVHeads, 1)
		if !ok {
			return
		}
		switch {
		case h < c.Heads:
			kernel.MatMul(n.q, queries, y.Query, n.acts, h*panels, (h+1)*panels)
			n.packQuery(h, y.QueryBias)
		case h < c.Heads+c.KVHeads:
			h -= c.Heads
			kernel.MatMul(n.k, keys, y.Key, n.acts, h*panels, (h+1)*panels)
			n.storeKeys(l, h, y.KeyBias)
		default:
			h -= c.Heads + c.KVHeads
			kernel.MatMul(n.v, keys, y.Value, n.acts, h*panels, (h+1)*panels)
			n.storeValues(l, h, y.ValueBias)
		}
	}
}

// turn adds the bias of head h to x and rotates it to its position.
func (n *Net) turn(x []float32, h int, bias []float32, pos int32) {
	c := n.Config
	if bias != nil {
		kernel.Add(x, bias[h*c.HeadDim:(h+1)*c.HeadDim])
	}
	half := c.HeadDim / 2
	cos, sin := n.cos[int(pos)*half:(int(pos)+1)*half], n.sin[int(pos)*half:(int(pos)+1)*half]
	if c.Rope == arch.RopeHalves {
		kernel.RopeNeox(x, cos, sin)
	} else {
		kernel.RopeNorm(x, cos, sin)
	}
}

// packQuery turns head h of every token and puts it beside the others of its group.
func (n *Net) packQuery(h int, bias []float32) {
	c := n.Config
	dim, group, queries := c.HeadDim, c.Group(), c.Heads*c.HeadDim
	for t := range n.n {
		x := n.q[t*queries+h*dim : t*queries+(h+1)*dim]
		n.turn(x, h, bias, n.pos[t])
		at := ((h/group*n.n+t)*group + h%group) * dim
		copy(n.packed[at:at+dim], x)
	}
}

// storeKeys turns head h of every token's keys and puts it into its page.
func (n *Net) storeKeys(l, h int, bias []float32) {
	c := n.Config
	dim, keys := c.HeadDim, c.KVHeads*c.HeadDim
	var half [maxHeadDim]uint16
	for t := range n.n {
		x := n.k[t*keys+h*dim : t*keys+(h+1)*dim]
		n.turn(x, h, bias, n.pos[t])
		kernel.ToHalf(half[:dim], x)
		at := int(n.pos[t]) % kv.PageTokens
		page := n.cache.Keys(n.pages[t][int(n.pos[t])/kv.PageTokens], l, h)
		for i, v := range half[:dim] {
			page[i*kv.PageTokens+at] = v
		}
	}
}

// storeValues puts head h of every token's values into its page.
func (n *Net) storeValues(l, h int, bias []float32) {
	c := n.Config
	dim, keys := c.HeadDim, c.KVHeads*c.HeadDim
	for t := range n.n {
		x := n.v[t*keys+h*dim : t*keys+(h+1)*dim]
		if bias != nil {
			kernel.Add(x, bias[h*dim:(h+1)*dim])
		}
		at := int(n.pos[t]) % kv.PageTokens
		page := n.cache.Values(n.pages[t][int(n.pos[t])/kv.PageTokens], l, h)
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

// multiply computes dst = m · activations.
func (n *Net) multiply(dst []float32, stride int, m *kernel.Matrix) {
	panels := m.Panels()
	grain := n.grainOf(panels)
	for {
		from, to, ok := n.pool.next(panels, grain)
		if !ok {
			return
		}
		kernel.MatMul(dst, stride, m, n.acts, from, to)
		n.breathe()
	}
}

// maxGrain is the number of panels that one unit of a multiplication takes: as many as the second-level cache holds.
const maxGrain = 8

func (n *Net) grainOf(panels int) int {
	return min(maxGrain, max(1, panels/(8*n.pool.workers)))
}

// feed computes gate and up and joins them.
func (n *Net) feed(y *Layer) {
	hidden := n.Config.Hidden
	panels := y.Gate.Panels()
	grain := n.grainOf(panels)
	for {
		from, to, ok := n.pool.next(panels, grain)
		if !ok {
			return
		}
		kernel.MatMul(n.gate, hidden, y.Gate, n.acts, from, to)
		kernel.MatMul(n.up, hidden, y.Up, n.acts, from, to)
		a, b := from*16, min(to*16, hidden)
		for t := range n.n {
			gate := n.gate[t*hidden+a : t*hidden+b]
			kernel.SiluMul(gate, gate, n.up[t*hidden+a:t*hidden+b])
		}
		n.breathe()
	}
}

// multiplyHead computes the logits of a run of kept residuals.
func (n *Net) multiplyHead(int) {
	c := n.Config
	n.pool.arrive(func() { n.acts.Reset(n.head.n, c.Width) })
	for {
		tile, _, ok := n.pool.next(n.acts.Tiles(), 1)
		if !ok {
			break
		}
		from, to := n.acts.Tile(tile)
		for t := from; t < to; t++ {
			x := n.kept[(n.head.from+t)*c.Width : (n.head.from+t+1)*c.Width]
			kernel.RMSNorm(n.y[t*c.Width:(t+1)*c.Width], x, n.Norm, c.NormEps)
		}
		n.acts.Quantise(tile, n.y, c.Width)
	}
	n.pool.arrive(nothing)
	n.multiply(n.logits, c.Vocab, n.Head)
}
