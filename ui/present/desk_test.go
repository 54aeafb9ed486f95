package present

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync"
	"time"

	"shelftalk/app/catalog"
	"shelftalk/app/channel"
	"shelftalk/app/check"
	"shelftalk/app/compose"
	"shelftalk/app/studio"
	"shelftalk/inference"
)

// desk is a studio with drafts in memory.
type desk struct {
	mu      sync.Mutex
	details map[string]*studio.DraftDetail
	order   []string
	calls   []string
	hear    func(studio.Event)
	gate    chan struct{} // when set, Rewrite waits for it between pieces
	err     error

	settings  studio.Settings
	catalogue studio.Catalogue
	export    error
	exported  studio.ExportSpec
}

const speakerText = "The speaker puts 20 W into 560 g. Perfect for any occasion."

// newDesk has n drafts d0, d1 ..., the first with a claim and a title that is too long.
func newDesk(n int) *desk {
	d := &desk{details: map[string]*studio.DraftDetail{}}
	for i := range n {
		id := fmt.Sprint("d", i)
		d.order = append(d.order, id)
		at := strings.Index(speakerText, "Perfect for any occasion")
		v := compose.Variant{Fields: []compose.Field{
			{Name: "title", Text: "Sonaro Portable Speaker"},
			{Name: "description", Text: speakerText},
			{Name: "bullet_1", Text: "20 W in 560 g"},
			{Name: "bullet_2", Text: "IP67"},
			{Name: "seo_title", Text: "Sonaro Portable Speaker 20 W, great for all your parties, IP67, 12 h"},
		}}
		if i == 0 {
			v.Findings = []check.Finding{
				{Kind: check.Claim, Severity: check.Must, Field: "description", Start: at, End: at + 24, Text: "Perfect for any occasion", Class: "effect"},
				{Kind: check.Length, Severity: check.Should, Field: "seo_title", Got: 69, Limit: 60},
			}
		}
		d.details[id] = &studio.DraftDetail{
			Draft: compose.Draft{
				ID: id, ProductKey: fmt.Sprint("K", i), Channel: "shopify", Language: compose.English, Status: compose.StatusDraft,
				Variants: []compose.Variant{v, {Fields: []compose.Field{{Name: "title", Text: "Other"}}}}, Updated: time.Date(2026, 11, 24, 14, i, 0, 0, time.Local),
			},
			Product: catalog.Product{Key: fmt.Sprint("K", i), Fields: []catalog.Field{
				{Name: "Name", Role: catalog.Title, Value: fmt.Sprint("Speaker ", i)},
				{Name: "Power", Role: catalog.Attribute, Value: "20 W"},
				{Name: "Weight", Role: catalog.Attribute, Value: "560 g"},
				{Name: "Colour", Role: catalog.Attribute, Value: "black"},
			}},
			Trace: []compose.TraceSpan{
				{Field: "description", Start: 17, End: 21, Fact: 1},
				{Field: "description", Start: 27, End: 32, Fact: 2},
				{Field: "seo_title", Start: 24, End: 28, Fact: 1},
			},
			Channel: channel.Channel{ID: "shopify", Name: map[string]string{"en": "Shopify"}, Fields: []channel.Field{
				{ID: "title", Max: 70, Unit: channel.Characters}, {ID: "bullet", Max: 200, Unit: channel.Characters}, {ID: "seo_title", Max: 60, Unit: channel.DoubleWidth},
			}},
			Ruleset: compose.Ruleset{Name: "House voice"},
		}
	}
	return d
}

func (d *desk) Draft(id string) (studio.DraftDetail, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	detail, ok := d.details[id]
	if !ok {
		return studio.DraftDetail{}, studio.ErrNotFound
	}
	out := *detail
	out.Draft.Variants = slices.Clone(out.Draft.Variants)
	for i := range out.Draft.Variants {
		out.Draft.Variants[i].Fields = slices.Clone(out.Draft.Variants[i].Fields)
	}
	return out, nil
}

