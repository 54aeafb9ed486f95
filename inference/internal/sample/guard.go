package sample

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"
	"unsafe"

	"shelftalk/inference/internal/schema"
)

// Rules is what a text must keep to while it is written. The zero value stops at nothing and allows everything that is
// valid UTF-8.
type Rules struct {
	Stop []string // end the text; not part of it
	// Min and Max bound Count of the trimmed text; zero is no bound. Count nil: code points. It may not keep its argument.
	Min, Max int
	Count    func(string) int
	Numbers  []string // nil: any
	Never    *Phrases
	Except   []string
	OneOf    []string
	Script   Script
	// SentenceEnd lets the text end only behind a sentence, MaxSentences ends it behind the n-th.
	SentenceEnd  bool
	MaxSentences int
	// Fresh refuses a sentence that stands in the text already.
	Fresh bool
	// NotEmpty refuses an end before anything is written.
	NotEmpty bool
	// Schema makes the text a JSON document. Of the other rules only Numbers, Never, Except and Script go with it.
	Schema *schema.Schema
}

// Guard follows a text while it is written, byte by byte, and says what may come next.
//
// Whether a word is a forbidden one is certain only when it has ended: "art" may yet become "article". So a token that
// completes a forbidden word is accepted for the time being, and refused together with what shows that the word is over:
// the Verdict then says how many tokens must be taken back.
type Guard struct {
	rules   Rules
	numbers numbers
	except  [][]rune
	stops   [][]byte
	longest int // bytes of the longest stop

	fixed  []byte // the end of the fixed text before, to be written again
	healed int    // bytes of it that are written
	text   []byte
	ends   []int // bytes written behind each token, those of fixed included

	run     run
	letters scriptRun
	folded  folded
	trial   folded // folded with a candidate behind it
	checked int    // bytes of text that run, letters and folded have seen
	counted int    // Count of the text
	undone  int    // words taken back
	scratch []byte
	last    judged

	form, formTrial schema.Machine // where there is a schema; formTrial has the candidate judged last behind it
}

// judged is the candidate judged last: what it would write behind the checked text, and how long that would be then.
type judged struct {
	text  []byte
	count int
}

// patience is the number of forbidden words that a text may begin. Behind them a token that completes one is refused.
const patience = 24

// NewGuard compiles rules.
func NewGuard(r Rules) *Guard {
	g := &Guard{rules: r}
	if r.Numbers != nil {
		g.numbers = newNumbers(r.Numbers)
	}
	if !r.Never.Empty() {
		for _, e := range r.Except {
			if f := foldAll(e); len(f) > 0 {
				g.except = append(g.except, f)
			}
		}
	}
	for _, s := range r.Stop {
		if s != "" {
			g.stops = append(g.stops, []byte(s))
			g.longest = max(g.longest, len(s))
		}
	}
	g.Reset(nil)
	return g
}

// Reset begins a new text. heal is the end of the fixed text before it, which the first tokens must write again.
func (g *Guard) Reset(heal []byte) {
	g.fixed, g.undone = append(g.fixed[:0], heal...), 0
	g.clear()
}

func (g *Guard) clear() {
	g.healed, g.text, g.ends, g.checked, g.counted = 0, g.text[:0], g.ends[:0], 0, 0
	g.run.reset()
	g.letters.unit = -1
	g.folded.reset()
	if g.rules.Schema != nil {
		g.form.Start(g.rules.Schema)
	}
	if g.rules.Count != nil {
		g.counted = g.rules.Count("")
	}
}

// Text is what was written. The slice is the Guard's own.
func (g *Guard) Text() []byte { return g.text }

// With is the text with a token behind it.
func (g *Guard) With(tok []byte) []byte {
	tok = tok[min(len(g.left()), len(tok)):]
	return append(append([]byte(nil), g.text...), tok...)
}

// Tokens is the number of tokens written.
func (g *Guard) Tokens() int { return len(g.ends) }

// Behind is the number of bytes of the text that are written with a token; negative while it writes fixed text.
func (g *Guard) Behind(token int) int { return g.ends[token] - len(g.fixed) }

// Verdict is what a Guard says of a token.
type Verdict struct {
	OK bool
	// End: the text is over with this token; its first Keep bytes are the text, the token's own included.
	End  bool
	Keep int
	// Why a token was refused, as far as it matters.
	TooLong      bool // the text would be longer than Max
	WantsOnlyEnd bool // it would end the text, which lacks nothing but a sentence's end
	// Undo is the number of accepted tokens that turn out to be illegal with this one.
	Undo int
}

