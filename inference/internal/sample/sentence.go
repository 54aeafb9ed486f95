package sample

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Which characters end a sentence, and which may follow its end before the next begins.
const (
	terminators = ".!?…。！？"
	hardEnds    = "。！？"
	closers     = "\"'”’)）」』》]】"
)

// endsSentence reports whether text ends behind a sentence.
func endsSentence(text string) bool {
	text = strings.TrimRightFunc(text, unicode.IsSpace)
	text = strings.TrimRight(text, closers)
	r, size := utf8.DecodeLastRuneInString(text)
	return size > 0 && len(text) > size && strings.ContainsRune(terminators, r) && !abbreviated(text[:len(text)-size], r)
}

// closable reports whether a sentence's end may be written behind text: not behind a comma.
func closable(text string) bool {
	r, size := utf8.DecodeLastRuneInString(strings.TrimRightFunc(text, unicode.IsSpace))
	return size > 0 && !strings.ContainsRune(",;:-–—(，；：、（", r)
}

// abbreviated reports whether a full stop behind text belongs to a short form.
func abbreviated(text string, stop rune) bool {
	if stop != '.' {
		return false
	}
	at := strings.LastIndexFunc(text, func(r rune) bool { return unicode.IsSpace(r) || r == '(' }) + 1
	word := text[at:]
	if len(word) == 1 && 'A' <= word[0] && word[0] <= 'Z' {
		before := strings.TrimSpace(text[:at]) // J. Smith, but: it holds 2 L.
		return before == "" || before[len(before)-1] < '0' || before[len(before)-1] > '9'
	}
	switch strings.ToLower(word) {
	case "no", "st", "approx", "ca", "incl", "max", "min", "vs", "dr", "mr", "mrs", "e.g", "i.e":
		return true
	}
	return false
}

// sentenceEnd returns the place behind the n-th sentence of text, its closing quotes included, or -1 if text doesn't go
// that far. A sentence that only a Latin mark ends is over when something follows that isn't a part of it.
func sentenceEnd(text string, n int) int {
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		if !strings.ContainsRune(terminators, r) || strings.TrimSpace(text[:i]) == "" {
			i += size
			continue
		}
		end, hard := i, false
		for end < len(text) {
			c, k := utf8.DecodeRuneInString(text[end:])
			if !strings.ContainsRune(terminators, c) && !strings.ContainsRune(closers, c) {
				break
			}
			hard = hard || strings.ContainsRune(hardEnds, c)
			end += k
		}
		next, k := utf8.DecodeRuneInString(text[end:])
		over := hard && (k > 0 || balanced(text[:end])) || k > 0 && unicode.IsSpace(next)
		if over && !abbreviated(text[:i], r) {
			if n--; n == 0 {
				return end
			}
		}
		i = end
	}
	return -1
}

// balanced reports whether every opening quote or bracket in text is closed, so that nothing has to follow.
func balanced(text string) bool {
	depth := 0
	for _, r := range text {
		switch r {
		case '“', '（', '「', '『', '《', '【':
			depth++
		case '”', '）', '」', '』', '》', '】':
			depth--
		}
	}
	return depth <= 0
}

// said reports whether a sentence of text that ends in its last bytes, behind the first n, stands there before.
func said(text string, n int) bool {
	from := 0
	for i := 1; ; i++ {
		end := sentenceEnd(text, i)
		if end < 0 {
			end = len(text)
		}
		sentence := strings.TrimSpace(text[from:end])
		if end >= n && sentence != "" && strings.Contains(strings.ToLower(text[:from]), strings.ToLower(sentence)) {
			return true
		}
		if end == len(text) {
			return false
		}
		from = end
	}
}
