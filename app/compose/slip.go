package compose

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"shelftalk/app/check"
)

// Slips of a model's pen that code mends for certain, without a word of its own.

// echo says that a finding is about a clause that says what stands before it.
func echo(f check.Finding) bool { return f.Kind == check.Repeat && f.Class == check.Clause }

// withoutEchoes takes out the clauses that say again what stands before them, where the sentence stands without them.
func withoutEchoes(text string, found []check.Finding) string {
	for _, f := range found {
		if !echo(f) {
			continue
		}
		head, tail := text[:f.Start], text[f.End:]
		short := strings.TrimRight(head, " ,，;；—–")
		end, _ := utf8.DecodeLastRuneInString(short)
		switch first := short == "" || strings.ContainsRune(".!?。！？", end); {
		case !first && hanWord(text): // clauses stand side by side
			return short + tail
		case !first && lastClause(head, f.Text, tail):
			return short + tail
		case first && hanWord(f.Text) && !condition(f.Text) && strings.ContainsAny(tail[:min(3, len(tail))], "，；"):
			return head + tail[len("，"):]
		}
	}
	return text
}

// lastClause says that an English sentence ends with a clause that can go: "and it folds flat", "which folds flat", or the
// second of two verbs. In "has A, has B, and has C" the C can't.
func lastClause(head, clause, tail string) bool {
	if strings.Trim(tail[:min(1, len(tail))], ".!?") != "" {
		return false
	}
	for _, own := range []string{"and it ", "and they ", "which ", "requiring ", "needing "} {
		if strings.HasPrefix(clause, own) {
			return true
		}
	}
	spans := check.Sentences(head)
	commas := strings.Count(head[spans[len(spans)-1].Start:], ", ")
	return strings.HasPrefix(clause, "and ") && (commas == 0 || commas == 1 && strings.HasSuffix(head, ", "))
}

// condition says that a Chinese clause sets one for what follows: 折叠后，高6cm.
func condition(clause string) bool {
	return strings.ContainsAny(lastRune(clause), "后时前下中里上内间为是有")
}

// within says that a sentence is said whole by another: "Sap groove, wire cutter notch." by "It has a sap groove and ...".
func within(sentence, other string, language Language) bool {
	if language == Chinese {
		return strings.Contains(other, strings.TrimRight(sentence, "。！？"))
	}
	return check.Covered(sentence, other) >= 0.99 && check.Denies(sentence) == check.Denies(other)
}

var clauseEnd = regexp.MustCompile(`(\p{Han}|[0-9](cm|mm|m|kg|g|ml|L|W|V))$`)

// commas sets one between Chinese clauses that only a space parts: 桌面像蛋卷一样卷起收纳 承重30kg.
func commas(text string) string {
	const least = 5 // characters: "罐装 125g" is one name
	parts := strings.Split(text, " ")
	out := parts[0]
	for i, p := range parts[1:] {
		gap := " "
		before, after := parts[i], strings.TrimRight(p, "。！？")
		if utf8.RuneCountInString(before) >= least && utf8.RuneCountInString(after) >= least && clauseEnd.MatchString(before) && hanWord(p[:min(3, len(p))]) {
			gap = "，"
		}
		out += gap + p
	}
	return out
}
