package page

import (
	"fmt"
	"reflect"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"shelftalk/ui/present"
	"shelftalk/ui/theme"
	"shelftalk/ui/widget"
)

// Editor is the page of one draft: the product's data at the left, the copy in the middle, findings at the right.
type Editor struct {
	env *Env
	p   *present.Editor

	page    *widget.Page
	header  *widget.Header
	status  *widget.Chip
	place   *widget.Text
	again   *widget.FilterChip
	undo    *widget.Button
	redo    *widget.Button
	skip    *widget.Button
	approve *widget.Button
	revoke  *widget.Button
	data    *widget.Button // opens the product's data, where the page is narrow
	look    *widget.Button // opens the findings, likewise

	notices *fyne.Container
	fields  *fyne.Container
	scroll  *container.Scroll
	views   map[string]*fieldView
	facts   *fyne.Container
	desk    *deskLayout
	middle  *fyne.Container

	shown   present.EditorState // what is drawn
	actions string              // what the header shows, so that it is only built anew when that changes
	current string              // field that Alt+Enter writes again
	edit    *editing
	last    bool // the end of the list was reached
}

// NewEditor builds the page.
func NewEditor(env *Env) *Editor {
	e := &Editor{env: env, p: present.NewEditor(env.Stage, env.Studio), views: map[string]*fieldView{}}
	say := env.Say
	e.header = widget.NewHeader("")
	e.status, e.place = widget.NewChip("", widget.ChipNeutral), widget.NewNote("")
	e.again = widget.NewFilterChip("", e.pressAgain)
	e.undo = widget.NewIconButton("undo", say("editor.undo"), e.p.Undo)
	e.redo = widget.NewIconButton("redo", say("editor.redo"), e.p.Redo)
	e.skip = widget.NewButton(say("editor.skip"), e.next)
	e.approve = widget.NewPrimary(say("editor.approve"), e.ApproveNext)
	e.revoke = widget.NewButton(say("editor.unapprove"), e.p.Approve)
	e.data = widget.NewButton(say("editor.panel.facts"), e.toggleFacts)
	e.look = widget.NewButton("", e.toggleFindings)
	e.header.SetLead(widget.NewIconButton("back", say("editor.back"), e.back))
	e.header.SetSubject(say("shell.reading"))

	e.notices = widget.Column(theme.Space3)
	e.notices.Hide()
	e.fields = widget.Column(theme.Space3)
	e.scroll = container.NewVScroll(widget.Pad(18, 20, 18, 20, widget.Column(theme.Space3, e.notices, e.fields)))
	e.facts = widget.Column(0)
	left := widget.Fill(container.NewVScroll(widget.Pad(18, 18, 18, 18, e.facts)), theme.Surface)
	e.desk = &deskLayout{}
	e.middle = container.New(e.desk, e.scroll, left, widget.NewVRule())
	e.page = widget.NewPage(e.header, nil, e.middle, nil)
	e.page.OnNarrow = e.setNarrow
	e.p.OnChange = e.draw
	e.p.OnLast = func() {
		e.last = true
		e.draw()
	}
	return e
}

// deskLayout puts the data left of the copy, or, where there is no room, over it when it is asked for.
type deskLayout struct{ narrow, open bool }

const factsWidth float32 = 252

// MinSize implements fyne.Layout.
func (l *deskLayout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(320, 200) }

// Layout implements fyne.Layout: the copy, the data, the line between them.
func (l *deskLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	shown := !l.narrow || l.open
	x := float32(0)
	if !l.narrow {
		x = factsWidth
	}
	objects[0].Move(fyne.NewPos(x, 0))
	objects[0].Resize(fyne.NewSize(size.Width-x, size.Height))
	for i, o := range objects[1:] {
		if shown {
			o.Show()
		} else {
			o.Hide()
		}
		o.Move(fyne.NewPos([]float32{0, factsWidth - theme.HairLine}[i], 0))
		o.Resize(fyne.NewSize([]float32{factsWidth, theme.HairLine}[i], size.Height))
	}
}

// Object implements Page.
func (e *Editor) Object() fyne.CanvasObject { return e.page }

// Show implements Page.
func (e *Editor) Show(r Route) {
	e.last, e.current = false, ""
	e.p.Open(r.ID)
}

// Hide implements Page: what is being typed is kept.
func (e *Editor) Hide() {
	e.keep()
	e.p.StopWriting()
}

// Close ends the page: the window builds another, in another language.
func (e *Editor) Close() {
	e.keep()
	e.p.Close()
}

