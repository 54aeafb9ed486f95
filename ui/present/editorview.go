package present

import (
	"slices"
	"strconv"
	"strings"

	"shelftalk/app/catalog"
	"shelftalk/app/channel"
	"shelftalk/app/check"
	"shelftalk/app/compose"
)

// EditorState is the page of one draft.
type EditorState struct {
	ID, Title, Key   string
	Subject          string // channel, language, ruleset
	Chips            []Chip // its state, its findings
	Facts            []FactLine
	FactsNote        string
	Fields           []FieldCard
	Findings         []FindingCard
	Variants         []VariantChip
	CanUndo, CanRedo bool
	Approved         bool
	Blocked          string // why it can't be approved, "" when it can
	Writing          string // field being written again, or "*" for a whole variant, "" for none
	Position         string // "3 of 38"
	Problem          *Problem
}

// FactLine is a value of the product.
type FactLine struct {
	Name, Value string
	Used        bool
}

// FieldCard is a field of the draft, or all the selling points.
type FieldCard struct {
	ID, Label string
	Counter   string
	Over      bool
	Lines     []FieldLine
	Bulleted  bool
	CanAdd    string // field id of the next selling point, "" when there can be none
}

// FieldLine is one text.
type FieldLine struct {
	Field   string
	Text    string
	Marks   []TextMark
	Writing bool
	Old     bool // about to be written anew: nothing has come yet
}

// TextMark is about the bytes [Start, End) of a text.
type TextMark struct {
	Start, End int
	Tone       Tone // Accent: a fact; Bad, Warning: a finding
	Finding    int  // index into Findings, -1 for a fact
}

// FindingCard is a finding with its cures.
type FindingCard struct {
	Kind   Chip
	Title  string
	Reason string
	Offer  string // the text that Use it would take
	Field  string
	Cures  []Cure
}

// CureID says what a cure does.
type CureID string

// The cures.
const (
	CureRemove CureID = "remove" // take the words out
	CureKeep   CureID = "keep"   // the finding is all right as it is
	CureUse    CureID = "use"    // take the shorter text
	CureAgain  CureID = "again"  // write the field again
	CureEdit   CureID = "edit"   // by hand
)

// Cure is a button of a finding.
type Cure struct {
	ID    CureID
	Label string
}

// VariantChip is a candidate: Variant A, B, C.
type VariantChip struct {
	Letter string // "A"
	Label  string // the chosen one's is "Variant A"
	Chosen bool
}

// maxBullets is how many selling points a draft has at most.
const maxBullets = 5

// draftSheet is what the view of a draft is made from.
type draftSheet struct {
	draft   compose.Draft
	product catalog.Product
	trace   []compose.TraceSpan
	channel channel.Channel
	writing string // field being written again, or writingAll
	// stream is what was written so far, by field; at is the field being written.
	stream map[string]string
	at     string
}

// writingAll stands for all the fields, of a new variant.
const writingAll = "*"

// view turns a draft into its page.
func (d *draftSheet) view(say Say) EditorState {
	v := d.draft.Current()
	s := EditorState{
		ID: d.draft.ID, Title: d.product.Value(catalog.Title), Key: d.product.Key, Writing: d.writing,
		Approved: d.draft.Status == compose.StatusApproved || d.draft.Status == compose.StatusExported,
	}
	if s.Title == "" {
		s.Title = d.product.Key
	}
	s.Facts, s.FactsNote = d.facts(say)
	s.Chips = []Chip{draftChip(say, d.draft.Status, len(v.Findings))}
	for i := range d.draft.Variants {
		letter := string(rune('A' + i%26))
		label := letter
		if i == d.draft.Chosen {
			label = say("editor.variant", letter)
		}
		s.Variants = append(s.Variants, VariantChip{letter, label, i == d.draft.Chosen})
	}
	for _, f := range v.Findings {
		s.Findings = append(s.Findings, d.finding(say, f))
		if f.Severity == check.Must {
			s.Blocked = say("editor.blocked")
		}
	}
	s.Fields = d.fields(say, v)
	return s
}

