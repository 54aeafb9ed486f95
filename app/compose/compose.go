package compose

import (
	"fmt"
	"io/fs"
	"strings"
	"sync"

	"shelftalk/app/channel"
	"shelftalk/app/check"
	"shelftalk/app/gloss"
	"shelftalk/inference"
)

// ProductPage is the template that there is: title, description, bullets, SEO title and description.
const ProductPage = "product-page"

// maxWords bounds an English description.
const maxWords = 120

// Composer writes drafts. It may be used by several goroutines.
type Composer struct {
	channels  map[string]channel.Channel
	templates map[Language]*template
	kinds     []factKind
	lexicon   *check.Lexicon
	glossary  *gloss.Glossary

	compiled *compiled
	tuning   Tuning
}

// compiled holds never-words, by what they were compiled from.
type compiled struct {
	sync.Mutex
	phrases map[string]*inference.Phrases
}

// Tuning changes what a Composer does, one thing at a time, so that the worth of each can be measured (package quality).
// The zero value changes nothing.
type Tuning struct {
	NoContrast bool // plain decoding in Chinese, too: α is 0
	Contrast   bool // context-aware decoding in English, too
	NoRules    bool // numbers, claims, banned words and scripts aren't held while decoding
	NoRepair   bool // what is written first is delivered, with its findings: no slot is tried again
	FreeHand   bool // a sentence may have any number of words that the row doesn't have
	// Observe, when set, is called with every page as the model wrote it, its slots tried as often as they may be, before any
	// repair. It may be called from several goroutines.
	Observe func(b Brief, written []Field, found []check.Finding)
}

// Tuned returns a Composer like c with something turned off.
func (c *Composer) Tuned(t Tuning) *Composer {
	out := *c
	out.tuning = t
	return &out
}

// New reads the prompts, the lexicons and the glossary.
func New(channels []channel.Channel, prompts, lexicons, glossary fs.FS) (*Composer, error) {
	c := &Composer{channels: map[string]channel.Channel{}, compiled: &compiled{phrases: map[string]*inference.Phrases{}}}
	for _, ch := range channels {
		c.channels[ch.ID] = ch
	}
	var err error
	if c.templates, c.kinds, err = loadTemplates(prompts); err != nil {
		return nil, err
	}
	if c.lexicon, err = check.LoadLexicon(lexicons); err != nil {
		return nil, err
	}
	if c.glossary, err = gloss.Load(glossary); err != nil {
		return nil, err
	}
	return c, nil
}

// Lexicon returns the words that the composer's checks know.
func (c *Composer) Lexicon() *check.Lexicon { return c.lexicon }

// DraftID names the one draft that there is of a product for a channel, a template and a language.
func DraftID(b Brief) string {
	template := b.Template
	if template == "" {
		template = ProductPage
	}
	return strings.Join([]string{b.Product.Key, b.Channel, template, string(b.Language)}, "|")
}

// Rulesets are the voices that a new catalogue starts with; the first is the default.
func Rulesets() []Ruleset {
	return []Ruleset{
		{ID: "plain", Name: "Plain and warm", Tone: "plain and warm / 平实、亲切", Careful: 0.5},
		{ID: "careful", Name: "Facts only", Tone: "matter-of-fact / 客观、简洁", Careful: 0.8},
		{ID: "lively", Name: "Lively", Tone: "lively and direct / 活泼、直接", Careful: 0.25, Hooks: 1},
	}
}

// input is what the checks need to judge a page.
func (c *Composer) input(j *job, fields []Field) check.Input {
	in := check.Input{
		Evidence: j.plan.evidence,
		Language: string(j.brief.Language),
		Limit:    j.limit,
		Never:    c.banned(j.brief, j.channel),
		Must:     j.brief.Ruleset.Must,
		Examples: j.template.leaks(),
		Labels:   j.template.names(),
		Hooks:    j.brief.Ruleset.Hooks,
		MaxWords: maxWords,
	}
	for _, f := range fields {
		in.Fields = append(in.Fields, check.Text{Name: f.Name, Text: f.Text})
	}
	return in
}

// Recheck judges a variant anew, after an edit. A brief whose channel or language isn't known keeps the old findings.
func (c *Composer) Recheck(b Brief, v *Variant) {
	j, err := c.prepare(b)
	if err != nil {
		return
	}
	v.Findings = c.verdict(j, v.Fields, check.Draft(c.input(j, v.Fields)))
}

// Trace finds which of the product's fields each part of a variant's text comes from.
func (c *Composer) Trace(b Brief, v Variant) []TraceSpan {
	e := c.evidence(b)
	var out []TraceSpan
	for _, f := range v.Fields {
		for _, t := range e.Traces(f.Text) {
			out = append(out, TraceSpan{Field: f.Name, Start: t.Start, End: t.End, Fact: t.Fact})
		}
	}
	return out
}

// Limits returns the channel's limit for each field of a draft, by the field's name.
func (c *Composer) Limits(b Brief, v Variant) (map[string]channel.Field, error) {
	ch, ok := c.channels[b.Channel]
	if !ok {
		return nil, fmt.Errorf("%w %q", ErrChannel, b.Channel)
	}
	j := &job{channel: ch}
	out := map[string]channel.Field{}
	for _, f := range v.Fields {
		if limit, ok := j.limit(f.Name); ok {
			out[f.Name] = limit
		}
	}
	return out, nil
}
