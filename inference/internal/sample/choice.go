package sample

import (
	"bytes"
	"strings"
	"unicode"
)

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
