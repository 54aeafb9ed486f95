package page

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"shelftalk/ui/present"
	"shelftalk/ui/theme"
	"shelftalk/ui/widget"
)

// Importing is the page that shows what a spreadsheet means before anything is kept.
type Importing struct {
	env  *Env
	p    *present.Importing
	page *widget.Page

	header   *widget.Header
	problem  *slot
	rows     *fyne.Container
	lines    []*importLine
	list     fyne.CanvasObject
	how      *fyne.Container
	sheet    *widget.Select
	headRow  *widget.Select
	encoding *widget.Select
	fields   [3]*fyne.Container
	warnHead *widget.Text
	warnings *widget.MarkedText
	panel    fyne.CanvasObject
	open     *widget.Button // the panel, where it lies over the page
	keepHead *widget.Button // keep, for there
	note     *widget.MarkedText
	noteCard fyne.CanvasObject
	keep     *widget.Button
	other    *widget.Button
}

// importLine is a column of the file.
type importLine struct {
	object fyne.CanvasObject
	name   *widget.Text
	sample *widget.Text
	role   *widget.Select
}

// NewImporting builds the page.
func NewImporting(env *Env) *Importing {
	i := &Importing{env: env, p: present.NewImporting(env.Stage, env.Studio)}
	i.p.OnChange, i.p.OnKept = i.draw, i.kept
	say := env.Say
	i.header = widget.NewHeader(say("import.title"))
	i.header.SetLead(widget.NewIconButton("back", say("import.cancel"), i.leave))
	i.other = widget.NewButton(say("import.other"), func() { ShowFiles(env) })
	i.header.SetActions(i.other)
	i.problem = newSlot(16)
	i.rows = widget.Column(0)
	i.sheet = widget.NewSelect(nil, i.p.SetSheet)
	i.headRow = widget.NewSelect(nil, i.p.SetHeaderRow)
	i.encoding = widget.NewSelect(nil, i.p.SetEncoding)
	i.fields = [3]*fyne.Container{
		widget.Field(say("import.sheet"), i.sheet), widget.Field(say("import.header"), i.headRow), widget.Field(say("import.encoding"), i.encoding),
	}
	i.warnHead, i.warnings = widget.NewStrong("").SetRole(theme.Warning), widget.NewNotes("")
	i.how = widget.Column(theme.Space4, i.fields[0], i.fields[1], i.fields[2], widget.NewNotes(say("import.note")), widget.Column(theme.Space1, i.warnHead, i.warnings))
	i.note = widget.NewNotes("")
	i.keep = widget.NewTall("", i.p.Keep)
	i.noteCard = widget.NewRaisedCard(i.note)
	foot := widget.Column(14, i.noteCard, i.keep)
	i.panel = widget.NewPanel(say("import.how"), i.how, foot)
	i.keepHead = widget.NewPrimary("", i.p.Keep)
	i.open = widget.NewButton("", func() { i.page.OpenPanel(true) })
	head := widget.Fill(widget.Column(0, widget.Fixed(0, theme.HeadHeight, importRow(
		widget.NewNote(say("import.col.column")).Clip(), widget.NewNote(say("import.col.values")).Clip(), widget.NewNote(say("import.col.role")))), widget.NewRule()), theme.Raised)
	i.list = widget.Fill(widget.Column(0, head, widget.Grow(container.NewVScroll(i.rows))), theme.Surface)
	i.page = widget.NewPage(i.header, nil, widget.Column(0, i.problem.box, widget.Grow(i.list)), i.panel)
	i.page.OnFold = func() { i.actions() }
	return i
}

// importRow sets the widths of the three columns.
func importRow(name, sample, role fyne.CanvasObject) *fyne.Container {
	return widget.Pad(0, theme.Space6, 0, theme.Space6, widget.Row(theme.Space4, widget.Fixed(190, 0, name), sample, widget.Fixed(150, 0, role)))
}

// actions are the header's. Where the panel lies over the page, what it says and does must not be out of sight: its button
// tells how many oddities there are, and Keep stands beside it.
func (i *Importing) actions() {
	all := []fyne.CanvasObject{i.other}
	s, say := i.p.State(), i.env.Say
	if i.page.Narrow() && s.Read && !i.page.PanelOpen() {
		i.open.SetLabel(say("import.how"))
		if n := len(s.Warnings); n > 0 {
			i.open.SetLabel(say.Count("import.warnings", n))
		}
		all = append(all, i.open, i.keepHead)
	}
	i.header.SetActions(all...)
}

