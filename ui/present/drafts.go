package present

import (
	"context"
	"slices"
	"strings"
	"time"

	"shelftalk/app/channel"
	"shelftalk/app/compose"
	"shelftalk/app/studio"
)

// DraftService is what the page of drafts needs of the studio.
type DraftService interface {
	Drafts() ([]studio.DraftView, error)
	Approve(id string) error
	Channels() []channel.Channel
	Subscribe(func(studio.Event)) (cancel func())
}

// DraftFilter is a choice of drafts.
type DraftFilter string

// The filters. Each draft is in FilterAll and in one of the others.
const (
	FilterAll      DraftFilter = "all"
	FilterLook     DraftFilter = "look"  // findings, not approved
	FilterClean    DraftFilter = "clean" // no findings, not approved
	FilterApproved DraftFilter = "approved"
	FilterExported DraftFilter = "exported"
)

// Drafts is the page of all drafts: filter, search, choose several, approve them, open one.
type Drafts struct {
	// OnChange is called on the window's thread when anything of the page changed.
	OnChange func()

	stage   *Stage
	svc     DraftService
	all     []studio.DraftView
	rows    []int // indices into all, of those on the page
	filter  DraftFilter
	query   string
	chosen  map[string]bool
	loaded  bool
	busy    bool
	problem *Problem
	notice  string
	changed *Latest[bool]
	cancel  func()
	now     func() time.Time
}

// NewDrafts returns the presenter; Show starts it.
func NewDrafts(stage *Stage, svc DraftService) *Drafts {
	p := &Drafts{stage: stage, svc: svc, filter: FilterAll, chosen: map[string]bool{}, OnChange: func() {}, now: time.Now}
	p.changed = NewLatest(stage.Dispatch, 4*frame, func(bool) { p.reload() })
	return p
}

// Show loads the drafts and follows their changes.
func (p *Drafts) Show() {
	if p.cancel == nil {
		p.cancel = p.svc.Subscribe(p.hear)
	}
	p.notice = ""
	p.reload()
}

// Close ends the subscription.
func (p *Drafts) Close() {
	if p.cancel != nil {
		p.cancel()
		p.cancel = nil
	}
}

func (p *Drafts) hear(e studio.Event) {
	switch e.Kind {
	case studio.DraftChanged, studio.RowFinished, studio.CatalogueChanged:
		p.changed.Set(true)
	}
}

func (p *Drafts) reload() {
	var all []studio.DraftView
	p.stage.Go(func(context.Context) (err error) {
		all, err = p.svc.Drafts()
		return err
	}, func(err error) {
		p.loaded = true
		if p.problem = Explain(p.stage.Say, err); err == nil {
			p.all = all
			p.prune()
			p.sift()
		}
		p.OnChange()
	})
}

// prune forgets choices whose drafts are gone.
func (p *Drafts) prune() {
	there := map[string]bool{}
	for _, d := range p.all {
		there[d.ID] = p.chosen[d.ID]
	}
	p.chosen = there
}

// sift finds the rows of the page.
func (p *Drafts) sift() {
	p.rows = p.rows[:0]
	query := strings.ToLower(strings.TrimSpace(p.query))
	for i, d := range p.all {
		if p.filter != FilterAll && filterOf(d) != p.filter {
			continue
		}
		if query != "" && !strings.Contains(strings.ToLower(d.ProductKey+"\x00"+d.Title), query) {
			continue
		}
		p.rows = append(p.rows, i)
	}
}

func filterOf(d studio.DraftView) DraftFilter {
	switch {
	case d.Status == compose.StatusApproved:
		return FilterApproved
	case d.Status == compose.StatusExported:
		return FilterExported
	case d.Findings > 0:
		return FilterLook
	}
	return FilterClean
}

// Filter shows a choice of drafts.
func (p *Drafts) Filter(f DraftFilter) {
	p.filter = f
	p.sift()
	p.OnChange()
}

// Search shows the drafts whose key or title holds the words.
func (p *Drafts) Search(query string) {
	p.query = query
	p.sift()
	p.OnChange()
}

// Check chooses the i-th row of the page, or lets it go.
func (p *Drafts) Check(i int, on bool) {
	p.chosen[p.all[p.rows[i]].ID] = on
	p.OnChange()
}

// CheckAll chooses every row of the page, or lets all go.
func (p *Drafts) CheckAll(on bool) {
	for _, i := range p.rows {
		p.chosen[p.all[i].ID] = on
	}
	p.OnChange()
}

// Order lists the drafts of the page in its order, for the editor to go through.
func (p *Drafts) Order() []string {
	out := make([]string, 0, len(p.rows))
	for _, i := range p.rows {
		out = append(out, p.all[i].ID)
	}
	return out
}

// ID returns the draft of the i-th row.
func (p *Drafts) ID(i int) string {
	if i < 0 || i >= len(p.rows) {
		return ""
	}
	return p.all[p.rows[i]].ID
}

