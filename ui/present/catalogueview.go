package present

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"shelftalk/app/catalog"
	"shelftalk/app/compose"
	"shelftalk/app/studio"
)

// Choice is an entry of a selector.
type Choice struct{ ID, Label string }

// ProductChip is a filter with how many products it holds.
type ProductChip struct {
	ID     ProductFilter
	Label  string
	Chosen bool
}

// CatalogueState is the page without its rows.
type CatalogueState struct {
	Loaded                                             bool
	Empty                                              bool // nothing was imported
	NoMatch                                            bool // nothing fits the filter and the search
	Subject                                            string
	Filters                                            []ProductChip
	Selected                                           string
	AllChecked                                         bool
	SomeChecked                                        bool
	Templates, Channels, Rulesets, Languages, Variants []Choice
	Choices                                            Choices
	Care                                               string // what the slider's place means
	About                                              string // "6 products, 2 variants"
	Estimate                                           string
	Action                                             string // "Write 12 drafts"
	Blocked                                            string // why it can't be pressed, or ""
	Problem                                            *Problem
}

// State returns the page as it is now.
func (p *Catalogue) State() CatalogueState {
	say, source := p.stage.Say, p.svc.Catalogue()
	s := CatalogueState{
		Loaded: p.loaded, Empty: p.loaded && len(p.all) == 0 && p.problem == nil, NoMatch: len(p.rows) == 0 && len(p.all) > 0,
		Problem: p.problem, Choices: p.choices,
	}
	if len(p.all) > 0 {
		s.Subject = source.Name + " · " + say.Count("catalogue.products", len(p.all))
	}
	p.stateFilters(&s)
	p.statePanel(&s)
	return s
}

func (p *Catalogue) stateFilters(s *CatalogueState) {
	say := p.stage.Say
	counts := map[ProductFilter]int{ProductsAll: len(p.all)}
	for _, v := range p.all {
		counts[filterOfProduct(v)]++
	}
	for _, f := range []ProductFilter{ProductsAll, ProductsNone, ProductsDraft, ProductsLook, ProductsApproved, ProductsExported, ProductsTrouble} {
		if f == ProductsAll || counts[f] > 0 || f == p.filter {
			s.Filters = append(s.Filters, ProductChip{f, say("catalogue.filter."+string(f), counts[f]), f == p.filter})
		}
	}
	onPage := 0
	for _, i := range p.rows {
		if p.chosen[p.all[i].Product.Key] {
			onPage++
		}
	}
	s.AllChecked, s.SomeChecked = onPage > 0 && onPage == len(p.rows), onPage > 0
	if n := len(p.chosen); n > 0 {
		s.Selected = say.Count("catalogue.selected", n)
	}
}

func (p *Catalogue) statePanel(s *CatalogueState) {
	say, c := p.stage.Say, p.choices
	s.Templates = []Choice{{"product-page", say("catalogue.template.product-page")}}
	for _, ch := range p.svc.Channels() {
		s.Channels = append(s.Channels, Choice{ch.ID, channelName(say, oneChannel(ch), ch.ID)})
	}
	for _, r := range p.rulesets {
		s.Rulesets = append(s.Rulesets, Choice{r.ID, rulesetName(say, r)})
	}
	s.Languages = []Choice{{"", say("catalogue.language.own")}, {"en", say("language.en")}, {"zh", say("language.zh")}}
	for n := 1; n <= 4; n++ {
		s.Variants = append(s.Variants, Choice{strconv.Itoa(n), strconv.Itoa(n)})
	}
	s.Care = p.dial.say(say, c.Careful)
	n := len(p.targets())
	s.About = say.Count("catalogue.about", n) + say.Count("catalogue.variants", c.Variants)
	s.Action = say.Count("catalogue.write", n*c.Variants)
	s.Estimate = p.estimate(n)
	engine := p.svc.Engine()
	switch {
	case engine.Missing:
		s.Blocked = say("catalogue.blocked.model")
	case s.NoMatch && len(p.chosen) == 0:
		s.About, s.Action = say("catalogue.about.nothing"), say("catalogue.write.none")
		s.Blocked = say("catalogue.blocked.nomatch")
	case n == 0 && len(p.chosen) == 0 && len(p.all) > 0:
		s.About, s.Action = say("catalogue.about.none"), say("catalogue.write.none")
		s.Blocked = say("catalogue.blocked.none")
	case p.starting:
		s.Blocked = say("catalogue.blocked.starting")
	}
}

func (p *Catalogue) estimate(n int) string {
	say := p.stage.Say
	if n == 0 {
		return ""
	}
	if d, ok := p.svc.Estimate(n, p.choices.Variants); ok {
		return say("catalogue.estimate", duration(say, max(d, time.Second)))
	}
	return say("catalogue.estimate.unknown")
}

// CatalogueLine is one row.
type CatalogueLine struct {
	Key, Title, Category, Facts string
	DraftID                     string
	Chip                        Chip
	Reason                      string
	Checked                     bool
}

// Rows is the number of rows on the page.
func (p *Catalogue) Rows() int { return len(p.rows) }

// Row returns the i-th row.
func (p *Catalogue) Row(i int) CatalogueLine {
	v := p.all[p.rows[i]]
	return CatalogueLine{
		Key: v.Product.Key, Title: v.Product.Value(catalog.Title), Category: leaf(v.Product.Value(catalog.Category)), Facts: strconv.Itoa(v.Facts),
		DraftID: v.DraftID, Chip: productChip(p.stage.Say, v), Reason: v.Reason, Checked: p.chosen[v.Product.Key],
	}
}

// leaf is the last step of a category's path: "Tents" of "Outdoor > Camping > Tents".
func leaf(category string) string {
	if i := strings.LastIndexAny(category, ">/|›"); i >= 0 {
		_, n := utf8.DecodeRuneInString(category[i:])
		if last := strings.TrimSpace(category[i+n:]); last != "" {
			return last
		}
	}
	return category
}

func productChip(say Say, v studio.ProductView) Chip {
	switch v.Status {
	case studio.ProductThin:
		return Chip{say("status.thin"), Bad}
	case studio.ProductFailed:
		return Chip{say("status.failed"), Bad}
	case studio.ProductDraft:
		return draftChip(say, compose.StatusDraft, v.Findings)
	case studio.ProductEdited:
		return draftChip(say, compose.StatusEdited, v.Findings)
	case studio.ProductApproved:
		return draftChip(say, compose.StatusApproved, v.Findings)
	case studio.ProductExported:
		return draftChip(say, compose.StatusExported, v.Findings)
	}
	return Chip{say("status.none"), Neutral}
}
