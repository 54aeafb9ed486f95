package sched

import "slices"

// A few rows leave most of the processor waiting for memory: a few tokens more cost a step hardly anything. So where a text
// has come to words that stood in it or in the prompt before, what followed there is taken for a draft (prompt lookup), and
// computed along. The row then chooses one token after the other, each from its own logits and with its own random numbers,
// as long as it chooses what the draft says. What it writes is the same, sooner.

// A draft has at most longestDraft tokens, behind a repetition of leastRepeat to mostRepeat. With the token before it, it
// fills a tile of the kernels, of eight tokens or of four: seven would be computed as four, two and one. Up to fewRows rows
// share a tile.
const (
	tile         = longestDraft + 1
	fewRows      = 4
	longestDraft = 7
	shortDraft   = 3
	leastRepeat  = 3
	mostRepeat   = 5
)

// A row drafts boldly while most of what it drafts is written, and shyly while some is. Else only every rarely-th chance
// is taken, to see whether the text has come to something that repeats.
const (
	bold   = 0.6
	shy    = 0.3
	rarely = 8
)

// luck is a row's experience with drafts.
type luck struct {
	share  float64 // of drafted tokens that were written, lately
	passed int     // chances let pass
}

// hope is the share that a row begins with.
const hope = 0.4

// size is the number of tokens worth drafting.
func (k *luck) size() int {
	switch {
	case k.share >= bold:
		return longestDraft
	case k.share >= shy:
		return shortDraft
	}
	if k.passed++; k.passed%rarely == 0 {
		return shortDraft
	}
	return 0
}

// learn counts what became of a draft.
func (k *luck) learn(drafted, written int) {
	k.share += 0.2 * (float64(written)/float64(drafted) - k.share)
}

// foresee appends to the row's pending token what is likely to follow it. It returns all that is to be computed, room
// tokens at most; nil for the token alone.
func (l *Loop) foresee(r *row, room int) []int32 {
	if len(l.active) > fewRows || r.guard.Form() != nil || slices.ContainsFunc(l.active, func(a *row) bool { return a.contrast != nil }) {
		return nil
	}
	most := min(tile/len(l.active), l.net.MaxLogits()/len(l.active), room, r.limit-r.guard.Tokens()) - 1
	if most <= 0 {
		return nil
	}
	l.history = append(append(l.history[:0], r.Prompt...), r.answer...)
	found := lookup(l.history)
	if len(found) == 0 {
		return nil
	}
	n := min(most, len(found), r.luck.size())
	if n == 0 || r.main.seq.Reserve(1+n) != nil {
		return nil
	}
	l.drafting = true
	r.drafted = append(append(r.drafted, r.main.pending[0]), found[:n]...)
	return r.drafted
}

// lookup returns what followed the last tokens of text where they stood before: of the longest repetition, the latest.
func lookup(text []int32) []int32 {
	end := len(text) - 1
	at, best := -1, leastRepeat-1
	for i := end - 1; i >= best && best < mostRepeat; i-- {
		n := 0
		for n < mostRepeat && n <= i && text[i-n] == text[end-n] {
			n++
		}
		if n > best {
			at, best = i, n
		}
	}
	if at < 0 {
		return nil
	}
	return text[at+1:]
}

// chooseDrafted lets every row choose a token and then, as long as its draft goes on with that, the next. The last choice is
// left to applyAll.
func (l *Loop) chooseDrafted() {
	n := 0
	for _, r := range l.choosers {
		n += max(1, len(r.drafted))
	}
	l.net.Logits(0, n)
	at := 0
	for _, r := range l.choosers {
		r.follow(at)
		at += max(1, len(r.drafted))
		l.decided = append(l.decided, r)
	}
}

// follow lets a row choose along its draft, from the logits in a row of the network's on.
func (r *row) follow(at int) {
	draft := r.drafted[min(1, len(r.drafted)):]
	r.main.ahead = len(draft)
	written := 0
	for {
		r.prepare(r.loop.net.Row(at + written))
		r.settle()
		if r.main.ahead == 0 || !r.confirms(draft[written]) {
			break
		}
		if r.choice.err = r.apply(); r.choice.err != nil {
			break
		}
		r.main.pending = r.main.pending[:0] // computed
		r.main.ahead--
		if r.Group != nil {
			r.Group.Generated++
		}
		written++
	}
	if len(draft) > 0 {
		r.luck.learn(len(draft), written)
	}
	if err := r.main.dropAhead(); err != nil {
		r.choice.err = err
	}
}

// confirms reports whether the row has chosen a token, and goes on behind it.
func (r *row) confirms(id int32) bool {
	c := &r.choice
	return c.err == nil && c.ok && !c.overflow && c.undo == 0 && !c.verdict.End && c.id == id && r.guard.Tokens()+1 < r.limit
}

// dropAhead forgets the tokens that were computed beyond the row's.
func (f *feed) dropAhead() error {
	n := f.ahead
	if n == 0 {
		return nil
	}
	f.ahead = 0
	return f.seq.Truncate(f.seq.Len() - n)
}