// facts lists the product's values, those that the draft uses marked.
func (d *draftSheet) facts(say Say) ([]FactLine, string) {
	used := map[int]bool{}
	for _, t := range d.trace {
		used[t.Fact] = true
	}
	var out []FactLine
	n, facts := 0, 0
	for i, f := range d.product.Fields {
		switch f.Role {
		case catalog.Key, catalog.Ignore, catalog.Title:
			continue
		}
		out = append(out, FactLine{catalog.Label(f.Name, say("code")), f.Value, used[i]})
		if facts++; used[i] {
			n++
		}
	}
	if facts == 0 {
		return out, say("editor.facts.none")
	}
	return out, say("editor.facts.used", n, facts)
}

// fields lays out the cards: title, description, selling points, SEO title and description, then whatever else there is.
func (d *draftSheet) fields(say Say, v compose.Variant) []FieldCard {
	var out []FieldCard
	bullets := FieldCard{ID: "bullets", Label: say("field.bullets"), Bulleted: true}
	place := -1
	for _, f := range v.Fields {
		if strings.HasPrefix(f.Name, "bullet_") {
			if place < 0 {
				place = len(out)
				out = append(out, bullets)
			}
			line := d.line(v, f)
			if line.Text != "" || line.Writing || d.hasFinding(v, f.Name) {
				bullets.Lines = append(bullets.Lines, line)
			}
			continue
		}
		card := FieldCard{ID: f.Name, Label: fieldLabel(say, f.Name), Lines: []FieldLine{d.line(v, f)}}
		card.Counter, card.Over = d.counter(say, f.Name, card.Lines[0].Text)
		if card.Lines[0].Old {
			card.Counter, card.Over = say("editor.waiting"), false
		}
		out = append(out, card)
	}
	if place >= 0 {
		bullets.Counter = say("editor.counter", len(bullets.Lines), maxBullets)
		for i := range bullets.Lines {
			_, over := d.counter(say, bullets.Lines[i].Field, bullets.Lines[i].Text)
			bullets.Over = bullets.Over || over
		}
		bullets.CanAdd = nextBullet(v)
		out[place] = bullets
	}
	return out
}

// nextBullet names the first selling point that has no text yet, "" when all have.
func nextBullet(v compose.Variant) string {
	for i := 1; i <= maxBullets; i++ {
		if name := "bullet_" + strconv.Itoa(i); v.Text(name) == "" {
			return name
		}
	}
	return ""
}

func (d *draftSheet) hasFinding(v compose.Variant, field string) bool {
	return slices.ContainsFunc(v.Findings, func(f check.Finding) bool { return f.Field == field })
}

// line is one text with its marks. A text that is being written has none yet.
func (d *draftSheet) line(v compose.Variant, f compose.Field) FieldLine {
	if d.writing == f.Name || d.writing == writingAll {
		if text := d.stream[f.Name]; text != "" {
			return FieldLine{Field: f.Name, Text: text, Writing: d.writing == f.Name || d.at == f.Name}
		}
		return FieldLine{Field: f.Name, Text: f.Text, Old: true, Writing: d.writing == f.Name}
	}
	l := FieldLine{Field: f.Name, Text: f.Text}
	for i, finding := range v.Findings {
		if finding.Field != f.Name || f.Text == "" {
			continue
		}
		m := TextMark{finding.Start, finding.End, Warning, i}
		if m.End <= m.Start || m.End > len(f.Text) {
			m.Start, m.End = 0, len(f.Text)
		}
		if finding.Severity == check.Must {
			m.Tone = Bad
		}
		l.Marks = append(l.Marks, m)
	}
	for _, t := range d.trace {
		if t.Field == f.Name && t.Start >= 0 && t.End <= len(f.Text) && t.Start < t.End && d.isFact(t.Fact) {
			l.Marks = append(l.Marks, TextMark{t.Start, t.End, Accent, -1})
		}
	}
	return l
}

