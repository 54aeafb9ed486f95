// Package sample chooses the next token of a text: from the logits, as the parameters say, and among what the text's rules
// allow.
//
// Rules are not masks over the vocabulary. The sampler draws a token as it would without rules and asks whether it may
// stand; only a refused token is taken out and drawn again. So a rule costs a few checks per token, and the text is
// distributed as if everything illegal had been masked.
package sample

import (
	"math"
	"math/rand/v2"
	"slices"

	"shelftalk/inference/internal/kernel"
)

// Params steer the choice; the zero value is greedy. They are applied in the order of the fields, temperature last.
type Params struct {
	Penalty     float64 // divides the odds of the recent tokens; 0 or 1: off
	TopK        int     // 0: off
	TopP        float64 // 0 or 1: off
	MinP        float64 // 0: off
	Temperature float64
}

// plausible is the share of the likeliest token's probability from which on context-aware decoding considers a token.
const plausible = 0.1

// Sampler makes the random choices of one text. It keeps memory from call to call.
type Sampler struct {
	random *rand.Rand
	ids    []int32
	list   []candidate
}

type candidate struct {
	id    int32
	score float32
}

// NewSampler returns a sampler whose choices follow from seed alone.
func NewSampler(seed uint64) *Sampler {
	return &Sampler{random: rand.New(rand.NewPCG(seed, 0x5ca1ab1e))}
}

// Input is what a choice is made from. Logits may be changed by Pick.
type Input struct {
	Logits []float32
	// Contrast, if not nil, are the logits of the same text without the evidence; Alpha is their weight.
	Contrast []float32
	Alpha    float64
	Recent   []int32 // tokens that Penalty holds for
	Params   Params
	// Try tells whether a token is legal. It isn't asked twice.
	Try func(id int32) bool
	// Only, if not nil, lists the tokens to choose from.
	Only []int32
}

// LogSum returns the logarithm of the sum of the exponentials of logits: a token's log-probability is its logit less that.
func LogSum(logits []float32) float64 {
	top, _ := kernel.Max(logits)
	return float64(top) + math.Log(float64(kernel.SumExp(logits, top)))
}

// Pick chooses a token, or reports that none is legal.
func (s *Sampler) Pick(in Input) (int32, bool) {
	penalise(in.Logits, in.Recent, in.Params.Penalty)
	if in.Only != nil {
		s.list = s.list[:0]
		for _, id := range in.Only {
			s.list = append(s.list, candidate{id, in.Logits[id]})
		}
		s.sort()
		return s.draw(in)
	}
	top, best := kernel.Max(in.Logits)
	if in.Contrast != nil && in.Alpha != 0 {
		s.gather(in.Logits, top+float32(math.Log(plausible)))
		a, b := float32(1+in.Alpha), float32(in.Alpha)
		for i, c := range s.list {
			s.list[i].score = a*c.score - b*in.Contrast[c.id]
		}
		s.sort()
		s.narrow(in, nil)
	} else if in.Params.Temperature <= 0 {
		s.list = append(s.list[:0], candidate{int32(best), top})
	} else {
		s.candidates(in, top)
	}
	if id, ok := s.draw(in); ok {
		return id, true
	}
	return s.search(in, top)
}

// penalise lowers the logits of recent tokens.
func penalise(logits []float32, recent []int32, penalty float64) {
	if penalty == 0 || penalty == 1 {
		return
	}
	for i, id := range recent {
		if slices.Contains(recent[:i], id) {
			continue
		}
		if logits[id] > 0 {
			logits[id] /= float32(penalty)
		} else {
			logits[id] *= float32(penalty)
		}
	}
}

// gather lists the tokens from threshold on.
func (s *Sampler) gather(logits []float32, threshold float32) {
	s.ids = kernel.Above(s.ids[:0], logits, threshold)
	s.list = s.list[:0]
	for _, id := range s.ids {
		s.list = append(s.list, candidate{id, logits[id]})
	}
}

// sort puts the likeliest first; equals by id, so that the order is always the same.
func (s *Sampler) sort() {
	slices.SortFunc(s.list, func(a, b candidate) int {
		switch {
		case a.score > b.score:
			return -1
		case a.score < b.score:
			return 1
		}
		return int(a.id - b.id)
	})
}

// candidates lists what the parameters leave of the vocabulary.
func (s *Sampler) candidates(in Input, top float32) {
	p := in.Params
	// what lies e^16 below the top, at the temperature of the draw, can't matter
	reach := float32(16 * max(1, p.Temperature))
	if p.MinP > 0 && p.MinP < 1 {
		reach = min(reach, float32(-math.Log(p.MinP)))
	}
	s.gather(in.Logits, top-reach)
	s.sort()
	s.narrow(in, in.Logits)
}

// narrow applies top-k, top-p and min-p to the sorted list. Probabilities are shares of all of logits where these are given
// and top-k is off, of the list otherwise.
func (s *Sampler) narrow(in Input, logits []float32) {
	p := in.Params
	if len(s.list) == 0 {
		return
	}
	if p.TopK > 0 && len(s.list) > p.TopK {
		s.list = s.list[:p.TopK]
	}
	top := s.list[0].score
	if p.TopP > 0 && p.TopP < 1 {
		var sum float64
		if logits != nil && p.TopK == 0 {
			sum = float64(kernel.SumExp(logits, top))
		} else {
			for _, c := range s.list {
				sum += math.Exp(float64(c.score - top))
			}
		}
		left := p.TopP * sum
		for i, c := range s.list {
			if left -= math.Exp(float64(c.score - top)); left <= 0 {
				s.list = s.list[:i+1]
				break
			}
		}
	}
	if p.MinP > 0 && p.MinP < 1 {
		least := top + float32(math.Log(p.MinP))
		for i, c := range s.list {
			if c.score < least {
				s.list = s.list[:i]
				break
			}
		}
	}
}

// draw draws from the sorted list until a token is legal. Refused ones are taken out of the list and of the logits.
func (s *Sampler) draw(in Input) (int32, bool) {
	for len(s.list) > 0 {
		i := s.choose(in.Params.Temperature)
		id := s.list[i].id
		if in.Try(id) {
			return id, true
		}
		in.Logits[id] = float32(math.Inf(-1))
		s.list = append(s.list[:i], s.list[i+1:]...)
	}
	return 0, false
}

// choose returns the index of the first of the list, or of a random one by temperature.
func (s *Sampler) choose(temperature float64) int {
	if temperature <= 0 || len(s.list) == 1 {
		return 0
	}
	top := s.list[0].score
	var sum float64
	for _, c := range s.list {
		sum += math.Exp(float64(c.score-top) / temperature)
	}
	left := s.random.Float64() * sum
	for i, c := range s.list {
		if left -= math.Exp(float64(c.score-top) / temperature); left < 0 {
			return i
		}
	}
	return len(s.list) - 1
}

// search walks down the vocabulary, likeliest first, to the first legal token.
func (s *Sampler) search(in Input, top float32) (int32, bool) {
	for _, reach := range []float32{4, 8, 12, 20, float32(math.Inf(1))} {
		floor := top - reach
		if math.IsInf(float64(reach), 1) {
			floor = -math.MaxFloat32
		}
		s.gather(in.Logits, floor)
		s.sort()
		for _, c := range s.list {
			if in.Try(c.id) {
				return c.id, true
			}
			in.Logits[c.id] = float32(math.Inf(-1))
		}
	}
	return 0, false
}
