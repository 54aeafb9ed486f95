package gloss

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// token is a word, a number, a Han character, a model's code or a mark. Its key is what entries are found by.
type token struct {
	text, key string
	kind      kind
	space     bool // stands behind a space
	plural    bool // an English word that is a plural
}

type kind uint8

const (
	mark kind = iota
	word
	number
	code // a word with digits in it: IP67, X50CrMoV15, USB-C
	han
)

func isHan(r rune) bool   { return unicode.Is(unicode.Han, r) }
func isLatin(r rune) bool { return unicode.Is(unicode.Latin, r) || r == 'µ' || r == 'μ' || r == 'Ω' }
func isDigit(r rune) bool { return r >= '0' && r <= '9' }

// tokens cuts a text. A unit behind a figure, "14cm", is a token of its own; a hyphen between words is left out, so that
// "two-way" is "two way".
func tokens(text string) []token {
	var out []token
	space := false
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		var t token
		switch {
		case r == ' ' || r == '\t' || r == '\u00a0' || r == '\u3000':
			space, i = true, i+size
			continue
		case r == '-' && len(out) > 0 && (out[len(out)-1].kind == word || countWords[strings.ToLower(out[len(out)-1].text)] != "") && !space && i+1 < len(text) && isLatin(first(text[i+1:])):
			i++
			space = true
			continue
		case isHan(r):
			t = token{text: text[i : i+size], kind: han}
			t.key = t.text
		case r == '#':
			t = token{text: "#", key: "#", kind: number}
		case isDigit(r):
			t = numberAt(text[i:])
		case isLatin(r):
			t = wordAt(text[i:])
		default:
			t = token{text: text[i : i+size], kind: mark}
			t.key = t.text
		}
		t.space = space
		out = append(out, t)
		i, space = i+len(t.text), false
	}
	return numerals(signs(out))
}

func first(s string) rune { r, _ := utf8.DecodeRuneInString(s); return r }

// numberAt is the number at the start of s: digits, and points and commas between digits.
func numberAt(s string) token {
	end := 0
	for end < len(s) && (isDigit(rune(s[end])) || (s[end] == '.' || s[end] == ',') && end+1 < len(s) && isDigit(rune(s[end+1]))) {
		end++
	}
	return token{text: s[:end], key: "#", kind: number}
}

// wordAt is the word or the code at the start of s.
func wordAt(s string) token {
	end, digits, capitals := 0, false, true
	for end < len(s) {
		r, size := utf8.DecodeRuneInString(s[end:])
		switch {
		case isDigit(r), r == '.' && digits && isDigit(first(s[end+1:])):
			digits = true
		case isLatin(r):
			capitals = capitals && unicode.IsUpper(r)
		case (r == '\'' || r == '’') && isLatin(first(s[end+size:])):
		case r == '-' && capitals && end > 1 && end+1 < len(s) && unicode.IsUpper(rune(s[end+1])) && (end+2 == len(s) || !isLatin(first(s[end+2:]))): // USB-C
			digits = true
		default:
			return newWord(s[:end], digits)
		}
		end += size
	}
	return newWord(s, digits)
}

func newWord(text string, digits bool) token {
	if digits {
		return token{text: text, key: strings.ToLower(text), kind: code}
	}
	t := token{text: text, kind: word}
	t.key, t.plural = singular(strings.ToLower(strings.ReplaceAll(text, "’", "'")))
	if n := countWords[t.key]; n != "" {
		t.kind, t.key, t.plural = number, "#", false
	}
	return t
}

// countWords are English words for numbers, with their Chinese for what is counted.
var countWords = map[string]string{
	"two": "两", "three": "三", "four": "四", "five": "五", "six": "六", "seven": "七", "eight": "八", "nine": "九", "ten": "十", "twelve": "十二",
}

// figures are the digits for Chinese numerals and English number words.
var figures = map[string]string{
	"两": "2", "二": "2", "三": "3", "四": "4", "五": "5", "六": "6", "七": "7", "八": "8", "九": "9", "十": "10",
}

// counters stand between a number and what is counted in Chinese.
const counters = "个只条片张层段档色种件款台位副把次根支块枚袋瓶盒组粒页卷人轴"

// numerals makes numbers of Han numerals that count something: 两分钟, 三档.
func numerals(toks []token) []token {
	for i := range toks {
		if n, ok := figures[toks[i].text]; ok && toks[i].kind == han && i+1 < len(toks) && toks[i+1].kind == han && strings.Contains(counters+"分小天年设道", toks[i+1].text) {
			toks[i].kind, toks[i].key, toks[i].text = number, "#", n
		}
	}
	return toks
}

// signs glues a minus to the number behind it where nothing stands before it.
func signs(toks []token) []token {
	out := toks[:0]
	for i := 0; i < len(toks); i++ {
		t := toks[i]
		if (t.text == "-" || t.text == "−") && i+1 < len(toks) && toks[i+1].kind == number && !toks[i+1].space && (t.space || i == 0 || toks[i-1].kind == han) {
			toks[i+1].text = "-" + toks[i+1].text
			toks[i+1].space = t.space
			continue
		}
		out = append(out, t)
	}
	return out
}

// singular takes off a plural's ending and American spelling: a key for comparison.
func singular(w string) (string, bool) {
	base, plural := w, false
	switch {
	case len(w) < 4 || strings.HasSuffix(w, "ss") || strings.HasSuffix(w, "us") || strings.HasSuffix(w, "is"):
	case w == "knives" || w == "shelves" || w == "leaves" || w == "halves" || w == "loaves":
		base, plural = w[:len(w)-3]+"f", true
	case strings.HasSuffix(w, "ies") && len(w) > 4:
		base, plural = w[:len(w)-3]+"y", true
	case strings.HasSuffix(w, "sses") || strings.HasSuffix(w, "shes") || strings.HasSuffix(w, "ches") || strings.HasSuffix(w, "xes"):
		base, plural = w[:len(w)-2], true
	case strings.HasSuffix(w, "'s"):
		base = w[:len(w)-2]
	case strings.HasSuffix(w, "s"):
		base, plural = w[:len(w)-1], true
	}
	if base == "knife" {
		base = "knif"
	}
	if strings.HasSuffix(base, "ie") && len(base) > 4 { // cookie: its plural looks like one of "cooky"
		base = base[:len(base)-2] + "y"
	}
	if british, ok := american[base]; ok {
		base = british
	}
	return base, plural
}

// american spellings, and the British ones that stand for both.
var american = map[string]string{
	"color": "colour", "colored": "coloured", "aluminum": "aluminium", "gray": "grey", "fiber": "fibre", "flavor": "flavour", "meter": "metre", //nolint:misspell // both spellings are read
	"liter": "litre", "center": "centre", "jewelry": "jewellery", "enameled": "enamelled", "draft": "draught", "odor": "odour", "mold": "mould", //nolint:misspell // both spellings are read
	"organizer": "organiser", "adjustible": "adjustable", "woolen": "woollen", "plow": "plough", "tire": "tyre", "canceling": "cancelling", //nolint:misspell // both spellings are read
	"woman": "women", "womens": "women", "women's": "women", "man": "men", "mens": "men", "kid": "child", "children": "child",
	"drier": "dryer", "liters": "litre", "thru": "through", //nolint:misspell // both spellings are read
}
