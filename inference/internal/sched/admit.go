package sched

import (
	"slices"

	"shelftalk/inference/internal/kv"
	"shelftalk/inference/internal/nn"
)

// worthWaiting is the number of tokens from which on a row waits for another to compute what both begin with.
const worthWaiting = 16

// spare is the number of pages of a sequence that copies may need beyond its tokens.
const spare = 2

// admit lets waiting rows in, as far as there are places and pages.
func (l *Loop) admit() {
	slices.SortStableFunc(l.waiting, byUrgency)
	l.waiting = slices.DeleteFunc(l.waiting, func(r *row) bool {
		batch := 0
		for _, a := range l.active {
			if !a.Interactive {
				batch++
			}
		}
		if !r.Interactive && batch >= l.places(r) || l.awaited(r) {
			return false
		}
		return l.open(r)
	})
}

// awaited reports whether a row being read will soon have computed more of r's prompt than there is.
func (l *Loop) awaited(r *row) bool {
	awaits := func(f *feed) bool {
		have := l.cache.Cached(f.prompt)
		for _, a := range l.active {
			if a.main.awaited(f, have) || a.contrast != nil && a.contrast.awaited(f, have) {
				return true
			}
		}
		return false
	}
	return awaits(&r.main) || r.contrast != nil && awaits(&r.contrast.feed)
}

func (f *feed) awaited(by *feed, have int) bool {
	if f.seq.Len() >= len(f.prompt) {
		return false
	}
	n := 0
	for n < min(len(f.prompt), len(by.prompt)) && f.prompt[n] == by.prompt[n] {
		n++
	}
	n = min(n, len(by.prompt)-1)
	return n >= have+worthWaiting && f.seq.Len() < n
}

// open gives a row its sequences, if enough pages are left for all that it and the active rows are expected to write.
func (l *Loop) open(r *row) bool {
	r.main.open(l.cache)
	r.cached = r.main.seq.Len()
	if r.contrast != nil {
		r.contrast.open(l.cache)
		r.contrast.seq.Hide(len(r.contrast.prompt))
	}
	free := l.cache.Available() - l.need(r)
	for _, a := range l.active {
		free -= l.need(a)
	}
	if free < 0 && len(l.active) > 0 && !r.Interactive { // an interactive one takes its pages from others
		r.suspend()
		return false
	}
	l.admissions++
	r.admitted = l.admissions
	l.active = append(l.active, r)
	return true
}

func (f *feed) open(c *kv.Cache) {
	f.seq = c.Open(f.prompt)
	f.pending = append(f.pending[:0], f.prompt[f.seq.Len():]...)
}

// likely is the number of tokens that a slot without a bound of its own is expected to take.
const likely = 512

// need is the number of pages that a row is expected to take yet.
func (l *Loop) need(r *row) int {
	answer := 0
	for _, p := range r.Parts {
		answer += len(p.Text)/2 + 1
		if p.Slot != nil && p.Slot.MaxTokens > 0 {
			answer += p.Slot.MaxTokens
		} else if p.Slot != nil {
			answer += likely
		}
	}
	pages := func(f *feed) int {
		total := min(l.context, len(f.prompt)+answer)
		return max(0, (total+kv.PageTokens-1)/kv.PageTokens+spare-len(f.seq.Pages()))
	}
	n := pages(&r.main)
	if r.contrast != nil {
		n += pages(&r.contrast.feed)
	}
	return n
}

// While an interactive row is written, a step should take no longer than patience seconds, and few batch rows go along. A
// step of fewer than smallStep tokens takes hardly less time than one of smallStep.
const (
	patience  = 0.05
	alongside = 4
	smallStep = 16
)

// plan chooses the tokens of the next step: first those of rows that are being written, then runs of what others still
// have to read.
func (l *Loop) plan() {
	l.batch, l.takers, l.choosers = l.batch[:0], l.takers[:0], l.choosers[:0]
	l.later, l.lateTakers, l.loans, l.asking = l.later[:0], l.lateTakers[:0], l.loans[:0], l.asking[:0]
	l.drafting = false
	room := l.net.MaxTokens()
	rows := append(l.rows[:0], l.active...)
	if l.interactive() {
		rows = l.urgent(rows[:0])
		writing := slices.ContainsFunc(rows, func(r *row) bool { return r.Interactive && r.writing() })
		if writing && l.perToken > 0 {
			room = min(room, max(smallStep, 2*len(rows), int(patience/l.perToken)))
		}
	}
	l.rows = rows
	for _, r := range rows {
		if r.main.seq != nil && r.writing() && room > 0 {
			room -= l.takeLast(r, room)
		}
	}
	for _, r := range rows {
		if r.main.seq != nil && !r.writing() && room > 0 {
			room -= l.takeRun(r, room)
		}
	}
	l.anticipate()
	l.batch, l.takers = append(l.batch, l.later...), append(l.takers, l.lateTakers...)
}

