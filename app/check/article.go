package check

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Articled is an English text with "a" and "an" as the next word sounds, where that is certain: "a 18 cm cable" is "an 18
// cm cable", "a LED" "an LED".
func Articled(text string) string {
	slips := articles(text)
	for i := len(slips) - 1; i >= 0; i-- {
		text = text[:slips[i].start] + slips[i].right + text[slips[i].end:]
	}
	return text
}

// articleSlip is an article at bytes start to end that should be another; next ends the word behind it.
type articleSlip struct {
	start, end, next int
	right            string
}

func articles(text string) []articleSlip {
	var out []articleSlip
	for i := 0; i < len(text); i++ {
		n := articleAt(text, i)
		if n == 0 {
			continue
		}
		next := text[i+n+1:]
		sound, end := soundOf(next)
		right := ""
		switch {
		case sound == vowel && n == 1:
			right = text[i:i+1] + "n"
		case sound == consonant && n == 2:
			right = text[i : i+1]
		default:
			continue
		}
		out = append(out, articleSlip{i, i + n, i + n + 1 + end, right})
	}
	return out
}

// articleAt is the length of an article that begins at i, with a space behind it. A capital letter is one only at the
// beginning of a sentence: vitamin A isn't.
func articleAt(text string, i int) int {
	n := 1
	if strings.HasPrefix(text[i+1:], "n ") {
		n = 2
	} else if !strings.HasPrefix(text[i+1:], " ") {
		return 0
	}
	before := strings.TrimRight(text[:i], " ")
	switch text[i] {
	case 'A':
		if before != "" && (before == text[:i] || !strings.ContainsRune(".!?", rune(before[len(before)-1]))) {
			return 0
		}
	case 'a':
		if r, _ := utf8.DecodeLastRuneInString(before); i > 0 && before == text[:i] && r != '(' || unicode.IsDigit(r) {
			return 0 // in a word, or "5 a day"
		}
	default:
		return 0
	}
	return n
}

type sound uint8

const (
	unknown sound = iota
	vowel
	consonant
)

// soundOf tells how the word at the beginning of a text sounds, and where the word ends. Unknown is what people say in two
// ways: 1800, "historic", and capitals that may be a word or letters (RAM, SIM, LAN).
func soundOf(text string) (sound, int) {
	r, _ := utf8.DecodeRuneInString(text)
	if r >= '0' && r <= '9' {
		return soundOfNumber(text)
	}
	end := strings.IndexFunc(text, func(r rune) bool { return !unicode.IsLetter(r) })
	if end < 0 {
		end = len(text)
	}
	word := text[:end]
	low := strings.ToLower(word)
	switch {
	case word == "":
		return unknown, 0
	case word == strings.ToUpper(word): // letters are named one by one
		switch {
		case hasPrefix(word, "EU", "ONE", "ONCE"):
			return unknown, end
		case strings.Contains(" LED LCD HDMI SD SSD SUV RGB RFID NFC FM HD HB FSC MDF LDPE SPF MP XL XXL XS L F M S H ", " "+word+" "):
			return vowel, end
		case strings.ContainsRune("BCDGJKPQTVWYZ", r) || r == 'U' && len(word) < 4:
			return consonant, end
		case strings.ContainsRune("AEIO", r) && (len(word) > 1 || end < len(text) && text[end] != ' '):
			return vowel, end
		}
		return unknown, end
	case strings.Contains(" a an and or in is are at as of on if it i ", " "+low+" "): // no noun: the article is a letter
		return unknown, end
	case hasPrefix(low, "hour", "honest", "honour", "heir"):
		return vowel, end
	case hasPrefix(low, "histor", "herb", "homage", "hotel", "y"):
		return unknown, end
	case hasPrefix(low, "eu", "ewe", "once", "unit", "uniq", "unif", "univ", "union", "unis", "usab", "use", "usual", "usb", "util", "ute") || low == "one" || low == "ones":
		return consonant, end
	case low[0] == 'u' && !hasPrefix(low, "un", "up", "ul", "um", "ur") || hasPrefix(low, "uni", "ur", "oui", "ui"):
		return unknown, end
	case strings.ContainsRune("aeiou", rune(low[0])):
		return vowel, end
	case low[0] >= 'b' && low[0] <= 'z':
		return consonant, end
	}
	return unknown, end
}

func hasPrefix(s string, prefixes ...string) bool {
	for _, p := range prefixes {
		if strings.HasPrefix(s, p) {
			return true
		}
	}
	return false
}

// soundOfNumber reads a number aloud: eight, eleven, eighteen and eighty begin with a vowel, also before thousand and
// million.
func soundOfNumber(text string) (sound, int) {
	end := numberEnd(text, 0)
	whole, _, _ := strings.Cut(text[:end], ".")
	commas := strings.Count(whole, ",")
	whole = strings.ReplaceAll(whole, ",", "")
	head := whole
	if len(whole) > 3 {
		head = whole[:(len(whole)-1)%3+1]
	}
	switch {
	case strings.HasPrefix(text[end:], "/") || strings.HasPrefix(whole, "0"):
		return unknown, end // "a 1/8 inch", "a 0.5 mm"
	case len(whole) == 4 && commas == 0 && (strings.HasPrefix(whole, "11") || strings.HasPrefix(whole, "18")):
		return unknown, end // eleven hundred or one thousand one hundred
	case whole[0] == '8' || head == "11" || head == "18":
		return vowel, end
	}
	return consonant, end
}

// grammar flags an article that its word doesn't go with.
func (j *judge) grammar() {
	for _, s := range articles(j.text) {
		f := j.add(Grammar, Should, s.start, s.next, "Write %q.", s.right+j.text[s.end:s.next])
		f.Class = s.right + j.text[s.end:s.next]
	}
}
