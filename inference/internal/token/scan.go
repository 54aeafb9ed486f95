package token

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// pattern is how a family of models cuts text into words.
type pattern struct {
	// next returns the length of the first word of a text that isn't empty; at least 1.
	next func(string) int
	// compose brings text into Unicode's composed form (NFC) first.
	compose bool
	// wholeWords takes a word that is a token as that token, without merging.
	wholeWords bool
}

// patternOf finds a pattern by the name that GGUF files use.
func patternOf(name string) (pattern, error) {
	switch name {
	case "gpt-2", "gpt2", "phi-2", "mpt", "olmo", "roberta-bpe":
		return pattern{next: nextGPT2}, nil
	case "smollm", "starcoder", "refact", "codeshell":
		return pattern{next: nextSmolLM}, nil
	case "qwen2", "deepseek-r1-qwen":
		return pattern{next: nextQwen2, compose: true}, nil
	case "llama-bpe", "llama-v3", "llama3":
		return pattern{next: nextLlama, wholeWords: true}, nil
	case "smaug-bpe", "dbrx": // dbrx is Phi-4's
		return pattern{next: nextLlama}, nil
	case "tekken": // Mistral Nemo's
		return pattern{next: nextTekken, wholeWords: true}, nil
	case "gpt-4o": // Phi-4-mini's
		return pattern{next: nextGPT4o}, nil
	case "", "default":
		return pattern{}, fmt.Errorf("the file doesn't name its pattern: %w", ErrPattern)
	}
	return pattern{}, fmt.Errorf("pattern %q: %w", name, ErrPattern)
}

// clean makes text valid UTF-8, and composes it where the pattern asks for that.
func (p pattern) clean(text string) string {
	if !utf8.ValidString(text) {
		text = replaceInvalid(text)
	}
	if p.compose && !norm.NFC.IsNormalString(text) {
		text = norm.NFC.String(text)
	}
	return text
}

// replaceInvalid writes U+FFFD for every longest beginning of a character that isn't completed, and for every byte that
// can't begin one: what Unicode recommends, and what Python and Rust do.
func replaceInvalid(s string) string {
	var b strings.Builder
	b.Grow(len(s) + 16)
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && n == 1 {
			n = incomplete(s[i:])
		}
		b.WriteRune(r)
		i += n
	}
	return b.String()
}

// incomplete returns the length of the longest beginning of s, an invalid sequence, that a valid character could have;
// at least 1.
func incomplete(s string) int {
	n := 1
	for n < len(s) && n < 3 && !utf8.FullRuneInString(s[:n]) {
		// s[:n] can still become a character: does it with the next byte, or can it still?
		if s[n]&0xC0 != 0x80 || utf8.FullRuneInString(s[:n+1]) {
			break
		}
		n++
	}
	return n
}

// class is what the patterns tell characters apart by.
type class uint8

const (
	other class = iota
	alphabetic
	numeric
	space
	newline // also a space
)

// classify returns the class and the length of the first character of s, which isn't empty.
func classify(s string) (class, int) {
	c := s[0]
	switch {
	case c >= utf8.RuneSelf:
		r, n := utf8.DecodeRuneInString(s)
		switch {
		case unicode.IsLetter(r):
			return alphabetic, n
		case unicode.IsNumber(r):
			return numeric, n
		case unicode.IsSpace(r):
			return space, n
		}
		return other, n
	case 'a' <= c|0x20 && c|0x20 <= 'z':
		return alphabetic, 1
	case '0' <= c && c <= '9':
		return numeric, 1
	case c == '\n' || c == '\r':
		return newline, 1
	case c == ' ' || '\t' <= c && c <= '\r':
		return space, 1
	}
	return other, 1
}

// run returns the length of the run of one class that begins at s[from:], measured from the start of s.
func run(s string, from int, want class) int {
	for from < len(s) {
		c, n := classify(s[from:])
		if c != want {
			break
		}
		from += n
	}
	return from
}

// blank describes the white space that a text begins with.
type blank struct {
	end  int // where it ends
	last int // where its last character begins
	line int // behind its last line break; 0 without one
}

