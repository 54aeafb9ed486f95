package compose

import (
	"fmt"
	"hash/fnv"
	"slices"
	"strings"

	"shelftalk/app/catalog"
	"shelftalk/app/channel"
	"shelftalk/app/check"
	"shelftalk/app/gloss"
	"shelftalk/inference"
)

// A page is written in one generation: forced labels with slots behind them. A description's sentences are slots of their
// own, "description.0", "description.1" ..., each behind a cue that names its facts; joined they are the field.

// piece is one slot of a page, or the text that stands in its place.
type piece struct {
	slot  string // "title", "description.1", "bullet_2"
	cue   string // forced text before it
	facts []fact
	fixed string // already written: forced, not asked for
}

// field is the draft's field that a slot belongs to.
func fieldOf(slot string) string {
	name, _, _ := strings.Cut(slot, ".")
	return name
}

func bulletName(i int) string { return fmt.Sprintf("bullet_%d", i+1) }

// job is a brief with all that is computed from it once.
type job struct {
	brief    Brief
	template *template
	channel  channel.Channel
	plan     plan
	pieces   []piece
	printed  map[string]string // bullets that code writes
	order    []string          // the draft's fields
	rules    inference.Rules
	tuning   Tuning
	// wrong grades what is wrong with a text for a piece, 0: nothing; nil: the model's first text stands.
	wrong func(p piece, text string) float64
}

// prepare plans a page.
func (c *Composer) prepare(b Brief) (*job, error) {
	t := c.templates[b.Language]
	if t == nil {
		return nil, fmt.Errorf("%w %q", ErrLanguage, b.Language)
	}
	ch, ok := c.channels[b.Channel]
	if !ok {
		return nil, fmt.Errorf("%w %q", ErrChannel, b.Channel)
	}
	if b.Template != "" && b.Template != ProductPage {
		return nil, fmt.Errorf("%w %q", ErrTemplate, b.Template)
	}
	j := &job{brief: b, template: t, channel: ch, plan: c.plan(b), printed: map[string]string{}}
	if !c.tuning.NoRules {
		j.rules = c.rules(b, ch, j.plan)
	}
	j.tuning = c.tuning
	j.lay()
	return j, nil
}

// rules are what holds while the model writes.
func (c *Composer) rules(b Brief, ch channel.Channel, p plan) inference.Rules {
	out := inference.Rules{
		Numbers: p.evidence.Numbers(),
		Never:   c.never(b, ch),
		Except:  p.evidence.Backed(),
		Script:  inference.Latin,
	}
	t := c.templates[b.Language]
	out.Except = slices.DeleteFunc(out.Except, func(phrase string) bool { // padding stays forbidden, though a claim of the same words is backed
		return slices.Contains(t.Padding, phrase) && !p.evidence.Has(phrase)
	})
	for _, phrase := range slices.Concat(t.leaks(), t.Padding) {
		if p.evidence.Has(phrase) {
			out.Except = append(out.Except, phrase)
		}
	}
	if b.Language == Chinese {
		out.Script = inference.Han
		out.Words = append([]string{}, p.evidence.Latin()...) // brands, models, units
		if !p.evidence.Translated() {
			out.Words = append(out.Words, gloss.Units()...)
		}
	}
	return out
}

// lay sets the page's pieces in the order of writing.
func (j *job) lay() {
	l := j.template.Labels
	title, seo := "", ""
	if j.plan.evidence.Translated() && !j.plan.looseTitle() { // the row's own, in the draft's language: a model would dress it up
		title, seo = j.plainTitle(), j.plainSEOTitle("")
	}
	name := piece{slot: FieldTitle, cue: j.template.head(l.Title), fixed: title}
	if !j.cuesTell() {
		j.pieces = append(j.pieces, name)
	}
	j.order = append(j.order, FieldTitle, FieldDescription)
	for i, facts := range j.plan.sentences {
		j.pieces = append(j.pieces, piece{slot: fmt.Sprintf("%s.%d", FieldDescription, i), cue: j.template.cue(l.Sentence, facts), facts: facts})
	}
	for i, f := range j.plan.bullets {
		name := bulletName(i)
		j.order = append(j.order, name)
		if text, ok := f.printed(j.brief.Language); ok && j.fits(name, text) && f.better(text) {
			j.printed[name] = text
			continue
		}
		j.pieces = append(j.pieces, piece{slot: name, cue: j.template.cue(l.Bullet, []fact{f}), facts: []fact{f}})
	}
	if j.cuesTell() {
		j.pieces = append(j.pieces, name)
	}
	j.pieces = append(j.pieces,
		piece{slot: FieldSEOTitle, cue: j.template.head(l.SEOTitle), fixed: seo},
		piece{slot: FieldSEODescription, cue: j.template.head(l.SEODescription)})
	j.order = append(j.order, FieldSEOTitle, FieldSEODescription)
}

