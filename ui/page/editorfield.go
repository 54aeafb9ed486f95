package page

import (
	"reflect"
	"strings"

	"fyne.io/fyne/v2"

	"shelftalk/ui/present"
	"shelftalk/ui/theme"
	"shelftalk/ui/widget"
)

// fieldView is the card of a field, or of all the selling points.
type fieldView struct {
	card    *widget.FocusCard
	head    *fyne.Container
	label   *widget.Text
	counter *widget.Text
	again   *widget.Button
	stop    *widget.Button
	lines   []*lineView
	box     *fyne.Container
	add     *widget.Button
	next    string // selling point that add would begin
}

// lineView is one text: read, or being typed.
type lineView struct {
	field string
	text  *widget.MarkedText
	place *fyne.Container // of the text, or of the entry
	row   fyne.CanvasObject
	raw   string

	filled bool
	shown  present.FieldLine // when filled
}

// editing is a field that is being typed.
type editing struct {
	view  *fieldView
	line  *lineView
	entry *widget.Entry
	old   string
}

// drawFields shows the cards, building those that aren't there yet.
func (e *Editor) drawFields(s present.EditorState) {
	order := make([]fyne.CanvasObject, 0, len(s.Fields))
	for _, f := range s.Fields {
		v := e.views[f.ID]
		if v == nil {
			v = e.newFieldView(f)
			e.views[f.ID] = v
		}
		e.fill(v, f, s.Writing != "")
		order = append(order, v.card)
	}
	if !sameObjects(order, e.fields.Objects) {
		e.fields.Objects = order
		e.fields.Refresh()
	}
}

func sameObjects(a, b []fyne.CanvasObject) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

func (e *Editor) newFieldView(f present.FieldCard) *fieldView {
	say := e.env.Say
	v := &fieldView{label: widget.NewLabel(f.Label), counter: widget.NewNote(""), box: widget.Column(0)}
	first := func() string {
		if len(v.lines) > 0 {
			return v.lines[0].field
		}
		return f.ID
	}
	v.again = widget.NewQuietIcon("again", say("editor.write_again.tip"), func() {
		e.keep()
		field := first()
		if f.Bulleted && strings.HasPrefix(e.current, "bullet_") {
			field = e.current
		}
		e.setCurrent(field)
		e.p.Rewrite(field)
	})
	v.stop = widget.NewSmall(say("editor.stop"), e.p.StopWriting)
	v.add = widget.NewQuietSmall(say("editor.add"), func() { e.addPoint(v) })
	v.head = widget.Row(theme.Space2, v.label, widget.Spacer(), v.counter, v.again, v.stop)
	v.card = widget.NewFocusCard(widget.Column(2, widget.Fixed(0, theme.SmallHeight, v.head), v.box, widget.Row(0, v.add)), func() { e.begin(first()) })
	v.card.OnFocus = func() { e.setCurrent(first()) }
	return v
}

// fill shows a field's state in its card.
func (e *Editor) fill(v *fieldView, f present.FieldCard, busy bool) {
	writing := false
	typing := e.edit != nil && e.edit.view == v
	if !typing && len(v.lines) != len(f.Lines) {
		v.lines, v.box.Objects = nil, nil
		for range f.Lines {
			l := e.newLine(f.Bulleted)
			v.lines = append(v.lines, l)
			v.box.Add(l.row)
		}
		v.box.Refresh()
	}
	for i, line := range f.Lines {
		writing = writing || line.Writing
		if i < len(v.lines) && (!typing || e.edit.line != v.lines[i]) {
			e.fillLine(v.lines[i], line)
		}
	}
	if !typing {
		e.setCounter(v, f.Counter, f.Over)
	}
	if v.again.Hidden != busy || v.stop.Hidden == writing {
		v.again.Hidden, v.stop.Hidden = busy, !writing
		v.head.Refresh()
	}
	v.next = f.CanAdd
	v.add.Hidden = f.CanAdd == "" || busy || typing
	v.card.SetCurrent(e.current != "" && e.holds(v, e.current))
}

func (e *Editor) setCounter(v *fieldView, text string, over bool) {
	role := theme.Muted
	if over {
		role = theme.Bad
	}
	if v.counter.Text() != text {
		v.counter.SetText(text)
		v.head.Refresh()
	}
	v.counter.SetRole(role)
}

func (e *Editor) newLine(bulleted bool) *lineView {
	l := &lineView{text: widget.NewCopy("")}
	l.text.OnTapped = func(int) { e.begin(l.field) }
	l.place = widget.Column(0, l.text)
	l.row = l.place
	if bulleted {
		l.row = widget.Beside(10, 2, widget.NewCopy("•"), l.place)
	}
	return l
}

