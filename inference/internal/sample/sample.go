// Package sample chooses the next token of a text: from the logits, as the parameters say, and among what the text's rules
// allow.
//
// Rules are not masks over the vocabulary. The sampler draws a token as it would without rules and asks whether it may
// stand; only a refused token is taken out and drawn again. So a rule costs a few checks per token, and the text is
// distributed as if everything illegal had been masked.
//
// A choice has two halves. Prepare does what takes a look at the whole vocabulary, and may run beside the Prepare of other
// texts; Draw chooses, and asks the text's Judge. Neither sorts the vocabulary or allocates once its memory has grown.
// Between them stands Compare, where a contrast has a say: where only one token is plausible it has none, so Prepare tells.
package sample

import (
	"math"
	"math/rand/v2"
	"slices"

	"shelftalk/inference/internal/kernel"
)

// Params steer the choice; the zero value is greedy. They are applied in the order of the fields, as in llama.cpp.
type Params struct {
	Bias      []Bias
	Repeat    float64 // divides the odds of the Last tokens; 0 or 1: off
	Frequency float64 // taken off a token's logit for each time that it is among them
	Presence  float64 // taken off once
	Last      int
	DRY       DRY
	Sigma     float64 // keeps logits within so many deviations of the top (arXiv:2411.07641); 0: off
	TopK      int     // 0: off
	Typical   float64 // locally typical sampling (arXiv:2202.00666); 0 or 1: off
	TopP      float64 // 0 or 1: off
	MinP      float64 // 0: off
	XTC       XTC
	// Temperature divides the logits before the draw; 0 takes the likeliest of what is left.
	Temperature float64
	Mirostat    Mirostat
}

// XTC takes away, with a probability, all but the least likely of the tokens that have at least Threshold.
type XTC struct{ Probability, Threshold float64 }

// Mirostat holds the surprise of the text near Tau bits, with the learning rate Eta: the second algorithm of
// arXiv:2007.14966 (without the first one's estimate of the words' distribution, which it makes needless). Tau 0: off. It
// takes the place of all cuts from Sigma to XTC.
type Mirostat struct{ Tau, Eta float64 }

// plausible is the share of the likeliest token's probability from which on context-aware decoding considers a token.
const plausible = 0.1

// Sampler makes the random choices of one text. It keeps memory from call to call.
type Sampler struct {
	random *rand.Rand
	ids    []int32
	list   []candidate
	others []float32
	// changed holds the logits that bias and penalties have changed, as they were.
	changed []candidate
	recent  []int32
	repeats repeats
	mu      float64 // Mirostat's bound, in bits
	lively  bool    // mu is set
	top     float32
	masses  masses
}

type candidate struct {
	id    int32
	score float32
}

// NewSampler returns a sampler whose choices follow from seed alone.
func NewSampler(seed uint64) *Sampler {
	return &Sampler{random: rand.New(rand.NewPCG(seed, 0x5ca1ab1e))}
}

// Input is what a choice is made from. Logits may be changed by Prepare and Draw.
type Input struct {
	Logits []float32
	// Contrast, if not nil, gives the logits of the same text without the evidence; Alpha is their weight, and Weights,
	// if not nil, multiplies it by the class of the token.
	Contrast Contrast
	Alpha    float64
	Weights  *Weights
	Written  []int32 // the text's tokens, which penalties look back on
	Params   *Params
	// Only, if not nil, lists the tokens to choose from.
	Only []int32
	// Banned tokens can't be chosen.
	Banned []int32
}

// Contrast gives the logits of some tokens.
type Contrast interface {
	// LogitsOf writes the logits of ids into dst.
	LogitsOf(dst []float32, ids []int32)
}

// Judge knows which tokens are legal.
type Judge interface {
	// Try tells whether a token is legal. It isn't asked twice in one choice.
	Try(id int32) bool
	// Legal lists the legal tokens where they are few or all known, or returns nil.
	Legal() []int32
}

// LogSum returns the logarithm of the sum of the exponentials of logits: a token's log-probability is its logit less that.
func LogSum(logits []float32) float64 {
	top, _ := kernel.Max(logits)
	return float64(top) + math.Log(float64(kernel.SumExp(logits, top)))
}

// Pick is Prepare, Compare where needed, and Draw.
func (s *Sampler) Pick(in *Input, judge Judge) (int32, bool) {
	if s.Prepare(in) {
		s.Compare(in)
	}
	return s.Draw(in, judge)
}

// Prepare lists the candidates, the bias and the penalties counted. It reports whether the contrast could change which of
// them is chosen: then Compare must follow before Draw.
func (s *Sampler) Prepare(in *Input) bool {
	defer s.masses.forget()
	s.changed = s.changed[:0]
	for _, id := range in.Banned {
		s.change(in.Logits, id, float32(math.Inf(-1)))
	}
	s.bias(in.Logits, in.Params.Bias)
	s.penalise(in)
	s.dry(in)
	if in.Only != nil {
		s.only(in, in.Only)
		return false
	}
	top, best := s.likeliest(in.Logits)
	s.top = top
	switch p := in.Params; {
	case in.Contrast != nil && in.Alpha != 0:
		s.gather(in.Logits, top+float32(math.Log(plausible)))
		if s.disputed(in) {
			return true
		}
		s.narrow(p, nil)
	case p.Mirostat.Tau > 0 && p.Temperature > 0:
		s.surprise(in, top)
	case p.greedy():
		s.list = append(s.list[:0], candidate{int32(best), top})
	default:
		s.nearby(p, in.Logits)
		s.narrow(p, in.Logits)
	}
	return false
}

