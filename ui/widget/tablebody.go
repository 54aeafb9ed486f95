package widget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	fw "fyne.io/fyne/v2/widget"

	"shelftalk/ui/theme"
)

// tableBody is the scrolled part of a table: as high as all rows, drawn where it is seen. Row i is drawn by slot i modulo
// the number of slots, so that scrolling by a row changes one slot.
type tableBody struct {
	fw.BaseWidget
	table *Table
	slots []*rowSlot
	hover int
	draw  *drawing
}

// rowSlot is what one visible row is drawn with.
type rowSlot struct {
	index int // row shown, or -1
	back  *canvas.Rectangle
	over  *canvas.Rectangle
	line  *canvas.Rectangle
	mark  *canvas.Rectangle // the cursor
	box   *box
	texts []*canvas.Text
	chips []*chipBody
}

func newTableBody(t *Table) *tableBody {
	b := &tableBody{table: t, hover: -1}
	b.ExtendBaseWidget(b)
	return b
}

func newRowSlot(columns int) *rowSlot {
	clear := theme.Color(theme.None)
	s := &rowSlot{
		index: -1, back: canvas.NewRectangle(clear), over: canvas.NewRectangle(clear), line: canvas.NewRectangle(clear),
		mark: canvas.NewRectangle(clear), box: newBox(),
	}
	for range columns {
		s.texts = append(s.texts, canvas.NewText("", clear))
		s.chips = append(s.chips, newChipBody())
	}
	return s
}

func (s *rowSlot) objects() []fyne.CanvasObject {
	out := []fyne.CanvasObject{s.back, s.over, s.line, s.mark, s.box.back, s.box.mark}
	for i := range s.texts {
		out = append(out, s.texts[i], s.chips[i].back, s.chips[i].text)
	}
	return out
}

// hide empties a slot.
func (s *rowSlot) hide() {
	s.index = -1
	for _, o := range s.objects() {
		o.Hide()
	}
}

// drop forgets the slots: the columns changed.
func (b *tableBody) drop() { b.slots = nil }

// update draws the rows that are seen; all draws those again that are there already.
func (b *tableBody) update(all bool) {
	if b.draw == nil {
		return
	}
	t := b.table
	view := t.scroll.Size().Height
	need := int(view/theme.RowHeight) + 2
	if len(b.slots) < need {
		for len(b.slots) < need {
			b.slots = append(b.slots, newRowSlot(len(t.columns)))
		}
		var objects []fyne.CanvasObject
		for _, s := range b.slots {
			s.index = -1
			objects = append(objects, s.objects()...)
		}
		b.draw.objects = objects
	}
	first := max(int(t.scroll.Offset.Y/theme.RowHeight), 0)
	seen := make(map[int]bool, len(b.slots))
	for i := first; i < min(first+len(b.slots), t.length()); i++ {
		slot := i % len(b.slots)
		seen[slot] = true
		if s := b.slots[slot]; all || s.index != i {
			s.index = i
			b.fill(s)
		}
	}
	for i, s := range b.slots {
		if !seen[i] && (s.index >= 0 || all) {
			s.hide()
		}
	}
}

func (b *tableBody) updateRow(i int) {
	if i < 0 || len(b.slots) == 0 || b.draw == nil {
		return
	}
	if s := b.slots[i%len(b.slots)]; s.index == i && i < b.table.length() {
		b.fill(s)
	}
}

