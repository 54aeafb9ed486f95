package sched

import "shelftalk/inference/internal/sample"

// choose picks the row's next token. It touches nothing but the row: rows choose in parallel.
func (r *row) choose(logits, contrast []float32) {
	slot := r.slot()
	r.choice = choice{}
	total := sample.LogSum(logits)
	share := r.share()
	if sample.Full(share) {
		r.place(logits, total, share)
	}
	if r.guard.AtSentence(share) {
		r.best = sample.Cut{At: len(r.guard.Text())}
		r.choice.overflow = true
		return
	}
	in := sample.Input{Logits: logits, Contrast: contrast, Alpha: slot.Alpha, Params: slot.Params, Only: r.only()}
	if p := slot.Params.Penalty; p != 0 && p != 1 {
		in.Recent = r.answer[max(0, len(r.answer)-slot.Recent):]
	}
	plain := r.plainLogits(logits, in.Params.Penalty)
	var wantsMark bool
	in.Try = func(id int32) bool {
		v, turnEnd := r.judge(id)
		wantsMark = wantsMark || v.WantsOnlyEnd
		if v.TooLong && r.best.At >= 0 {
			r.choice.overflow = true
			return true
		}
		if v.OK {
			r.choice.verdict, r.choice.turnEnd = v, turnEnd
		}
		return v.OK
	}
	id, ok := r.sampler.Pick(in)
	if wantsMark && !r.choice.overflow {
		in.Only, in.Contrast, in.Recent, in.Params = r.loop.vocabulary.Marks, nil, nil, sample.Params{}
		if mark, found := r.sampler.Pick(in); found {
			id, ok = mark, true
		}
	}
	r.choice.id, r.choice.ok = id, ok
	if ok && !r.choice.overflow {
		r.choice.log = plain(id) - total
	}
}

// plainLogits returns a function for a token's logit before the penalty changes any.
func (r *row) plainLogits(logits []float32, penalty float64) func(int32) float64 {
	if penalty == 0 || penalty == 1 {
		return func(id int32) float64 { return float64(logits[id]) }
	}
	recent := r.answer[max(0, len(r.answer)-r.slot().Recent):]
	kept := make(map[int32]float32, len(recent))
	for _, id := range recent {
		kept[id] = logits[id]
	}
	return func(id int32) float64 {
		if l, ok := kept[id]; ok {
			return float64(l)
		}
		return float64(logits[id])
	}
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
func (r *row) place(logits []float32, total, share float64) {
	mark, ok := r.guard.Place()
	if !ok || len(r.guard.Text()) < r.shown {
		return
	}
	ids := r.loop.vocabulary.Pauses
	if mark {
		ids = r.loop.vocabulary.Marks
	}
	worth := float64(sample.Best(logits, ids)) - total
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
	c := r.choice
	r.total++
	switch {
	case c.overflow:
		return r.fillCut()
	case !c.ok:
		return r.fillCut()
	case c.verdict.End && c.turnEnd:
		return r.fill(r.guard.Text(), c.verdict.Keep, "", Ended)
	case c.verdict.End:
		tok := r.loop.tokens.Bytes(c.id)
		return r.fill(r.guard.With(tok), c.verdict.Keep, "", Stopped)
	}
	r.guard.Accept(r.loop.tokens.Bytes(c.id))
	r.logs = append(r.logs, c.log)
	r.extend([]int32{c.id})
	if r.guard.Tokens() >= r.limit {
		return r.fillCut()
	}
	r.show()
	return nil
}