// End judges a token that ends the turn.
func (g *Guard) End() Verdict {
	if len(g.left()) > 0 {
		return Verdict{}
	}
	if g.rules.Schema != nil {
		done := g.form.Done()
		return Verdict{OK: done, End: done, Keep: len(g.text)}
	}
	return g.endAt(len(g.text), g.text)
}

// endAt judges the end of text (a continuation of g.text) behind its first n bytes.
func (g *Guard) endAt(n int, text []byte) Verdict {
	if g.mayEnd(text[:n], true) {
		return Verdict{OK: true, End: true, Keep: n}
	}
	if h, bad := g.phraseAtEnd(text[:n]); bad {
		return Verdict{Undo: g.undo(h)}
	}
	return Verdict{WantsOnlyEnd: g.rules.SentenceEnd && closable(view(text[:n])) && g.mayEnd(text[:n], false)}
}

// Token judges the bytes of a token as the text's continuation. A token that writes nothing is never legal.
func (g *Guard) Token(tok []byte) Verdict {
	if len(tok) == 0 {
		return Verdict{}
	}
	if g.rules.Schema != nil {
		return g.judgeForm(tok)
	}
	if left := g.left(); len(left) > 0 {
		if bytes.HasPrefix(left, tok) {
			return Verdict{OK: true}
		}
		if !bytes.HasPrefix(tok, left) {
			return Verdict{}
		}
		tok = tok[len(left):]
	}
	n := len(g.text)
	g.text = append(g.text, tok...)
	v := g.judge(n)
	g.text = g.text[:n]
	return v
}

// judge judges g.text, of which the first n bytes are accepted.
func (g *Guard) judge(n int) Verdict {
	if at := g.stopAt(n); at >= 0 {
		if v := g.legal(g.text[:at]); !v.OK {
			return Verdict{Undo: v.Undo}
		}
		return g.endAt(at, g.text)
	}
	if len(g.rules.OneOf) > 0 {
		return g.choice(g.text)
	}
	if m := g.rules.MaxSentences; m > 0 && g.mayEndSentence(n) {
		if at := sentenceEnd(view(g.text), m); at >= n {
			if v := g.legal(g.text[:at]); !v.OK {
				return v
			}
			return Verdict{OK: true, End: true, Keep: at}
		}
	}
	if g.rules.Fresh && g.mayEndSentence(n) && said(view(g.text), n) {
		return Verdict{}
	}
	return g.legal(g.text)
}

// mayEndSentence reports whether a sentence may be over behind the first n bytes: there is a mark behind them, or directly
// before.
func (g *Guard) mayEndSentence(n int) bool {
	for n > 0 {
		r, size := utf8.DecodeLastRune(g.text[:n])
		if !strings.ContainsRune(terminators, r) && !strings.ContainsRune(closers, r) {
			break
		}
		n -= size
	}
	return bytes.ContainsAny(g.text[n:], terminators)
}

// stopAt returns where a stop begins that the bytes behind the first n complete, or -1.
func (g *Guard) stopAt(n int) int {
	best := -1
	from := max(0, n-g.longest+1)
	for _, s := range g.stops {
		if at := bytes.Index(g.text[from:], s); at >= 0 && (best < 0 || from+at < best) {
			best = from + at
		}
	}
	return best
}

// legal judges a continuation of the text as something that goes on.
func (g *Guard) legal(written []byte) Verdict {
	if len(written) < g.checked {
		return Verdict{OK: true} // a stop that began in what is accepted
	}
	tail, rest, ok := split(written[g.checked:])
	if !ok {
		return Verdict{}
	}
	r := &g.rules
	if len(rest) > 0 && !g.completable(rest) {
		return Verdict{}
	}
	if len(tail) > 0 && (r.Script != 0 || r.Numbers != nil) && !g.legalTail(tail) {
		return Verdict{}
	}
	if len(tail) > 0 && !r.Never.Empty() {
		if h, bad := g.phraseIn(tail); bad {
			return Verdict{Undo: g.undo(h)}
		}
	}
	if r.Max > 0 && g.length(written, rest) > r.Max {
		return Verdict{TooLong: true}
	}
	return Verdict{OK: true}
}

// length is the count of a continuation of the text. rest are the bytes of a character that has begun at its end.
func (g *Guard) length(written, rest []byte) int {
	if len(rest) > 0 { // as wide as what may come
		g.scratch = append(append(g.scratch[:0], written[:len(written)-len(rest)]...), "字"...)
		return g.count(g.scratch)
	}
	g.last.text = append(g.last.text[:0], written[g.checked:]...)
	g.last.count = g.count(written)
	return g.last.count
}

// completable reports whether the bytes of a character that has begun can become a legal one.
func (g *Guard) completable(rest []byte) bool {
	if g.rules.Script == 0 && g.rules.Numbers == nil {
		return completions(rest, func(rune) bool { return true })
	}
	return completions(rest, g.possible)
}

