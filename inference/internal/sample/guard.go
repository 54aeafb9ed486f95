package sample

import (
	"bytes"
	"strings"
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
	Words    []string // Latin words that may stand where Script is without Latin; nil: units
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
	rules    Rules
	numbers  numbers
	alphabet letters
	except   [][]rune
	stops    [][]byte
	longest  int // bytes of the longest stop

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
	g := &Guard{rules: r, alphabet: letters{r.Script, r.Words}}
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

// Restart begins the same text anew.
func (g *Guard) Restart() { g.Reset(g.fixed) }

func (g *Guard) clear() {
	g.healed, g.text, g.ends, g.checked, g.counted = 0, g.text[:0], g.ends[:0], 0, 0
	g.run.reset()
	g.letters.unit, g.letters.n = -1, 0
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
	if g.rules.Script != 0 && !letters.add(c, g.alphabet) {
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
		if r.Script != 0 && !letters.add(c, g.alphabet) {
			return false
		}
		if r.Numbers != nil && !run.add(c, g.numbers) {
			return false
		}
	}
	return true
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
			g.letters.add(c, g.alphabet)
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