// cuesTell says that the row's message names the product alone, and its facts stand in the cues, once; the title, which has
// no cue, is written behind them. Where a contrast is asked, the row has to have them: the contrast reads the cues, too.
func (j *job) cuesTell() bool { return j.brief.Language == English && !j.tuning.Contrast }

// better says that a fact is printed without asking the model: figures, and whatever is short. A label with its value reads
// as well as what a small model makes of them ("natural rubber on cotton lining"), and is right.
func (f fact) better(text string) bool { return f.kind.Figure || len([]rune(text)) < 60 }

// limit is the channel's for a draft's field.
func (j *job) limit(name string) (channel.Field, bool) {
	if check.IsBullet(name) {
		name = "bullet"
	}
	f, ok := j.channel.Field(name)
	if !ok && (name == FieldSEOTitle || name == FieldSEODescription) { // not the channel's: a page of one's own
		f, ok = channel.Field{ID: name, Max: 60, Unit: channel.DoubleWidth}, true
		if name == FieldSEODescription {
			f.Max = 155
		}
	}
	return f, ok
}

func (j *job) fits(name, text string) bool {
	f, ok := j.limit(name)
	n := f.Unit.Count(text)
	return !ok || (n >= f.Min && (f.Max == 0 || n <= f.Max) && !strings.ContainsAny(text, f.Forbidden+"\x00"))
}

// telling is how much of a row the messages say.
type telling uint8

const (
	full telling = iota // all facts
	cued                // the product's name, category and brand: the cues tell the rest
	bare                // the name and category, for the contrast
)

func (j *job) telling() telling {
	if j.cuesTell() {
		return cued
	}
	return full
}

// messages are the prompt; notes are findings about an earlier attempt.
func (j *job) messages(tell telling, notes []string) []inference.Message {
	t := j.template
	out := []inference.Message{{Role: inference.System, Content: t.system(j.brief.Ruleset)}}
	for _, e := range t.examples(j.plan.product) {
		row, page := t.exampleTurns(e, tell == cued)
		out = append(out, inference.Message{Role: inference.User, Content: row}, inference.Message{Role: inference.Assistant, Content: page})
	}
	title := j.plan.title
	if title == "" {
		title = j.plan.category
	}
	facts := j.plan.shown
	switch tell {
	case full:
	case cued:
		facts = slices.DeleteFunc(slices.Clone(facts), func(f fact) bool { return !f.brand() })
	case bare:
		facts = nil
	}
	content := t.row(title, j.plan.category, facts)
	if len(notes) > 0 {
		content += "\n\n" + fmt.Sprintf(t.Note, strings.Join(notes, " "))
	}
	return append(out, inference.Message{Role: inference.User, Content: content})
}

// Plain is a page as a program without frames would make it: a prompt whose row says all facts, and the delivered text
// with its labels, all of which such a program has to write.
func (c *Composer) Plain(b Brief, v Variant) (prompt []inference.Message, page string, err error) {
	j, err := c.prepare(b)
	if err != nil {
		return nil, "", err
	}
	labels := map[string]string{
		FieldTitle: j.template.Labels.Title, FieldDescription: j.template.Labels.Sentence,
		FieldSEOTitle: j.template.Labels.SEOTitle, FieldSEODescription: j.template.Labels.SEODescription,
	}
	var lines []string
	for _, f := range v.Fields {
		label, ok := labels[f.Name]
		if !ok {
			label = j.template.Labels.Bullet
		}
		lines = append(lines, j.template.head(label)+j.template.gap()+f.Text)
	}
	return j.messages(full, nil), strings.Join(lines, "\n"), nil
}

// request makes the generation of a page; attempt counts from 0, colder with every repair.
func (j *job) request(pieces []piece, candidate, attempt int, notes []string) inference.Request {
	careful := j.brief.Ruleset.Careful
	r := inference.Request{
		Messages: j.messages(j.telling(), notes),
		Params: inference.Params{
			Temperature: max(0.1, 0.55-0.4*careful-0.15*float64(attempt)),
			TopP:        0.95,
			MinP:        0.05,
			MaxTokens:   900,
		},
		Seed: j.seed(candidate, attempt),
	}
	if j.alpha() > 0 {
		r.Contrast = j.messages(bare, notes)
	}
	for i, p := range pieces {
		text := p.cue
		if i > 0 {
			text = "\n" + text
		}
		if p.fixed != "" {
			text += j.template.gap() + p.fixed
		}
		r.Frame = append(r.Frame, inference.Part{Text: text})
		if p.fixed == "" {
			s := j.slot(p)
			if attempt > 0 { // tried often enough: what a repair brings, its note and its cold bring at once
				s.Tries = 0
			}
			r.Frame = append(r.Frame, inference.Part{Slot: s})
		}
	}
	return joinTexts(r)
}

