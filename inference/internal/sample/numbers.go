package sample

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// numbers is the set of numbers that a text may hold, their digits as ASCII.
type numbers []string

func newNumbers(list []string) numbers {
	out := make(numbers, 0, len(list))
	for _, s := range list {
		var b strings.Builder
		for _, r := range s {
			if d, ok := digit(r); ok {
				b.WriteRune(d)
			} else if c, ok := separator(r); ok {
				b.WriteByte(c)
			}
		}
		if n := strings.Trim(b.String(), ".,"); n != "" {
			out = append(out, n)
		}
	}
	return out
}

// digit reports whether r is a part of a number, and maps the decimal digits of other widths to ASCII. Raised digits
// belong to units (m²).
func digit(r rune) (rune, bool) {
	switch {
	case '0' <= r && r <= '9':
		return r, true
	case r < utf8.RuneSelf:
		return r, false
	case '０' <= r && r <= '９':
		return r - '０' + '0', true
	case r == '²' || r == '³' || r == '〇':
		return r, false
	}
	return r, unicode.IsNumber(r)
}

// separator maps the marks that may stand inside a number.
func separator(r rune) (byte, bool) {
	switch r {
	case '.', '．', '٫':
		return '.', true
	case ',', '，', '٬':
		return ',', true
	}
	return 0, false
}

// run is the number that a text ends with, as far as it is written.
type run struct {
	text [maxRun]byte
	n    int
	mark bool // the text ends with a separator behind the number, not counted in n
	sep  byte
}

// maxRun bounds a number's length.
const maxRun = 64

func (r *run) reset() { *r = run{} }

// add takes the next character and reports whether the numbers allow it.
func (r *run) add(c rune, allowed numbers) bool {
	if d, ok := digit(c); ok {
		if r.mark {
			if !r.put(rune(r.sep)) {
				return false
			}
			r.mark = false
		}
		return r.put(d) && allowed.begins(r.text[:r.n])
	}
	if sep, ok := separator(c); ok && r.n > 0 && !r.mark {
		r.mark, r.sep = true, sep
		// the number may be over here, or go on behind the mark
		if allowed.has(r.text[:r.n]) {
			return true
		}
		if r.n == maxRun {
			return false
		}
		r.text[r.n] = sep
		return allowed.begins(r.text[:r.n+1])
	}
	ok := r.done(allowed)
	r.reset()
	return ok
}

func (r *run) put(c rune) bool {
	if r.n+utf8.RuneLen(c) > maxRun {
		return false
	}
	r.n += utf8.EncodeRune(r.text[r.n:], c)
	return true
}

// done reports whether the text may end, or go on with something else, here.
func (r *run) done(allowed numbers) bool { return r.n == 0 || allowed.has(r.text[:r.n]) }

func (n numbers) has(s []byte) bool {
	for _, a := range n {
		if a == string(s) {
			return true
		}
	}
	return false
}

func (n numbers) begins(s []byte) bool {
	for _, a := range n {
		if strings.HasPrefix(a, string(s)) {
			return true
		}
	}
	return false
}
