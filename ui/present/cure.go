package present

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// span is a run of bytes of a text.
type span struct{ start, end int }

func (s span) overlaps(o span) bool { return s.start < o.end && o.start < s.end }

// removeWords takes the words of a finding out of a text so that what is left still reads: the whole sentence when
// nothing else in it is a fact, else the clause, else only the words. facts are the spans that should stay. The answer
// is "" when nothing would be left.
func removeWords(text string, words span, facts []span) string {
	all := sentences(text)
	for _, cut := range [][]span{all, clauses(text)} {
		gone := make([]bool, len(cut))
		lost, rest := false, 0
		for i, s := range cut {
			if gone[i] = s.overlaps(words); !gone[i] {
				rest++
				continue
			}
			for _, f := range facts {
				lost = lost || (f.overlaps(s) && !f.overlaps(words))
			}
		}
		if lost || rest == 0 {
			continue
		}
		var b strings.Builder
		for i, s := range cut {
			if !gone[i] {
				b.WriteString(text[s.start:s.end])
			}
		}
		return tidy(text, b.String())
	}
	return tidy(text, text[:words.start]+" "+text[words.end:])
}

// cutToFit shortens a text to the limit without cutting a word: it leaves out sentences, or clauses, and keeps the
// choice with most facts, then most text. The answer is "" when only a new text would help.
func cutToFit(text string, limit int, count func(string) int, facts []span) string {
	pieces := sentences(text)
	if len(pieces) < 2 {
		pieces = clauses(text)
	}
	const most = 10 // 2^9 choices: the first piece always stays
	if len(pieces) > most {
		pieces = pieces[:most]
	}
	best, bestFacts := "", -1
	for choice := 0; choice < 1<<(len(pieces)-1); choice++ {
		kept := text[pieces[0].start:pieces[0].end]
		n := within(facts, pieces[0])
		for i, p := range pieces[1:] {
			if choice>>i&1 == 1 {
				kept += text[p.start:p.end]
				n += within(facts, p)
			}
		}
		kept = tidy(text, kept)
		if kept == "" || count(kept) > limit {
			continue
		}
		if n > bestFacts || (n == bestFacts && count(kept) > count(best)) {
			best, bestFacts = kept, n
		}
	}
	if best != "" {
		return best
	}
	return dropWords(text[pieces[0].start:pieces[0].end], limit, count)
}

func within(facts []span, s span) (n int) {
	for _, f := range facts {
		if f.start >= s.start && f.end <= s.end {
			n++
		}
	}
	return n
}

// dropWords leaves out last words until the text fits and doesn't end in one that wants another. It needs spaces.
func dropWords(text string, limit int, count func(string) int) string {
	words := strings.Fields(text)
	for len(words) > 2 {
		words = words[:len(words)-1]
		kept := strings.TrimRight(strings.Join(words, " "), " ,;:-–—|&")
		if !dangles(words[len(words)-1]) && count(kept) <= limit {
			return kept
		}
	}
	return ""
}

func dangles(word string) bool {
	switch strings.ToLower(strings.TrimRight(word, ",;:-–—|&")) {
	case "", "a", "an", "the", "and", "or", "but", "with", "without", "for", "from", "in", "on", "of", "to", "at", "by", "up",
		"is", "are", "that", "which", "your", "its", "as", "plus", "into":
		return true
	}
	return false
}

// sentences cuts text behind the ends of its sentences; the pieces, joined, are the text. A full stop ends a sentence
// only before a space, so that 0.5 stays whole.
func sentences(text string) []span {
	return pieces(text, func(r, next rune) bool {
		switch r {
		case '。', '！', '？', '\n':
			return true
		case '.', '!', '?':
			return next == 0 || unicode.IsSpace(next)
		}
		return false
	})
}

// clauses cuts text behind its commas and dashes, and where sentences cuts it.
func clauses(text string) []span {
	return pieces(text, func(r, next rune) bool {
		switch r {
		case '。', '！', '？', '\n', '，', '；', '、', '|', '—', '–':
			return true
		case '.', '!', '?', ',', ';':
			return next == 0 || unicode.IsSpace(next)
		}
		return false
	})
}

func pieces(text string, ends func(r, next rune) bool) []span {
	var out []span
	start := 0
	for i, r := range text {
		end := i + utf8.RuneLen(r)
		if r == utf8.RuneError {
			_, size := utf8.DecodeRuneInString(text[i:])
			end = i + size
		}
		next, _ := utf8.DecodeRuneInString(text[end:])
		if end == len(text) {
			next = 0
		}
		if ends(r, next) {
			for end < len(text) && text[end] == ' ' {
				end++
			}
			if end > start {
				out = append(out, span{start, end})
				start = end
			}
		}
	}
	if start < len(text) || len(out) == 0 {
		out = append(out, span{start, len(text)})
	}
	return out
}

// tidy mends the seams of a text that something was taken out of: spaces, doubled and leading commas, the capital letter
// and the full stop that the whole text had.
func tidy(whole, text string) string {
	text = strings.Join(strings.FieldsFunc(text, func(r rune) bool { return r == ' ' }), " ")
	for _, p := range []string{",", ".", ";", ":", "!", "?"} {
		text = strings.ReplaceAll(text, " "+p, p)
	}
	text = strings.TrimLeft(text, " ,;:.!?-–—|，、；：。！？&")
	trimmed := strings.TrimRight(text, " ,;:-–—|，、；：&")
	if trimmed == "" {
		return ""
	}
	if end, _ := utf8.DecodeLastRuneInString(strings.TrimSpace(whole)); strings.ContainsRune(".。！？!?", end) {
		if last, _ := utf8.DecodeLastRuneInString(trimmed); !strings.ContainsRune(".。！？!?”\"", last) {
			trimmed += string(end)
		}
	}
	first, size := utf8.DecodeRuneInString(trimmed)
	if old, _ := utf8.DecodeRuneInString(whole); unicode.IsUpper(old) && unicode.IsLower(first) {
		trimmed = string(unicode.ToUpper(first)) + trimmed[size:]
	}
	return trimmed
}
