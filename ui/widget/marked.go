package widget

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	fynewidget "fyne.io/fyne/v2/widget"

	"shelftalk/ui/theme"
)

// MarkKind says what a mark in a text means, and so how it looks.
type MarkKind int

// The marks: a soft ground under a fact, a line under a finding.
const (
	MarkFact MarkKind = iota
	MarkMust
	MarkShould
)

// Mark is about the bytes [Start, End) of a text.
type Mark struct {
	Start, End int
	Kind       MarkKind
}

// MarkedText shows text that wraps, with facts laid on a soft ground and findings underlined. It is made for copy that is
// being written: SetText with a longer text measures only what is new.
type MarkedText struct {
	fynewidget.BaseWidget
	// MaxLines cuts the text behind that many lines, with an ellipsis; 0 shows all. With Tail the last lines are shown
	// instead of the first: what is being written now.
	MaxLines int
	Tail     bool
	// MinLines keeps the height of that many lines, so that what stands below doesn't jump while text comes.
	MinLines int
	// Writing draws a caret behind the text.
	Writing bool
	// Role is the colour of the text.
	Role theme.Role
	// Align moves the lines within the width.
	Align fyne.TextAlign
	// OnTapped, when set, is told the byte of the text under the pointer.
	OnTapped func(offset int)
	// OnMarkTapped, when set, is told of taps on marks, before OnTapped would be.
	OnMarkTapped func(i int)

	kind  theme.Type
	text  string
	marks []Mark
	wrap  wrapper
	width float32
	lines []textLine
	more  bool // lines were left out behind the last
}

// NewCopy returns a view for copy: 14 on 22.
func NewCopy(text string) *MarkedText { return newMarked(text, theme.TypeCopy, theme.Ink) }

// NewParagraph returns a view for plain text: 14 on 20.
func NewParagraph(text string) *MarkedText { return newMarked(text, theme.TypeBody, theme.Ink) }

// NewNotes returns a view for explanations: 12.5 on 18, muted.
func NewNotes(text string) *MarkedText { return newMarked(text, theme.TypeNote, theme.Muted) }

// NewStrongLines returns a view for the subject of a card, bold, that may take several lines.
func NewStrongLines(text string) *MarkedText { return newMarked(text, theme.TypeStrong, theme.Ink) }

func newMarked(text string, kind theme.Type, role theme.Role) *MarkedText {
	m := &MarkedText{kind: kind, text: text, Role: role, width: 1}
	m.wrap.measure = func(s string) float32 { return fyne.MeasureText(s, kind.Size(), kind.Style()).Width }
	m.ExtendBaseWidget(m)
	return m
}

// Text returns the text.
func (m *MarkedText) Text() string { return m.text }

// Lines is how many lines the text takes at the present width.
func (m *MarkedText) Lines() int { return len(m.lines) }

// SetText replaces the text and drops the marks.
func (m *MarkedText) SetText(text string) { m.SetTextAndMarks(text, nil) }

// SetMarks replaces the marks. Marks that leave the text are cut.
func (m *MarkedText) SetMarks(marks []Mark) { m.SetTextAndMarks(m.text, marks) }

// SetTextAndMarks replaces both.
func (m *MarkedText) SetTextAndMarks(text string, marks []Mark) {
	m.text, m.marks = text, marks
	m.Refresh()
}

// Resize implements fyne.CanvasObject: another width means other lines.
func (m *MarkedText) Resize(size fyne.Size) {
	changed := size.Width != m.width
	m.width = size.Width
	m.BaseWidget.Resize(size)
	if changed {
		m.Refresh()
	}
}

// fill breaks the text into lines for the current width.
func (m *MarkedText) fill() {
	m.lines, m.more = m.wrap.wrap(m.text, m.width), false
	if m.MaxLines > 0 && len(m.lines) > m.MaxLines {
		if m.Tail {
			m.lines = m.lines[len(m.lines)-m.MaxLines:]
		} else {
			m.lines, m.more = m.lines[:m.MaxLines], true
		}
	}
}

// Tapped implements fyne.Tappable.
func (m *MarkedText) Tapped(e *fyne.PointEvent) {
	at := m.offset(e.Position)
	if m.OnMarkTapped != nil {
		for i, mark := range m.marks {
			if at >= mark.Start && at < mark.End && mark.Kind != MarkFact {
				m.OnMarkTapped(i)
				return
			}
		}
	}
	if m.OnTapped != nil {
		m.OnTapped(at)
	}
}

// Cursor implements desktop.Cursorable.
func (m *MarkedText) Cursor() desktop.Cursor {
	if m.OnTapped != nil {
		return desktop.TextCursor
	}
	return desktop.DefaultCursor
}

// offset returns the byte of the text at a point of the widget.
func (m *MarkedText) offset(p fyne.Position) int {
	row := min(max(int(p.Y/m.kind.Line()), 0), len(m.lines)-1)
	if row < 0 {
		return 0
	}
	line := m.lines[row]
	x := p.X - m.indent(line)
	at := line.start
	for i, r := range m.text[line.start:line.end] {
		next := line.start + i + len(string(r))
		if m.wrap.measure(m.text[line.start:next]) > x {
			return at
		}
		at = next
	}
	return at
}

