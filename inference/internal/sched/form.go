package sched

import (
	"math/bits"
	"unicode/utf8"

	"shelftalk/inference/internal/sample"
)

// A slot with a schema is written as any other, but for three things. What can't be otherwise isn't chosen: it is appended
// as tokens, together with the last token chosen, so that they are those that the text would be read as. Where no likely
// token is legal, the legal ones are looked up. And a token is chosen only if the document can still be closed within the
// slot's tokens: where none is left for more, it is closed.

// beginForm appends what every document begins with.
func (r *row) beginForm() error {
	least := r.slot().Rules.Schema.Least()
	if !r.fits(0, least) {
		return ErrContext
	}
	forced := r.guard.Forced(nil)
	ids := r.open(forced)
	if len(forced) == len(least) || !r.fits(len(ids), least[r.size(ids):]) { // there is only one document, or room for one
		r.guard.Accept(least)
		r.logs = append(r.logs, 0)
		return r.fill(least, len(least), "", Stopped)
	}
	for _, id := range ids {
		r.accept(id, 0, true)
	}
	return r.reread()
}

// fits reports whether the slot has room for n tokens more and the rest of a document behind them.
func (r *row) fits(n int, rest []byte) bool {
	room := r.limit - r.guard.Tokens() - n
	return len(rest) <= room || len(r.loop.tokens.AppendMore(nil, string(rest))) <= room
}

// size is the number of bytes that tokens write.
func (r *row) size(ids []int32) int {
	n := 0
	for _, id := range ids {
		n += len(r.loop.tokens.Bytes(id))
	}
	return n
}

// open returns the tokens of text that something follows. What that may be chosen together with is left to it.
func (r *row) open(text []byte) []int32 {
	for i := 0; i < utf8.UTFMax && !utf8.Valid(text); i++ { // of a character that is forced in part
		text = text[:len(text)-1]
	}
	ids := r.loop.tokens.AppendMore(nil, string(text))
	if n := len(ids); n > 0 && healable(r.loop.tokens.Bytes(ids[n-1])) {
		return ids[:n-1]
	}
	return ids
}

// jump appends the chosen token with what must follow it. It reports whether anything must.
func (r *row) jump(tok []byte) bool {
	forced := r.guard.Forced(tok)
	if len(forced) == 0 {
		return false
	}
	if !utf8.RuneStart(tok[0]) { // the token ends a character that others began
		return false
	}
	ids := r.open(append(append([]byte(nil), tok...), forced...))
	more := r.size(ids) - len(tok)
	if more <= 0 || !r.fits(len(ids), r.guard.Rest(true)[more:]) {
		return false
	}
	for i, id := range ids {
		log := 0.0
		if i == 0 {
			log = r.choice.log
		}
		r.accept(id, log, i > 0)
	}
	return true
}

// accept appends a token of the slot.
func (r *row) accept(id int32, log float64, forced bool) {
	r.guard.Accept(r.loop.tokens.Bytes(id))
	r.logs = append(r.logs, log)
	if r.slot().Probs {
		p := Prob{Alternative: sample.Alternative{ID: id, Log: log}, Forced: forced}
		if !forced {
			p.Others = append(p.Others, r.choice.others...)
		}
		r.probs = append(r.probs, p)
	}
	r.grow(id)
}

// tight reports whether a document with the token that was judged last could no longer be closed within the slot's tokens.
func (r *row) tight() bool {
	s := r.slot().Rules.Schema
	if s == nil || r.limit-r.guard.Tokens()-1 > s.Most() {
		return false
	}
	return !r.fits(1, r.guard.Rest(true))
}

// closeForm ends a document by force.
func (r *row) closeForm() error {
	for n := r.guard.Regret(); n > 0; n = r.guard.Regret() {
		at := r.guard.Tokens() - n
		r.guard.Rewind(n)
		r.logs, r.probs = r.logs[:at], r.probs[:min(at, len(r.probs))]
		if err := r.forget(n); err != nil {
			return err
		}
	}
	text := append([]byte(nil), r.guard.Text()...)
	text = append(text, r.guard.Rest(false)...)
	return r.fill(text, len(text), "", Cut)
}

// Legal lists the legal tokens where that is known.
func (r *row) Legal() []int32 {
	form := r.guard.Form()
	if form == nil {
		return nil
	}
	l := r.loop
	l.legal = l.legal[:0]
	for i, set := range form.Mask(l.tokens) {
		for ; set != 0; set &= set - 1 {
			if id := int32(64*i + bits.TrailingZeros64(set)); l.writable(id) {
				l.legal = append(l.legal, id)
			}
		}
	}
	if form.Done() {
		l.legal = append(l.legal, l.tokens.Ends()...)
	}
	return l.legal
}
