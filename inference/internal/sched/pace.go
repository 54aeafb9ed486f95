package sched

import "slices"

// How many steps a number of rows is measured in, within how many steps they must be found, and after how many a choice of
// fewer rows than may be is looked at again: something else may have kept the machine busy.
const (
	paceSteps    = 3
	pacePatience = 12
	paceAgain    = 1000
)

// paceFirst is the number of rows that a batch begins with, paceNear the part of the best rate that is as good as the best.
const (
	paceFirst = 8
	paceNear  = 0.95
)

// pace finds how many rows are best written together. It lets a few in, then twice as many, up to all that may be, looks
// how fast each number writes, and settles for the smallest that is about as fast as the fastest: more rows together would
// only end later. What rows write doesn't depend on it.
type pace struct {
	counts []int     // to be tried, ascending
	rates  []float64 // rows' tokens per second, the best step of each count; zero: not found
	at     int       // the count being tried; len(counts): settled
	taken  int       // steps measured with it
	seen   int       // steps in which it was the limit
	best   int       // what was settled for
}

// newPace tries 8, 16, 32, … and most.
func newPace(most int) *pace {
	p := &pace{}
	for n := paceFirst; n < most; n *= 2 {
		p.counts = append(p.counts, n)
	}
	p.counts = append(p.counts, most)
	p.rates = make([]float64, len(p.counts))
	if len(p.counts) == 1 {
		p.settle()
	}
	return p
}

// limit is the number of rows that may be written now.
func (p *pace) limit() int {
	if p.at < len(p.counts) {
		return p.counts[p.at]
	}
	return p.best
}

// observe tells of a step with so many rows, which took some seconds. It is plain if all that the step did was to write a
// token of each row. A step with fewer rows than may be says nothing: others weren't there, or had no memory.
func (p *pace) observe(rows int, seconds float64, plain bool) {
	if rows != p.limit() {
		return
	}
	p.seen++
	if p.at == len(p.counts) {
		p.doubt()
		return
	}
	if plain && seconds > 0 {
		p.taken++
		p.rates[p.at] = max(p.rates[p.at], float64(rows)/seconds)
	}
	if p.taken < paceSteps && p.seen < pacePatience {
		return
	}
	p.at, p.taken, p.seen = p.at+1, 0, 0
	if p.at == len(p.counts) {
		p.settle()
	}
}

// settle chooses. Where the largest count couldn't be measured nothing speaks against it.
func (p *pace) settle() {
	p.at, p.seen = len(p.counts), 0
	p.best = p.counts[p.at-1]
	if p.rates[p.at-1] == 0 {
		return
	}
	most := 0.0
	for _, r := range p.rates {
		most = max(most, r)
	}
	for i, r := range p.rates {
		if r >= paceNear*most {
			p.best = p.counts[i]
			return
		}
	}
}

// doubt measures again, from what was settled for on, when that was long ago.
func (p *pace) doubt() {
	if p.seen < paceAgain || p.best == p.counts[len(p.counts)-1] {
		return
	}
	p.at, p.seen = slices.Index(p.counts, p.best), 0
	clear(p.rates[p.at:])
}

// paceOf is the pace of rows like r: those with a contrast take more of a step.
func (l *Loop) paceOf(r *row) *pace {
	if r.contrast != nil {
		return l.paces[1]
	}
	return l.paces[0]
}

// places is the number of rows of batches that may be written while r is among them.
func (l *Loop) places(r *row) int {
	if r.Group != nil && r.Group.Auto {
		return l.paceOf(r).limit()
	}
	return l.maxRows
}

// measure tells the pace of the active rows, if they have one in common, how long a step took.
func (l *Loop) measure(seconds float64) {
	var p *pace
	for _, r := range l.active {
		if r.Group == nil || !r.Group.Auto || r.Interactive || p != nil && p != l.paceOf(r) {
			return
		}
		p = l.paceOf(r)
	}
	if p != nil {
		p.observe(len(l.active), seconds, l.plain())
	}
}

// plain reports whether the step computed a token of each active row, or a question to its contrast, and nothing else.
func (l *Loop) plain() bool {
	return !l.drafting && len(l.takers) == len(l.active) &&
		!slices.ContainsFunc(l.takers, func(t taker) bool { return t.n != 1 })
}