// fill draws a row into its slot.
func (b *tableBody) fill(s *rowSlot) {
	t := b.table
	row := t.Row(s.index)
	width := b.Size().Width
	top := float32(s.index) * theme.RowHeight
	bar := func(r *canvas.Rectangle, role theme.Role, y, w, h float32) {
		r.FillColor = theme.Color(role)
		r.Hidden = role == theme.None
		r.Move(fyne.NewPos(0, y))
		r.Resize(fyne.NewSize(w, h))
		r.Refresh()
	}
	back, over, mark := theme.None, theme.None, theme.None
	if row.Checked {
		back = theme.AccentSoft
	}
	if b.hover == s.index {
		over = theme.Hover
	}
	if t.cursor == s.index && (t.focused || t.ShowCursor) {
		mark = theme.Accent
		if back == theme.None {
			over = theme.Hover
		}
	}
	bar(s.back, back, top, width, theme.RowHeight-theme.HairLine)
	bar(s.over, over, top, width, theme.RowHeight-theme.HairLine)
	bar(s.line, theme.Line, top+theme.RowHeight-theme.HairLine, width, theme.HairLine)
	bar(s.mark, mark, top, 3, theme.RowHeight-theme.HairLine)
	s.box.hide(!t.Checks || !row.Checkable)
	if t.Checks && row.Checkable {
		state := unchecked
		if row.Checked {
			state = checked
		}
		s.box.place(state, theme.Space3, top, theme.RowHeight)
		s.box.mark.Refresh()
	}
	xs, ws := t.edges(width)
	for i := range s.texts {
		cell := Cell{}
		if i < len(row.Cells) {
			cell = row.Cells[i]
		}
		s.cell(i, cell, back, xs[i], t.cellWidth(i, ws[i]), top, t.columns[i].Right)
	}
}

// cell draws a cell on the row's ground.
func (s *rowSlot) cell(i int, cell Cell, ground theme.Role, x, width, top float32, right bool) {
	text, chip := s.texts[i], s.chips[i]
	chip.hide(cell.Chip == nil)
	text.Hidden = cell.Chip != nil || cell.Text == ""
	if cell.Chip != nil {
		chip.place(*cell.Chip, ground, x, top, theme.RowHeight-1, max(width, 24))
		return
	}
	if cell.Role == theme.None || cell.Role == theme.Muted && ground == theme.AccentSoft { // too faint there
		cell.Role = theme.Ink
	}
	text.TextSize, text.TextStyle = theme.TypeBody.Size(), fyne.TextStyle{Bold: cell.Bold}
	text.Color = theme.Color(cell.Role)
	text.Text = ellipsis(oneLine(cell.Text), width, func(v string) float32 { return fyne.MeasureText(v, text.TextSize, text.TextStyle).Width })
	m := text.MinSize()
	if right {
		x += width - m.Width
	}
	text.Move(fyne.NewPos(x, top+(theme.RowHeight-1-m.Height)/2))
	text.Resize(m)
	text.Refresh()
}

// MouseDown implements desktop.Mouseable.
func (b *tableBody) MouseDown(e *desktop.MouseEvent) {
	if e.Button == desktop.MouseButtonPrimary {
		b.table.hit(int(e.Position.Y/theme.RowHeight), e.Position.X)
	}
}

// MouseUp implements desktop.Mouseable.
func (b *tableBody) MouseUp(*desktop.MouseEvent) {}

// MouseIn implements desktop.Hoverable.
func (b *tableBody) MouseIn(e *desktop.MouseEvent) { b.MouseMoved(e) }

// MouseMoved implements desktop.Hoverable.
func (b *tableBody) MouseMoved(e *desktop.MouseEvent) {
	b.setHover(int(e.Position.Y / theme.RowHeight))
}

// MouseOut implements desktop.Hoverable.
func (b *tableBody) MouseOut() { b.setHover(-1) }

func (b *tableBody) setHover(i int) {
	if i == b.hover {
		return
	}
	old := b.hover
	b.hover = i
	b.updateRow(old)
	b.updateRow(i)
}

// CreateRenderer implements fyne.Widget. The toolkit drops the renderer of what wasn't seen for a minute and asks for
// another: the slots begin anew with it.
func (b *tableBody) CreateRenderer() fyne.WidgetRenderer {
	b.slots, b.draw = nil, &drawing{}
	b.draw.min = func() fyne.Size {
		return fyne.NewSize(0, float32(b.table.length())*theme.RowHeight)
	}
	b.draw.layout = func(fyne.Size) { b.update(true) }
	b.draw.refresh = func() { b.update(true) }
	return b.draw
}
