package sched

import (
	"bytes"
	"slices"
	"strings"
	"unicode"

	"shelftalk/inference/internal/kv"
	"shelftalk/inference/internal/sample"
)

// feed is a sequence that grows with a row's answer.
type feed struct {
	prompt  []int32
	seq     *kv.Seq
	pending []int32 // tokens known, but not computed
	ahead   int     // tokens computed, but not known: the rest of a draft
}

// total is the number of tokens, computed or not.
func (f *feed) total() int { return f.seq.Len() + len(f.pending) }

// forget takes the last n tokens away.
func (f *feed) forget(n int) error {
	if err := f.dropAhead(); err != nil {
		return err
	}
	k := min(n, len(f.pending))
	f.pending = f.pending[:len(f.pending)-k]
	if n > k {
		if err := f.seq.Truncate(f.seq.Len() - (n - k)); err != nil {
			return err
		}
	}
	f.prompt = f.prompt[:min(len(f.prompt), f.total())] // of a row that was suspended it has the answer so far
	return nil
}

// row is a text being written.
type row struct {
	Job
	loop     *Loop
	main     feed
	contrast *contrast // may be nil
	admitted uint64    // order of admission; 0: waiting
	drafted  []int32   // in this step: the pending token, and the draft behind it
	started  bool      // the answer has begun

	answer  []int32 // its tokens, fixed text included
	written []byte  // the answer's text, but for the current slot's
	part    int     // the current slot
	guard   *sample.Guard
	sampler *sample.Sampler
	params  sample.Params // of the current slot and try
	tries   int           // how often the current slot was begun again
	kept    *written      // the best text of the current slot before; may be nil
	limit   int           // tokens of the current slot at most
	logs    []float64     // log-probabilities of the current slot's tokens
	probs   []Prob        // the same with alternatives, where the slot asks for them
	bans    []ban
	banned  []int32 // those of the token being chosen
	best    sample.Cut
	shown   int // bytes of the slot's text that won't change any more
	slots   []Filled
	cached  int
	total   int // tokens chosen

	in     sample.Input
	choice choice

	earlier earlier
	luck    luck
}

// ban keeps a token from being written again where it was taken back.
type ban struct {
	at int // tokens of the slot before it
	id int32
}

// choice is what a row decided in a step.
type choice struct {
	id       int32
	ok       bool
	verdict  sample.Verdict
	turnEnd  bool // the token ends the turn
	log      float64
	overflow bool // the slot is full: cut it
	undo     int  // tokens to be taken back instead
	err      error

	total     float64 // logarithm of the probabilities' sum
	pause     float32 // the likeliest token that something whole stands before
	mark      float32 // the likeliest that ends a sentence
	wantsMark bool    // the text could end, if a sentence did
	others    []sample.Alternative
}

// begin makes the answer's first part ready.
func (r *row) begin() error {
	r.started = true
	r.sampler = sample.NewSampler(r.Seed)
	if r.contrast != nil {
		r.contrast.begin(r.loop)
	}
	return r.next(nil)
}

// next goes on to the next slot: the fixed text before it, behind rest (the end of the last slot that isn't in tokens),
// becomes tokens. It ends the row behind the last part.
func (r *row) next(rest []byte) error {
	r.dismiss()
	text := string(rest)
	for r.part < len(r.Parts) && r.Parts[r.part].Slot == nil {
		text += r.Parts[r.part].Text
		r.written = append(r.written, r.Parts[r.part].Text...)
		r.part++
	}
	if r.part == len(r.Parts) {
		return nil
	}
	slot := r.Parts[r.part].Slot
	ids, heal := r.fixed(text)
	if slot.Rules.Schema != nil { // a document begins with itself
		ids, heal = r.loop.tokens.AppendMore(nil, text), nil
	}
	r.extend(ids)
	r.guard = sample.NewGuard(slot.Rules)
	r.guard.Reset(heal)
	r.clear()
	r.params, r.tries, r.kept = slot.Params, 0, nil
	room := r.loop.context - r.main.total() - r.fixedAhead()
	if r.contrast != nil {
		room = min(room, r.loop.context-len(r.contrast.prompt)-len(r.answer)-r.fixedAhead())
	}
	r.limit = room
	if slot.MaxTokens > 0 {
		r.limit = min(r.limit, slot.MaxTokens)
	}
	if r.limit < 1 {
		return ErrContext
	}
	if slot.Rules.Schema != nil {
		return r.beginForm()
	}
	return r.reread()
}

