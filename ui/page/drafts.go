package page

import (
	"fyne.io/fyne/v2"

	"shelftalk/ui/present"
	"shelftalk/ui/theme"
	"shelftalk/ui/widget"
)

// Drafts is the page of all drafts.
type Drafts struct {
	env *Env
	p   *present.Drafts

	page     *widget.Page
	header   *widget.Header
	search   *widget.Entry
	export   *widget.Button
	approve  *widget.Button
	filters  *fyne.Container
	chips    map[present.DraftFilter]*widget.FilterChip
	selected *widget.Text
	below    fyne.CanvasObject
	notices  *fyne.Container
	table    *widget.Table
	noMatch  fyne.CanvasObject
	body     *fyne.Container
	empty    fyne.CanvasObject
	told     string
	narrow   bool
	hidden   bool // nothing is drawn then
	shown    fyne.CanvasObject
}

// NewDrafts builds the page.
func NewDrafts(env *Env) *Drafts {
	d := &Drafts{env: env, p: present.NewDrafts(env.Stage, env.Studio), chips: map[present.DraftFilter]*widget.FilterChip{}}
	say := env.Say
	d.header = widget.NewHeader(say("drafts.page"))
	d.search = widget.NewSearch(say("drafts.search"), d.p.Search)
	d.export = widget.NewButton(say("drafts.export"), func() { ShowExport(env) })
	d.approve = widget.NewPrimary(say("drafts.approve"), d.p.Approve)
	d.filters, d.selected = widget.Row(theme.Space2), widget.NewText("").SetRole(theme.Muted)
	line := widget.Fixed(0, 43, widget.Fill(widget.Pad(0, theme.Space6, 0, theme.Space6, widget.Row(theme.Space3, d.filters, widget.Spacer(), d.selected)), theme.Surface))
	d.below = widget.Column(0, line, widget.NewRule())
	d.notices = widget.Column(0)
	d.table = widget.NewTable(d.columns())
	d.table.Len, d.table.Row, d.table.OnOpen = d.p.Rows, d.row, d.open
	d.table.Checks, d.table.OnCheck, d.table.OnCheckAll = true, d.p.Check, d.p.CheckAll
	d.table.AllChecked = func() (all, some bool) {
		s := d.p.State()
		return s.AllChecked, s.SomeChecked
	}
	d.notices.Hide()
	d.noMatch = widget.NewEmpty("search", say("drafts.nomatch"), "", "", widget.NewButton(say("drafts.nomatch.clear"), d.showAll))
	d.body = widget.Column(0, d.notices, widget.Grow(widget.Layers(widget.Fill(d.table, theme.Surface), d.noMatch)))
	d.empty = widget.NewEmpty("drafts", say("drafts.empty.title"), say("drafts.empty.text"), say("drafts.empty.note"),
		widget.NewPrimary(say("drafts.empty.go"), func() { env.Go(Route{Page: "catalogue"}) }))
	d.page = widget.NewPage(d.header, nil, widget.Fill(widget.Column(0), theme.Background), nil)
	d.page.OnNarrow = d.setNarrow
	d.header.SetActions(widget.Fixed(230, 0, d.search), d.export, d.approve)
	d.p.OnChange = d.draw
	return d
}

func (d *Drafts) columns() []widget.TableColumn {
	say := d.env.Say
	all := []widget.TableColumn{
		{Title: say("drafts.col.sku"), Width: 120},
		{Title: say("drafts.col.product"), Least: 160},
		{Title: say("drafts.col.where"), Width: 150},
		{Title: say("drafts.col.finding"), Width: 220},
		{Title: say("drafts.col.changed"), Width: 116},
		{Title: say("drafts.col.status"), Width: 116},
	}
	if d.narrow {
		return append(all[:2:2], all[3], all[5])
	}
	return all
}

// setNarrow leaves out the columns that matter least.
func (d *Drafts) setNarrow(on bool) {
	d.narrow = on
	d.table.SetColumns(d.columns())
}

