package page

import (
	"strconv"

	"fyne.io/fyne/v2"

	"shelftalk/app/compose"
	"shelftalk/ui/present"
	"shelftalk/ui/theme"
	"shelftalk/ui/widget"
)

// Catalogue is the page of the products.
type Catalogue struct {
	env  *Env
	p    *present.Catalogue
	root *fyne.Container
	page *widget.Page

	header    *widget.Header
	search    *widget.Entry
	searchBox *fyne.Container
	open      *widget.Button // the panel, where the page is narrow
	imports   *widget.Button
	filters   *fyne.Container
	chips     []*widget.FilterChip
	selected  *widget.Text
	clear     *widget.Button
	problem   *slot
	table     *widget.Table
	nomatch   fyne.CanvasObject
	empty     fyne.CanvasObject
	reading   fyne.CanvasObject // before the first products are there
	panel     *writePanel
}

// NewCatalogue builds the page.
func NewCatalogue(env *Env) *Catalogue {
	c := &Catalogue{env: env, p: present.NewCatalogue(env.Stage, env.Studio)}
	c.p.OnChange, c.p.OnStarted = c.draw, c.started
	say := env.Say
	c.header = widget.NewHeader(say("catalogue.title"))
	c.search = widget.NewSearch(say("catalogue.search"), c.p.Search)
	c.searchBox = widget.Fixed(230, 0, c.search)
	c.open = widget.NewPrimary(say("catalogue.panel.open"), c.openPanel)
	c.imports = widget.NewButton(say("catalogue.import"), c.chooseFile)
	c.filters = widget.Row(theme.Space2)
	c.selected = widget.NewText("").SetRole(theme.Muted)
	c.clear = widget.NewSmall(say("catalogue.clear"), c.p.Clear)
	c.problem = newSlot(16)
	c.buildTable()
	c.nomatch = widget.NewEmpty("search", say("catalogue.nomatch"), "", "", widget.NewButton(say("catalogue.nomatch.clear"), c.showAll))
	c.empty = widget.NewEmpty("shelf", say("catalogue.empty.title"), say("catalogue.empty.text"), say("catalogue.empty.note"),
		widget.NewPrimary(say("catalogue.empty.choose"), c.chooseFile), widget.NewButton(say("catalogue.empty.sample"), c.trySample))
	c.panel = newWritePanel(env, c.p)
	below := widget.Fill(widget.Column(0, widget.Fixed(0, 42, widget.Pad(0, 24, 0, 24, widget.Row(theme.Space2, c.filters, widget.Spacer(), c.selected, c.clear))), widget.NewRule()), theme.Surface)
	body := widget.Column(0, c.problem.box, widget.Grow(fyne.CanvasObject(widget.Layers(widget.Fill(c.table, theme.Surface), c.nomatch))))
	c.page = widget.NewPage(c.header, below, body, c.panel.object)
	c.page.OnFold = func() { c.actions() }
	c.reading = readingPage(env, say("catalogue.title"))
	c.page.Hide()
	c.root = widget.Layers(c.page, c.emptyPage(), c.reading)
	return c
}

// emptyPage is what is there before the first import.
func (c *Catalogue) emptyPage() fyne.CanvasObject {
	header := widget.NewHeader(c.env.Say("catalogue.title"))
	header.SetActions(widget.NewButton(c.env.Say("catalogue.import"), c.chooseFile))
	c.empty = widget.NewPage(header, nil, c.empty, nil)
	c.empty.Hide()
	return c.empty
}

func (c *Catalogue) buildTable() {
	say := c.env.Say
	c.table = widget.NewTable([]widget.TableColumn{
		{Title: say("catalogue.col.key"), Width: 118},
		{Title: say("catalogue.col.product"), Least: 160},
		{Title: say("catalogue.col.category"), Width: 116},
		{Title: say("catalogue.col.facts"), Width: 64},
		{Title: say("catalogue.col.status"), Width: 132},
	})
	c.table.Checks = true
	c.table.Len = c.p.Rows
	c.table.Row = c.row
	c.table.OnCheck = c.p.Check
	c.table.OnCheckAll = c.p.CheckAll
	c.table.OnOpen = c.openDraft
	c.table.AllChecked = func() (all, some bool) {
		s := c.p.State()
		return s.AllChecked, s.SomeChecked
	}
}

