package sample

import (
	"bytes"
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
	return float64(g.counted) / float64(g.rules.Max)
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
	if len(g.left()) > 0 || len(g.rules.OneOf) > 0 || g.rules.Schema != nil || !g.mayEnd(g.text, false) {
		return false, false
	}
	text := view(bytes.TrimSpace(g.text))
	if text == "" {
		return false, false
	}
	if !g.rules.SentenceEnd || endsSentence(text) {
		return false, true
	}
	if g.rules.Max <= 0 {
		return true, true
	}
	g.scratch = append(append(g.scratch[:0], text...), '.')
	return true, g.count(g.scratch) <= g.rules.Max
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
	for _, r := range view(g.text) {
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

// Held is the number of bytes at the text's end that can't be shown yet: the beginning of a stop, of a character, space
// that would be trimmed, or a word that may turn out to be forbidden.
func (g *Guard) Held() int {
	shown := g.settled()
	if !g.rules.Never.Empty() && g.undone < patience {
		shown = bytes.TrimRightFunc(shown, inWords)
	}
	return len(g.text) - len(bytes.TrimRightFunc(shown, unicode.IsSpace))
}

// settled is the text without the beginning of a stop or of a character at its end.
func (g *Guard) settled() []byte {
	_, rest, _ := split(g.text)
	held := len(rest)
	for _, s := range g.stops {
		for n := min(len(s)-1, len(g.text)); n > held; n-- {
			if bytes.HasSuffix(g.text, s[:n]) {
				held = n
			}
		}
	}
	return g.text[:len(g.text)-held]
}

// Doubtful is the number of bytes at the text's end that can't stay if it ends by force: like Held, but of words only
// those that are forbidden.
func (g *Guard) Doubtful() int {
	if g.rules.Schema != nil {
		return 0 // it is closed instead
	}
	text := bytes.TrimRightFunc(g.settled(), unicode.IsSpace)
	for {
		h, bad := g.phraseAtEnd(text)
		if !bad {
			return len(g.text) - len(text)
		}
		text = bytes.TrimRightFunc(text[:g.trial.word(h)], unicode.IsSpace)
	}
}
