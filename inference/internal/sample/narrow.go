package sample

import (
	"math"
	"slices"

	"shelftalk/inference/internal/kernel"
)

// nearby gathers the tokens that the cuts can leave. Most often they are few and near the top, where the cut's number of
// tokens, or its share of the probability, is reached soon.
func (s *Sampler) nearby(p *Params, logits []float32) {
	full := p.reach()
	if p.Sigma == 0 && !within(p.Typical) && (p.TopK > 0 || within(p.TopP)) {
		var enough float64
		if p.TopK == 0 {
			enough = 1.0001 * p.TopP * s.mass(logits)
		}
		for reach := float32(3); reach < full; reach += 3 {
			s.gather(logits, s.top-reach)
			if p.TopK > 0 && len(s.list) >= p.TopK || p.TopK == 0 && s.weight(s.top) >= enough {
				return
			}
		}
	}
	s.gather(logits, s.top-full)
}

// narrow applies the cuts from Sigma to XTC to the list, which it leaves sorted if a cut needs that. Probabilities are
// shares of all of logits as long as nothing is cut, of the list then and where logits is nil.
func (s *Sampler) narrow(p *Params, logits []float32) {
	if len(s.list) == 0 {
		return
	}
	if p.Sigma > 0 && logits != nil {
		s.nearTop(p.Sigma, logits)
		logits = nil
	}
	if p.TopK > 0 {
		s.first(p.TopK)
		logits = nil
	}
	if within(p.Typical) {
		s.typical(p.Typical)
		logits = nil
	}
	if within(p.TopP) {
		s.nucleus(p.TopP, logits)
	}
	if within(p.MinP) {
		least := s.best() + float32(math.Log(p.MinP))
		s.list = slices.DeleteFunc(s.list, func(c candidate) bool { return c.score < least })
	}
	if p.XTC.Probability > 0 && p.XTC.Threshold <= 0.5 && len(s.list) > 1 {
		s.exclude(p.XTC)
	}
}

// best is the list's highest score.
func (s *Sampler) best() float32 {
	best := s.list[0].score
	for _, c := range s.list[1:] {
		best = max(best, c.score)
	}
	return best
}

// weight is the sum of the list's exponentials, against top.
func (s *Sampler) weight(top float32) float64 {
	var sum float64
	for _, c := range s.list {
		sum += math.Exp(float64(c.score - top))
	}
	return sum
}

// nearTop keeps what lies within sigma standard deviations of the top logit.
func (s *Sampler) nearTop(sigma float64, logits []float32) {
	var sum, squares float64
	n := 0
	for _, l := range logits {
		if d := float64(l - s.top); d > -math.MaxFloat32 {
			sum += d
			squares += d * d
			n++
		}
	}
	mean := sum / float64(n)
	least := s.top - float32(sigma*math.Sqrt(max(0, squares/float64(n)-mean*mean)))
	s.list = slices.DeleteFunc(s.list, func(c candidate) bool { return c.score < least })
}

// first keeps the k likeliest, sorted. Of a long list only those are sorted.
func (s *Sampler) first(k int) {
	if len(s.list) > 2*k {
		selectFirst(s.list, k)
		s.list = s.list[:k]
	}
	s.sort()
	s.list = s.list[:min(k, len(s.list))]
}

// selectFirst moves the k likeliest to the list's beginning, in no order.
func selectFirst(list []candidate, k int) {
	for from, to := 0, len(list); to-from > 1; {
		pivot := list[from+(to-from)/2]
		i, j := from, to-1
		for i <= j {
			for byScore(list[i], pivot) < 0 {
				i++
			}
			for byScore(list[j], pivot) > 0 {
				j--
			}
			if i <= j {
				list[i], list[j] = list[j], list[i]
				i++
				j--
			}
		}
		switch {
		case k <= j:
			to = j + 1
		case k >= i:
			from = i
		default:
			return
		}
	}
}