// Approve approves the chosen drafts that have no finding to deal with first; the others stay chosen.
func (p *Drafts) Approve() {
	if p.busy {
		return
	}
	var ids []string
	for _, d := range p.all {
		if p.chosen[d.ID] && filterOf(d) != FilterApproved {
			ids = append(ids, d.ID)
		}
	}
	if len(ids) == 0 {
		return
	}
	p.busy, p.notice = true, ""
	var done []string
	p.stage.Go(func(ctx context.Context) error {
		for _, id := range ids {
			if err := ctx.Err(); err != nil {
				return err
			}
			switch err := p.svc.Approve(id); {
			case err == nil:
				done = append(done, id)
			case !isFindings(err):
				return err
			}
		}
		return nil
	}, func(err error) {
		p.busy = false
		for _, id := range done {
			delete(p.chosen, id)
		}
		say := p.stage.Say
		p.notice = say.Count("drafts.approved", len(done))
		if left := len(ids) - len(done); left > 0 && err == nil {
			p.notice += " " + say.Count("drafts.not_approved", left)
		}
		p.problem = Explain(say, err)
		p.OnChange()
		p.changed.Set(true)
	})
	p.OnChange()
}

// DraftsState is the page of drafts without its rows.
type DraftsState struct {
	Empty    bool // there is no draft at all
	NoMatch  bool // there are, but none on the page
	Subject  string
	Filters  []FilterChip
	Selected string // "6 selected", "" for none
	// Approvable is how many of the selected could be approved; Blocked says why there are none.
	Approvable  int
	Blocked     string
	AllChecked  bool
	SomeChecked bool
	Notice      string
	Problem     *Problem
	// CanExport and NoExport: whether there is copy to export, and why not.
	CanExport bool
}

// FilterChip is a filter with how many drafts it holds.
type FilterChip struct {
	ID     DraftFilter
	Label  string
	Chosen bool
}

// DraftLine is one row.
type DraftLine struct {
	ID, Key, Title, Where string // Where: channel and language
	Finding               string // the first finding, in a few words
	Changed               string
	Chip                  Chip
	Checked               bool
}

// State returns the page as it is now.
func (p *Drafts) State() DraftsState {
	say := p.stage.Say
	s := DraftsState{
		Empty: p.loaded && len(p.all) == 0 && p.problem == nil, NoMatch: len(p.rows) == 0 && len(p.all) > 0,
		Subject: say.Count("drafts.count", len(p.all)), Notice: p.notice, Problem: p.problem, CanExport: len(p.all) > 0,
	}
	counts := map[DraftFilter]int{FilterAll: len(p.all)}
	selected, open := 0, 0
	for _, d := range p.all {
		counts[filterOf(d)]++
		if !p.chosen[d.ID] {
			continue
		}
		selected++
		if filterOf(d) != FilterApproved && filterOf(d) != FilterExported {
			open++
		}
	}
	for _, f := range []DraftFilter{FilterAll, FilterLook, FilterClean, FilterApproved, FilterExported} {
		if f == FilterAll || counts[f] > 0 || f == p.filter {
			s.Filters = append(s.Filters, FilterChip{f, say("drafts.filter."+string(f), counts[f]), f == p.filter})
		}
	}
	if selected > 0 {
		s.Selected = say.Count("drafts.selected", selected)
	}
	switch s.Approvable = open; {
	case p.busy:
		s.Approvable, s.Blocked = 0, say("drafts.blocked.busy")
	case selected == 0:
		s.Blocked = say("drafts.blocked.none")
	case open == 0:
		s.Blocked = say("drafts.blocked.done")
	}
	onPage := 0
	for _, i := range p.rows {
		if p.chosen[p.all[i].ID] {
			onPage++
		}
	}
	s.AllChecked, s.SomeChecked = onPage > 0 && onPage == len(p.rows), onPage > 0
	return s
}

// Rows is the number of rows on the page; Row returns one.
func (p *Drafts) Rows() int { return len(p.rows) }

// Row returns the i-th row.
func (p *Drafts) Row(i int) DraftLine {
	say, d := p.stage.Say, p.all[p.rows[i]]
	l := DraftLine{
		ID: d.ID, Key: d.ProductKey, Title: d.Title, Checked: p.chosen[d.ID], Changed: moment(say, d.Updated, p.now()),
		Where: channelName(say, p.svc.Channels(), d.Channel) + " · " + languageName(say, d.Language), Chip: draftChip(say, d.Status, d.Findings),
	}
	if f := filterOf(d); d.Findings > 0 && f != FilterApproved && f != FilterExported {
		l.Finding = findingShort(say, d.First)
	}
	return l
}

// IndexOf returns the row of a draft on the page, -1 when it isn't there.
func (p *Drafts) IndexOf(id string) int {
	return slices.IndexFunc(p.rows, func(i int) bool { return p.all[i].ID == id })
}