func (m *MarkedText) indent(l textLine) float32 {
	switch m.Align {
	case fyne.TextAlignCenter:
		return max((m.width-l.width)/2, 0)
	case fyne.TextAlignTrailing:
		return max(m.width-l.width, 0)
	}
	return 0
}

// CreateRenderer implements fyne.Widget.
func (m *MarkedText) CreateRenderer() fyne.WidgetRenderer {
	m.fill()
	r := &markedRenderer{m: m}
	r.Refresh()
	return r
}

// markedRenderer draws grounds, then texts, then lines under them.
type markedRenderer struct {
	m       *MarkedText
	texts   []*canvas.Text
	boxes   []*canvas.Rectangle
	objects []fyne.CanvasObject
	used    int // boxes in use
}

func (r *markedRenderer) MinSize() fyne.Size {
	n := max(len(r.m.lines), r.m.MinLines, 1)
	return fyne.NewSize(24, float32(n)*r.m.kind.Line())
}

func (r *markedRenderer) Layout(fyne.Size) {}

func (r *markedRenderer) Destroy() {}

func (r *markedRenderer) Objects() []fyne.CanvasObject { return r.objects }

func (r *markedRenderer) Refresh() {
	m := r.m
	m.fill()
	r.used = 0
	r.objects = r.objects[:0]
	for i, line := range m.lines {
		for _, mark := range m.marks {
			if mark.Kind == MarkFact {
				r.mark(line, i, mark)
			}
		}
	}
	for i, line := range m.lines {
		r.line(line, i)
	}
	for _, kind := range []MarkKind{MarkShould, MarkMust} { // what must be dealt with is drawn over the rest
		for i, line := range m.lines {
			for _, mark := range m.marks {
				if mark.Kind == kind {
					r.mark(line, i, mark)
				}
			}
		}
	}
	if m.Writing {
		last := len(m.lines) - 1
		x := m.indent(m.lines[last]) + m.wrap.measure(m.text[m.lines[last].start:m.lines[last].end])
		r.box(theme.Accent, 1, fyne.NewPos(x+2, float32(last)*m.kind.Line()+3), fyne.NewSize(2, m.kind.Line()-6))
	}
	canvas.Refresh(m)
}

// line draws one line of text.
func (r *markedRenderer) line(l textLine, row int) {
	m := r.m
	for len(r.texts) <= row {
		r.texts = append(r.texts, canvas.NewText("", theme.Color(m.Role)))
	}
	t := r.texts[row]
	t.Color, t.TextSize, t.TextStyle = theme.Color(m.Role), m.kind.Size(), m.kind.Style()
	t.Text = strings.TrimRight(m.text[l.start:l.end], " ")
	if m.more && row == len(m.lines)-1 {
		t.Text = m.shorten(t.Text)
	}
	size := t.MinSize()
	t.Resize(size)
	t.Move(fyne.NewPos(m.indent(l), float32(row)*m.kind.Line()+(m.kind.Line()-size.Height)/2))
	r.objects = append(r.objects, t)
}

// shorten makes room for an ellipsis at the end of a line.
func (m *MarkedText) shorten(line string) string {
	runes := []rune(line)
	for len(runes) > 0 && m.wrap.measure(string(runes)+"…") > m.width {
		runes = runes[:len(runes)-1]
	}
	return strings.TrimRight(string(runes), " ,，") + "…"
}

// mark draws the part of a mark that lies on a line.
func (r *markedRenderer) mark(l textLine, row int, mark Mark) {
	m := r.m
	start, end := max(mark.Start, l.start), min(mark.End, l.end)
	if start >= end {
		return
	}
	words := strings.TrimRight(m.text[start:end], " ")
	if words == "" {
		return
	}
	x := m.indent(l) + m.wrap.measure(m.text[l.start:start])
	width := m.wrap.measure(words)
	top := float32(row) * m.kind.Line()
	switch mark.Kind {
	case MarkFact:
		r.box(theme.AccentSoft, 4, fyne.NewPos(x-2, top+2), fyne.NewSize(width+4, m.kind.Line()-3))
	case MarkMust:
		r.box(theme.Bad, 0, fyne.NewPos(x, top+m.kind.Line()-3), fyne.NewSize(width, 2))
	case MarkShould:
		r.box(theme.Warning, 0, fyne.NewPos(x, top+m.kind.Line()-3), fyne.NewSize(width, 2))
	}
}

func (r *markedRenderer) box(role theme.Role, radius float32, at fyne.Position, size fyne.Size) {
	if r.used == len(r.boxes) {
		r.boxes = append(r.boxes, canvas.NewRectangle(theme.Color(role)))
	}
	b := r.boxes[r.used]
	r.used++
	b.FillColor, b.CornerRadius = theme.Color(role), radius
	b.Move(at)
	b.Resize(size)
	r.objects = append(r.objects, b)
}