// isFact says whether a field of the product is worth a mark in the copy: its title is not.
func (d *draftSheet) isFact(i int) bool {
	return i >= 0 && i < len(d.product.Fields) && d.product.Fields[i].Role != catalog.Title && d.product.Fields[i].Role != catalog.Key
}

// counter tells a field's length in the channel's unit: "63 of 60", or words where there is no limit.
func (d *draftSheet) counter(say Say, field, text string) (string, bool) {
	id := field
	if strings.HasPrefix(field, "bullet_") {
		id = "bullet"
	}
	limit, ok := d.channel.Field(id)
	if !ok || limit.Max == 0 {
		if d.draft.Language == compose.Chinese {
			return say.Count("editor.characters", channel.Characters.Count(text)), false
		}
		return say.Count("editor.words", len(strings.Fields(text))), false
	}
	n := limit.Unit.Count(text)
	out := say("editor.counter", n, limit.Max)
	if key := "unit." + string(limit.Unit); say(key) != key && say(key) != "" {
		out += " " + say(key)
	}
	return out, n > limit.Max
}

// finding is a finding's card.
func (d *draftSheet) finding(say Say, f check.Finding) FindingCard {
	c := FindingCard{
		Kind:  Chip{say("finding.kind." + string(f.Kind)), Warning},
		Title: findingTitle(say, f), Reason: findingReason(say, f, channelName(say, []channel.Channel{d.channel}, d.channel.ID)), Field: f.Field,
	}
	if f.Severity == check.Must {
		c.Kind.Tone = Bad
	}
	add := func(id CureID) { c.Cures = append(c.Cures, Cure{id, say("cure." + string(id))}) }
	switch f.Kind {
	case check.Length, check.Cut, check.Grammar:
		if c.Offer = d.offer(f); c.Offer != "" {
			add(CureUse)
		}
		add(CureAgain)
	case check.Empty:
		add(CureAgain)
		add(CureEdit)
	default:
		if f.Kind != check.Missing && d.without(f) != "" {
			add(CureRemove)
		} else {
			add(CureAgain)
		}
	}
	if f.Kind != check.Empty {
		add(CureKeep)
	}
	return c
}

// offer is a text for a field that is too long or has a slip of grammar, "" when there is none.
func (d *draftSheet) offer(f check.Finding) string {
	id := f.Field
	if strings.HasPrefix(id, "bullet_") {
		id = "bullet"
	}
	limit, ok := d.channel.Field(id)
	text := d.current(f.Field)
	if f.Kind == check.Grammar {
		return check.Articled(text)
	}
	if !ok || f.Kind != check.Length || limit.Max == 0 || limit.Unit.Count(text) <= limit.Max {
		return ""
	}
	return cutToFit(text, limit.Max, limit.Unit.Count, d.spans(f.Field))
}

// without is the field's text without the words of a finding, "" when nothing would be left.
func (d *draftSheet) without(f check.Finding) string {
	text := d.current(f.Field)
	if f.End <= f.Start || f.End > len(text) {
		return ""
	}
	return removeWords(text, span{f.Start, f.End}, d.spans(f.Field))
}

func (d *draftSheet) current(field string) string {
	v := d.draft.Current()
	return v.Text(field)
}

// spans are the facts in a field.
func (d *draftSheet) spans(field string) []span {
	var out []span
	for _, t := range d.trace {
		if t.Field == field && d.isFact(t.Fact) {
			out = append(out, span{t.Start, t.End})
		}
	}
	return out
}

// draftChip is a draft's state. Findings go before draft and edited: they are what there is to do.
func draftChip(say Say, status compose.Status, findings int) Chip {
	switch {
	case status == compose.StatusApproved:
		return Chip{say("status.approved"), Good}
	case status == compose.StatusExported:
		return Chip{say("status.exported"), Good}
	case findings > 0:
		return Chip{say.Count("status.findings", findings), Warning}
	case status == compose.StatusEdited:
		return Chip{say("status.edited"), Accent}
	}
	return Chip{say("status.draft"), Accent}
}
