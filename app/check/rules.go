package check

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// language flags a draft in the wrong language: Han in English, sentences of Latin words in Chinese, other scripts in
// either. The row's own words (a brand, a model's name) may stay.
func (j *judge) language() {
	var s scripts
	s.count(j.text)
	if s.other > 0 {
		i := strings.IndexFunc(j.text, func(r rune) bool {
			return unicode.IsLetter(r) && !isHan(r) && !unicode.Is(unicode.Latin, r) && !strings.ContainsRune("Ωµμ", r)
		})
		if i >= 0 {
			_, size := utf8.DecodeRuneInString(j.text[i:])
			j.add(Language, Must, i, i+size, "%q belongs to neither English nor Chinese.", j.text[i:i+size])
		}
	}
	if j.Language == "zh" {
		j.foreignWords(s)
		return
	}
	if s.han > 0 {
		i := strings.IndexFunc(j.text, isHan)
		end := i
		for end < len(j.text) {
			r, size := utf8.DecodeRuneInString(j.text[end:])
			if !isHan(r) {
				break
			}
			end += size
		}
		j.add(Language, Must, i, end, "%q is Chinese in an English text: write it in English, or leave it out.", j.text[i:end])
	}
}

// grave is how much a foreign word weighs: in a draft that is a translation it is a fault, in one from a row of its own
// language it may be a name.
func (j *judge) grave() Severity {
	if j.Evidence.Translated() {
		return Must
	}
	return Should
}

func (j *judge) foreignWords(s scripts) {
	known, run, from := 0, 0, 0
	for _, t := range j.toks {
		if t.kind == han {
			run = 0
			continue
		}
		if t.kind != latin {
			continue
		}
		if j.stays(t) {
			known += t.end - t.start
			continue
		}
		if run == 0 {
			from = t.start
		}
		if run++; run == 1 {
			j.add(Language, j.grave(), t.start, t.end, "%q is English in a Chinese text: write it in Chinese, or leave it out.", j.text[t.start:t.end])
		} else if last := &j.found[len(j.found)-1]; last.Kind == Language {
			last.Start, last.End, last.Text = from, t.end, j.text[from:t.end]
			last.Severity = Must
		}
	}
	if s.han == 0 && s.latin > known {
		j.add(Language, Must, 0, 0, "The text isn't Chinese.")
	}
}

// stays says that a Latin word may stand in a Chinese text: a unit, a name, a model. Of a translated row's words the
// glossary knows which; a row's own words all may.
func (j *judge) stays(t token) bool {
	if j.Evidence.Translated() {
		return !j.Evidence.foreign(t, j.text)
	}
	_, isUnit := unitOf(t.key)
	return isUnit || j.Evidence.words[t.key] || len(t.key) < 3 || j.text[t.start:t.end] == strings.ToUpper(j.text[t.start:t.end])
}

// markup flags what a prompt or a chat habit leaves in a text.
func (j *judge) markup() {
	for _, mark := range []string{"**", "__", "```", "`", "](", "<|", "{{", "[[", "http://", "https://"} {
		if i := strings.Index(j.text, mark); i >= 0 {
			j.add(Markup, Must, i, i+len(mark), "%q is left over from markup.", mark)
		}
	}
	if i, end := tagAt(j.text); end > 0 {
		j.add(Markup, Must, i, end, "%q is an HTML tag.", j.text[i:end])
	}
	if i := strings.IndexByte(j.text, '\n'); i >= 0 && j.name != "description" {
		j.add(Markup, Must, i, i+1, "There is a line break in a field of one line.")
	}
	start := strings.TrimLeft(j.text, " ")
	off := len(j.text) - len(start)
	for _, mark := range []string{"- ", "* ", "# ", "## ", "• ", "· ", "1. ", "> "} {
		if strings.HasPrefix(start, mark) {
			j.add(Markup, Must, off, off+len(mark), "%q is left over from a list or a heading.", mark)
		}
	}
	for _, label := range j.Labels {
		for _, colon := range []string{":", "：", " –"} {
			if hasFoldPrefix(start, label+colon) {
				j.add(Markup, Must, off, off+len(label)+len(colon), "%q is a label of the prompt.", label)
			}
		}
	}
	if j.name != "description" && j.name != "seo_description" {
		return
	}
	for _, label := range []string{"Feature:", "Features:", "特征：", "特点：", "特色："} { // a list's, not a sentence's
		if i := strings.Index(j.text, label); i >= 0 && !j.Evidence.Has(label) {
			j.add(Markup, Must, i, i+len(label), "%q is left over from a list or a heading.", label)
		}
	}
}