// possible reports whether some character may appear at all where a character has begun.
func (g *Guard) possible(c rune) bool {
	return g.mayFollow(c, g.run, g.letters)
}

// mayFollow reports whether a character of several bytes is legal behind a number and a word. Numbers don't go on with one:
// digits of full width are rare, and their bytes lead to others too.
func (g *Guard) mayFollow(c rune, run run, letters scriptRun) bool {
	if g.rules.Script != 0 && !letters.add(c, g.rules.Script) {
		return false
	}
	if g.rules.Numbers == nil {
		return true
	}
	_, isDigit := digit(c)
	return !isDigit && run.add(c, g.numbers)
}

// legalTail judges the script and the numbers of what follows the checked part of the text.
func (g *Guard) legalTail(tail []byte) bool {
	r := &g.rules
	run, letters := g.run, g.letters
	for len(tail) > 0 {
		c, size := utf8.DecodeRune(tail)
		tail = tail[size:]
		if r.Script != 0 && !letters.add(c, r.Script) {
			return false
		}
		if r.Numbers != nil && !run.add(c, g.numbers) {
			return false
		}
	}
	return true
}

// phraseIn looks for a forbidden phrase that the tail completes, or shows to be complete.
func (g *Guard) phraseIn(tail []byte) (hit, bool) {
	g.trial.borrow(&g.folded)
	for i := 0; i < len(tail); {
		c, size := utf8.DecodeRune(tail[i:])
		g.trial.add(c, g.checked+i, g.rules.Never)
		i += size
		if h, bad := g.trial.settle(g.rules.Never, g.except, false); bad {
			return h, true
		}
	}
	return g.impatient()
}

// impatient looks for a forbidden phrase that may yet become a longer word, once patience is over.
func (g *Guard) impatient() (hit, bool) {
	if g.undone < patience {
		return hit{}, false
	}
	for _, h := range g.trial.open {
		if int(h.end) == len(g.trial.text) && excuse(g.trial.text, int(h.start), int(h.end), g.except) == none {
			return h, true
		}
	}
	return hit{}, false
}

// phraseAtEnd looks for a forbidden phrase that counts if text, a continuation of g.text or a part of it, ends as it is.
func (g *Guard) phraseAtEnd(text []byte) (hit, bool) {
	if g.rules.Never.Empty() || len(text) < g.checked && len(g.folded.open) == 0 && len(g.except) == 0 {
		return hit{}, false
	}
	if len(text) < g.checked { // a beginning of the text: looked at anew
		g.trial.reset()
		return g.phraseFrom(text, 0)
	}
	g.trial.borrow(&g.folded)
	return g.phraseFrom(text, g.checked)
}

// phraseFrom goes on with trial from a byte of text to its end.
func (g *Guard) phraseFrom(text []byte, from int) (hit, bool) {
	for from < len(text) {
		c, size := utf8.DecodeRune(text[from:])
		g.trial.add(c, from, g.rules.Never)
		from += size
		if h, bad := g.trial.settle(g.rules.Never, g.except, false); bad {
			return h, true
		}
	}
	return g.trial.settle(g.rules.Never, g.except, true)
}

// undo is the number of accepted tokens to be taken back for a forbidden phrase: from the one that its last word begins
// in, but no more than the phrase's end is in.
func (g *Guard) undo(h hit) int {
	if int(h.end) > len(g.folded.text) || g.undone >= patience {
		return 0 // the candidate itself completes it
	}
	return g.since(g.trial.word(h))
}

// since is the number of tokens from the one on that holds a byte of the text.
func (g *Guard) since(at int) int {
	at += len(g.fixed)
	n := 0
	for n < len(g.ends) && g.ends[len(g.ends)-1-n] > at {
		n++
	}
	return n
}

// Rewind takes the last n tokens back.
func (g *Guard) Rewind(n int) {
	g.undone++
	ends := append([]int(nil), g.ends[:len(g.ends)-n]...)
	written := append(append([]byte(nil), g.fixed[:g.healed]...), g.text...)
	g.clear()
	from := 0
	for _, end := range ends {
		g.Accept(written[from:end])
		from = end
	}
}

