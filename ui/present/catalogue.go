package present

import (
	"context"
	"math/rand/v2"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"shelftalk/app/batch"
	"shelftalk/app/catalog"
	"shelftalk/app/channel"
	"shelftalk/app/compose"
	"shelftalk/app/studio"
	"shelftalk/assets"
)

// CatalogueService is what the catalogue needs of the studio.
type CatalogueService interface {
	Catalogue() studio.Catalogue
	Products() ([]studio.ProductView, error)
	Channels() []channel.Channel
	Rulesets() ([]compose.Ruleset, error)
	Settings() studio.Settings
	SetSettings(studio.Settings) error
	Engine() studio.EngineState
	Estimate(products, variants int) (time.Duration, bool)
	StartJob(batch.Spec) (string, error)
	Subscribe(func(studio.Event)) (cancel func())
}

// ProductFilter is a choice of products.
type ProductFilter string

// The filters. Each product is in ProductsAll and in one of the others.
const (
	ProductsAll      ProductFilter = "all"
	ProductsNone     ProductFilter = "none"  // no copy yet
	ProductsDraft    ProductFilter = "draft" // a draft without findings
	ProductsLook     ProductFilter = "look"  // a draft with findings
	ProductsApproved ProductFilter = "approved"
	ProductsExported ProductFilter = "exported"
	ProductsTrouble  ProductFilter = "trouble" // not enough data, or failed
)

// Choices are what the panel says of the next job.
type Choices struct {
	Template, Channel, RulesetID string
	Language                     compose.Language // "": each product's own
	Variants                     int
	Careful                      float64
}

// Catalogue is the page of the products, with the panel that writes copy for them.
type Catalogue struct {
	// OnChange is called on the window's thread when anything of the page changed; OnStarted when a job was started.
	OnChange  func()
	OnStarted func(job string)

	stage    *Stage
	svc      CatalogueService
	all      []studio.ProductView
	hay      []string // what the search looks at, by product
	rows     []int    // indices into all, of those on the page
	filter   ProductFilter
	query    string
	chosen   map[string]bool
	rulesets []compose.Ruleset
	choices  Choices
	loaded   bool
	starting bool
	problem  *Problem
	dial     dial
	imported time.Time   // when the catalogue was that hay was made of
	run      int         // which reload is the latest
	shown    atomic.Bool // the page is seen
	changed  *Latest[bool]
	cancel   func()
}

// NewCatalogue returns the presenter; Show starts it.
func NewCatalogue(stage *Stage, svc CatalogueService) *Catalogue {
	p := &Catalogue{stage: stage, svc: svc, dial: loadDial(assets.Prompts), filter: ProductsAll, chosen: map[string]bool{}, OnChange: func() {}, OnStarted: func(string) {}}
	p.changed = NewLatest(stage.Dispatch, 6*frame, func(bool) { p.reload() })
	return p
}

// Show loads the products and follows their changes.
func (p *Catalogue) Show() {
	p.shown.Store(true)
	if p.cancel == nil {
		p.cancel = p.svc.Subscribe(p.hear)
		p.recall()
	}
	p.reload()
}

// Close ends the subscription.
func (p *Catalogue) Close() {
	if p.cancel != nil {
		p.cancel()
		p.cancel = nil
	}
}

// Hide stops following the studio until the next Show.
func (p *Catalogue) Hide() { p.shown.Store(false) }

// hear takes news of the studio, from any goroutine. How far a job is doesn't show here: what it finished does.
func (p *Catalogue) hear(e studio.Event) {
	if e.Kind != studio.JobProgress && p.shown.Load() {
		p.changed.Set(true)
	}
}

// recall takes the choices of the last time.
func (p *Catalogue) recall() {
	last := p.svc.Settings().Panel
	p.choices = Choices{
		Template: last.Template, Channel: last.Channel, RulesetID: last.RulesetID,
		Language: last.Language, Variants: max(last.Variants, 1), Careful: last.Careful,
	}
	if p.choices.Template == "" { // the first time
		p.choices.Template, p.choices.Careful = "product-page", -1
	}
}

func (p *Catalogue) reload() {
	var all []studio.ProductView
	var rulesets []compose.Ruleset
	hay, imported := p.hay, p.imported
	p.run++
	run := p.run
	p.stage.Go(func(context.Context) (err error) {
		source := p.svc.Catalogue()
		if all, err = p.svc.Products(); err != nil {
			return err
		}
		if len(hay) != len(all) || !source.Imported.Equal(imported) {
			imported, hay = source.Imported, make([]string, 0, len(all))
			for _, v := range all {
				hay = append(hay, haystack(v.Product))
			}
		}
		rulesets, err = p.svc.Rulesets()
		return err
	}, func(err error) {
		if run != p.run { // a later one is under way
			return
		}
		p.loaded = true
		if p.problem = Explain(p.stage.Say, err); err == nil {
			p.all, p.hay, p.imported, p.rulesets = all, hay, imported, rulesets
			p.settle()
			p.sift()
		}
		p.OnChange()
	})
}

// haystack is what a search looks at: the key and every value.
func haystack(product catalog.Product) string {
	var b strings.Builder
	b.WriteString(product.Key)
	for _, f := range product.Fields {
		b.WriteByte(0)
		b.WriteString(f.Value)
	}
	return strings.ToLower(b.String())
}