// Object implements Page.
func (i *Importing) Object() fyne.CanvasObject { return i.page }

// Show implements Page.
func (i *Importing) Show(r Route) {
	if r.ID == "" {
		i.p.OpenSample()
		return
	}
	i.p.Open(r.ID)
}

// Hide implements Page.
func (i *Importing) Hide() { i.page.OpenPanel(false) }

// Escape implements Escaper.
func (i *Importing) Escape() bool {
	if i.page.Narrow() && i.page.PanelOpen() {
		i.page.OpenPanel(false)
		return true
	}
	i.leave()
	return true
}

func (i *Importing) leave() { i.env.Go(Route{Page: "catalogue"}) }

func (i *Importing) kept() {
	i.env.Event("catalogue-kept")
	i.env.Go(Route{Page: "catalogue"})
}

func (i *Importing) draw() {
	s, say := i.p.State(), i.env.Say
	subject := s.Name
	switch {
	case s.Busy && !s.Read:
		subject = say("shell.reading")
	case s.Read:
		subject += " · " + s.About
	}
	i.header.SetSubject(subject)
	i.problem.set(s.Problem)
	for _, o := range []fyne.CanvasObject{i.list, i.how, i.noteCard} {
		widget.Show(o, s.Read)
	}
	i.drawColumns(s)
	for n, f := range []struct {
		sel     *widget.Select
		choices []present.Choice
		chosen  string
	}{{i.sheet, s.Sheets, s.Sheet}, {i.headRow, s.HeaderRows, s.HeaderRow}, {i.encoding, s.Encodings, s.Encoding}} {
		f.sel.SetOptions(options(f.choices))
		f.sel.SetSelected(f.chosen)
		widget.Show(i.fields[n], len(f.choices) > 0)
	}
	i.drawWarnings(s)
	i.note.SetText(s.Note)
	for _, b := range []*widget.Button{i.keep, i.keepHead} {
		b.SetLabel(s.Action)
		b.SetEnabled(s.Blocked == "", s.Blocked)
	}
	if s.Read || s.Busy {
		i.page.SetPanel(i.panel)
	} else { // there is nothing to say of how it was read
		i.page.SetPanel(nil)
	}
	i.actions()
	if s.Read && !s.Busy {
		i.env.Event("import-ready", "products", s.Action, "columns", len(s.Columns))
	}
}

func (i *Importing) drawColumns(s present.ImportState) {
	for len(i.lines) < len(s.Columns) {
		n := len(i.lines)
		l := &importLine{name: widget.NewStrong("").Clip(), sample: widget.NewText("").Clip()}
		l.role = widget.NewSelect(options(s.Roles), func(id string) { i.p.SetRole(n, id) })
		l.object = widget.Column(0, widget.Fixed(0, 44, importRow(l.name, l.sample, l.role)), widget.NewRule())
		i.lines = append(i.lines, l)
		i.rows.Add(l.object)
	}
	for n, l := range i.lines {
		widget.Show(l.object, n < len(s.Columns))
		if n >= len(s.Columns) {
			continue
		}
		c := s.Columns[n]
		l.name.SetText(c.Header)
		l.sample.SetText(c.Sample)
		l.role.SetSelected(c.Role)
		ink := theme.Ink
		if c.Muted {
			ink = theme.Muted
		}
		l.name.SetRole(ink)
		l.sample.SetRole(theme.Muted)
	}
	i.rows.Refresh()
}

const warningsShown = 6

func (i *Importing) drawWarnings(s present.ImportState) {
	say := i.env.Say
	widget.Show(i.warnHead, len(s.Warnings) > 0)
	widget.Show(i.warnings, len(s.Warnings) > 0)
	if len(s.Warnings) == 0 {
		return
	}
	i.warnHead.SetText(say.Count("import.warnings", len(s.Warnings)))
	text := ""
	for n, w := range s.Warnings {
		if n == warningsShown {
			text += "\n" + say("import.warnings.more", len(s.Warnings)-n)
			break
		}
		if n > 0 {
			text += "\n"
		}
		text += "· " + w
	}
	i.warnings.SetText(text)
}