func (e *Editor) back() {
	e.keep()
	e.env.Go(Route{Page: "drafts"})
}

func (e *Editor) next() {
	e.keep()
	e.current = ""
	e.p.Skip()
}

// ApproveNext implements Approver.
func (e *Editor) ApproveNext() {
	e.keep()
	e.current = ""
	e.env.Event("approve", "id", e.shown.ID)
	e.p.ApproveNext()
}

// WriteAgain implements Rewriter: the field that was last worked on.
func (e *Editor) WriteAgain() {
	e.keep()
	e.p.Rewrite(e.field())
}

// field is the field that the keys act on: the one last worked on, or the first with a finding, or the description.
func (e *Editor) field() string {
	switch {
	case e.current != "":
		return e.current
	case len(e.shown.Findings) > 0:
		return e.shown.Findings[0].Field
	}
	return "description"
}

// Undo implements Undoer.
func (e *Editor) Undo() {
	e.keep()
	e.p.Undo()
}

// Redo implements Undoer.
func (e *Editor) Redo() { e.p.Redo() }

// Escape ends the typing, or closes a panel, or leaves the page.
func (e *Editor) Escape() bool {
	switch {
	case e.edit != nil:
		e.drop()
	case e.shown.Writing != "":
		e.p.StopWriting()
	case e.desk.narrow && e.desk.open:
		e.toggleFacts()
	case e.page.Narrow() && e.page.PanelOpen():
		e.page.OpenPanel(false)
	default:
		e.back()
	}
	return true
}

// pressAgain writes one more variant, or stops what is being written.
func (e *Editor) pressAgain() {
	e.keep()
	if e.shown.Writing != "" {
		e.p.StopWriting()
		return
	}
	e.p.Again()
}

func (e *Editor) setNarrow(on bool) {
	e.desk.narrow, e.desk.open = on, false
	e.middle.Refresh()
	if e.shown.ID != "" {
		e.drawActions(e.shown)
	}
}

func (e *Editor) toggleFacts() {
	e.desk.open = !e.desk.open
	e.middle.Refresh()
}

func (e *Editor) toggleFindings() { e.page.OpenPanel(!e.page.PanelOpen()) }

// draw shows the presenter's state; while a field is being written it is called twenty times a second.
func (e *Editor) draw() {
	s := e.p.State()
	old := e.shown
	e.shown = s
	if s.ID != old.ID {
		e.drop()
		e.scroll.ScrollToTop()
		e.env.Event("draft-shown", "id", s.ID)
	}
	if s.ID == "" && s.Problem == nil {
		return
	}
	if len(s.Chips) > 0 {
		e.status.Set(s.Chips[0].Text, chipKind(s.Chips[0].Tone))
	}
	e.place.SetText(s.Position)
	if !reflect.DeepEqual(s.Facts, old.Facts) || s.FactsNote != old.FactsNote || s.Subject != old.Subject {
		e.drawFacts(s)
	}
	if s.ID != "" {
		e.drawActions(s)
	} else { // it can't be read
		e.header.SetSubject("")
	}
	e.drawNotices(s, old)
	e.drawFields(s)
	if s.ID != old.ID || (s.Writing == "") != (old.Writing == "") || !reflect.DeepEqual(s.Findings, old.Findings) || s.Approved != old.Approved {
		e.drawFindings(s)
	}
}

// drawActions fills the header, when anything of it has changed.
func (e *Editor) drawActions(s present.EditorState) {
	narrow, busy := e.page.Narrow(), s.Writing != ""
	signature := fmt.Sprint(s.ID, s.Title, s.Variants, len(s.Findings), narrow, busy, s.CanUndo, s.CanRedo, s.Blocked, s.Approved)
	if signature == e.actions {
		return
	}
	e.actions = signature
	say := e.env.Say
	var actions []fyne.CanvasObject
	e.place.Hidden, e.undo.Hidden, e.redo.Hidden = narrow, narrow, narrow
	e.header.SetTitle(s.Title)
	e.header.SetSubject(s.Key)
	e.header.SetChips(e.status, e.place)
	if narrow { // the title needs the room
		e.header.SetSubject("")
		e.look.SetLabel(say("editor.panel.findings", len(s.Findings)))
		actions = append(actions, e.data)
		if len(s.Findings) > 0 {
			actions = append(actions, e.look)
		}
	}
	for i, v := range s.Variants {
		if narrow && len(s.Variants) == 1 { // there is nothing to choose, and the title needs the room
			break
		}
		label := v.Label
		if narrow {
			label = v.Letter
		}
		chip := widget.NewFilterChip(label, func() {
			e.keep()
			e.p.Choose(i)
		})
		chip.SetSelected(v.Chosen)
		actions = append(actions, chip)
	}
	e.again.SetText(say("editor.again"))
	if busy {
		e.again.SetText(say("editor.stop"))
	}
	e.undo.SetEnabled(s.CanUndo && !busy, say("editor.undo.none"))
	e.redo.SetEnabled(s.CanRedo && !busy, say("editor.redo.none"))
	e.approve.SetEnabled(s.Blocked == "", s.Blocked)
	e.skip.SetLabel(say("editor.skip"))
	actions = append(actions, e.again, e.undo, e.redo)
	if s.Approved {
		e.skip.SetLabel(say("editor.next"))
		actions = append(actions, e.revoke, e.skip)
	} else {
		actions = append(actions, e.skip, e.approve)
	}
	e.header.SetActions(actions...)
}

