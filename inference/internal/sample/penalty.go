package sample

import (
	"cmp"
	"math"
	"slices"
)

// Bias is added to a token's logit.
type Bias struct {
	ID  int32
	Add float32
}

// DRY lowers the tokens that would go on with a repetition: one of n tokens by Multiplier·Base^(n-Allowed). A repetition
// doesn't reach over a breaker.
type DRY struct {
	Multiplier float64 // 0: off
	Base       float64
	Allowed    int // length from which on a repetition counts
	Last       int // tokens to look back on; 0: all
	Breakers   []string
	// Bytes returns what a token writes.
	Bytes func(id int32) []byte
}

// repeats is the memory of DRY.
type repeats struct {
	lengths []int32     // by distance from the text's end: how long a repetition of the end stands there
	next    []candidate // tokens that would go on with one, with its length
}

// change sets a logit and notes what it was.
func (s *Sampler) change(logits []float32, id int32, to float32) {
	s.changed = append(s.changed, candidate{id, logits[id]})
	if s.masses.known {
		s.masses.moved(logits[id], to)
	}
	logits[id] = to
}

func (s *Sampler) bias(logits []float32, list []Bias) {
	for _, b := range list {
		s.change(logits, b.ID, logits[b.ID]+b.Add)
	}
}

// penalise lowers the logits of recent tokens.
func (s *Sampler) penalise(in *Input) {
	p := in.Params
	if (p.Repeat == 0 || p.Repeat == 1) && p.Frequency == 0 && p.Presence == 0 {
		return
	}
	s.recent = append(s.recent[:0], in.Written[max(0, len(in.Written)-p.Last):]...)
	slices.Sort(s.recent)
	for from := 0; from < len(s.recent); {
		id, n := s.recent[from], 0
		for from < len(s.recent) && s.recent[from] == id {
			from++
			n++
		}
		l := in.Logits[id]
		switch {
		case p.Repeat == 0:
		case l > 0:
			l /= float32(p.Repeat)
		default:
			l *= float32(p.Repeat)
		}
		s.change(in.Logits, id, l-float32(float64(n)*p.Frequency+p.Presence))
	}
}

// dry lowers the tokens that would go on with a repetition of the text's end.
func (s *Sampler) dry(in *Input) {
	d := &in.Params.DRY
	if d.Multiplier == 0 {
		return
	}
	text := in.Written
	if d.Last > 0 {
		text = text[max(0, len(text)-d.Last):]
	}
	most := d.sinceBreak(text)
	if len(text) <= d.Allowed || most < d.Allowed {
		return
	}
	s.repeats.measure(text, most)
	s.repeats.next = s.repeats.next[:0]
	for k := 1; k < len(text); k++ {
		if n := s.repeats.lengths[k]; n >= int32(d.Allowed) {
			s.repeats.next = append(s.repeats.next, candidate{text[len(text)-k], float32(n)})
		}
	}
	slices.SortFunc(s.repeats.next, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(a.id, b.id), cmp.Compare(b.score, a.score))
	})
	highest := math.MaxInt32 // the exponent may not leave what a float32 holds
	if d.Base > 1.000001 {
		highest = int(math.Log(math.MaxFloat32) / math.Log(d.Base))
	}
	for i, c := range s.repeats.next {
		if i > 0 && c.id == s.repeats.next[i-1].id || d.breaks(c.id) {
			continue
		}
		over := min(int(c.score)-d.Allowed, highest)
		s.change(in.Logits, c.id, in.Logits[c.id]-float32(d.Multiplier*math.Pow(d.Base, float64(over))))
	}
}

// measure finds, for every distance k from the text's end, how many tokens before it are the text's last ones, at most
// most: the Z function of the reversed text.
func (r *repeats) measure(text []int32, most int) {
	n := len(text)
	r.lengths = append(r.lengths[:0], 0)
	at := func(i int) int32 { return text[n-1-i] }
	left, right := 0, 0 // the repetition that reaches farthest back lies from left to right
	for k := 1; k < n; k++ {
		length := 0
		if k < right {
			length = min(right-k, int(r.lengths[k-left]))
		}
		for k+length < n && at(length) == at(k+length) {
			length++
		}
		if k+length > right {
			left, right = k, k+length
		}
		r.lengths = append(r.lengths, int32(length))
	}
	for i := range r.lengths {
		r.lengths[i] = min(r.lengths[i], int32(most))
	}
}

// sinceBreak is the number of tokens behind the text's last breaker.
func (d *DRY) sinceBreak(text []int32) int {
	for i := len(text) - 1; i >= 0; i-- {
		end := -1
		for _, b := range d.Breakers {
			for from := range d.Bytes(text[i]) {
				if e, ok := d.match(text, i, from, b); ok {
					end = max(end, e)
				}
			}
		}
		if end >= 0 {
			return len(text) - 1 - end
		}
	}
	return len(text)
}

// match reports whether a breaker begins at a byte of the i-th token, and the token that it ends in.
func (d *DRY) match(text []int32, i, from int, breaker string) (end int, ok bool) {
	for ; i < len(text); i, from = i+1, 0 {
		tok := d.Bytes(text[i])[from:]
		n := min(len(tok), len(breaker))
		if string(tok[:n]) != breaker[:n] {
			return 0, false
		}
		if breaker = breaker[n:]; breaker == "" {
			return i, true
		}
	}
	return 0, false
}

// breaks reports whether a token holds a breaker.
func (d *DRY) breaks(id int32) bool {
	tok := d.Bytes(id)
	for _, b := range d.Breakers {
		for from := 0; from+len(b) <= len(tok); from++ {
			if string(tok[from:from+len(b)]) == b {
				return true
			}
		}
	}
	return false
}
