package token

import (
	"unicode"
	"unicode/utf8"
)

// The patterns of gpt-4o and tekken also end a word where a capital follows a small letter: "iPhone" is "i", "Phone".

// case classes: a letter that has no case, or a mark on one, goes with either.
const (
	caseNone = iota
	caseUpper
	caseLower
	caseEither
)

func caseOf(s string) (class, n int) {
	if c := s[0]; c < utf8.RuneSelf {
		switch {
		case 'a' <= c && c <= 'z':
			return caseLower, 1
		case 'A' <= c && c <= 'Z':
			return caseUpper, 1
		}
		return caseNone, 1
	}
	r, n := utf8.DecodeRuneInString(s)
	switch {
	case unicode.In(r, unicode.Lu, unicode.Lt):
		return caseUpper, n
	case unicode.Is(unicode.Ll, r):
		return caseLower, n
	case unicode.In(r, unicode.Lm, unicode.Lo, unicode.M):
		return caseEither, n
	}
	return caseNone, n
}

// caseRun returns where the run of characters that begins at s[from:] and holds none of class not ends.
func caseRun(s string, from, not int) int {
	for from < len(s) {
		c, n := caseOf(s[from:])
		if c == caseNone || c == not {
			break
		}
		from += n
	}
	return from
}

// mixed matches U*L+ at s[from:], where U is anything but small letters and L anything but capitals, as a regular
// expression does: it takes all of U, and gives back what L needs. It returns 0 where that doesn't match.
func mixed(s string, from int) int {
	end := caseRun(s, from, caseLower)
	if end < len(s) {
		if c, _ := caseOf(s[end:]); c == caseLower {
			return caseRun(s, end, caseUpper)
		}
	}
	for at := end; at > from; {
		_, n := utf8.DecodeLastRuneInString(s[from:at])
		at -= n
		if c, _ := caseOf(s[at:]); c == caseEither {
			return caseRun(s, at, caseUpper)
		}
	}
	return 0
}

// upper matches U+L* at s[from:]; 0 where that doesn't match.
func upper(s string, from int) int {
	end := caseRun(s, from, caseLower)
	if end == from {
		return 0
	}
	return caseRun(s, end, caseUpper)
}

// casedWord returns the length of the word at the start of s, with the one character that may stand in front of it; 0
// where there is none.
func casedWord(s string) int {
	c, n := classify(s)
	front := c == space || c == other
	for _, match := range []func(string, int) int{mixed, upper} {
		if front && n < len(s) {
			if end := match(s, n); end > 0 {
				return end
			}
		}
		if end := match(s, 0); end > 0 {
			return end
		}
	}
	return 0
}

// nextTekken is
//
//	[^\r\n\p{L}\p{N}]?U*L+|[^\r\n\p{L}\p{N}]?U+L*|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+
//
// with U for [\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}] and L for [\p{Ll}\p{Lm}\p{Lo}\p{M}].
func nextTekken(s string) int { return nextCased(s, 1) }

// nextGPT4o is nextTekken with \p{N}{1,3}, and an English ending such as 's belongs to the word in front of it.
func nextGPT4o(s string) int {
	n := casedWord(s)
	if n > 0 && n < len(s) {
		return n + contraction(s[n:], true)
	}
	return nextCased(s, 3)
}

func nextCased(s string, digits int) int {
	if n := casedWord(s); n > 0 {
		return n
	}
	if c, _ := classify(s); c == numeric {
		return digitRun(s, digits)
	}
	return marksOrBlanks(s, true)
}
