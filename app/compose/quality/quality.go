// Package quality measures the copy: it writes drafts for a catalogue, once as they are delivered and again with one thing
// changed at a time, and counts what the checks can count. From a seed, per language, repeatable. The figures are the
// checks' view: they see what the lexicon knows. Read drafts as well.
package quality

import (
	"context"
	"fmt"
	"slices"
	"time"

	"shelftalk/app/catalog"
	"shelftalk/app/check"
	"shelftalk/app/compose"
)

// Options say what to measure.
type Options struct {
	Composer *compose.Composer
	Products []catalog.Product
	Channel  string
	Ruleset  compose.Ruleset
	Language compose.Language // "": each row's own
	Variants int              // candidates per draft; 0: 1
	Seed     uint64
	Rows     int    // written together; 0: the engine's choice
	Every    int    // only each n-th product; 0: each
	Limit    int    // products at most; 0: all
	Only     string // the name of one arm; "": all
	// OnProgress, when set, is called when a row of an arm is done.
	OnProgress func(arm string, done, total int)
}

// Arm is a way of writing.
type Arm struct {
	Name   string
	Tuning compose.Tuning
}

// Arms are the ways that are compared. The first is what the program delivers.
func Arms() []Arm {
	return []Arm{
		{Name: "delivered"},
		{Name: "contrast off", Tuning: compose.Tuning{NoContrast: true}},
		{Name: "contrast in English, any words", Tuning: compose.Tuning{Contrast: true, FreeHand: true}},
		{Name: "rules and contrast off", Tuning: compose.Tuning{NoRules: true, NoRepair: true, NoContrast: true}},
	}
}

// Report holds the figures of a run.
type Report struct {
	Seed     uint64    `json:"seed"`
	Channel  string    `json:"channel"`
	Ruleset  string    `json:"ruleset"`
	Careful  float64   `json:"careful"`
	Products int       `json:"products"`
	Figures  []Figures `json:"figures"`
	Drafts   []Written `json:"drafts,omitempty"` // of the first arm, in the products' order
}

// Written is a product with its draft.
type Written struct {
	Product catalog.Product `json:"product"`
	Draft   compose.Draft   `json:"draft"`
}

// Run measures every arm.
func Run(ctx context.Context, g compose.Generator, o Options) (Report, error) {
	if o.Every > 1 {
		var some []catalog.Product
		for i := 0; i < len(o.Products); i += o.Every {
			some = append(some, o.Products[i])
		}
		o.Products = some
	}
	if o.Limit > 0 && len(o.Products) > o.Limit {
		o.Products = o.Products[:o.Limit]
	}
	out := Report{Seed: o.Seed, Channel: o.Channel, Ruleset: o.Ruleset.ID, Careful: o.Ruleset.Careful, Products: len(o.Products)}
	for _, arm := range Arms() {
		if o.Only != "" && o.Only != arm.Name {
			continue
		}
		m, err := o.measure(ctx, g, arm)
		if err != nil {
			return out, fmt.Errorf("measure %q: %w", arm.Name, err)
		}
		out.Figures = append(out.Figures, m.figures()...)
		if out.Drafts == nil {
			out.Drafts = m.drafts()
		}
	}
	return out, nil
}

// measured is one arm's drafts.
type measured struct {
	arm      string
	options  Options
	briefs   []compose.Brief
	outcomes []compose.Outcome // by brief
	first    []firstFound      // what was found before repair
	seconds  float64
}

type firstFound struct {
	language compose.Language
	length   bool
	numbers  int
}

func (o Options) briefs() []compose.Brief {
	var out []compose.Brief
	for _, p := range o.Products {
		lang := o.Language
		if lang == "" {
			lang = compose.Language(check.NewEvidence(p, o.Composer.Lexicon()).Language())
		}
		out = append(out, compose.Brief{
			Product: p, Template: compose.ProductPage, Channel: o.Channel, Ruleset: o.Ruleset, Language: lang,
			Variants: max(1, o.Variants), Seed: o.Seed,
		})
	}
	return out
}

func (o Options) measure(ctx context.Context, g compose.Generator, arm Arm) (*measured, error) {
	m := &measured{arm: arm.Name, options: o, briefs: o.briefs()}
	m.outcomes = make([]compose.Outcome, len(m.briefs))
	tuning := arm.Tuning
	tuning.Observe = func(b compose.Brief, _ []compose.Field, found []check.Finding) {
		f := firstFound{language: b.Language}
		for _, x := range found {
			switch x.Kind {
			case check.Length:
				f.length = true
			case check.Number:
				f.numbers++
			}
		}
		m.first = append(m.first, f) // Compose judges in the goroutine that ranges over it: this one
	}
	started, done := time.Now(), 0
	for out, err := range o.Composer.Tuned(tuning).Compose(ctx, g, slices.Values(m.briefs), compose.Options{Rows: o.Rows}) {
		if err != nil {
			return nil, err
		}
		m.outcomes[out.Index] = out
		done++
		if o.OnProgress != nil {
			o.OnProgress(arm.Name, done, len(m.briefs))
		}
	}
	m.seconds = time.Since(started).Seconds()
	return m, nil
}

func (m *measured) drafts() []Written {
	var out []Written
	for i, o := range m.outcomes {
		if o.Err == nil && o.Skipped == "" {
			d := o.Draft
			d.Created, d.Updated, d.Seconds = time.Time{}, time.Time{}, 0
			out = append(out, Written{m.briefs[i].Product, d})
		}
	}
	return out
}
