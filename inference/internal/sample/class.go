package sample

import (
	"math"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Class is what a token contributes to a text.
type Class uint8

// The classes.
const (
	Content  Class = iota // words, and pieces of words
	Function              // words that carry grammar, punctuation, space, the ends
	Number                // anything with a digit
	Name                  // words that begin with a capital
	classes
)

// Weights multiply the weight of the contrast by the class of the token.
type Weights struct {
	Class []Class // by token
	Of    [classes]float64
}

// functionWords are the words of English and the characters of Chinese that carry grammar.
const functionWords = `a an the this that these those and or but nor so if as than then of in on at to for from by with without into
onto over under about up down out off is are was were be been being am do does did has have had will would can could may might shall
should must it its they them their he him his she her we us our you your i my me which who whom whose what where when while not no
also both each every any all some such only just very too there here
的 了 和 与 是 在 有 也 而 及 或 等 这 那 之 于 为 以 被 把 将 就 都 不 您 你 我 它 并 可 会 能`

// NewClasses returns the class of the tokens 0 to n-1, whose bytes bytes returns.
func NewClasses(n int, bytes func(int32) []byte) []Class {
	function := map[string]bool{}
	for _, w := range strings.Fields(functionWords) {
		function[w] = true
	}
	out := make([]Class, n)
	for id := range out {
		out[id] = classOf(string(bytes(int32(id))), function)
	}
	return out
}

func classOf(tok string, function map[string]bool) Class {
	word := strings.TrimSpace(tok)
	letters, first := false, utf8.RuneError
	for _, r := range word {
		if _, ok := digit(r); ok {
			return Number
		}
		if unicode.IsLetter(r) || r == utf8.RuneError {
			if !letters {
				first = r
			}
			letters = true
		}
	}
	begins := tok != word || first != utf8.RuneError && isHan(first) // a whole word, not a piece of one
	switch {
	case !letters, begins && function[strings.ToLower(word)]:
		return Function
	case unicode.IsUpper(first):
		return Name
	}
	return Content
}

// disputed reports whether a contrast could change the list's order or distances.
func (s *Sampler) disputed(in *Input) bool {
	if len(s.list) < 2 || in.Weights == nil {
		return len(s.list) > 1
	}
	for _, c := range s.list {
		if in.Weights.Of[in.Weights.Class[c.id]] != 0 {
			return true
		}
	}
	return false
}

// contrast scores the list by context-aware decoding. With weights by class the two texts' probabilities are compared as
// shares of the list, so that tokens of different classes can be.
func (s *Sampler) contrast(in *Input) {
	s.ids = s.ids[:0]
	for _, c := range s.list {
		s.ids = append(s.ids, c.id)
	}
	if cap(s.others) < len(s.ids) {
		s.others = make([]float32, 2*len(s.ids))
	}
	others := s.others[:len(s.ids)]
	in.Contrast.LogitsOf(others, s.ids)
	if in.Weights == nil {
		a, b := float32(1+in.Alpha), float32(in.Alpha)
		for i, c := range s.list {
			s.list[i].score = a*c.score - b*others[i]
		}
		return
	}
	with, without := math.Inf(-1), math.Inf(-1)
	for i, c := range s.list {
		with, without = addLogs(with, float64(c.score)), addLogs(without, float64(others[i]))
	}
	for i, c := range s.list {
		p, q := float64(c.score)-with, float64(others[i])-without
		alpha := in.Alpha * in.Weights.Of[in.Weights.Class[c.id]]
		s.list[i].score = float32(p + alpha*(p-q))
	}
}

// addLogs is log(e^a + e^b).
func addLogs(a, b float64) float64 {
	if a < b {
		a, b = b, a
	}
	if math.IsInf(b, -1) {
		return a
	}
	return a + math.Log1p(math.Exp(b-a))
}
