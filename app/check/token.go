package check

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// token is a word, a number or a Han character of a text, with its bytes' place in it. Its key is what comparisons see:
// half width, lower case, without plural and verb endings.
type token struct {
	key        string
	start, end int
	kind       tokenKind
}

type tokenKind uint8

const (
	latin tokenKind = iota
	digits
	han
)

// fold makes full-width forms ASCII and letters lower case.
func fold(r rune) rune {
	switch {
	case r >= 0xFF01 && r <= 0xFF5E:
		r -= 0xFEE0
	case r == 0x3000 || r == 0xA0:
		r = ' '
	case r == '’' || r == '‘' || r == 'ʼ':
		r = '\''
	}
	return unicode.ToLower(r)
}

func isHan(r rune) bool { return unicode.Is(unicode.Han, r) }

// tokens cuts a text: letters into words, each Han character by itself, digits with the marks inside a number together.
// "350ml" is two tokens, "high-quality" two, "dog's" one.
func tokens(text string) []token {
	var out []token
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		f := fold(r)
		switch {
		case isHan(r):
			out = append(out, token{text[i : i+size], i, i + size, han})
			i += size
		case f >= '0' && f <= '9':
			end := numberEnd(text, i)
			out = append(out, token{foldString(text[i:end]), i, end, digits})
			i = end
		case unicode.IsLetter(f):
			end := wordEnd(text, i)
			out = append(out, token{stem(foldString(text[i:end])), i, end, latin})
			i = end
		default:
			i += size
		}
	}
	return out
}

func wordEnd(text string, i int) int {
	for i < len(text) {
		r, size := utf8.DecodeRuneInString(text[i:])
		f := fold(r)
		if f == '\'' { // don't, dog's: only between letters
			next, _ := utf8.DecodeRuneInString(text[i+size:])
			if !unicode.IsLetter(next) || isHan(next) {
				return i
			}
		} else if (!unicode.IsLetter(f) && !unicode.IsMark(f)) || isHan(r) {
			return i
		}
		i += size
	}
	return i
}

// numberEnd is the end of the number that starts at i: digits, and . , ' between digits.
func numberEnd(text string, i int) int {
	end := i
	for end < len(text) {
		r, size := utf8.DecodeRuneInString(text[end:])
		f := fold(r)
		if f >= '0' && f <= '9' {
			end += size
			continue
		}
		if f != '.' && f != ',' && f != '\'' {
			break
		}
		next, _ := utf8.DecodeRuneInString(text[end+size:])
		if n := fold(next); n < '0' || n > '9' {
			break
		}
		end += size
	}
	return end
}

func foldString(s string) string { return strings.Map(fold, s) }

// stem takes off what English adds to a word's end, roughly: it is only ever compared with itself.
func stem(w string) string {
	w = strings.TrimSuffix(w, "'s")
	switch {
	case strings.HasSuffix(w, "ies") && len(w) > 5:
		return w[:len(w)-3] + "y"
	case strings.HasSuffix(w, "ing") && len(w) >= 7:
		return w[:len(w)-3]
	case strings.HasSuffix(w, "ed") && len(w) >= 6:
		return w[:len(w)-2]
	case strings.HasSuffix(w, "sses") || strings.HasSuffix(w, "shes") || strings.HasSuffix(w, "ches") || strings.HasSuffix(w, "xes"):
		return w[:len(w)-2]
	case strings.HasSuffix(w, "s") && len(w) >= 4 && !strings.HasSuffix(w, "ss") && !strings.HasSuffix(w, "us") && !strings.HasSuffix(w, "is"):
		return w[:len(w)-1]
	}
	return w
}

// Span is a piece of a text: bytes Start to End.
type Span struct{ Start, End int }

// Sentences cuts a text behind its sentences' ends. A full stop ends one only before a space and a capital letter, a
// digit or the text's end, so that "0.5", "e.g. this" and "approx. 3" mostly stay whole. The spans leave out the space between.
func Sentences(text string) []Span {
	var out []Span
	start := 0
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		i += size
		if !endsSentence(text, i-size, i, r) {
			continue
		}
		for i < len(text) { // closing quotes and brackets, and !? in a row
			next, n := utf8.DecodeRuneInString(text[i:])
			if !strings.ContainsRune(closers+"!?！？。", next) {
				break
			}
			i += n
		}
		out = appendSpan(out, text, start, i)
		start = i
	}
	return appendSpan(out, text, start, len(text))
}

func endsSentence(text string, at, after int, r rune) bool {
	switch r {
	case '。', '！', '？', '\n':
		return true
	case '!', '?':
		return after == len(text) || text[after] == ' ' || text[after] == '\n' || text[after] == '"'
	case '.':
		rest := strings.TrimLeft(text[after:], closers)
		if rest == "" || rest[0] == '\n' {
			return true
		}
		if rest[0] != ' ' {
			return false
		}
		switch last := lastWord(text[:at]); strings.ToLower(last) {
		case "e.g", "i.e", "approx", "incl", "max", "min", "ca", "no", "vs", "dr", "st":
			return false
		}
		next, _ := utf8.DecodeRuneInString(strings.TrimLeft(rest, " "))
		return unicode.IsUpper(next) || unicode.IsDigit(next) || isHan(next) || next == '"' || next == '“'
	}
	return false
}

const closers = "\"'”’」』)）" // may stand behind a sentence's end

func lastWord(s string) string {
	if i := strings.LastIndexAny(s, " \n("); i >= 0 {
		return s[i+1:]
	}
	return s
}

func appendSpan(out []Span, text string, start, end int) []Span {
	for start < end && (text[start] == ' ' || text[start] == '\n') {
		start++
	}
	for end > start && (text[end-1] == ' ' || text[end-1] == '\n') {
		end--
	}
	if start == end {
		return out
	}
	return append(out, Span{start, end})
}

// stopword says that an English word carries no fact by itself, or that a Han character is one of grammar.
func stopword(t token) bool {
	if t.kind == latin {
		return len(t.key) < 2 || strings.Contains(stopwords, " "+t.key+" ")
	}
	return t.kind == han && strings.ContainsRune(hanStops, firstRune(t.key))
}

func firstRune(s string) rune { r, _ := utf8.DecodeRuneInString(s); return r }

const (
	stopwords = " a an and are as at be been both but by can come comes do does each every for from full get give has have her his how i if in into is it its just like made make more most my no not of off on one only or our out over own so some such than that the their them then there these they this those through to up us use used user very was way we well when which while who will with without you your also any about set size colour color feature item product "
	hanStops  = "的了和与及或在是有为这那个款也都而并可以能被把从对到于将让您你我它其该此等只就还又很更最"
)