func hasFoldPrefix(s, prefix string) bool {
	return len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix)
}

// tagAt finds an HTML tag; a lone "<" as in "< 30 dB" is none.
func tagAt(text string) (int, int) {
	for i := 0; i < len(text); i++ {
		if text[i] != '<' || i+1 == len(text) {
			continue
		}
		if c := text[i+1]; c != '/' && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') {
			continue
		}
		if n := strings.IndexByte(text[i:], '>'); n > 0 && n < 60 {
			return i, i + n + 1
		}
	}
	return 0, 0
}

// repeats flags a sentence said twice and a word doubled.
func (j *judge) repeats() {
	seen := map[string]bool{}
	for _, s := range j.sentences {
		key := j.key(s)
		if key != "" && seen[key] {
			j.add(Repeat, Should, s.Start, s.End, "This sentence is there twice.")
		}
		seen[key] = true
	}
	for i := 1; i < len(j.toks); i++ {
		a, b := j.toks[i-1], j.toks[i]
		if a.key == b.key && a.kind == latin && len(a.key) > 1 && strings.TrimSpace(j.text[a.end:b.start]) == "" {
			j.add(Repeat, Should, a.start, b.end, "%q is doubled.", j.text[a.start:a.end])
		}
	}
	j.stutter()
	j.loops()
	j.nothingNew()
	j.echoes()
}

// nothingNew flags sentences of a description that carry only words of the row that an earlier sentence had.
func (j *judge) nothingNew() {
	if j.name != "description" || j.Evidence.Language() != j.Language {
		return
	}
	said := map[string]bool{}
	for i, s := range j.sentences {
		carried, fresh := 0, false
		for _, t := range j.toksIn(s) {
			if stopword(t) || !j.Evidence.values[t.key] {
				continue
			}
			carried++
			fresh = fresh || !said[t.key]
			said[t.key] = true
		}
		if i > 0 && carried > 0 && !fresh && !slices.ContainsFunc(j.found, func(f Finding) bool { return f.Kind == Repeat && f.Start == s.Start }) {
			j.add(Repeat, Should, s.Start, s.End, "This sentence says only what was said before it.")
		}
	}
}

func (j *judge) key(s Span) string {
	var b strings.Builder
	for _, t := range j.toks {
		if t.start >= s.Start && t.end <= s.End {
			b.WriteString(t.key + " ")
		}
	}
	return b.String()
}

// loops flags a run of at least six words (twelve Han characters) that comes back in the same field.
func (j *judge) loops() {
	const words, chars = 6, 12
	seen := map[string]int{}
	for i := range j.toks {
		n := words
		if j.toks[i].kind == han {
			n = chars
		}
		if i+n > len(j.toks) {
			return
		}
		var b strings.Builder
		for _, t := range j.toks[i : i+n] {
			b.WriteString(t.key + " ")
		}
		if at, ok := seen[b.String()]; ok && i >= at+n {
			j.add(Repeat, Should, j.toks[i].start, j.toks[i+n-1].end, "These words are there twice.")
			return
		} else if !ok {
			seen[b.String()] = i
		}
	}
}

