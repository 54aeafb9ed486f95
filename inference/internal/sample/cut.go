package sample

import (
	"strings"
	"unicode"
)

// zone is the share of the longest text from which on a Guard looks for a place to end it.
const zone = 0.5

// nearEnd is the share from which on a text whose sentence just ended may not begin another.
const nearEnd = 0.9

// Fullness is the share of Max that the text has taken, 0 without a Max.
func (g *Guard) Fullness() float64 {
	if g.rules.Max <= 0 {
		return 0
	}
	return float64(g.count(string(g.text))) / float64(g.rules.Max)
}

// Cut is a place where a text could be ended by force.
type Cut struct {
	At    int     // bytes of the text before it
	Mark  string  // what must be written behind them
	Worth float64 // how natural an end is there
}

// Place reports whether the text could be ended by force where it is now, and whether a sentence's end would have to be
// written for that.
func (g *Guard) Place() (mark, ok bool) {
	if len(g.left()) > 0 || len(g.rules.OneOf) > 0 || !g.mayEnd(g.text, false) {
		return false, false
	}
	text := strings.TrimSpace(string(g.text))
	if text == "" {
		return false, false
	}
	if !g.rules.SentenceEnd || endsSentence(text) {
		return false, true
	}
	return true, g.rules.Max <= 0 || g.count(text+".") <= g.rules.Max
}

// Full is the share from which on places to end are looked for.
func Full(share float64) bool { return share >= zone }

// AtSentence reports whether the text stands behind a sentence, may end, and has too little room left for another.
func (g *Guard) AtSentence(share float64) bool {
	return g.rules.SentenceEnd && share >= nearEnd && len(g.left()) == 0 && g.mayEnd(g.text, true)
}

// Mark is the character that ends a sentence in the text's script.
func (g *Guard) Mark() string {
	han, other := 0, 0
	for _, r := range string(g.text) {
		if isHan(r) {
			han++
		} else if r > ' ' {
			other++
		}
	}
	if han > other {
		return "。"
	}
	return "."
}

// Held is the number of bytes at the text's end that can't be shown yet: the beginning of a stop, of a character, or space
// that would be trimmed.
func (g *Guard) Held() int {
	whole, rest, _ := split(g.text)
	held := len(rest)
	for _, s := range g.stops {
		for n := min(len(s)-1, len(whole)); n > held; n-- {
			if strings.HasSuffix(string(g.text), string(s[:n])) {
				held = n
			}
		}
	}
	shown := strings.TrimRightFunc(string(g.text[:len(g.text)-held]), unicode.IsSpace)
	return len(g.text) - len(shown)
}