func (e *Editor) drawNotices(s, old present.EditorState) {
	if reflect.DeepEqual(s.Problem, old.Problem) && !e.last && len(e.notices.Objects) == 0 {
		return
	}
	e.notices.Objects = nil
	if s.Problem != nil {
		e.notices.Add(problem(s.Problem))
	}
	if e.last {
		say := e.env.Say
		e.notices.Add(widget.NewNotice(widget.NoticeInfo, say("editor.last.title"), say("editor.last"), "", widget.NewSmall(say("editor.last.go"), e.back)))
	}
	e.notices.Hidden = len(e.notices.Objects) == 0
	e.notices.Refresh()
}

// drawFacts lists the product's data.
func (e *Editor) drawFacts(s present.EditorState) {
	e.facts.Objects = nil
	e.facts.Add(widget.Pad(0, 0, 6, 0, widget.NewNote(e.env.Say("editor.facts"))))
	for _, f := range s.Facts {
		name := widget.NewParagraph(f.Name)
		name.Role = theme.Muted
		value := widget.NewParagraph(f.Value)
		if f.Used {
			value.SetMarks([]widget.Mark{{Start: 0, End: len(f.Value), Kind: widget.MarkFact}})
		}
		value.MaxLines = 6
		e.facts.Add(widget.Pad(6, 0, 6, 0, widget.Beside(84, theme.Space3, name, value)))
		e.facts.Add(widget.NewRule())
	}
	e.facts.Add(widget.Pad(theme.Space3, 0, 0, 0, widget.NewNotes(s.FactsNote)))
	e.facts.Add(widget.Pad(theme.Space2, 0, 0, 0, widget.NewNotes(s.Subject)))
	e.facts.Refresh()
}

// drawFindings lists what there is to look at.
func (e *Editor) drawFindings(s present.EditorState) {
	say := e.env.Say
	column := widget.Column(theme.Space3)
	for i, f := range s.Findings {
		chip := widget.NewChip(f.Kind.Text, chipKind(f.Kind.Tone))
		title := widget.NewStrongLines(f.Title)
		card := widget.Column(theme.Space2, widget.Row(0, chip), title, widget.NewNotes(f.Reason))
		if f.Offer != "" {
			card.Add(widget.NewParagraph(f.Offer))
		}
		cures := widget.Row(theme.Space2)
		for _, c := range f.Cures {
			b := widget.NewSmall(c.Label, func() { e.cure(i, c.ID) })
			b.SetEnabled(s.Writing == "", say("editor.blocked.writing"))
			cures.Add(b)
		}
		card.Add(cures)
		column.Add(widget.NewCard(card))
	}
	if len(s.Findings) == 0 {
		column.Add(widget.NewNotes(say("editor.findings.none")))
	}
	if s.Approved {
		column.Add(widget.NewNotes(say("editor.findings.approved")))
	}
	open := e.page.PanelOpen() && e.page.Narrow()
	e.page.SetPanel(widget.NewPanel(say("editor.findings"), column, widget.NewNotes(say("editor.keys"))))
	e.page.OpenPanel(open && len(s.Findings) > 0)
}

func (e *Editor) cure(i int, cure present.CureID) {
	e.keep()
	if i >= len(e.shown.Findings) {
		return
	}
	field := e.shown.Findings[i].Field
	e.setCurrent(field)
	if cure == present.CureEdit {
		e.begin(field)
		return
	}
	e.p.Cure(i, cure)
}