// settle makes the choices ones that exist, and forgets products that are gone.
func (p *Catalogue) settle() {
	channels := p.svc.Channels()
	if !slices.ContainsFunc(channels, func(c channel.Channel) bool { return c.ID == p.choices.Channel }) {
		p.choices.Channel = studio.DefaultChannel
	}
	at := slices.IndexFunc(p.rulesets, func(r compose.Ruleset) bool { return r.ID == p.choices.RulesetID })
	if at < 0 && len(p.rulesets) > 0 {
		at = 0
		p.choices.RulesetID, p.choices.Careful = p.rulesets[0].ID, -1
	}
	if at >= 0 && p.choices.Careful < 0 {
		p.choices.Careful = p.rulesets[at].Careful
	}
	there := map[string]bool{}
	for _, v := range p.all {
		if p.chosen[v.Product.Key] {
			there[v.Product.Key] = true
		}
	}
	p.chosen = there
}

// sift finds the rows of the page: those of the filter that hold every word of the search.
func (p *Catalogue) sift() {
	p.rows = p.rows[:0]
	words := strings.Fields(strings.ToLower(p.query))
	for i, v := range p.all {
		if (p.filter == ProductsAll || filterOfProduct(v) == p.filter) && holds(p.hay[i], words) {
			p.rows = append(p.rows, i)
		}
	}
}

func holds(hay string, words []string) bool {
	for _, w := range words {
		if !strings.Contains(hay, w) {
			return false
		}
	}
	return true
}

func filterOfProduct(v studio.ProductView) ProductFilter {
	switch v.Status {
	case studio.ProductApproved:
		return ProductsApproved
	case studio.ProductExported:
		return ProductsExported
	case studio.ProductThin, studio.ProductFailed:
		return ProductsTrouble
	case studio.ProductDraft, studio.ProductEdited:
		if v.Findings > 0 {
			return ProductsLook
		}
		return ProductsDraft
	}
	return ProductsNone
}

// Filter shows a choice of products.
func (p *Catalogue) Filter(f ProductFilter) {
	p.filter = f
	p.sift()
	p.OnChange()
}

// Search shows the products whose values hold every word.
func (p *Catalogue) Search(query string) {
	p.query = query
	p.sift()
	p.OnChange()
}

// Check chooses the i-th row of the page, or lets it go.
func (p *Catalogue) Check(i int, on bool) {
	key := p.all[p.rows[i]].Product.Key
	if on {
		p.chosen[key] = true
	} else {
		delete(p.chosen, key)
	}
	p.OnChange()
}

// CheckAll chooses every row of the page, or lets all of them go.
func (p *Catalogue) CheckAll(on bool) {
	for _, i := range p.rows {
		if key := p.all[i].Product.Key; on {
			p.chosen[key] = true
		} else {
			delete(p.chosen, key)
		}
	}
	p.OnChange()
}

// Clear lets every product go.
func (p *Catalogue) Clear() {
	p.chosen = map[string]bool{}
	p.OnChange()
}

// Choose changes the panel.
func (p *Catalogue) Choose(c Choices) {
	if c.RulesetID != p.choices.RulesetID {
		if i := slices.IndexFunc(p.rulesets, func(r compose.Ruleset) bool { return r.ID == c.RulesetID }); i >= 0 {
			c.Careful = p.rulesets[i].Careful
		}
	}
	p.choices = c
	p.OnChange()
}

// Choices returns the panel.
func (p *Catalogue) Choices() Choices { return p.choices }

// targets are the products that the next job is about: the chosen ones, or, when none is chosen, those on the page that
// have no copy yet.
func (p *Catalogue) targets() []string {
	var out []string
	if len(p.chosen) > 0 {
		for _, v := range p.all {
			if p.chosen[v.Product.Key] {
				out = append(out, v.Product.Key)
			}
		}
		return out
	}
	for _, i := range p.rows {
		if v := p.all[i]; filterOfProduct(v) == ProductsNone {
			out = append(out, v.Product.Key)
		}
	}
	return out
}

// Write starts a job with the panel's choices.
func (p *Catalogue) Write() {
	keys := p.targets()
	if p.starting || len(keys) == 0 {
		return
	}
	p.starting = true
	c := p.choices
	spec := batch.Spec{
		Keys: keys, Template: c.Template, Channel: c.Channel, RulesetID: c.RulesetID, Language: c.Language,
		Variants: c.Variants, Careful: &c.Careful, Seed: rand.Uint64(),
	}
	var id string
	p.stage.Go(func(context.Context) (err error) {
		settings := p.svc.Settings()
		settings.Panel = studio.Panel{
			Template: c.Template, Channel: c.Channel, RulesetID: c.RulesetID, Language: c.Language, Variants: c.Variants, Careful: c.Careful,
		}
		if err := p.svc.SetSettings(settings); err != nil {
			return err
		}
		id, err = p.svc.StartJob(spec)
		return err
	}, func(err error) {
		p.starting = false
		if p.problem = Explain(p.stage.Say, err); err == nil {
			p.chosen = map[string]bool{}
			p.OnStarted(id)
		}
		p.OnChange()
	})
	p.OnChange()
}