func (c *Catalogue) row(i int) widget.TableRow {
	line := c.p.Row(i)
	return widget.TableRow{Checkable: true, Checked: line.Checked, Cells: []widget.Cell{
		{Text: line.Key, Role: theme.Muted},
		{Text: line.Title},
		{Text: line.Category, Role: theme.Muted},
		{Text: line.Facts, Role: theme.Muted},
		{Chip: &widget.ChipLook{Text: line.Chip.Text, Kind: chipKind(line.Chip.Tone)}},
	}}
}

// Object implements Page.
func (c *Catalogue) Object() fyne.CanvasObject { return c.root }

// Show implements Page.
func (c *Catalogue) Show(Route) { c.p.Show() }

// Hide implements Page.
func (c *Catalogue) Hide() {
	c.p.Hide()
	c.page.OpenPanel(false)
}

// Close ends what the page follows.
func (c *Catalogue) Close() { c.p.Close() }

// FocusSearch implements Searcher.
func (c *Catalogue) FocusSearch() { c.env.Window.Canvas().Focus(c.search) }

// Escape implements Escaper.
func (c *Catalogue) Escape() bool {
	if c.page.Narrow() && c.page.PanelOpen() {
		c.page.OpenPanel(false)
		return true
	}
	if c.search.Text != "" {
		c.search.SetText("")
		return true
	}
	return false
}

func (c *Catalogue) draw() {
	s := c.p.State()
	widget.Show(c.empty, s.Empty)
	widget.Show(c.page, s.Loaded && !s.Empty)
	widget.Show(c.reading, !s.Loaded)
	if s.Empty || !s.Loaded {
		return
	}
	c.header.SetSubject(s.Subject)
	c.drawFilters(s)
	c.selected.SetText(s.Selected)
	widget.Show(c.selected, s.Selected != "")
	widget.Show(c.clear, s.Selected != "")
	c.problem.set(s.Problem)
	widget.Show(c.nomatch, s.NoMatch)
	c.panel.draw(s)
	c.actions()
	c.table.Reload()
	c.page.Refresh()
}

// actions are the header's: where the panel lies over the page there is a button that opens it.
func (c *Catalogue) actions() {
	all := []fyne.CanvasObject{c.searchBox, c.imports}
	if c.page.Narrow() && !c.page.PanelOpen() {
		all = append(all, c.open)
	}
	c.header.SetActions(all...)
}

func (c *Catalogue) drawFilters(s present.CatalogueState) {
	if len(c.chips) != len(s.Filters) {
		c.chips, c.filters.Objects = nil, nil
		for range s.Filters {
			chip := widget.NewFilterChip("", nil)
			c.chips = append(c.chips, chip)
			c.filters.Add(chip)
		}
	}
	for i, f := range s.Filters {
		c.chips[i].SetText(f.Label)
		c.chips[i].SetSelected(f.Chosen)
		c.chips[i].OnPress(func() { c.p.Filter(f.ID) })
	}
	c.filters.Refresh()
}

func (c *Catalogue) openPanel() { c.page.OpenPanel(true) }

func (c *Catalogue) showAll() {
	c.search.SetText("")
	c.p.Filter(present.ProductsAll)
}

func (c *Catalogue) chooseFile() { ShowFiles(c.env) }

func (c *Catalogue) trySample() { c.env.Go(Route{Page: "import"}) }

func (c *Catalogue) openDraft(i int) {
	if id := c.p.Row(i).DraftID; id != "" {
		c.env.Go(Route{Page: "draft", ID: id})
	}
}

func (c *Catalogue) started(job string) {
	c.env.Event("job-started", "id", job)
	c.page.OpenPanel(false)
	c.env.Go(Route{Page: "jobs", ID: job})
}

