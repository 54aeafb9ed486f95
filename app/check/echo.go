package check

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// Clause is the Class of a Repeat finding that is about a clause: the rest of its sentence says something.
const Clause = "clause"

// echoes flags clauses of a description that say again what stands before them: 52g薄型手账纸 for the second time, or ",
// and it folds flat without any tools" behind "folds flat, no tools needed".
func (j *judge) echoes() {
	if j.name != "description" && j.name != "seo_description" {
		return
	}
	t := told{words: map[string]bool{}, pairs: map[string]bool{}}
	for _, sentence := range j.sentences {
		cut := j.clauses(sentence)
		for n, c := range cut {
			toks := j.toksIn(c)
			whole := len(cut) == 1
			again := j.verbatim(c, toks) || t.again(j.Evidence, toks, j.Language) && (j.Language == "zh" || j.predicate(cut, n))
			t.add(toks)
			overlaps := func(f Finding) bool { return f.Kind == Repeat && f.Start < c.End && c.Start < f.End }
			if again && !whole && !slices.ContainsFunc(j.found, overlaps) {
				j.add(Repeat, Should, c.Start, c.End, "This says only what was said before it.").Class = Clause
			}
		}
	}
}

// told is what a text has said so far.
type told struct {
	words, pairs map[string]bool
	denied       bool
}

func (s *told) add(toks []token) {
	for i, t := range toks {
		s.words[t.key] = true
		s.denied = s.denied || denies(t)
		if i > 0 {
			s.pairs[pair(toks[i-1], t)] = true
		}
	}
}

// again says that all words which a clause has from the row were told, and those that stand side by side there, side by
// side: that the phone's place has 15 W doesn't tell how many the watch's has.
func (s *told) again(e *Evidence, toks []token, language string) bool {
	words, pairs := 0, 0
	for i, t := range toks {
		if denies(t) && !s.denied {
			return false
		}
		if i > 0 && e.pairs[pair(toks[i-1], t)] {
			if !s.pairs[pair(toks[i-1], t)] {
				return false
			}
			pairs++
		}
		if stopword(t) || !e.values[t.key] {
			continue
		}
		if !s.words[t.key] {
			return false
		}
		words++
	}
	if language == "zh" {
		return words >= 4 && pairs >= 3
	}
	return words >= 2
}

func pair(a, b token) string { return a.key + " " + b.key }

// Denies says whether a text has a word that turns what it says around.
func Denies(text string) bool { return slices.ContainsFunc(tokens(text), denies) }

func denies(t token) bool {
	if t.kind == han {
		return strings.ContainsRune("不无非未免勿", firstRune(t.key))
	}
	return strings.Contains(" not no without never don't doesn't isn't aren't can't ", " "+t.key+" ")
}

// verbatim says that a Chinese clause stands word for word before it: as a clause, or as a part of one if it is longer.
func (j *judge) verbatim(c Span, toks []token) bool {
	if j.Language != "zh" || len(toks) < 2 {
		return false
	}
	text := j.text[c.Start:c.End]
	for from := 0; ; {
		i := strings.Index(j.text[from:c.Start], text)
		if i < 0 {
			return false
		}
		i += from
		before, _ := utf8.DecodeLastRuneInString(j.text[:i])
		after, _ := utf8.DecodeRuneInString(j.text[i+len(text):])
		if len(toks) >= 4 && !isDigit(before) && !isDigit(after) || (i == 0 || clauseMark(before)) && clauseMark(after) {
			return true
		}
		from = i + len(text)
	}
}

func isDigit(r rune) bool { return r >= '0' && r <= '9' }

func clauseMark(r rune) bool { return strings.ContainsRune("，；。！？—–\n", r) }

// predicate says that an English clause tells something by itself and isn't an item of a list: its sentence's first one
// with a subject, or its last one.
func (j *judge) predicate(all []Span, n int) bool {
	word, _, _ := strings.Cut(j.text[all[n].Start:all[n].End], " ")
	switch strings.ToLower(word) {
	case "it", "they":
		return n == 0 || n == len(all)-1
	case "and", "which", "requiring", "needing":
		return n == len(all)-1
	}
	return false
}

// clauses cuts a sentence at its commas, semicolons and dashes, and before an "and" that goes on with a verb. The marks and
// the sentence's end belong to none.
func (j *judge) clauses(s Span) []Span {
	var out []Span
	start, end := s.Start, s.Start+len(strings.TrimRight(j.text[s.Start:s.End], ".!?。！？"))
	for i := s.Start; i < end; {
		r, size := utf8.DecodeRuneInString(j.text[i:])
		switch {
		case clauseMark(r), strings.ContainsRune(",;", r) && strings.HasPrefix(j.text[i+1:], " "):
			out = appendSpan(out, j.text, start, i)
			start = i + size
		case r == ' ' && goesOn(j.text[i:end]):
			out = appendSpan(out, j.text, start, i)
			start = i
		}
		i += size
	}
	return appendSpan(out, j.text, start, end)
}

func goesOn(text string) bool {
	return hasPrefix(text, " and is ", " and are ", " and made ", " and has ", " and have ", " and it ", " and they ", " and comes ", " and can ")
}

// stutter flags Han characters doubled by mistake (带带出, 可爱可爱): one that the row has single where doubling isn't a
// word, or up to four together.
func (j *judge) stutter() {
	for i := 1; i < len(j.toks); i++ {
		for n := min(4, i, len(j.toks)-i); n > 0; n-- {
			a, b := j.toks[i-n:i], j.toks[i:i+n]
			if !sameKeys(a, b) || !allHan(a) {
				continue
			}
			once, twice := j.text[a[0].start:a[n-1].end], j.text[a[0].start:b[n-1].end]
			if len(once)*2 != len(twice) || j.Evidence.Has(twice) || n == 1 && (!j.Evidence.values[once] || strings.Contains("常刚渐慢轻满天人年处种个层片圈条点大小多好妈爸宝猫狗", once)) {
				continue
			}
			j.add(Repeat, Should, a[0].start, b[n-1].end, "%q is doubled.", once)
			i += n - 1
			break
		}
	}
}

func allHan(toks []token) bool {
	return !slices.ContainsFunc(toks, func(t token) bool { return t.kind != han })
}