func (d *desk) Drafts() ([]studio.DraftView, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	var out []studio.DraftView
	for _, id := range d.order {
		r := d.details[id]
		v := studio.DraftView{
			ID: id, ProductKey: r.Draft.ProductKey, Title: r.Product.Value(catalog.Title), Channel: r.Draft.Channel, Language: r.Draft.Language,
			Status: r.Draft.Status, Updated: r.Draft.Updated,
		}
		if fs := r.Draft.Current().Findings; len(fs) > 0 {
			v.Findings, v.First = len(fs), fs[0]
		}
		out = append(out, v)
	}
	return out, d.err
}

func (d *desk) edit(id, call string, change func(*studio.DraftDetail) error) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.calls = append(d.calls, call)
	if d.err != nil {
		return d.err
	}
	return change(d.details[id])
}

func (d *desk) SaveField(id, field, text string) error {
	return d.edit(id, "save "+field, func(r *studio.DraftDetail) error {
		fs := r.Draft.Variants[r.Draft.Chosen].Fields
		for i := range fs {
			if fs[i].Name == field {
				fs[i].Text = text
			}
		}
		return nil
	})
}

func (d *desk) KeepFinding(id string, f check.Finding) error {
	return d.edit(id, "keep "+string(f.Kind), func(*studio.DraftDetail) error { return nil })
}

func (d *desk) Choose(id string, n int) error {
	return d.edit(id, fmt.Sprint("choose ", n), func(r *studio.DraftDetail) error { r.Draft.Chosen = n; return nil })
}

func (d *desk) Approve(id string) error {
	return d.edit(id, "approve "+id, func(r *studio.DraftDetail) error {
		for _, f := range r.Draft.Current().Findings {
			if f.Severity == check.Must {
				return fmt.Errorf("draft %q: %w", id, studio.ErrFindings)
			}
		}
		r.Draft.Status = compose.StatusApproved
		return nil
	})
}

func (d *desk) Unapprove(id string) error {
	return d.edit(id, "unapprove "+id, func(r *studio.DraftDetail) error { r.Draft.Status = compose.StatusEdited; return nil })
}

func (d *desk) Undo(id string) error {
	return d.edit(id, "undo", func(*studio.DraftDetail) error { return fmt.Errorf("undo: %w", studio.ErrNothing) })
}

func (d *desk) Redo(id string) error {
	return d.edit(id, "redo", func(*studio.DraftDetail) error { return errors.New("no redo") })
}

func (d *desk) Rewrite(ctx context.Context, id, field string) iter.Seq2[inference.Chunk, error] {
	return func(yield func(inference.Chunk, error) bool) {
		for _, piece := range []string{"A new ", "text ", "of 20 W."} {
			if d.gate != nil {
				select {
				case <-d.gate:
				case <-ctx.Done():
					yield(inference.Chunk{}, ctx.Err())
					return
				}
			}
			if !yield(inference.Chunk{Slot: field, Text: piece}, nil) {
				return
			}
		}
		if err := d.SaveField(id, field, "A new text of 20 W."); err != nil {
			yield(inference.Chunk{}, err)
		}
	}
}

func (d *desk) Again(_ context.Context, id string, onText func(field, text string)) error {
	onText("title", "Third")
	return d.edit(id, "again", func(r *studio.DraftDetail) error {
		r.Draft.Variants = append(r.Draft.Variants, compose.Variant{Fields: []compose.Field{{Name: "title", Text: "Third title"}}})
		r.Draft.Chosen = len(r.Draft.Variants) - 1
		return nil
	})
}

func (d *desk) Subscribe(f func(studio.Event)) func() {
	d.hear = f
	return func() { d.hear = func(studio.Event) {} }
}

func (d *desk) Channels() []channel.Channel {
	return []channel.Channel{{ID: "shopify", Name: map[string]string{"en": "Shopify"}}}
}

func (d *desk) Catalogue() studio.Catalogue { return d.catalogue }
func (d *desk) Settings() studio.Settings   { return d.settings }
func (d *desk) SetSettings(s studio.Settings) error {
	d.settings = s
	return nil
}

func (d *desk) UseThreads(n int) error {
	d.settings.Threads = n
	return nil
}

func (d *desk) Export(_ context.Context, spec studio.ExportSpec) (catalog.Report, error) {
	d.exported = spec
	return catalog.Report{Path: spec.Path, Rows: 5}, d.export
}
