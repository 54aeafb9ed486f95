package sample

import (
	"math"

	"shelftalk/inference/internal/kernel"
)

// masses is what a look at the whole vocabulary told of the logits, kept up to date while a few of them change.
type masses struct {
	known bool    // Total has looked at the logits
	top   float32 // the largest logit, as it came
	best  int     // the first token that has it
	first float64 // Σ exp(logit − top), as they came
	sum   float64 // the same of the logits as they are
	now   float64 // the same against Sampler.top, once it is asked for
}

// Total returns the LogSum of the logits that Prepare will be given next, and spares it a part of its work.
func (s *Sampler) Total(logits []float32) float64 {
	top, best := kernel.Max(logits)
	sum := float64(kernel.SumExp(logits, top))
	s.masses = masses{known: true, top: top, best: best, first: sum, sum: sum}
	return float64(top) + math.Log(sum)
}

// forget makes room for the next logits.
func (m *masses) forget() { *m = masses{} }

// moved follows a logit's change.
func (m *masses) moved(from, to float32) {
	m.sum += math.Exp(float64(to-m.top)) - math.Exp(float64(from-m.top))
}

// likeliest is kernel.Max of the logits as they are.
func (s *Sampler) likeliest(logits []float32) (float32, int) {
	m := &s.masses
	if !m.known {
		return kernel.Max(logits)
	}
	for _, c := range s.changed {
		if int(c.id) == m.best || logits[c.id] >= m.top {
			return kernel.Max(logits)
		}
	}
	return m.top, m.best
}

// mass is Σ exp(logit − s.top) of the logits as they are. Where changes took most of the sum away, or made it much larger,
// what is left of it isn't exact enough: it is summed anew.
func (s *Sampler) mass(logits []float32) float64 {
	m := &s.masses
	switch {
	case m.now > 0:
	case m.known && m.sum > 0.1*m.first && m.sum < 10*m.first:
		m.now = m.sum * math.Exp(float64(m.top-s.top))
	default:
		m.now = float64(kernel.SumExp(logits, s.top))
	}
	return m.now
}

// Undo puts the logits back that Prepare and Draw have changed since the last Prepare.
func (s *Sampler) Undo(logits []float32) {
	for i := len(s.changed) - 1; i >= 0; i-- {
		logits[s.changed[i].id] = s.changed[i].score
	}
	s.changed = s.changed[:0]
}
