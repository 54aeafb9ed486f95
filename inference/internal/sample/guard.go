package sample

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Rules is what a text must keep to while it is written. The zero value stops at nothing and allows everything that is
// valid UTF-8.
type Rules struct {
	Stop []string // end the text; not part of it
	// Min and Max bound Count of the trimmed text; zero is no bound. Count nil: code points.
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
	// NotEmpty refuses an end before anything is written.
	NotEmpty bool
}

// Guard follows a text while it is written, byte by byte, and says what may come next.
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
	checked int // bytes of text that run, letters and folded have seen
}

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
	g.fixed, g.healed = append(g.fixed[:0], heal...), 0
	g.text, g.ends, g.checked = g.text[:0], g.ends[:0], 0
	g.run.reset()
	g.letters.unit = -1
	g.folded.reset()
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

// Verdict is what a Guard says of a token.
type Verdict struct {
	OK bool
	// End: the text is over with this token; its first Keep bytes are the text, the token's own included.
	End  bool
	Keep int
	// Why a token was refused, as far as it matters.
	TooLong      bool // the text would be longer than Max
	WantsOnlyEnd bool // it would end the text, which lacks nothing but a sentence's end
}

// End judges a token that ends the turn.
func (g *Guard) End() Verdict {
	if len(g.left()) > 0 {
		return Verdict{}
	}
	return g.endAt(len(g.text), g.text)
}

// endAt judges the end of text (a continuation of g.text) behind its first n bytes.
func (g *Guard) endAt(n int, text []byte) Verdict {
	if g.mayEnd(text[:n], true) {
		return Verdict{OK: true, End: true, Keep: n}
	}
	return Verdict{WantsOnlyEnd: g.rules.SentenceEnd && closable(string(text[:n])) && g.mayEnd(text[:n], false)}
}

// Token judges the bytes of a token as the text's continuation. A token that writes nothing is never legal.
func (g *Guard) Token(tok []byte) Verdict {
	if len(tok) == 0 {
		return Verdict{}
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
		if !g.legal(g.text[:at]).OK {
			return Verdict{}
		}
		return g.endAt(at, g.text)
	}
	if len(g.rules.OneOf) > 0 {
		return g.choice(g.text)
	}
	if m := g.rules.MaxSentences; m > 0 {
		if at := sentenceEnd(string(g.text), m); at >= n {
			if v := g.legal(g.text[:at]); !v.OK {
				return v
			}
			return Verdict{OK: true, End: true, Keep: at}
		}
	}
	return g.legal(g.text)
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
	whole, rest, ok := split(written)
	if !ok {
		return Verdict{}
	}
	r := g.rules
	if len(rest) > 0 && !completions(rest, func(c rune) bool { return g.possible(c) }) {
		return Verdict{}
	}
	if len(whole) > g.checked && (r.Script != 0 || r.Numbers != nil || !r.Never.Empty()) && !g.legalTail(whole[g.checked:]) {
		return Verdict{}
	}
	text := string(whole)
	if r.Max > 0 && len(rest) > 0 {
		text += "字" // as wide as what may come
	}
	if r.Max > 0 && g.count(text) > r.Max {
		return Verdict{TooLong: true}
	}
	return Verdict{OK: true}
}

// possible reports whether some character may appear at all where a character has begun.
func (g *Guard) possible(c rune) bool {
	letters := g.letters
	if g.rules.Script != 0 && !letters.add(c, g.rules.Script) {
		return false
	}
	if _, isDigit := digit(c); isDigit && g.rules.Numbers != nil {
		return false
	}
	return true
}

// legalTail judges what follows the checked part of the text.
func (g *Guard) legalTail(tail []byte) bool {
	r := g.rules
	run, letters := g.run, g.letters
	for _, c := range string(tail) {
		if r.Script != 0 && !letters.add(c, r.Script) {
			return false
		}
		if r.Numbers != nil && !run.add(c, g.numbers) {
			return false
		}
	}
	if r.Never.Empty() {
		return true
	}
	m := g.folded.mark()
	g.folded.add(tail)
	bad := r.Never.violates(&g.folded, m.n, g.except, false)
	g.folded.undo(m)
	return !bad
}

// mayEnd reports whether the text may end as it is. sentence tells whether SentenceEnd counts.
func (g *Guard) mayEnd(text []byte, sentence bool) bool {
	r := g.rules
	if !utf8.Valid(text) {
		return false
	}
	s := strings.TrimSpace(string(text))
	if s == "" && (r.NotEmpty || r.Min > 0 || r.SentenceEnd || len(r.OneOf) > 0) {
		return false
	}
	if len(r.OneOf) > 0 {
		for _, o := range r.OneOf {
			if s == strings.TrimSpace(o) {
				return true
			}
		}
		return false
	}
	if r.Min > 0 && g.count(s) < r.Min || r.Max > 0 && g.count(s) > r.Max {
		return false
	}
	if r.SentenceEnd && sentence && !endsSentence(s) {
		return false
	}
	if r.Numbers != nil && !g.numbersDone(s) {
		return false
	}
	if !r.Never.Empty() && len(g.except) > 0 {
		var f folded
		f.reset()
		f.add([]byte(s))
		return !r.Never.violates(&f, 0, g.except, true)
	}
	return true
}

// numbersDone reports whether the number at the end of s, if there is one, is whole.
func (g *Guard) numbersDone(s string) bool {
	var r run
	from := max(0, len(s)-4*maxRun)
	for from < len(s) && !utf8.RuneStart(s[from]) {
		from++
	}
	for _, c := range s[from:] {
		r.add(c, g.numbers)
	}
	return r.done(g.numbers)
}

// choice judges text as the beginning of one of the texts allowed.
func (g *Guard) choice(text []byte) Verdict {
	s := strings.TrimLeftFunc(string(text), unicode.IsSpace)
	var whole, more bool
	for _, o := range g.rules.OneOf {
		o = strings.TrimSpace(o)
		if !strings.HasPrefix(o, s) {
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

func (g *Guard) count(s string) int {
	s = strings.TrimSpace(s)
	if g.rules.Count != nil {
		return g.rules.Count(s)
	}
	return utf8.RuneCountInString(s)
}

// Accept takes a token that Token called legal, its text not over.
func (g *Guard) Accept(tok []byte) {
	k := min(len(g.left()), len(tok))
	g.healed += k
	g.text = append(g.text, tok[k:]...)
	g.ends = append(g.ends, g.healed+len(g.text))
	whole, _, _ := split(g.text)
	if len(whole) <= g.checked {
		return
	}
	tail := whole[g.checked:]
	for _, c := range string(tail) {
		if g.rules.Script != 0 {
			g.letters.add(c, g.rules.Script)
		}
		if g.rules.Numbers != nil {
			g.run.add(c, g.numbers)
		}
	}
	if !g.rules.Never.Empty() {
		g.folded.add(tail)
	}
	g.checked = len(whole)
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
	s := strings.TrimLeftFunc(string(g.text), unicode.IsSpace)
	var out []string
	for _, o := range g.rules.OneOf {
		o = strings.TrimSpace(o)
		if rest, ok := strings.CutPrefix(o, s); ok && rest != "" {
			out = append(out, string(g.left())+rest)
			if len(g.text) == 0 {
				out = append(out, string(g.left())+" "+rest)
			}
		}
	}
	return out
}
