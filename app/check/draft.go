package check

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"shelftalk/app/channel"
)

// Text is a named field of a draft.
type Text struct{ Name, Text string }

// Input is what Draft judges, and by what.
type Input struct {
	Fields   []Text
	Evidence *Evidence
	Language string // "en" or "zh": what the draft should be written in
	// Limit returns the channel's limit for a field; nil or false: none.
	Limit func(field string) (channel.Field, bool)
	Never []string // words of the ruleset and the channel
	Must  []string // words that the description must carry
	// Examples are phrases of the prompt's examples: brands, materials, figures.
	Examples []string
	// Labels are what the prompt calls fields; a text that starts with one has copied the prompt.
	Labels []string
	// Hooks is how many sentences without a fact the description may have.
	Hooks int
	// MaxWords bounds the description. Zero: none.
	MaxWords int
}

// Draft judges every field and returns findings in the order of the fields; within a field hard ones come first.
func Draft(in Input) []Finding {
	var out []Finding
	for _, f := range in.Fields {
		out = append(out, in.field(f)...)
	}
	return append(out, in.bullets()...)
}

// IsBullet says whether a field's name is that of a bullet.
func IsBullet(name string) bool { return strings.HasPrefix(name, "bullet_") }

func (in Input) field(f Text) []Finding {
	if strings.TrimSpace(f.Text) == "" {
		return []Finding{{Kind: Empty, Severity: Must, Field: f.Name, Detail: "Nothing is written here."}}
	}
	j := judge{Input: in, name: f.Name, text: f.Text, toks: tokens(f.Text), sentences: Sentences(f.Text)}
	j.length()
	j.language()
	j.markup()
	j.banned()
	j.leaks()
	j.numbers()
	j.misplaced()
	j.claims()
	j.shades()
	j.denied()
	j.repeats()
	if j.Language == "en" {
		j.grammar()
		j.madeOf()
		j.maker()
	}
	j.cut()
	if f.Name == "description" {
		j.filler()
		j.copied()
		j.must()
	}
	slices.SortStableFunc(j.found, func(a, b Finding) int {
		if a.Severity != b.Severity {
			if a.Severity == Must {
				return -1
			}
			return 1
		}
		return a.Start - b.Start
	})
	return j.found
}

// judge collects findings about one field.
type judge struct {
	Input
	name, text string
	toks       []token
	sentences  []Span
	found      []Finding
}

// add reports the bytes start to end; equal ones mean the whole field.
func (j *judge) add(kind Kind, s Severity, start, end int, detail string, args ...any) *Finding {
	f := Finding{Kind: kind, Severity: s, Field: j.name, Start: start, End: end, Text: j.text[start:end], Detail: fmt.Sprintf(detail, args...)}
	j.found = append(j.found, f)
	return &j.found[len(j.found)-1]
}

func (j *judge) length() {
	if j.name == "description" && j.MaxWords > 0 {
		if n := channel.Words.Count(j.text); n > j.MaxWords && j.Language == "en" {
			f := j.add(Length, Should, 0, 0, "It has %d words; %d are enough.", n, j.MaxWords)
			f.Got, f.Limit = n, j.MaxWords
		}
	}
	if j.Limit == nil {
		return
	}
	limit, ok := j.Limit(j.name)
	if !ok {
		return
	}
	severity := Should
	if limit.Hard {
		severity = Must
	}
	n := limit.Unit.Count(j.text)
	if limit.Max > 0 && n > limit.Max {
		f := j.add(Length, severity, 0, 0, "It has %d %s; the limit is %d.", n, unitName(limit.Unit), limit.Max)
		f.Got, f.Limit = n, limit.Max
	}
	if n < limit.Min {
		f := j.add(Length, severity, 0, 0, "It has %d %s; at least %d are wanted.", n, unitName(limit.Unit), limit.Min)
		f.Got, f.Limit = n, limit.Min
	}
	if i := strings.IndexAny(j.text, limit.Forbidden); i >= 0 && limit.Forbidden != "" {
		_, size := utf8.DecodeRuneInString(j.text[i:])
		j.add(Markup, Must, i, i+size, "The channel refuses the character %q here.", j.text[i:i+size])
	}
}