// urgent appends the interactive rows, and a few others in turn.
func (l *Loop) urgent(first []*row) []*row {
	var rest []*row
	for _, r := range l.active {
		if r.Interactive {
			first = append(first, r)
		} else {
			rest = append(rest, r)
		}
	}
	for range min(alongside, len(rest)) {
		l.turn = (l.turn + 1) % len(rest)
		first = append(first, rest[l.turn])
	}
	return first
}

// writing reports whether one token is all that the row lacks to choose, or to ask its contrast.
func (r *row) writing() bool {
	if !r.started || r.contrast != nil && r.contrast.reading() {
		return false
	}
	return len(r.main.pending) == 1 || r.contrast != nil && r.contrast.asked
}

// takeLast takes what a row that is being written lacks into the step, so that it chooses. It returns the tokens taken.
func (l *Loop) takeLast(r *row, room int) int {
	if r.contrast != nil && r.contrast.asked {
		return l.takeQuestion(r, room)
	}
	if !l.reserve(r, &r.main, 1) {
		return 0
	}
	l.take(r, &r.main, 1, 1)
	l.choosers = append(l.choosers, r)
	drafted := l.foresee(r, room)
	if len(drafted) == 0 {
		return 1
	}
	last := &l.batch[len(l.batch)-1]
	last.Tokens, last.Logits = drafted, len(drafted)
	return len(drafted)
}

// takeRun takes up to room of a row's unread tokens into the step. Behind the last of its own it chooses.
func (l *Loop) takeRun(r *row, room int) int {
	if !r.started {
		if err := r.begin(); err != nil {
			l.remove(r, err)
			return 0
		}
		if r.done() { // nothing to fill
			l.remove(r, nil)
			return 0
		}
	}
	left := room
	if c := r.contrast; c != nil && c.reading() {
		if n := min(left, len(c.pending)); l.reserve(r, &c.feed, n) {
			l.take(r, &c.feed, n, 0)
			left -= n
		}
	}
	if n := min(left, len(r.main.pending)); n > 0 && l.reserve(r, &r.main, n) {
		left -= n
		if n < len(r.main.pending) {
			l.take(r, &r.main, n, 0)
		} else {
			l.take(r, &r.main, n, 1)
			l.choosers = append(l.choosers, r)
		}
	}
	return room - left
}

func (l *Loop) take(r *row, f *feed, n, logits int) {
	r.drafted = r.drafted[:0]
	l.batch = append(l.batch, nn.Row{Seq: f.seq, Tokens: f.pending[:n:n], Logits: logits})
	l.takers = append(l.takers, taker{r, f, n})
}

// reserve makes room for n tokens. Without a page the youngest batch row goes back to waiting.
func (l *Loop) reserve(r *row, f *feed, n int) bool {
	for f.seq.Reserve(n) != nil {
		if !l.makeRoom(r) {
			return false
		}
	}
	return true
}

// makeRoom sends a row back to waiting so that r gets its pages: the youngest of the batch rows, or else of the
// interactive rows younger than r. Rows that the step has already stay.
func (l *Loop) makeRoom(r *row) bool {
	for _, interactive := range []bool{false, true} {
		for i := len(l.active) - 1; i >= 0; i-- {
			a := l.active[i]
			if a == r || a.Interactive != interactive || interactive == r.Interactive && a.admitted < r.admitted ||
				slices.ContainsFunc(l.takers, func(t taker) bool { return t.row == a }) {
				continue
			}
			l.active = slices.Delete(l.active, i, i+1)
			a.suspend()
			l.waiting = append(l.waiting, a)
			return true
		}
	}
	return false
}

// suspend gives a row's pages back. What it has written becomes a part of its prompt, to be read again.
func (r *row) suspend() {
	r.dismiss()
	f := &r.main
	n := f.total()
	f.seq.Close()
	f.seq = nil
	written := n - len(f.prompt)
	f.prompt = slices.Concat(f.prompt[:min(n, len(f.prompt))], r.answer[len(r.answer)-max(0, written):])
	f.pending = nil
	if r.contrast != nil {
		r.contrast.suspend()
	}
}