// joinTexts makes neighbouring forced texts one.
func joinTexts(r inference.Request) inference.Request {
	var out []inference.Part
	for _, p := range r.Frame {
		if n := len(out); p.Slot == nil && n > 0 && out[n-1].Slot == nil {
			out[n-1].Text += p.Text
			continue
		}
		out = append(out, p)
	}
	if n := len(out); n > 0 && out[n-1].Slot == nil { // nothing follows it
		out = out[:n-1]
	}
	r.Frame = out
	return r
}

// alpha is the weight of context-aware decoding in the description's sentences. English does without: see the package's
// comment.
func (j *job) alpha() float64 {
	if j.tuning.NoContrast || j.brief.Language == English && !j.tuning.Contrast {
		return 0
	}
	return 1.4 * min(max(j.brief.Ruleset.Careful, 0), 1)
}

// slot bounds what the model may write for a piece.
func (j *job) slot(p piece) *inference.Slot {
	name := fieldOf(p.slot)
	s := &inference.Slot{Name: p.slot, Stop: []string{"\n"}, MaxTokens: 90, Rules: j.rules}
	zh := j.brief.Language == Chinese
	unit, most, least := channel.Characters, 0, 2
	if f, ok := j.limit(name); ok {
		unit, most = f.Unit, f.Max
		least = max(least, f.Min)
	}
	bound := func(n int) { // a page's own bound, in the channel's unit
		if most == 0 || most > n {
			most = n
		}
	}
	switch name {
	case FieldTitle:
		s.MaxTokens = 40
		bound(80)
	case FieldDescription:
		s.Rules.MaxSentences, s.Rules.SentenceEnd = 1, true
		if alpha := j.alpha(); alpha > 0 {
			s.Alpha = &alpha
		}
		bound(240)
		if zh {
			bound(120)
			least = 8
		} else {
			least = 20
		}
	case FieldSEOTitle:
		s.MaxTokens = 32
	case FieldSEODescription:
		s.Rules.SentenceEnd, s.Rules.MaxSentences = true, 1
		s.MaxTokens = 60
	default:
		s.MaxTokens = 40
		bound(110)
	}
	s.Length = inference.Length{Min: least, Max: most, Count: unit.Count}
	if j.wrong != nil {
		s.Judge = func(text string) float64 { return j.wrong(p, text) }
		s.Tries, s.Warmer = maxTries, warmer
	}
	return s
}

// seed follows from the job's seed, the product, the candidate and the attempt.
func (j *job) seed(candidate, attempt int) uint64 {
	h := fnv.New64a()
	fmt.Fprintf(h, "%d\x00%s\x00%d\x00%d\x00%d", j.brief.Seed, j.brief.Product.Key, j.brief.Product.Row, candidate, attempt)
	return h.Sum64()
}

// never compiles the phrases that can't be written, once for a ruleset, channel and language: the lexicon's claims, the
// ruleset's and the channel's words.
func (c *Composer) never(b Brief, ch channel.Channel) *inference.Phrases {
	words := c.banned(b, ch)
	key := b.Channel + "\x00" + string(b.Language) + "\x00" + strings.Join(words, "\x00")
	all := c.compiled
	all.Lock()
	defer all.Unlock()
	if p := all.phrases[key]; p != nil {
		return p
	}
	if len(all.phrases) >= 32 { // rulesets come and go; a job uses one
		clear(all.phrases)
	}
	t := c.templates[b.Language]
	p := inference.NewPhrases(slices.Concat(c.lexicon.Claims(), words, t.leaks(), t.Padding))
	all.phrases[key] = p
	return p
}

// banned are the words of the ruleset and the channel.
func (c *Composer) banned(b Brief, ch channel.Channel) []string {
	words := append([]string{}, b.Ruleset.Never...)
	return append(words, ch.Banned[string(b.Language)]...)
}

// hasFacts says whether there is anything to write from.
func (j *job) hasFacts() bool {
	return j.plan.title != "" || len(j.plan.facts) > 0 || j.brief.Product.Value(catalog.Category) != ""
}