func unitName(u channel.Unit) string {
	switch u {
	case channel.UTF8Bytes, channel.GBKBytes:
		return "bytes"
	case channel.DoubleWidth:
		return "characters (wide ones count two)"
	}
	return string(u)
}

func (j *judge) numbers() {
	for _, q := range quantities(j.text) {
		if q.loose || len(q.values) == 0 || j.Evidence.carries(q) {
			continue
		}
		j.add(Number, Must, q.start, q.end, "The row has no %q.", j.text[q.start:q.end])
	}
}

func (e *Evidence) carries(q quantity) bool {
	for _, row := range e.numbers {
		if q.same(row) {
			return true
		}
	}
	for _, n := range e.lists {
		if q.unit.kind == "" && len(q.values) == 1 && q.values[0] == n {
			return true
		}
	}
	return false
}

func (j *judge) claims() {
	e := j.Evidence
	all := e.lexicon.claimsIn(j.text, j.toks)
	slices.SortStableFunc(all, func(a, b match) int { // the graver of two senses first
		return cmp.Or(a.from-b.from, e.lexicon.gravity(a.entry)-e.lexicon.gravity(b.entry))
	})
	for _, m := range all {
		entry := e.lexicon.entries[m.entry]
		start, end := j.toks[m.from].start, j.toks[m.to-1].end
		if entry.class == contradiction {
			if other, ok := e.opposite(m.entry); ok && e.backed[m.entry]&1 == 0 && !m.negated {
				f := j.add(Claim, Must, start, end, "The row says %q, the opposite of %q.", other, j.text[start:end])
				f.Class = contradiction
			}
			continue
		}
		want := uint8(1)
		if m.negated {
			want = 2
		}
		if e.backed[m.entry]&want != 0 {
			continue
		}
		severity := Should
		if e.lexicon.gravity(m.entry) == 0 {
			severity = Must
		}
		if n := len(j.found); n > 0 && j.found[n-1].Kind == Claim && j.found[n-1].Start == start { // another sense of the same words
			continue
		}
		f := j.add(Claim, severity, start, end, "The row doesn't say %q (%s).", j.text[start:end], entry.class)
		f.Class = entry.class
	}
}

// opposite returns the row's word for the opposite of an entry.
func (e *Evidence) opposite(id int) (string, bool) {
	for _, pair := range e.lexicon.opposites {
		for side, other := range []int{pair[1], pair[0]} {
			if pair[side] == id && e.backed[other]&1 != 0 {
				return e.lexicon.entries[other].claims[0], true
			}
		}
	}
	return "", false
}

func (j *judge) banned() {
	for _, phrase := range j.Never {
		want := tokens(phrase)
		if len(want) == 0 {
			continue
		}
		for i := 0; i+len(want) <= len(j.toks); i++ {
			if sameKeys(j.toks[i:i+len(want)], want) {
				j.add(Banned, Must, j.toks[i].start, j.toks[i+len(want)-1].end, "%q mustn't be written.", phrase)
			}
		}
	}
}

func sameKeys(a, b []token) bool {
	for i := range b {
		if a[i].key != b[i].key {
			return false
		}
	}
	return true
}

func (j *judge) leaks() {
	for _, phrase := range j.Examples {
		if j.Evidence.Has(phrase) {
			continue
		}
		want := tokens(phrase)
		for i := 0; len(want) > 0 && i+len(want) <= len(j.toks); i++ {
			if sameKeys(j.toks[i:i+len(want)], want) {
				j.add(Leak, Must, j.toks[i].start, j.toks[i+len(want)-1].end, "%q comes from an example of the prompt, not from the row.", phrase)
			}
		}
	}
}

func (j *judge) must() {
	text := foldString(j.text)
	for _, word := range j.Must {
		if !strings.Contains(text, foldString(word)) {
			j.add(Missing, Should, 0, 0, "The ruleset wants %q here.", word)
		}
	}
}