// cut flags a text that stops in the middle.
func (j *judge) cut() {
	text := strings.TrimRight(j.text, " ")
	last := lastWord(text)
	if dangling(last) && !j.Evidence.Has(text) { // "Leave in" is what the row says of a conditioner
		j.add(Cut, Should, len(text)-len(last), len(text), "The text stops behind %q.", last)
		return
	}
	if i := unclosed(text); i >= 0 {
		_, size := utf8.DecodeRuneInString(text[i:])
		j.add(Cut, Should, i, i+size, "The bracket isn't closed.")
	}
	if (j.name == "description" || j.name == "seo_description") && len(text) > 0 {
		r, size := utf8.DecodeLastRuneInString(text)
		if !strings.ContainsRune(".!?。！？\"'”’)）", r) {
			j.add(Cut, Should, len(text)-size, len(text), "The last sentence has no end.")
		}
	}
}

// unclosed is where a bracket stands that has no partner, or -1.
func unclosed(text string) int {
	var open []int
	for i, r := range text {
		switch r {
		case '(', '（', '【', '「', '“':
			open = append(open, i)
		case ')', '）', '】', '」', '”':
			if len(open) == 0 {
				return i
			}
			open = open[:len(open)-1]
		}
	}
	if len(open) > 0 {
		return open[0]
	}
	return -1
}

// dangling says that a text can't end in the word.
func dangling(word string) bool {
	switch strings.ToLower(strings.TrimRight(word, ",;:")) {
	case "a", "an", "the", "and", "or", "with", "for", "of", "to", "in", "by", "from", "at", "is", "are", "its", "your", "that", "which", "&", "–", "-", "|":
		return true
	}
	return strings.HasSuffix(word, "、") || strings.HasSuffix(word, "，") || strings.HasSuffix(word, ",") || strings.HasSuffix(word, "：")
}

// filler flags sentences of the description that carry none of the row's facts, beyond the hooks that are allowed. A row
// in the other language can't be compared word by word: there only numbers, names and known words count, and nothing is
// flagged.
func (j *judge) filler() {
	if j.Evidence.Facts() == 0 || j.Evidence.Language() != j.Language {
		return
	}
	hooks := j.Hooks
	for _, s := range j.sentences {
		if j.Evidence.factsIn(j.toksIn(s)) > 0 {
			continue
		}
		if hooks--; hooks < 0 {
			j.add(Filler, Should, s.Start, s.End, "This sentence carries nothing from the row.")
		}
	}
}

func (j *judge) toksIn(s Span) []token {
	var out []token
	for _, t := range j.toks {
		if t.start >= s.Start && t.end <= s.End {
			out = append(out, t)
		}
	}
	return out
}

// copied flags a description that is mostly one stretch of the supplier's text.
func (j *judge) copied() {
	if j.Evidence.Translated() {
		return // no other shop has the glossary's wording
	}
	const words, chars = 14, 30
	run, start, end := j.Evidence.longestCopy(j.toks)
	limit := words
	if j.Language == "zh" {
		limit = chars
	}
	if run >= limit && run*5 > len(j.toks)*3 {
		j.add(Copied, Should, start, end, "Most of it is the supplier's own text, word for word.")
	}
}

// bullets flags bullets that say the same.
func (in Input) bullets() []Finding {
	var out []Finding
	type bullet struct {
		name string
		keys map[string]bool
	}
	var seen []bullet
	for _, f := range in.Fields {
		if !IsBullet(f.Name) || f.Text == "" {
			continue
		}
		b := bullet{f.Name, map[string]bool{}}
		for _, t := range tokens(f.Text) {
			if !stopword(t) {
				b.keys[t.key] = true
			}
		}
		for _, other := range seen {
			if likeness(b.keys, other.keys) >= 0.8 {
				out = append(out, Finding{Kind: Repeat, Severity: Should, Field: f.Name, Text: f.Text, End: len(f.Text), Detail: "It says the same as another bullet."})
				break
			}
		}
		seen = append(seen, b)
	}
	return out
}

// likeness is the Jaccard index of two sets.
func likeness(a, b map[string]bool) float64 {
	both := 0
	for k := range a {
		if b[k] {
			both++
		}
	}
	if both == 0 {
		return 0
	}
	return float64(both) / float64(len(a)+len(b)-both)
}