// writePanel is the panel at the right: what to write, how, and the button.
type writePanel struct {
	env      *Env
	p        *present.Catalogue
	object   fyne.CanvasObject
	what     *widget.Select
	channel  *widget.Select
	ruleset  *widget.Select
	language *widget.Select
	variants *widget.Select
	careful  *widget.Slider
	care     *widget.MarkedText
	about    *widget.Text
	estimate *widget.MarkedText
	models   *fyne.Container
	write    *widget.Button
}

func newWritePanel(env *Env, p *present.Catalogue) *writePanel {
	w := &writePanel{env: env, p: p}
	say := env.Say
	w.what = widget.NewSelect(nil, func(id string) { w.choose(func(c *present.Choices) { c.Template = id }) })
	w.channel = widget.NewSelect(nil, func(id string) { w.choose(func(c *present.Choices) { c.Channel = id }) })
	w.ruleset = widget.NewSelect(nil, func(id string) { w.choose(func(c *present.Choices) { c.RulesetID = id }) })
	w.language = widget.NewSelect(nil, func(id string) { w.choose(func(c *present.Choices) { c.Language = compose.Language(id) }) })
	w.variants = widget.NewSelect(nil, func(id string) {
		w.choose(func(c *present.Choices) { c.Variants, _ = strconv.Atoi(id) }) // the options are numbers
	})
	w.careful = widget.NewSlider(0, 1, 0.05, func(v float64) { w.choose(func(c *present.Choices) { c.Careful = 1 - v }) })
	w.care = widget.NewNotes("")
	w.about, w.estimate = widget.NewStrong("").Clip(), widget.NewNotes("")
	w.models = widget.Pad(6, 0, 0, 0, widget.Row(0, widget.NewSmall(say("catalogue.blocked.model.go"), func() { env.Go(Route{Page: "models"}) })))
	w.write = widget.NewTall("", p.Write)
	body := widget.Column(14,
		widget.Field(say("catalogue.what"), w.what),
		widget.Field(say("catalogue.channel"), w.channel),
		widget.Field(say("catalogue.ruleset"), w.ruleset),
		widget.Halves(0.62, theme.Space3, widget.Field(say("catalogue.language"), w.language), widget.Field(say("catalogue.variants_label"), w.variants)),
		widget.Column(theme.Space1, widget.Row(0, widget.NewNote(say("catalogue.careful")), widget.Spacer(), widget.NewNote(say("catalogue.lively"))), w.careful, w.care),
	)
	foot := widget.Column(14, widget.NewRaisedCard(widget.Column(2, w.about, w.estimate, w.models)), w.write)
	w.object = widget.NewPanel(say("catalogue.panel.title"), body, foot)
	return w
}

func (w *writePanel) choose(fn func(*present.Choices)) {
	c := w.p.Choices()
	fn(&c)
	w.p.Choose(c)
}

func (w *writePanel) draw(s present.CatalogueState) {
	for _, f := range []struct {
		sel     *widget.Select
		choices []present.Choice
		chosen  string
	}{
		{w.what, s.Templates, s.Choices.Template},
		{w.channel, s.Channels, s.Choices.Channel},
		{w.ruleset, s.Rulesets, s.Choices.RulesetID},
		{w.language, s.Languages, string(s.Choices.Language)},
		{w.variants, s.Variants, strconv.Itoa(s.Choices.Variants)},
	} {
		f.sel.SetOptions(options(f.choices))
		f.sel.SetSelected(f.chosen)
	}
	w.careful.Set(1 - s.Choices.Careful)
	w.care.SetText(s.Care)
	w.about.SetText(s.About)
	say := w.env.Say
	note := s.Estimate
	if s.Blocked != "" {
		note = s.Blocked
	} else if note != "" {
		note += "\n" + say("catalogue.private")
	}
	w.estimate.SetText(note)
	widget.Show(w.models, s.Blocked == say("catalogue.blocked.model"))
	w.write.SetLabel(s.Action)
	w.write.SetEnabled(s.Blocked == "", s.Blocked)
	w.object.Refresh()
}
