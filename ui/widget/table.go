package widget

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	fw "fyne.io/fyne/v2/widget"

	"shelftalk/ui/theme"
)

// TableColumn is a column of a Table. Width 0 takes what the others leave; several share it.
type TableColumn struct {
	Title string
	Width float32
	Right bool // figures
	Least float32
}

// Cell is one cell: words in a role (Ink when empty), or a chip.
type Cell struct {
	Text string
	Role theme.Role
	Bold bool
	Chip *ChipLook
}

// TableRow is one row as it is drawn.
type TableRow struct {
	Cells     []Cell
	Checkable bool
	Checked   bool
}

// Table shows rows of 40 under a head of 36. It draws only what is seen, so 10,000 rows are as fast as ten. The keyboard:
// up, down, page up, page down, Home, End move the cursor, Space checks, Enter opens.
type Table struct {
	fw.BaseWidget
	// Len and Row are the data.
	Len func() int
	Row func(i int) TableRow
	// Checks adds a column of boxes; OnCheck and OnCheckAll are told what the user does to them.
	Checks     bool
	OnCheck    func(i int, on bool)
	OnCheckAll func(on bool)
	AllChecked func() (all, some bool)
	// OnOpen is a double click or Enter; OnCursor is told when the cursor moves.
	OnOpen   func(i int)
	OnCursor func(i int)
	// ShowCursor marks the cursor's row even while the keyboard is elsewhere: in a search field above the table.
	ShowCursor bool

	columns []TableColumn
	cursor  int
	focused bool
	body    *tableBody
	scroll  *container.Scroll
	lastHit time.Time
	lastRow int
}

// NewTable returns an empty table; give it Len and Row, then Reload.
func NewTable(columns []TableColumn) *Table {
	t := &Table{columns: columns, cursor: -1}
	t.body = newTableBody(t)
	t.scroll = container.NewVScroll(t.body)
	t.scroll.OnScrolled = func(fyne.Position) { t.body.update(false) }
	t.ExtendBaseWidget(t)
	return t
}

func (t *Table) length() int {
	if t.Len == nil {
		return 0
	}
	return t.Len()
}

// Reload draws everything again: rows came, went or changed.
func (t *Table) Reload() {
	t.cursor = min(t.cursor, t.length()-1)
	t.body.update(true)
	t.Refresh()
}

// SetColumns changes the columns: a narrow page leaves some out.
func (t *Table) SetColumns(columns []TableColumn) {
	t.columns = columns
	t.body.drop()
	t.Reload()
}

// Columns returns the columns.
func (t *Table) Columns() []TableColumn { return t.columns }

// Cursor is the row that the keyboard is at, or -1.
func (t *Table) Cursor() int { return t.cursor }

// SetCursor moves it and shows the row.
func (t *Table) SetCursor(i int) {
	n := t.length()
	if n == 0 {
		return
	}
	i = max(0, min(i, n-1))
	old := t.cursor
	t.cursor = i
	t.show(i)
	t.body.updateRow(old)
	t.body.updateRow(i)
	if old != i && t.OnCursor != nil {
		t.OnCursor(i)
	}
}

func (t *Table) show(i int) {
	top, height := float32(i)*theme.RowHeight, t.scroll.Size().Height
	offset := t.scroll.Offset.Y
	switch {
	case top < offset:
		offset = top
	case top+theme.RowHeight > offset+height:
		offset = top + theme.RowHeight - height
	default:
		return
	}
	t.scroll.ScrollToOffset(fyne.NewPos(0, offset))
	t.body.update(false)
}

// edges returns where each column begins and how wide it is.
func (t *Table) edges(width float32) (xs, ws []float32) {
	x := theme.Space3
	if t.Checks {
		x += 40
	}
	rest, flexible := width-x-theme.Space3, 0
	for _, c := range t.columns {
		rest -= c.Width
		if c.Width == 0 {
			flexible++
		}
	}
	for _, c := range t.columns {
		w := c.Width
		if w == 0 && flexible > 0 {
			w = max(rest/float32(flexible), c.Least)
		}
		xs, ws = append(xs, x), append(ws, w)
		x += w
	}
	return xs, ws
}

// cellWidth is what a column leaves for a cell: figures at its right end keep a distance from the next column.
func (t *Table) cellWidth(column int, width float32) float32 {
	if t.columns[column].Right && column+1 < len(t.columns) {
		return width - theme.Space6
	}
	return width - theme.Space2
}

func (t *Table) check(i int) {
	if i < 0 || i >= t.length() || t.OnCheck == nil {
		return
	}
	if row := t.Row(i); row.Checkable {
		t.OnCheck(i, !row.Checked)
		t.body.updateRow(i)
		t.Refresh()
	}
}

// FocusGained implements fyne.Focusable.
func (t *Table) FocusGained() {
	t.focused = true
	if t.cursor < 0 && t.length() > 0 {
		t.cursor = 0
	}
	t.body.updateRow(t.cursor)
}