// fixed returns the tokens of fixed text, and the end of it that the slot behind chooses again. An answer of a vocabulary
// that puts a space in front of a text begins with that space.
func (r *row) fixed(text string) (ids []int32, heal []byte) {
	if len(r.answer) > 0 {
		ids = r.loop.tokens.AppendMore(nil, text)
	} else if ids = r.loop.tokens.Append(nil, text, false); len(ids) == 0 && r.loop.tokens.LeadingSpace() {
		return nil, []byte{' '}
	}
	if n := len(ids); n > 0 {
		if last := r.loop.tokens.Bytes(ids[n-1]); healable(last) {
			return ids[:n-1], last
		}
	}
	return ids, nil
}

// healable reports whether a token at the end of fixed text is better chosen again together with what follows: a space
// that words carry in front, or a word that may go on.
func healable(tok []byte) bool {
	if len(tok) == 0 {
		return false
	}
	c := rune(tok[len(tok)-1])
	return c == ' ' || c < 0x80 && (unicode.IsLetter(c) || unicode.IsDigit(c))
}

// fixedAhead estimates the tokens that the parts behind the current slot need at least.
func (r *row) fixedAhead() int {
	n := 0
	for _, p := range r.Parts[min(r.part+1, len(r.Parts)):] {
		n += len(p.Text)/2 + 1
		if p.Slot != nil {
			n += 8
		}
	}
	return n
}

// extend appends tokens to the answer.
func (r *row) extend(ids []int32) {
	r.answer = append(r.answer, ids...)
	r.main.pending = append(r.main.pending, ids...)
}

// grow appends a token to the answer.
func (r *row) grow(id int32) {
	r.answer = append(r.answer, id)
	r.main.pending = append(r.main.pending, id)
}

// forget takes the answer's last n tokens away.
func (r *row) forget(n int) error {
	r.answer = r.answer[:len(r.answer)-n]
	if err := r.main.forget(n); err != nil {
		return err
	}
	if r.contrast != nil {
		return r.contrast.forget(len(r.answer))
	}
	return nil
}

// reread makes sure that there is a token to compute: only then there are logits to choose by.
func (r *row) reread() error { return r.main.reread(r.answer) }

func (f *feed) reread(answer []int32) error {
	if len(f.pending) > 0 {
		return nil
	}
	last := f.prompt[len(f.prompt)-1]
	if len(answer) > 0 {
		last = answer[len(answer)-1]
	}
	if err := f.seq.Truncate(f.seq.Len() - 1); err != nil {
		return err
	}
	f.pending = append(f.pending, last)
	return nil
}

// slot is the slot being filled.
func (r *row) slot() *Slot { return r.Parts[r.part].Slot }

// done reports whether every part is written.
func (r *row) done() bool { return r.part == len(r.Parts) }

// share is how much of the slot's room is taken. Where nothing is said of how the slot should end, tokens don't count: it
// is cut anywhere.
func (r *row) share() float64 {
	share := r.guard.Fullness()
	if rules := r.slot().Rules; r.slot().MaxTokens > 0 && (rules.Max > 0 || rules.SentenceEnd) {
		share = max(share, float64(r.guard.Tokens())/float64(r.limit))
	}
	return share
}

