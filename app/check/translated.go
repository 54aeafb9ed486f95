package check

import (
	"slices"
	"strings"
	"unicode"

	"shelftalk/app/catalog"
)

// Translation is a row in the language of a draft, made by a glossary. Where the glossary lacks words, values hold them as
// they were.
type Translation struct {
	Language string
	Product  catalog.Product // the same fields as the row's
	Names    []string        // words of the other script that stay: brands, models, units
	// Loose are the sentences and values that aren't wholly translated.
	Loose []string
	// Unnamed is a brand that can't be written in the draft's script.
	Unnamed string
}

// telltale are the foreign words of a text that carry something.
func (e *Evidence) telltale(text string) []string {
	var out []string
	for _, w := range e.Foreign(text) {
		if t := tokens(w); len(t) != 1 || !stopword(t[0]) {
			out = append(out, w)
		}
	}
	return out
}

// NewTranslated reads a row together with its translation: what a text may say is what either carries, and words are
// compared in the draft's language.
func NewTranslated(row catalog.Product, t Translation, l *Lexicon) *Evidence {
	e, own := NewEvidence(t.Product, l), NewEvidence(row, l)
	e.translation = &t
	e.numbers = append(e.numbers, own.numbers...)
	e.lists = append(e.lists, own.lists...)
	e.text += own.text
	e.facts = own.facts
	for id, bits := range own.backed {
		e.backed[id] |= bits
	}
	for w := range own.words {
		e.words[w] = true
	}
	e.stays = map[string]bool{}
	for _, name := range t.Names {
		for _, w := range letterRuns(name) {
			e.stays[foldString(w)] = true
		}
	}
	return e
}

// letterRuns are the runs of letters in a name: "USB-C" has two, X50CrMoV15 has "X" and "CrMoV".
func letterRuns(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return !unicode.IsLetter(r) })
}

// Latin are the Latin words that a Chinese text about the product may hold, as they are spelt: those of the row, or for a
// translated one those that stay.
func (e *Evidence) Latin() []string {
	var out []string
	add := func(text string) {
		for _, w := range letterRuns(text) {
			if !strings.ContainsFunc(w, isHan) {
				out = append(out, w)
			}
		}
	}
	if e.translation != nil {
		for _, name := range e.translation.Names {
			add(name)
		}
	} else {
		for _, f := range e.fields {
			for _, t := range f.toks {
				if t.kind == latin {
					add(f.value[t.start:t.end])
				}
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Translated says whether the row is in another language than the draft.
func (e *Evidence) Translated() bool { return e.translation != nil }

// Foreign are the words of a text that can't stand in the language that the row is translated into, in their order.
func (e *Evidence) Foreign(text string) []string {
	if e.translation == nil {
		return nil
	}
	var out []string
	end := -1
	for _, t := range tokens(text) {
		if !e.foreign(t, text) {
			continue
		}
		if t.kind == han && end == t.start {
			out[len(out)-1] += text[t.start:t.end]
		} else {
			out = append(out, text[t.start:t.end])
		}
		end = t.end
	}
	return out
}

func (e *Evidence) foreign(t token, text string) bool {
	if e.translation.Language != "zh" {
		return t.kind == han
	}
	if t.kind != latin {
		return false
	}
	_, isUnit := unitOf(t.key)
	return !isUnit && !e.stays[foldString(text[t.start:t.end])]
}

// Known is a text without its foreign words.
func (e *Evidence) Known(text string) string {
	if e.translation == nil {
		return text
	}
	b := []byte(text)
	for _, t := range tokens(text) {
		if e.foreign(t, text) {
			for i := t.start; i < t.end; i++ {
				b[i] = ' '
			}
		}
	}
	return string(b)
}

// Untranslated reports what a draft in another language than its row's rests on beyond the glossary: sentences whose words
// a model has put into the language, facts that are left out, a brand that isn't named. None of it is wrong for certain:
// somebody who knows both languages should look.
func (e *Evidence) Untranslated(fields []Text) []Finding {
	if e.translation == nil {
		return nil
	}
	var out []Finding
	var missing []string
	for _, loose := range e.translation.Loose {
		known, told := e.Known(loose), false
		for _, f := range fields {
			for _, s := range Sentences(f.Text) {
				text := f.Text[s.Start:s.End]
				if Covered(known, text) < 0.5 {
					continue
				}
				told = true
				if slices.ContainsFunc(out, func(x Finding) bool { return x.Field == f.Name && x.Start == s.Start }) {
					continue
				}
				out = append(out, Finding{
					Kind: Translated, Severity: Should, Field: f.Name, Start: s.Start, End: s.End, Text: text,
					Class: quoted(e.telltale(loose)), Detail: "The model has translated " + quoted(e.telltale(loose)) + ": compare it with the row, or add the words to the glossary.",
				})
			}
		}
		if !told {
			missing = append(missing, loose)
		}
	}
	if e.translation.Unnamed != "" {
		out = append(out, Finding{Kind: Translated, Severity: Should, Field: "title", Class: quoted([]string{e.translation.Unnamed}), Detail: "The brand " + quoted([]string{e.translation.Unnamed}) + " isn't named: its spelling in this language isn't known."})
	}
	for _, m := range missing {
		out = append(out, Finding{Kind: Translated, Severity: Should, Field: "description", Class: quoted([]string{m}), Detail: "Left out, because the glossary lacks words for it: " + quoted([]string{m}) + "."})
	}
	return out
}

func quoted(words []string) string {
	const most = 4
	more := ""
	if len(words) > most {
		words, more = words[:most], " and more"
	}
	return "“" + strings.Join(words, "”, “") + "”" + more
}
