package sample

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"
)

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
	if r.Numbers != nil && !g.numbersDone(s) || !g.alphabet.wordDone(s) {
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
