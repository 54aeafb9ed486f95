package sample

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Script is a set of writing systems.
type Script uint8

// The scripts.
const (
	Latin Script = 1 << iota
	Han
)

// maxUnit is the number of Latin letters that may follow a digit where only Han is allowed: units.
const maxUnit = 5

// letters are what a text may be written in: scripts, and where Latin isn't one of them, the Latin words that may stand
// there nonetheless; nil words: any unit behind a digit.
type letters struct {
	scripts Script
	words   []string
}

// scriptRun follows a text's letters. unit counts the Latin letters since a digit, -1 when there was none; word are those
// that the text ends with, where the words are listed.
type scriptRun struct {
	unit int
	word [maxWord]byte
	n    int
}

// maxWord bounds a listed word's bytes.
const maxWord = 32

// add takes the next character and reports whether it is allowed.
func (s *scriptRun) add(r rune, allowed letters) bool {
	if allowed.words != nil && allowed.scripts&Latin == 0 {
		if unicode.IsLetter(r) && isLatin(r) {
			return s.spell(r, allowed.words)
		}
		whole := s.done(allowed.words)
		s.n = 0
		return whole && (!unicode.IsLetter(r) || allowed.scripts&Han != 0 && isHan(r))
	}
	if _, ok := digit(r); ok {
		s.unit = 0
		return true
	}
	if !unicode.IsLetter(r) {
		if r != ' ' && r != '/' && r != '·' && r != '.' {
			s.unit = -1
		}
		return true
	}
	if isLatin(r) {
		if allowed.scripts&Latin != 0 {
			return true
		}
		if s.unit < 0 || s.unit >= maxUnit {
			return false
		}
		s.unit++
		return true
	}
	s.unit = -1
	return allowed.scripts&Han != 0 && isHan(r)
}

// spell takes a Latin letter and reports whether a listed word goes on with it.
func (s *scriptRun) spell(r rune, words []string) bool {
	if s.n+utf8.RuneLen(r) > maxWord {
		return false
	}
	s.n += utf8.EncodeRune(s.word[s.n:], r)
	for _, w := range words {
		if strings.HasPrefix(w, view(s.word[:s.n])) {
			return true
		}
	}
	return false
}

// done reports whether the text may go on with something else than a Latin letter.
func (s *scriptRun) done(words []string) bool {
	return s.n == 0 || slices.Contains(words, view(s.word[:s.n]))
}

// wordDone reports whether the Latin word at the end of text, if there is one, is whole.
func (l letters) wordDone(text []byte) bool {
	if l.words == nil || l.scripts == 0 || l.scripts&Latin != 0 {
		return true
	}
	begins := len(text)
	for begins > 0 {
		r, size := utf8.DecodeLastRune(text[:begins])
		if !unicode.IsLetter(r) || !isLatin(r) {
			break
		}
		begins -= size
	}
	return begins == len(text) || slices.Contains(l.words, view(text[begins:]))
}

func isLatin(r rune) bool {
	return unicode.Is(unicode.Latin, r) || r == 'µ' || r == 'μ' || r == 'Ω'
}

func isHan(r rune) bool { return unicode.Is(unicode.Han, r) }

// split cuts the bytes of a character that isn't complete off b's end. It reports false if b isn't valid before them, or
// they can't become a character.
func split(b []byte) (whole, rest []byte, ok bool) {
	cut := len(b)
	for i := 1; i <= 3 && i <= len(b); i++ {
		c := b[len(b)-i]
		if utf8.RuneStart(c) {
			if !utf8.FullRune(b[len(b)-i:]) {
				cut = len(b) - i
			}
			break
		}
	}
	return b[:cut], b[cut:], utf8.Valid(b[:cut])
}

// completions calls yield for the characters that the bytes of rest can begin, until yield returns true, and reports
// whether it did.
func completions(rest []byte, yield func(rune) bool) bool {
	var b [4]byte
	n := copy(b[:], rest)
	size := 2
	switch {
	case b[0] >= 0xF0:
		size = 4
	case b[0] >= 0xE0:
		size = 3
	}
	return complete(b[:size], n, yield)
}

func complete(b []byte, n int, yield func(rune) bool) bool {
	if n == len(b) {
		r, size := utf8.DecodeRune(b)
		return size == len(b) && r != utf8.RuneError && yield(r)
	}
	for c := 0x80; c < 0xC0; c++ {
		b[n] = byte(c)
		if complete(b, n+1, yield) {
			return true
		}
	}
	return false
}