// typical keeps the tokens whose surprise is nearest to the expected one, up to a share of the probability.
func (s *Sampler) typical(share float64) {
	top := s.best()
	sum := s.weight(top)
	var entropy float64
	for _, c := range s.list {
		log := float64(c.score-top) - math.Log(sum)
		entropy -= math.Exp(log) * log
	}
	odd := func(c candidate) float64 {
		return math.Abs(-(float64(c.score-top) - math.Log(sum)) - entropy)
	}
	slices.SortFunc(s.list, func(a, b candidate) int {
		switch x, y := odd(a), odd(b); {
		case x < y:
			return -1
		case x > y:
			return 1
		}
		return byScore(a, b)
	})
	left := share * sum
	for i, c := range s.list {
		if left -= math.Exp(float64(c.score - top)); left < 0 {
			s.list = s.list[:i+1]
			break
		}
	}
	s.sort()
}

// handful is the number of tokens that usually hold the share of a nucleus.
const handful = 128

// nucleus keeps the likeliest tokens up to a share of the probability, sorted.
func (s *Sampler) nucleus(share float64, logits []float32) {
	top := s.best()
	var left float64
	if logits != nil {
		left = share * s.mass(logits)
	} else {
		left = share * s.weight(top)
	}
	sorted := 0
	for i := 0; i < len(s.list); i++ {
		if i == sorted {
			sorted = s.sortSome(i)
		}
		if left -= math.Exp(float64(s.list[i].score - top)); left <= 0 {
			s.list = s.list[:i+1]
			return
		}
	}
}

// sortSome puts more of the list in order behind its first from, which are the likeliest in order already. It returns how
// many are then.
func (s *Sampler) sortSome(from int) int {
	rest := s.list[from:]
	k := max(handful, 7*from)
	if len(rest) <= 2*k {
		slices.SortFunc(rest, byScore)
		return len(s.list)
	}
	selectFirst(rest, k)
	slices.SortFunc(rest[:k], byScore)
	return from + k
}

// exclude takes the top choices away, by chance.
func (s *Sampler) exclude(x XTC) {
	if s.random.Float64() > x.Probability {
		return
	}
	s.sort()
	top := s.list[0].score
	least := x.Threshold * s.weight(top)
	over := 0
	for over < len(s.list) && math.Exp(float64(s.list[over].score-top)) >= least {
		over++
	}
	if over > 1 {
		s.list = append(s.list[:0], s.list[over-1:]...)
	}
}

// surprise lists the tokens whose surprise at the temperature is within Mirostat's bound.
func (s *Sampler) surprise(in *Input, top float32) {
	p := in.Params
	if !s.lively {
		s.mu, s.lively = 2*p.Mirostat.Tau, true
	}
	s.gather(in.Logits, top-float32(24*max(1, p.Temperature)))
	var sum float64
	for _, c := range s.list {
		sum += math.Exp(float64(c.score-top) / p.Temperature)
	}
	bound := s.mu
	within := func(c candidate) bool {
		return -(float64(c.score-top)/p.Temperature-math.Log(sum))/math.Ln2 <= bound
	}
	if !within(candidate{score: top}) {
		s.gather(in.Logits, top)
		s.list = s.list[:1]
		return
	}
	s.list = slices.DeleteFunc(s.list, func(c candidate) bool { return !within(c) })
}

// Alternative is a token with its log-probability.
type Alternative struct {
	ID  int32
	Log float64
}

// Likeliest appends the n likeliest tokens of logits, whose LogSum is total, in order.
func (s *Sampler) Likeliest(dst []Alternative, logits []float32, total float64, n int) []Alternative {
	top, _ := kernel.Max(logits)
	for reach := float32(8); ; reach *= 4 {
		s.gather(logits, top-reach)
		if len(s.list) >= n || reach > 1e4 {
			break
		}
	}
	s.first(n)
	for _, c := range s.list {
		dst = append(dst, Alternative{c.id, float64(c.score) - total})
	}
	return dst
}
