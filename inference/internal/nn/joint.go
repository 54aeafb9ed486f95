package nn

import (
	"math"

	"shelftalk/inference/internal/arch"
	"shelftalk/inference/internal/kernel"
)

// joint is what lies between two sublayers of a network: how the result of one joins the residual, and what the next is
// given. The first lies before the first layer, two more in each layer, the last behind it.
type joint struct {
	first  bool      // no sublayer lies before it
	bias   []float32 // of the sublayer's last matrix
	result Norm      // of the result before it's added
	sum    Norm      // of the residual after that
	input  Norm      // of what the next sublayer is given; none: the residual itself
}

// add joins a sublayer's result y, which it may change, to the residual x.
func (j *joint) add(x, y []float32, eps float32) {
	if !j.first {
		if j.bias != nil {
			kernel.Add(y, j.bias)
		}
		if j.result.Weight != nil {
			j.result.apply(y, y, eps)
		}
		kernel.Add(x, y)
	}
	if j.sum.Weight != nil {
		j.sum.apply(x, x, eps)
	}
}

// jointsOf lists a network's joints.
func jointsOf(w *Weights) []joint {
	list := make([]joint, 2*len(w.Layers)+1)
	list[0] = joint{first: true, sum: w.First}
	for l := range w.Layers {
		y := &w.Layers[l]
		before, middle, behind := &list[2*l], &list[2*l+1], &list[2*l+2]
		before.input = y.AttnNorm
		*middle = joint{bias: y.Output.Bias, input: y.HiddenNorm}
		*behind = joint{bias: y.Down.Bias}
		if w.Config.Norms == arch.NormsBehind {
			middle.sum, behind.sum = y.AttnPost, y.HiddenPost
		} else {
			middle.result, behind.result = y.AttnPost, y.HiddenPost
		}
	}
	return list
}

// rotation is a table of the angles by which queries and keys turn: for every position half cosines and half sines, half
// being the number of pairs.
type rotation struct {
	cos, sin []float32
	half     int
	rope     func(x, cos, sin []float32)
}

// turn turns the head x of a token at pos.
func (r *rotation) turn(x []float32, pos int) {
	from, to := pos*r.half, (pos+1)*r.half
	r.rope(x, r.cos[from:to], r.sin[from:to])
}

// rotationsOf returns each layer's rotation, nil for none, up to a context.
func rotationsOf(w *Weights, context int) []*rotation {
	c := w.Config
	list := make([]*rotation, c.Layers)
	var global, local *rotation
	for l := range list {
		switch {
		case !c.Turned(l):
		case c.Turns.LocalBase > 0 && c.WindowOf(l) > 0:
			if local == nil {
				t := arch.Turns{Dims: c.Turns.Dims, Base: c.Turns.LocalBase, Factor: 1, Gain: 1}
				local = newRotation(c.Rope, t, nil, context)
			}
			list[l] = local
		default:
			if global == nil {
				global = newRotation(c.Rope, c.Turns, w.divisors(context), context)
			}
			list[l] = global
		}
	}
	return list
}

// divisors returns what divides the frequencies in a context: the files of networks that were stretched twice have one list
// for contexts that the original network could read, and one for longer ones.
func (w *Weights) divisors(context int) []float32 {
	switch {
	case w.Short == nil:
		return w.Divisors
	case context <= w.Config.Turns.Original:
		return w.Short
	default:
		return w.Long
	}
}

func newRotation(kind arch.Rope, t arch.Turns, divisors []float32, context int) *rotation {
	r := &rotation{half: t.Dims / 2, rope: kernel.RopeNorm}
	if kind == arch.RopeHalves {
		r.rope = kernel.RopeNeox
	}
	r.cos, r.sin = make([]float32, context*r.half), make([]float32, context*r.half)
	for i := range r.half {
		freq := frequency(t, i)
		if divisors != nil {
			freq /= float64(divisors[i])
		}
		for pos := range context {
			sin, cos := math.Sincos(float64(pos) * freq)
			r.cos[pos*r.half+i], r.sin[pos*r.half+i] = float32(cos*t.Gain), float32(sin*t.Gain)
		}
	}
	return r
}

// frequency is that of the i-th pair, in radians per token. A stretched rotation (YaRN) divides the low frequencies only:
// those that turn less than Slow times in the original context wholly, those that turn more than Fast times not at all, and
// what lies between in proportion.
func frequency(t arch.Turns, i int) float64 {
	plain := math.Pow(t.Base, -2*float64(i)/float64(t.Dims))
	if !t.Stretch {
		return plain / t.Factor
	}
	pair := func(turns float64) float64 {
		return float64(t.Dims) * math.Log(float64(t.Original)/(turns*2*math.Pi)) / (2 * math.Log(t.Base))
	}
	low, high := max(0, math.Floor(pair(t.Fast))), min(float64(t.Dims-1), math.Ceil(pair(t.Slow)))
	divided := min(1, max(0, (float64(i)-low)/max(0.001, high-low)))
	return plain * (1 - divided + divided/t.Factor)
}
