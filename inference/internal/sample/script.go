package sample

import (
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

// scriptRun follows a text's letters. unit counts the Latin letters since a digit, -1 when there was none.
type scriptRun struct{ unit int }

// add takes the next character and reports whether the scripts allow it.
func (s *scriptRun) add(r rune, allowed Script) bool {
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
		if allowed&Latin != 0 {
			return true
		}
		if s.unit < 0 || s.unit >= maxUnit {
			return false
		}
		s.unit++
		return true
	}
	s.unit = -1
	return allowed&Han != 0 && isHan(r)
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
