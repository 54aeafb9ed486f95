package widget

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	fw "fyne.io/fyne/v2/widget"

	"shelftalk/ui/theme"
)

// Text is one line. With Truncate it takes any width and ends in an ellipsis when it has to; without, it is as wide as
// its words.
type Text struct {
	fw.BaseWidget
	Truncate bool
	Align    fyne.TextAlign

	text  string
	kind  theme.Type
	role  theme.Role
	glyph *canvas.Text
}

// NewText returns a line of ordinary text.
func NewText(s string) *Text { return newText(s, theme.TypeBody, theme.Ink) }

// NewTitle returns a page's title.
func NewTitle(s string) *Text { return newText(s, theme.TypeTitle, theme.Ink) }

// NewHeading returns a panel's title.
func NewHeading(s string) *Text { return newText(s, theme.TypeHeading, theme.Ink) }

// NewStrong returns a card's subject.
func NewStrong(s string) *Text { return newText(s, theme.TypeStrong, theme.Ink) }

// NewNote returns a line that explains.
func NewNote(s string) *Text { return newText(s, theme.TypeNote, theme.Muted) }

// NewLabel returns the name of a field of copy.
func NewLabel(s string) *Text { return newText(s, theme.TypeLabel, theme.Ink) }

// NewBig returns the one number that matters on a page.
func NewBig(s string) *Text { return newText(s, theme.TypeNumber, theme.Ink) }

func newText(s string, kind theme.Type, role theme.Role) *Text {
	t := &Text{text: oneLine(s), kind: kind, role: role, glyph: canvas.NewText(s, theme.Color(role))}
	t.glyph.TextSize, t.glyph.TextStyle = kind.Size(), kind.Style()
	t.ExtendBaseWidget(t)
	return t
}

// SetText changes the words.
func (t *Text) SetText(s string) {
	s = oneLine(s)
	if s == t.text {
		return
	}
	t.text = s
	t.Refresh()
}

// Text returns the words.
func (t *Text) Text() string { return t.text }

// SetRole changes the colour.
func (t *Text) SetRole(r theme.Role) *Text {
	t.role = r
	t.Refresh()
	return t
}

// Clip makes the line end in an ellipsis where it must.
func (t *Text) Clip() *Text {
	t.Truncate = true
	return t
}

// CreateRenderer implements fyne.Widget.
func (t *Text) CreateRenderer() fyne.WidgetRenderer {
	d := &drawing{objects: []fyne.CanvasObject{t.glyph}}
	d.min = func() fyne.Size {
		if t.Truncate {
			return fyne.NewSize(24, t.kind.Line())
		}
		return fyne.NewSize(t.width(), t.kind.Line())
	}
	d.layout = func(size fyne.Size) {
		t.glyph.Text = t.text
		if t.Truncate {
			t.glyph.Text = ellipsis(t.text, size.Width, t.measure)
		}
		t.glyph.Alignment = t.Align
		h := t.glyph.MinSize().Height
		t.glyph.Move(fyne.NewPos(0, (size.Height-h)/2))
		t.glyph.Resize(fyne.NewSize(size.Width, h))
	}
	d.refresh = func() {
		t.glyph.Color = theme.Color(t.role)
		d.layout(t.Size())
		t.glyph.Refresh()
	}
	return d
}

func (t *Text) measure(s string) float32 {
	return fyne.MeasureText(s, t.kind.Size(), t.kind.Style()).Width
}

// width is a little more than the words', so that a line whose size was rounded isn't cut.
func (t *Text) width() float32 { return t.measure(t.text) + 0.5 }

// oneLine makes a text of several lines one that can be drawn as one.
func oneLine(s string) string {
	return strings.NewReplacer("\r\n", " ", "\n", " ", "\r", " ", "\t", " ").Replace(s)
}

// ellipsis returns as much of s as fits, with an ellipsis when it isn't all.
func ellipsis(s string, width float32, measure func(string) float32) string {
	if s == "" || measure(s) <= width+0.5 {
		return s
	}
	runes := []rune(s)
	low, high := 0, len(runes)-1 // characters that fit for certain, and that may
	for low < high {
		mid := (low + high + 1) / 2
		if measure(string(runes[:mid])+"…") <= width {
			low = mid
		} else {
			high = mid - 1
		}
	}
	return string(runes[:low]) + "…"
}

// Icon is a line icon in a role's colour.
type Icon struct {
	fw.BaseWidget
	name  string
	role  theme.Role
	size  float32
	image *canvas.Image
}

// NewIcon returns the icon of that name.
func NewIcon(name string, size float32, role theme.Role) *Icon {
	i := &Icon{name: name, role: role, size: size, image: &canvas.Image{FillMode: canvas.ImageFillContain}}
	i.image.Resource = theme.Icon(name, role)
	i.ExtendBaseWidget(i)
	return i
}

// Set changes what it shows.
func (i *Icon) Set(name string, role theme.Role) {
	if i.name == name && i.role == role {
		return
	}
	i.name, i.role = name, role
	i.Refresh()
}

// CreateRenderer implements fyne.Widget.
func (i *Icon) CreateRenderer() fyne.WidgetRenderer {
	d := &drawing{objects: []fyne.CanvasObject{i.image}}
	d.min = func() fyne.Size { return fyne.NewSquareSize(i.size) }
	d.layout = func(size fyne.Size) {
		i.image.Resize(fyne.NewSquareSize(i.size))
		i.image.Move(fyne.NewPos((size.Width-i.size)/2, (size.Height-i.size)/2))
	}
	d.refresh = func() {
		i.image.Resource = theme.Icon(i.name, i.role)
		i.image.Refresh()
	}
	return d
}
