package compose

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"shelftalk/app/check"
)

// How sentences that were written one by one become a text: spelling, subjects that aren't named twice, what is said once.

// spelt writes words in the prompt's variety of the language, where the row doesn't have them otherwise.
func (j *job) spelt(text string) string {
	if len(j.template.Spelling) == 0 {
		return text
	}
	words := strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) })
	for _, w := range words {
		to, ok := j.template.Spelling[strings.ToLower(w)]
		if !ok || j.plan.evidence.Has(w) {
			continue
		}
		if r, _ := utf8.DecodeRuneInString(w); unicode.IsUpper(r) {
			to = upperFirst(to)
		}
		text = replaceWord(text, w, to)
	}
	return text
}

// replaceWord replaces a word where it stands by itself.
func replaceWord(text, word, by string) string {
	for from := 0; ; {
		i := strings.Index(text[from:], word)
		if i < 0 {
			return text
		}
		i += from
		end := i + len(word)
		before, _ := utf8.DecodeLastRuneInString(text[:i])
		after, _ := utf8.DecodeRuneInString(text[end:])
		if unicode.IsLetter(before) || unicode.IsLetter(after) {
			from = end
			continue
		}
		text = text[:i] + by + text[end:]
		from = i + len(by)
	}
}

// apart cuts the sentences that stand in one part: the model's, and the supplier's own behind it.
func apart(sentences []string) []string {
	var out []string
	for _, s := range sentences {
		for _, at := range check.Sentences(s) {
			out = append(out, s[at.Start:at.End])
		}
	}
	return out
}

// linked takes the product's name off the sentences that begin with it again: "It" in English, nothing in Chinese.
func (j *job) linked(sentences []string) []string {
	if len(sentences) < 2 {
		return sentences
	}
	out := slices.Clone(sentences)
	if j.brief.Language == Chinese {
		subject := j.subject(out[0])
		for i, s := range out[1:] {
			if again := j.subject(s); subject != "" && again != "" {
				out[i+1] = strings.TrimLeft(s[len(again):], "的还也，")
			}
		}
		return out
	}
	it, is := "It", "is"
	if strings.HasPrefix(out[0], "These ") {
		it, is = "They", "are"
	}
	for i, s := range out[1:] {
		if rest, ok := strings.CutPrefix(s, "Made "); ok {
			out[i+1] = it + " " + is + " made " + rest
			continue
		}
		if first, _, _ := strings.Cut(s, " "); it == "It" && slices.Contains(predicates, first) {
			out[i+1] = "It " + strings.ToLower(s[:1]) + s[1:]
			continue
		}
		if rest, ok := strings.CutPrefix(s, "Suitable "); ok {
			out[i+1] = it + " " + is + " suitable " + rest
			continue
		}
		if rest, ok := j.predicate(s); ok {
			if strings.HasPrefix(rest, "can ") || strings.HasPrefix(rest, "also ") {
				out[i+1] = it + " " + rest
				continue
			}
			out[i+1] = pronoun(rest) + " " + rest
		}
	}
	return out
}

// predicates are the verbs that begin a supplier's sentence without a subject: "Withstands 220 °C."
var predicates = strings.Fields("Withstands Holds Takes Comes Fits Works Keeps Folds Suits Features Includes Measures Weighs Has Is Can Lasts Charges Opens Stands Uses")

// pronoun goes with the verb that a predicate begins with.
func pronoun(predicate string) string {
	verb, _, _ := strings.Cut(predicate, " ")
	switch verb {
	case "are", "have", "come", "feature", "measure", "weigh", "fold", "include", "fit", "use", "hold":
		return "They"
	}
	return "It"
}

// subject is the beginning of a Chinese sentence that names the product: "墨屿这款床头柜".
func (j *job) subject(s string) string {
	at := strings.Index(s, "这款")
	if at < 0 || at > 30 {
		return ""
	}
	end := at + len("这款")
	for i := range s[end:] {
		if i > 0 && strings.Contains(j.plan.title, s[end:end+i]) && !strings.Contains(j.plan.title, s[end:end+i+len(firstRune(s[end+i:]))]) {
			return s[:end+i]
		}
		if i == 0 && !strings.Contains(j.plan.title, firstRune(s[end:])) {
			return ""
		}
	}
	return ""
}

func firstRune(s string) string {
	_, n := utf8.DecodeRuneInString(s)
	return s[:n]
}

// predicate is what an English sentence says of the product, where it begins with "The", "This" or "These" and the
// product's name.
func (j *job) predicate(s string) (string, bool) {
	words := strings.Fields(s)
	if len(words) < 4 || !slices.Contains([]string{"The", "This", "These"}, words[0]) {
		return "", false
	}
	named := strings.ToLower(j.plan.title + " " + j.plan.category + " " + j.plan.brand())
	for i, w := range words[1:min(6, len(words))] {
		switch w {
		case "is", "are", "has", "have", "comes", "come", "features", "feature", "can", "measures", "measure", "weighs", "weigh", "folds", "fold", "includes", "include", "also", "fits", "fit", "uses", "use", "holds", "hold":
			return strings.Join(words[i+1:], " "), i > 0
		}
		if !strings.Contains(named, strings.ToLower(w)) {
			return "", false
		}
	}
	return "", false
}

// join makes a description of its sentences; one that another says whole is left out, but for the first, which names the
// product.
func join(sentences []string, language Language) string {
	var kept []string
	for _, s := range sentences {
		double := s == ""
		for _, k := range kept {
			double = double || check.Covered(s, k) >= 0.99
		}
		if double {
			continue
		}
		for i := len(kept) - 1; i > 0; i-- {
			if within(kept[i], s, language) {
				kept = slices.Delete(kept, i, i+1)
			}
		}
		kept = append(kept, s)
	}
	if language == Chinese {
		return strings.Join(kept, "")
	}
	return strings.Join(kept, " ")
}