func blanks(s string) blank {
	var b blank
	for b.end < len(s) {
		c, n := classify(s[b.end:])
		if c != space && c != newline {
			break
		}
		b.last = b.end
		b.end += n
		if c == newline {
			b.line = b.end
		}
	}
	return b
}

// word returns the length of a blank run as `\s+(?!\S)|\s+` matches it: all of it at the end of the text, else all but
// the last character, which belongs to the word behind it, if there is more than one.
func (b blank) word(atEnd bool) int {
	if atEnd || b.last == 0 {
		return b.end
	}
	return b.last
}

// nextGPT2 is
//
//	's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
func nextGPT2(s string) int { return nextOld(s, false) }

// nextSmolLM first sets every \p{N} apart, then cuts what lies between as nextGPT2 does.
func nextSmolLM(s string) int {
	if c, n := classify(s); c == numeric {
		return n
	}
	return nextOld(s, true)
}

// nextOld is nextGPT2; with apart, the text ends at the next digit.
func nextOld(s string, apart bool) int {
	if n := contraction(s, false); n > 0 {
		return n
	}
	i := 0
	if s[0] == ' ' && len(s) > 1 {
		i = 1
	}
	switch c, n := classify(s[i:]); {
	case c == numeric && apart:
	case c == alphabetic, c == numeric, c == other:
		return run(s, i+n, c)
	}
	b := blanks(s)
	atEnd := b.end == len(s)
	if !atEnd && apart {
		c, _ := classify(s[b.end:])
		atEnd = c == numeric
	}
	return b.word(atEnd)
}

// nextQwen2 is
//
//	(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+
func nextQwen2(s string) int { return nextNew(s, 1) }

// nextLlama is nextQwen2 with \p{N}{1,3}.
func nextLlama(s string) int { return nextNew(s, 3) }

func nextNew(s string, digits int) int {
	if n := contraction(s, true); n > 0 {
		return n
	}
	c, n := classify(s)
	switch c {
	case alphabetic:
		return run(s, n, alphabetic)
	case numeric:
		return digitRun(s, digits)
	case space, other:
		if n < len(s) {
			if next, k := classify(s[n:]); next == alphabetic {
				return run(s, n+k, alphabetic)
			}
		}
	}
	return marksOrBlanks(s, false)
}

// digitRun returns the length of the digits that s begins with, at most so many.
func digitRun(s string, most int) int {
	n := 0
	for i := 0; i < most && n < len(s); i++ {
		c, k := classify(s[n:])
		if c != numeric {
			break
		}
		n += k
	}
	return n
}

// marksOrBlanks is
//
//	?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+
//
// and with slashes, they may stand among the line breaks behind the marks.
func marksOrBlanks(s string, slashes bool) int {
	i := 0
	if s[0] == ' ' && len(s) > 1 {
		i = 1
	}
	if c, n := classify(s[i:]); c == other {
		end := run(s, run(s, i+n, other), newline)
		for slashes && end < len(s) && (s[end] == '/' || s[end] == '\n' || s[end] == '\r') {
			end++
		}
		return end
	}
	b := blanks(s)
	if b.line > 0 {
		return b.line
	}
	return b.word(b.end == len(s))
}

// contraction returns the length of an English ending with its apostrophe ('s 't 're 've 'm 'll 'd) at the start of s,
// or 0. With fold, case doesn't matter; U+017F is a lower-case s then.
func contraction(s string, fold bool) int {
	if s[0] != '\'' || len(s) < 2 {
		return 0
	}
	a, b := s[1], byte(0)
	if len(s) > 2 {
		b = s[2]
	}
	if fold {
		if strings.HasPrefix(s[1:], "ſ") {
			return 1 + len("ſ")
		}
		a, b = lower(a), lower(b)
	}
	switch {
	case a == 's', a == 't', a == 'm', a == 'd':
		return 2
	case a == 'r' && b == 'e', a == 'v' && b == 'e', a == 'l' && b == 'l':
		return 3
	}
	return 0
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}
