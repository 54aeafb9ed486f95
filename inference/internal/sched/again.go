package sched

// A forbidden word is certain only when it has ended, and then the tokens from its beginning on are taken back. The logits
// of that place are kept while the word may yet turn out to be forbidden, so that the row chooses again in the same step
// instead of computing the token before once more.

// keptLogits is the number of rows that may keep logits at a time. Others compute theirs anew.
const keptLogits = 8

// earlier is a choice that may have to be made again.
type earlier struct {
	logits []float32 // as the network computed them; nil: nothing is kept
	at     int       // tokens of the slot before it
}

// remember keeps the logits of the choice just made if the token chosen begins a word that may be forbidden, and gives them
// up when no such word is left.
func (r *row) remember() {
	c, e := &r.choice, &r.earlier
	open, begins := r.guard.Doubt()
	switch {
	case c.undo > 0:
		return // apply takes the tokens back
	case !c.ok || c.overflow || c.verdict.End || !open:
		r.dismiss()
		return
	case !begins || r.in.Only != nil:
		return
	}
	if e.logits == nil {
		if e.logits = r.loop.spareLogits(); e.logits == nil {
			return
		}
	}
	copy(e.logits, r.in.Logits)
	r.sampler.Undo(e.logits)
	e.at = r.guard.Tokens()
}

// dismiss gives up what remember keeps.
func (r *row) dismiss() {
	if r.earlier.logits != nil {
		r.loop.spare = append(r.loop.spare, r.earlier.logits)
		r.earlier.logits = nil
	}
}

// spareLogits returns memory for a row's logits, nil where enough is in use.
func (l *Loop) spareLogits() []float32 {
	if n := len(l.spare); n > 0 {
		out := l.spare[n-1]
		l.spare = l.spare[:n-1]
		return out
	}
	if l.lent == keptLogits {
		return nil
	}
	l.lent++
	return make([]float32, l.net.Config.Vocab)
}

// settle decides, and again as long as a choice turns out to be wrong whose logits are kept. It reports false if the row's
// contrast must be asked first.
func (r *row) settle() bool {
	r.decide()
	for c := &r.choice; c.undo > 0 && !c.overflow && r.earlier.logits != nil && r.earlier.at == r.guard.Tokens()-c.undo; {
		r.total++
		if err := r.strike(c.undo); err != nil {
			c.err = err
			return true
		}
		copy(r.in.Logits, r.earlier.logits)
		r.prepare(r.in.Logits)
		if r.contrast != nil {
			if r.contrast.asked {
				return false
			}
			if c.err = r.contrast.conclude(r.answer, false); c.err != nil {
				return true
			}
		}
		r.decide()
	}
	r.remember()
	return true
}