// show tells who listens how the slot's text stands. Where the text may yet be cut, only what stands before the best
// place for that is final.
func (r *row) show() {
	text := r.guard.Text()
	final := len(text) - r.guard.Held()
	if sample.Full(r.share()) {
		final = min(final, r.best.At)
	}
	if len(r.slot().Rules.OneOf) > 0 || r.judged() {
		final = 0
	}
	final = len(bytes.TrimRightFunc(text[:max(0, final)], unicode.IsSpace)) // it goes if nothing follows
	r.shown = max(r.shown, final)                                           // whether anyone looks or not: a text is the same streamed and not
	if r.OnText == nil {
		return
	}
	lead := len(text) - len(bytes.TrimLeftFunc(text, unicode.IsSpace))
	r.OnText(r.slot().Name, text[lead:], max(0, r.shown-lead), r.probs[:r.certain()])
}

// certain is the number of tokens whose text won't change any more, of those that probs are kept of.
func (r *row) certain() int {
	n := 0
	for n < len(r.probs) && r.guard.Behind(n) <= r.shown {
		n++
	}
	return n
}

// takeBack takes the slot's last n tokens back, and has the one before computed again.
func (r *row) takeBack(n int) error {
	r.dismiss()
	if err := r.strike(n); err != nil {
		return err
	}
	return r.reread()
}

// strike takes the slot's last n tokens away. The first of them won't be written there again.
func (r *row) strike(n int) error {
	at := r.guard.Tokens() - n
	r.bans = slices.DeleteFunc(r.bans, func(b ban) bool { return b.at > at })
	r.bans = append(r.bans, ban{at, r.answer[len(r.answer)-n]})
	r.guard.Rewind(n)
	r.logs = r.logs[:at]
	r.probs = r.probs[:min(at, len(r.probs))]
	if r.best.At > len(r.guard.Text()) {
		r.best = sample.Cut{At: -1}
	}
	return r.forget(n)
}

// fill ends the current slot with the first n bytes of text and mark behind them, and goes on. A text that the slot's
// judge doesn't take is written again instead.
func (r *row) fill(text []byte, n int, mark string, why Reason) error {
	end, again, err := r.again(ending{text, n, mark, why})
	if again || err != nil {
		return err
	}
	return r.close(end)
}

// close ends the current slot and goes on.
func (r *row) close(e ending) error {
	text, mark, why := []byte(strings.TrimRightFunc(string(e.text[:e.n]), unicode.IsSpace)), e.mark, e.why
	tokens, rest := r.guard.Kept(text, len(text))
	sum := 0.0
	for _, l := range r.logs[:tokens] {
		sum += l
	}
	f := Filled{Name: r.slot().Name, Reason: why, Tokens: r.guard.Tokens(), LogProb: sum, Probs: r.probs[:min(tokens, len(r.probs))]}
	switch {
	case r.guard.Form() != nil && len(rest) > 0: // what closes it
		f.Tokens += len(r.loop.tokens.AppendMore(nil, string(rest)))
	case why == Ended || len(rest) > 0:
		f.Tokens++ // the one that ended it
	}
	r.written = append(append(r.written, text...), mark...)
	f.Text = strings.TrimSpace(string(text) + mark)
	r.slots = append(r.slots, f)
	if err := r.forget(r.guard.Tokens() - tokens); err != nil {
		return err
	}
	if r.OnSlot != nil {
		r.OnSlot(f)
	}
	r.part++
	return r.next(append(rest, mark...))
}

// fillCut ends the current slot by force, at the best place found.
func (r *row) fillCut() error {
	if r.guard.Form() != nil {
		return r.closeForm()
	}
	text := append([]byte(nil), r.guard.Text()...)
	n, mark := len(text)-r.guard.Doubtful(), ""
	if r.best.At >= 0 {
		n, mark = r.best.At, r.best.Mark
	}
	// a comma that nothing follows goes too, if nobody has seen it
	rules := r.slot().Rules
	if whole := len(strings.TrimRight(string(text[:n]), " ,;:-–，；：、")); whole >= r.shown && whole > 0 && (rules.Max > 0 || rules.SentenceEnd) {
		n = whole
	}
	return r.fill(text, n, mark, Cut)
}