// Object implements Page.
func (d *Drafts) Object() fyne.CanvasObject { return d.page }

// Show implements Page.
func (d *Drafts) Show(Route) {
	d.hidden = false
	d.p.Show()
	d.draw()
}

// Hide implements Page.
func (d *Drafts) Hide() { d.hidden = true }

// Close ends the page: the window builds another, in another language.
func (d *Drafts) Close() { d.p.Close() }

// FocusSearch implements Searcher.
func (d *Drafts) FocusSearch() { d.env.Window.Canvas().Focus(d.search) }

// Escape empties the search.
func (d *Drafts) Escape() bool {
	if d.search.Text == "" {
		return false
	}
	d.search.SetText("")
	return true
}

// showAll drops the filter and the search.
func (d *Drafts) showAll() {
	d.search.SetText("")
	d.p.Filter(present.FilterAll)
}

func (d *Drafts) open(i int) {
	d.env.Stage.Reading = d.p.Order()
	d.env.Go(Route{Page: "draft", ID: d.p.ID(i)})
}

func (d *Drafts) row(i int) widget.TableRow {
	r := d.p.Row(i)
	cells := []widget.Cell{
		{Text: r.Key, Role: theme.Muted},
		{Text: r.Title},
		{Text: r.Where, Role: theme.Muted},
		{Text: r.Finding, Role: theme.Muted},
		{Text: r.Changed, Role: theme.Muted},
		{Chip: look(r.Chip)},
	}
	if d.narrow {
		cells = append(cells[:2:2], cells[3], cells[5])
	}
	return widget.TableRow{Cells: cells, Checkable: true, Checked: r.Checked}
}

// draw shows the presenter's state.
func (d *Drafts) draw() {
	if d.hidden {
		return
	}
	s := d.p.State()
	say := d.env.Say
	d.header.SetSubject(s.Subject)
	d.approve.SetLabel(say("drafts.approve"))
	if s.Approvable > 0 {
		d.approve.SetLabel(say("drafts.approve_n", s.Approvable))
	}
	d.approve.SetEnabled(s.Blocked == "", s.Blocked)
	d.export.SetEnabled(s.CanExport, say("drafts.blocked.export"))
	d.header.Refresh()
	d.drawNotices(s)
	if s.Empty {
		d.setBody(nil, d.empty)
		return
	}
	d.drawFilters(s.Filters)
	d.selected.SetText(s.Selected)
	widget.Show(d.noMatch, s.NoMatch)
	d.setBody(d.below, d.body)
	d.table.Reload()
}

// setBody changes what the page shows below its header, if it isn't that already.
func (d *Drafts) setBody(below, body fyne.CanvasObject) {
	if d.shown != body {
		d.shown = body
		d.page.SetBelow(below)
		d.page.SetBody(body)
	}
}

func (d *Drafts) drawFilters(filters []present.FilterChip) {
	d.filters.Objects = nil
	for _, f := range filters {
		chip := d.chips[f.ID]
		if chip == nil {
			chip = widget.NewFilterChip(f.Label, func() { d.p.Filter(f.ID) })
			d.chips[f.ID] = chip
		}
		chip.SetText(f.Label)
		chip.SetSelected(f.Chosen)
		d.filters.Add(chip)
	}
	d.filters.Refresh()
}

func (d *Drafts) drawNotices(s present.DraftsState) {
	told := s.Notice
	if s.Problem != nil {
		told += s.Problem.Title + s.Problem.Detail
	}
	if told == d.told {
		return
	}
	d.told = told
	d.notices.Objects = nil
	place := func(n *widget.Filled) {
		d.notices.Add(widget.Pad(theme.Space4, theme.Space6, theme.Space4, theme.Space6, n))
	}
	if s.Problem != nil {
		place(problem(s.Problem))
	}
	if s.Notice != "" {
		place(widget.NewNotice(widget.NoticeInfo, s.Notice, "", ""))
	}
	d.notices.Hidden = len(d.notices.Objects) == 0
	d.body.Refresh()
}