// Compare scores the candidates by what the contrast says of them, of which nobody need know before.
func (s *Sampler) Compare(in *Input) {
	s.contrast(in)
	s.narrow(in.Params, nil)
}

// greedy tells that the likeliest token is taken: nothing is drawn, and no cut takes the likeliest away.
func (p *Params) greedy() bool {
	return p.Temperature <= 0 && p.XTC.Probability <= 0 && !within(p.Typical)
}

// within tells that a share is one, so that it cuts something.
func within(share float64) bool { return share > 0 && share < 1 }

// reach is the distance from the top logit within which tokens can matter: what lies e^16 below it, at the temperature of
// the draw, can't.
func (p *Params) reach() float32 {
	reach := 16 * max(1, p.Temperature)
	if within(p.MinP) && !within(p.Typical) && (p.TopK == 0 || !within(p.TopP)) {
		reach = min(reach, -math.Log(p.MinP))
	}
	return float32(reach)
}

// only makes the list of ids.
func (s *Sampler) only(in *Input, ids []int32) {
	s.list = s.list[:0]
	for _, id := range ids {
		if !math.IsInf(float64(in.Logits[id]), -1) {
			s.list = append(s.list, candidate{id, in.Logits[id]})
		}
	}
	s.sort()
}

// gather lists the tokens from threshold on, by their ids.
func (s *Sampler) gather(logits []float32, threshold float32) {
	s.ids = kernel.Above(s.ids[:0], logits, threshold)
	s.list = s.list[:0]
	for _, id := range s.ids {
		s.list = append(s.list, candidate{id, logits[id]})
	}
}

// byScore puts the likeliest first; equals by id, so that the order is always the same.
func byScore(a, b candidate) int {
	switch {
	case a.score > b.score:
		return -1
	case a.score < b.score:
		return 1
	}
	return int(a.id - b.id)
}

func (s *Sampler) sort() { slices.SortFunc(s.list, byScore) }

// Draw draws from the list until a token is legal, and looks beyond it where none is. It reports whether there was one.
func (s *Sampler) Draw(in *Input, judge Judge) (int32, bool) {
	if id, ok := s.draw(in, judge); ok {
		return id, true
	}
	if in.Only != nil {
		return 0, false
	}
	if legal := judge.Legal(); legal != nil {
		s.only(in, legal)
		s.narrow(in.Params, nil)
		return s.draw(in, judge)
	}
	return s.search(in, judge)
}

// draw draws from the list until a token is legal. Refused ones are taken out of the list and of the logits.
func (s *Sampler) draw(in *Input, judge Judge) (int32, bool) {
	for len(s.list) > 0 {
		i, share := s.choose(in.Params.Temperature)
		id := s.list[i].id
		if judge.Try(id) {
			s.adapt(in.Params.Mirostat, share)
			return id, true
		}
		s.change(in.Logits, id, float32(math.Inf(-1)))
		s.list = append(s.list[:i], s.list[i+1:]...)
	}
	return 0, false
}

// adapt moves Mirostat's bound by the surprise of a token that had a share of what was left.
func (s *Sampler) adapt(m Mirostat, share float64) {
	if m.Tau > 0 && s.lively {
		s.mu -= m.Eta * (-math.Log2(share) - m.Tau)
	}
}

// choose returns the index of the likeliest of the list, or of a random one by temperature, and its share.
func (s *Sampler) choose(temperature float64) (int, float64) {
	best := 0
	for i, c := range s.list {
		if c.score > s.list[best].score {
			best = i
		}
	}
	if temperature <= 0 || len(s.list) == 1 {
		return best, 1
	}
	top := s.list[best].score
	var sum float64
	for _, c := range s.list {
		sum += math.Exp(float64(c.score-top) / temperature)
	}
	left := s.random.Float64() * sum
	for i, c := range s.list {
		p := math.Exp(float64(c.score-top) / temperature)
		if left -= p; left < 0 {
			return i, p / sum
		}
	}
	return best, 1 / sum
}

// search walks down the vocabulary, likeliest first, to the first legal token.
func (s *Sampler) search(in *Input, judge Judge) (int32, bool) {
	for _, reach := range [...]float32{2, 4, 6, 8, 12, 20, math.MaxFloat32} {
		floor := s.top - reach
		if reach == math.MaxFloat32 {
			floor = -math.MaxFloat32
		}
		s.gather(in.Logits, floor)
		s.sort()
		for _, c := range s.list {
			if judge.Try(c.id) {
				return c.id, true
			}
			s.change(in.Logits, c.id, float32(math.Inf(-1)))
		}
	}
	return 0, false
}

// Plain is a token's logit before Prepare changed any.
func (s *Sampler) Plain(in *Input, id int32) float32 {
	for _, c := range s.changed { // the first note of a token is the oldest
		if c.id == id {
			return c.score
		}
	}
	return in.Logits[id]
}
