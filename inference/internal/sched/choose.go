package sched

import (
	"shelftalk/inference/internal/sample"
)

// chooseAll lets the rows whose sequences are computed to their end choose. The kept residuals are those of the rows, in
// order, and behind them those of the contrasts asked.
func (l *Loop) chooseAll() {
	l.decided = l.decided[:0]
	if l.drafting {
		l.chooseDrafted()
		return
	}
	for i, r := range l.asking {
		r.contrast.kept = len(l.choosers) + i
	}
	if len(l.asking) > 0 {
		l.net.Each(len(l.asking), l.compare)
	}
	for _, r := range l.asking {
		if r.contrast.asked {
			l.decide(r, true)
		}
	}
	for from := 0; from < len(l.choosers); from += l.net.MaxLogits() {
		l.choosing = l.choosers[from:min(len(l.choosers), from+l.net.MaxLogits())]
		l.net.Logits(from, len(l.choosing))
		l.net.Each(len(l.choosing), l.prepare)
		for _, r := range l.choosing {
			if r.contrast == nil || !r.contrast.asked {
				l.decide(r, r.contrast != nil && r.contrast.ready)
			}
		}
	}
}

// decide lets a row that knows all it needs choose; compared tells whether its contrast had a say.
func (l *Loop) decide(r *row, compared bool) {
	if r.contrast != nil {
		if err := r.contrast.conclude(r.answer, compared); err != nil {
			l.remove(r, err)
			return
		}
	}
	if r.settle() {
		l.decided = append(l.decided, r)
	}
}

// prepare does what takes a look at the whole vocabulary. It touches nothing but the row: rows prepare in parallel.
func (r *row) prepare(logits []float32) {
	slot := r.slot()
	c := &r.choice
	*c = choice{total: r.sampler.Total(logits), others: c.others[:0]}
	if sample.Full(r.share()) {
		c.pause = sample.Best(logits, r.loop.vocabulary.Pauses)
		c.mark = sample.Best(logits, r.loop.vocabulary.Marks)
	}
	if slot.Others > 0 {
		c.others = r.sampler.Likeliest(c.others, logits, c.total, slot.Others)
	}
	r.banned = r.banned[:0]
	for _, b := range r.bans {
		if b.at == r.guard.Tokens() {
			r.banned = append(r.banned, b.id)
		}
	}
	r.in = sample.Input{Logits: logits, Params: &r.params, Written: r.answer, Only: r.only(), Banned: r.banned}
	if r.contrast != nil && slot.Alpha != 0 {
		r.in.Contrast, r.in.Alpha, r.in.Weights = r.contrast, slot.Alpha, slot.Weights
	}
	disputed := r.sampler.Prepare(&r.in)
	if c := r.contrast; c != nil {
		c.asked, c.ready = disputed && !c.ready, disputed && c.ready
		if c.ready {
			r.sampler.Compare(&r.in)
		} else if c.asked { // the step that answers computes other logits
			r.in.Logits = append(c.logits[:0], logits...)
		}
	}
}

// compare goes on where the row's contrast was asked.
func (r *row) compare() {
	if r.contrast.asked {
		r.sampler.Compare(&r.in)
	}
}

// decide picks the row's next token. Rows decide one after the other, on the loop's goroutine: what the rules ask of the
// caller's code is asked by nobody else.
func (r *row) decide() {
	c := &r.choice
	share := r.share()
	if sample.Full(share) {
		r.place(share)
	}
	if r.guard.AtSentence(share) {
		r.best = sample.Cut{At: len(r.guard.Text())}
		c.overflow = true
		return
	}
	c.id, c.ok = r.sampler.Draw(&r.in, r)
	if c.wantsMark && !c.overflow && c.undo == 0 {
		r.in.Only, r.in.Contrast, r.in.Params = r.loop.vocabulary.Marks, nil, &r.loop.greedy
		if mark, found := r.sampler.Pick(&r.in, r); found {
			c.id, c.ok = mark, true
		}
	}
	if c.ok && !c.overflow && c.undo == 0 {
		c.log = float64(r.sampler.Plain(&r.in, c.id)) - c.total
	}
}

// Try tells the sampler whether a token may be chosen. Where it shows that the text must be cut or taken back instead, it
// ends the choice.
func (r *row) Try(id int32) bool {
	c := &r.choice
	v, turnEnd := r.judge(id)
	c.wantsMark = c.wantsMark || v.WantsOnlyEnd
	switch {
	case v.Undo > 0:
		c.undo = v.Undo
		return true
	case v.TooLong && r.best.At >= 0:
		c.overflow = true
		return true
	case v.OK && !v.End && r.tight():
		c.overflow = true
	case v.OK:
		c.verdict, c.turnEnd = v, turnEnd
	}
	return v.OK
}

// only lists the tokens to choose from where few texts are allowed; nil: all.
func (r *row) only() []int32 {
	choices := r.guard.Choices()
	if choices == nil {
		return nil
	}
	ids := []int32{}
	for _, c := range choices {
		ids = r.loop.tokens.AppendPrefixesOf(ids, []byte(c))
	}
	return append(ids, r.loop.tokens.Ends()...)
}

// judge asks the slot's rules about a token.
func (r *row) judge(id int32) (v sample.Verdict, turnEnd bool) {
	if r.loop.tokens.IsEnd(id) {
		return r.guard.End(), true
	}
	if !r.loop.writable(id) {
		return sample.Verdict{}, false
	}
	return r.guard.Token(r.loop.tokens.Bytes(id)), false
}

// place looks whether the slot could be cut where it stands, and how natural that would be: as likely as the model would
// end a sentence or a line there. A later place is worth a little more.
func (r *row) place(share float64) {
	mark, ok := r.guard.Place()
	if !ok || len(r.guard.Text()) < r.shown {
		return
	}
	likeliest := r.choice.pause
	if mark {
		likeliest = r.choice.mark
	}
	worth := float64(likeliest) - r.choice.total
	if r.slot().Rules.SentenceEnd && !mark {
		worth = 0
	}
	worth += 2 * share
	if r.best.At >= 0 && worth < r.best.Worth {
		return
	}
	r.best = sample.Cut{At: len(r.guard.Text()), Worth: worth}
	if mark {
		r.best.Mark = r.guard.Mark()
	}
}

// apply carries out what the row chose.
func (r *row) apply() error {
	c := &r.choice
	r.total++
	switch {
	case c.err != nil:
		return c.err
	case c.overflow, !c.ok:
		return r.fillCut()
	case c.undo > 0:
		return r.takeBack(c.undo)
	case c.verdict.End && c.turnEnd:
		return r.fill(r.guard.Text(), c.verdict.Keep, "", Ended)
	case c.verdict.End:
		tok := r.loop.tokens.Bytes(c.id)
		return r.fill(r.guard.With(tok), c.verdict.Keep, "", Stopped)
	}
	if tok := r.loop.tokens.Bytes(c.id); r.guard.Form() == nil || !r.jump(tok) {
		r.accept(c.id, c.log, false)
	} else if r.guard.Form().Over() {
		return r.fill(r.guard.Text(), len(r.guard.Text()), "", Stopped)
	}
	if r.guard.Tokens() >= r.limit {
		return r.fillCut()
	}
	r.show()
	return nil
}
