package nn

import "math"

// LogitsOf writes the logits of a few tokens for the i-th kept residual into dst, without a multiplication by the whole
// head. It may be called by several workers at once, each with a scratch of its own, of twice the network's width.
func (n *Net) LogitsOf(dst []float32, i int, ids []int32, scratch []float32) {
	width := n.Config.Width
	x, weights := scratch[:width], scratch[width:2*width]
	n.Last.apply(x, n.Kept(i), n.Config.NormEps)
	for j, id := range ids {
		n.Head.Row(weights, int(id))
		var sum float32
		for k, w := range weights {
			sum += w * x[k]
		}
		if limit := n.Config.SoftCap; limit > 0 {
			sum = limit * float32(math.Tanh(float64(sum/limit)))
		}
		dst[j] = sum
	}
}

// Width is the length of a residual.
func (n *Net) Width() int { return n.Config.Width }