func (e *Editor) fillLine(l *lineView, line present.FieldLine) {
	if l.filled && reflect.DeepEqual(line, l.shown) {
		return
	}
	l.filled, l.shown = true, line
	l.field, l.raw = line.Field, line.Text
	text, role := line.Text, theme.Ink
	if text == "" && !line.Writing {
		text, role = e.env.Say("editor.empty"), theme.Muted
	}
	if line.Old {
		role = theme.Muted
	}
	var marks []widget.Mark
	for _, m := range line.Marks {
		kind := widget.MarkFact
		switch m.Tone {
		case present.Bad:
			kind = widget.MarkMust
		case present.Warning:
			kind = widget.MarkShould
		}
		marks = append(marks, widget.Mark{Start: m.Start, End: m.End, Kind: kind})
	}
	l.text.Role, l.text.Writing = role, line.Writing && !line.Old
	l.text.SetTextAndMarks(text, marks)
}

// holds says whether a card has a field.
func (e *Editor) holds(v *fieldView, field string) bool {
	for _, l := range v.lines {
		if l.field == field {
			return true
		}
	}
	return false
}

// setCurrent names the field that the keys act on.
func (e *Editor) setCurrent(field string) {
	e.current = field
	for _, v := range e.views {
		v.card.SetCurrent(e.holds(v, field))
	}
}

func (e *Editor) find(field string) (*fieldView, *lineView) {
	for _, v := range e.views {
		for _, l := range v.lines {
			if l.field == field {
				return v, l
			}
		}
	}
	return nil, nil
}

// addPoint begins a new selling point.
func (e *Editor) addPoint(v *fieldView) {
	e.keep()
	if v.next == "" {
		return
	}
	l := e.newLine(true)
	l.field = v.next
	v.lines = append(v.lines, l)
	v.box.Add(l.row)
	e.begin(l.field)
}

// begin lets a field be typed into, in its place.
func (e *Editor) begin(field string) {
	if e.edit != nil && e.edit.line.field == field {
		return
	}
	e.keep()
	if e.shown.Writing != "" {
		return
	}
	v, l := e.find(field)
	if v == nil {
		return
	}
	e.setCurrent(field)
	entry := widget.NewMultiline("", max(l.text.Lines(), 1))
	entry.SetText(l.raw)
	edit := &editing{view: v, line: l, entry: entry, old: l.raw}
	e.edit = edit
	entry.OnChanged = func(text string) { e.typed(edit, text) }
	entry.OnKey = func(k *fyne.KeyEvent) bool { return e.key(edit, k) }
	entry.OnShortcut = func(s fyne.Shortcut) bool { return e.shortcut(edit, s) }
	entry.OnFocus = func(on bool) {
		if !on && e.edit == edit {
			e.keep()
		}
	}
	v.add.Hide()
	l.place.Objects = []fyne.CanvasObject{entry}
	l.place.Refresh()
	e.fields.Refresh()
	e.env.Window.Canvas().Focus(entry)
	entry.CursorRow = 1 << 20 // the end of the text
	entry.Refresh()
}

// typed keeps the counter and the height in step with the text.
func (e *Editor) typed(edit *editing, text string) {
	counter, over := e.p.Counter(edit.line.field, text)
	if !strings.HasPrefix(edit.line.field, "bullet_") {
		e.setCounter(edit.view, counter, over)
	}
	edit.line.filled = false
	edit.line.text.SetText(text)
	edit.entry.SetMinRowsVisible(max(edit.line.text.Lines(), 1))
	e.fields.Refresh()
}

// key ends the typing: Enter in a field of one paragraph keeps the text, Esc drops it.
func (e *Editor) key(edit *editing, k *fyne.KeyEvent) bool {
	switch k.Name {
	case fyne.KeyEscape:
		e.drop()
	case fyne.KeyReturn, fyne.KeyEnter:
		if edit.line.field == "description" {
			return false
		}
		e.keep()
	default:
		return false
	}
	e.env.Window.Canvas().Focus(edit.view.card) // the keyboard goes on from here
	return true
}

// shortcut takes an undo with nothing typed for one of the page.
func (e *Editor) shortcut(edit *editing, s fyne.Shortcut) bool {
	if _, undo := s.(*fyne.ShortcutUndo); undo && edit.entry.Text == edit.old {
		e.drop()
		e.p.Undo()
		return true
	}
	return false
}

// keep ends the typing and keeps the text.
func (e *Editor) keep() {
	if e.edit == nil {
		return
	}
	field, text := e.edit.line.field, strings.TrimSpace(e.edit.entry.Text)
	e.edit.line.raw = text
	e.close()
	e.p.Edit(field, text)
}

// drop ends the typing and forgets the text.
func (e *Editor) drop() {
	if e.edit != nil {
		e.close()
	}
}

// close shows the text again instead of the entry. A selling point that was never written goes.
func (e *Editor) close() {
	edit := e.edit
	e.edit = nil
	edit.line.place.Objects = []fyne.CanvasObject{edit.line.text}
	e.fillLine(edit.line, present.FieldLine{Field: edit.line.field, Text: edit.line.raw})
	edit.line.place.Refresh()
	if edit.line.raw == "" && strings.HasPrefix(edit.line.field, "bullet_") {
		edit.view.lines = nil // built anew from the state
	}
	e.drawFields(e.shown)
	e.fields.Refresh()
	if c := e.env.Window.Canvas(); c.Focused() == edit.entry {
		c.Unfocus()
	}
}