// FocusLost implements fyne.Focusable.
func (t *Table) FocusLost() {
	t.focused = false
	t.body.updateRow(t.cursor)
}

// TypedRune implements fyne.Focusable.
func (t *Table) TypedRune(rune) {}

// TypedKey implements fyne.Focusable.
func (t *Table) TypedKey(e *fyne.KeyEvent) {
	page := max(int(t.scroll.Size().Height/theme.RowHeight)-1, 1)
	switch e.Name {
	case fyne.KeyDown:
		t.SetCursor(t.cursor + 1)
	case fyne.KeyUp:
		t.SetCursor(t.cursor - 1)
	case fyne.KeyPageDown:
		t.SetCursor(t.cursor + page)
	case fyne.KeyPageUp:
		t.SetCursor(t.cursor - page)
	case fyne.KeyHome:
		t.SetCursor(0)
	case fyne.KeyEnd:
		t.SetCursor(t.length() - 1)
	case fyne.KeySpace:
		t.check(t.cursor)
	case fyne.KeyReturn, fyne.KeyEnter:
		if t.OnOpen != nil && t.cursor >= 0 {
			t.OnOpen(t.cursor)
		}
	default:
		forward(t, e)
	}
}

// hit is a press with the pointer on a row, x from the left.
func (t *Table) hit(i int, x float32) {
	if c := canvasOf(t); c != nil {
		c.Focus(t)
	}
	if i < 0 || i >= t.length() {
		return
	}
	t.SetCursor(i)
	if t.Checks && x < theme.Space3+40 {
		t.check(i)
		return
	}
	if t.OnOpen != nil && i == t.lastRow && time.Since(t.lastHit) < 400*time.Millisecond {
		t.lastHit = time.Time{}
		t.OnOpen(i)
		return
	}
	t.lastHit, t.lastRow = time.Now(), i
}

// Tapped implements fyne.Tappable: the head's box.
func (t *Table) Tapped(e *fyne.PointEvent) {
	if t.Checks && e.Position.Y < theme.HeadHeight && e.Position.X < theme.Space3+40 && t.OnCheckAll != nil {
		all := false
		if t.AllChecked != nil {
			all, _ = t.AllChecked()
		}
		t.OnCheckAll(!all)
		t.Reload()
	}
}

// CreateRenderer implements fyne.Widget.
func (t *Table) CreateRenderer() fyne.WidgetRenderer {
	head, line, all := canvas.NewRectangle(theme.Color(theme.Raised)), canvas.NewRectangle(theme.Color(theme.Line)), newBox()
	var titles []*Text
	d := &drawing{}
	build := func() {
		titles = nil
		d.objects = []fyne.CanvasObject{head, line, all.back, all.mark, t.scroll}
		for _, c := range t.columns {
			text := NewNote(c.Title).Clip()
			if c.Right {
				text.Align = fyne.TextAlignTrailing
			}
			titles = append(titles, text)
			d.objects = append(d.objects, text)
		}
	}
	d.min = func() fyne.Size { return fyne.NewSize(200, theme.HeadHeight+3*theme.RowHeight) }
	d.layout = func(size fyne.Size) {
		head.Resize(fyne.NewSize(size.Width, theme.HeadHeight))
		head.TopLeftCornerRadius, head.TopRightCornerRadius = theme.CardRadius-1, theme.CardRadius-1
		line.Move(fyne.NewPos(0, theme.HeadHeight))
		line.Resize(fyne.NewSize(size.Width, theme.HairLine))
		xs, ws := t.edges(size.Width)
		for i, text := range titles {
			text.Move(fyne.NewPos(xs[i], 0))
			text.Resize(fyne.NewSize(t.cellWidth(i, ws[i]), theme.HeadHeight))
		}
		t.scroll.Move(fyne.NewPos(0, theme.HeadHeight+theme.HairLine))
		t.scroll.Resize(fyne.NewSize(size.Width, max(size.Height-theme.HeadHeight-theme.HairLine, 0)))
		t.body.update(false)
	}
	d.refresh = func() {
		if len(titles) != len(t.columns) {
			build()
		}
		for i, text := range titles {
			text.SetText(t.columns[i].Title)
		}
		head.FillColor, line.FillColor = theme.Color(theme.Raised), theme.Color(theme.Line)
		all.hide(!t.Checks)
		if t.Checks {
			all.place(t.headState(), theme.Space3, 0, theme.HeadHeight)
			all.mark.Refresh()
		}
		d.layout(t.Size())
		head.Refresh()
		line.Refresh()
		t.body.Refresh()
		t.scroll.Refresh()
	}
	build()
	d.refresh()
	return d
}

func (t *Table) headState() checkState {
	if t.AllChecked == nil {
		return unchecked
	}
	switch all, some := t.AllChecked(); {
	case all:
		return checked
	case some:
		return mixed
	}
	return unchecked
}

var _ desktop.Mouseable = (*tableBody)(nil)