// mayEnd reports whether the text may end as it is. sentence tells whether SentenceEnd counts.
func (g *Guard) mayEnd(text []byte, sentence bool) bool {
	r := &g.rules
	if len(text) > g.checked && !utf8.Valid(text[g.checked:]) {
		return false
	}
	s := bytes.TrimSpace(text)
	if len(s) == 0 && (r.NotEmpty || r.Min > 0 || r.SentenceEnd || len(r.OneOf) > 0) {
		return false
	}
	if len(r.OneOf) > 0 {
		for _, o := range r.OneOf {
			if string(s) == strings.TrimSpace(o) {
				return true
			}
		}
		return false
	}
	if r.Min > 0 || r.Max > 0 {
		n := g.counted
		if len(text) != len(g.text) || len(text) != g.checked {
			n = g.count(text)
		}
		if n < r.Min || r.Max > 0 && n > r.Max {
			return false
		}
	}
	if r.SentenceEnd && sentence && !endsSentence(view(s)) {
		return false
	}
	if r.Numbers != nil && !g.numbersDone(s) {
		return false
	}
	if r.Fresh && said(view(s), len(s)) {
		return false
	}
	_, bad := g.phraseAtEnd(bytes.TrimRightFunc(text, unicode.IsSpace))
	return !bad
}

// numbersDone reports whether the number at the end of s, if there is one, is whole.
func (g *Guard) numbersDone(s []byte) bool {
	var r run
	from := max(0, len(s)-4*maxRun)
	for from < len(s) && !utf8.RuneStart(s[from]) {
		from++
	}
	for from < len(s) {
		c, size := utf8.DecodeRune(s[from:])
		r.add(c, g.numbers)
		from += size
	}
	return r.done(g.numbers)
}

// choice judges text as the beginning of one of the texts allowed.
func (g *Guard) choice(text []byte) Verdict {
	s := bytes.TrimLeftFunc(text, unicode.IsSpace)
	var whole, more bool
	for _, o := range g.rules.OneOf {
		o = strings.TrimSpace(o)
		if !strings.HasPrefix(o, view(s)) {
			continue
		}
		if len(o) == len(s) {
			whole = true
		} else {
			more = true
		}
	}
	return Verdict{OK: whole || more, End: whole && !more, Keep: len(text)}
}

// count is the length of a text in the rules' unit.
func (g *Guard) count(text []byte) int {
	text = bytes.TrimSpace(text)
	if g.rules.Count != nil {
		return g.rules.Count(view(text))
	}
	return utf8.RuneCount(text)
}

// view is b as a string, as long as b doesn't change.
func view(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

// Accept takes a token that Token called legal, its text not over.
func (g *Guard) Accept(tok []byte) {
	if g.rules.Schema != nil {
		g.acceptForm(tok)
		return
	}
	k := min(len(g.left()), len(tok))
	g.healed += k
	g.text = append(g.text, tok[k:]...)
	g.ends = append(g.ends, g.healed+len(g.text))
	tail, _, _ := split(g.text[g.checked:])
	r := &g.rules
	for i := 0; i < len(tail); {
		c, size := utf8.DecodeRune(tail[i:])
		if r.Script != 0 {
			g.letters.add(c, r.Script)
		}
		if r.Numbers != nil {
			g.run.add(c, g.numbers)
		}
		if !r.Never.Empty() {
			g.folded.add(c, g.checked+i, r.Never)
			g.folded.settle(r.Never, g.except, false)
		}
		i += size
	}
	known := len(tail) > 0 && bytes.Equal(tail, g.last.text)
	g.checked += len(tail)
	switch {
	case r.Min == 0 && r.Max == 0:
	case known:
		g.counted = g.last.count
	default:
		g.counted = g.count(g.text[:g.checked])
	}
	g.last.text = g.last.text[:0]
}

// Kept tells how a text that ends behind its first n bytes is cut: the number of whole tokens in it, and what must be
// written anew behind them, the fixed text included where its token is not kept. text may go on behind what was accepted.
func (g *Guard) Kept(text []byte, n int) (tokens int, rest []byte) {
	end := 0
	for i, e := range g.ends {
		if e > len(g.fixed)+n {
			break
		}
		tokens, end = i+1, e
	}
	rest = append(append(rest, g.fixed...), text[:n]...)
	return tokens, rest[end:]
}

// left is what must still be written of the fixed text.
func (g *Guard) left() []byte { return g.fixed[g.healed:] }

// Choices lists what could be written next where only a few texts are allowed; nil where anything is.
func (g *Guard) Choices() []string {
	if len(g.rules.OneOf) == 0 {
		return nil
	}
	s := bytes.TrimLeftFunc(g.text, unicode.IsSpace)
	var out []string
	for _, o := range g.rules.OneOf {
		o = strings.TrimSpace(o)
		if rest, ok := strings.CutPrefix(o, view(s)); ok && rest != "" {
			out = append(out, string(g.left())+rest)
			if len(g.text) == 0 {
				out = append(out, string(g.left())+" "+rest)
			}
		}
	}
	return out
}
