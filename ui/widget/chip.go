package widget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	fw "fyne.io/fyne/v2/widget"

	"shelftalk/ui/theme"
)

// ChipKind is a chip's colour. The word on it says the same.
type ChipKind int

// The kinds.
const (
	ChipNeutral ChipKind = iota
	ChipAccent
	ChipWarning
	ChipBad
	ChipGood
)

func (k ChipKind) roles() (back, border, text theme.Role) {
	switch k {
	case ChipAccent:
		return theme.AccentSoft, theme.None, theme.Accent
	case ChipWarning:
		return theme.WarningSoft, theme.None, theme.Warning
	case ChipBad:
		return theme.BadSoft, theme.None, theme.Bad
	case ChipGood:
		return theme.GoodSoft, theme.None, theme.Good
	}
	return theme.Raised, theme.Line, theme.Muted
}

// ChipLook is a chip within a table.
type ChipLook struct {
	Text string
	Kind ChipKind
}

const chipText float32 = 12

// chipWidth is how wide a chip with these words is.
func chipWidth(s string) float32 { return fyne.MeasureText(s, chipText, fyne.TextStyle{}).Width + 18 }

// chipBody is what a chip is drawn with; tables draw many.
type chipBody struct {
	back *canvas.Rectangle
	text *canvas.Text
}

func newChipBody() *chipBody {
	c := &chipBody{back: canvas.NewRectangle(theme.Color(theme.None)), text: canvas.NewText("", theme.Color(theme.Muted))}
	c.text.TextSize = chipText
	return c
}

// place draws the chip with its left edge at x, centred between top and top+height, at most width wide. On ground of its
// own colour it would vanish: there it is drawn on paper.
func (c *chipBody) place(look ChipLook, ground theme.Role, x, top, height, width float32) {
	back, border, ink := look.Kind.roles()
	if back == ground {
		back = theme.Surface
	}
	c.back.FillColor, c.back.StrokeColor, c.back.CornerRadius = theme.Color(back), theme.Color(border), theme.ChipHeight/2
	c.back.StrokeWidth = 0
	if border != theme.None {
		c.back.StrokeWidth = theme.HairLine
	}
	w := min(chipWidth(look.Text), width)
	c.text.Text = ellipsis(look.Text, w-18, func(s string) float32 { return fyne.MeasureText(s, chipText, fyne.TextStyle{}).Width })
	c.text.Color = theme.Color(ink)
	c.back.Move(fyne.NewPos(x, top+(height-theme.ChipHeight)/2))
	c.back.Resize(fyne.NewSize(w, theme.ChipHeight))
	m := c.text.MinSize()
	c.text.Move(fyne.NewPos(x+9, top+(height-m.Height)/2))
	c.text.Resize(m)
	c.back.Refresh()
	c.text.Refresh()
}

func (c *chipBody) hide(yes bool) { c.back.Hidden, c.text.Hidden = yes, yes }

// Chip shows a state: the word first, the colour second.
type Chip struct {
	fw.BaseWidget
	look ChipLook
}

// NewChip returns a chip.
func NewChip(text string, kind ChipKind) *Chip {
	c := &Chip{look: ChipLook{text, kind}}
	c.ExtendBaseWidget(c)
	return c
}

// Set changes what it says.
func (c *Chip) Set(text string, kind ChipKind) {
	if look := (ChipLook{text, kind}); look != c.look {
		c.look = look
		c.Refresh()
	}
}

// Text returns the word.
func (c *Chip) Text() string { return c.look.Text }

// CreateRenderer implements fyne.Widget.
func (c *Chip) CreateRenderer() fyne.WidgetRenderer {
	body := newChipBody()
	d := &drawing{objects: []fyne.CanvasObject{body.back, body.text}}
	d.min = func() fyne.Size { return fyne.NewSize(chipWidth(c.look.Text), theme.ChipHeight) }
	d.layout = func(size fyne.Size) { body.place(c.look, theme.None, 0, 0, size.Height, size.Width) }
	d.refresh = func() { d.layout(c.Size()) }
	return d
}

// FilterChip is a chip that can be pressed: one of a row of choices.
type FilterChip struct {
	pressable
	text     string
	selected bool
}

// NewFilterChip returns a choice.
func NewFilterChip(text string, fn func()) *FilterChip {
	c := &FilterChip{text: text}
	c.onPress = fn
	c.ExtendBaseWidget(c)
	return c
}

// SetSelected shows whether it is the one.
func (c *FilterChip) SetSelected(on bool) {
	if c.selected != on {
		c.selected = on
		c.Refresh()
	}
}

// Selected says whether it is the one.
func (c *FilterChip) Selected() bool { return c.selected }

// OnPress changes what a press does.
func (c *FilterChip) OnPress(fn func()) { c.onPress = fn }

// Text returns the words.
func (c *FilterChip) Text() string { return c.text }

// SetText changes the words.
func (c *FilterChip) SetText(s string) {
	if c.text != s {
		c.text = s
		c.Refresh()
	}
}

// CreateRenderer implements fyne.Widget.
func (c *FilterChip) CreateRenderer() fyne.WidgetRenderer {
	body := newChipBody()
	over, ring := canvas.NewRectangle(theme.Color(theme.None)), canvas.NewRectangle(theme.Color(theme.None))
	d := &drawing{objects: []fyne.CanvasObject{body.back, over, body.text, ring}}
	d.min = func() fyne.Size { return fyne.NewSize(chipWidth(c.text), theme.ChipHeight) }
	d.layout = func(size fyne.Size) {
		kind := ChipNeutral
		if c.selected {
			kind = ChipAccent
		}
		body.place(ChipLook{c.text, kind}, theme.None, 0, 0, size.Height, size.Width)
		over.FillColor, over.CornerRadius = theme.Color(theme.None), theme.ChipHeight/2
		if c.hovered {
			over.FillColor = theme.Color(theme.Hover)
		}
		drawRing(ring, c.focused, false, theme.ChipHeight/2)
		for _, r := range []*canvas.Rectangle{over, ring} {
			r.Resize(size)
			r.Refresh()
		}
	}
	d.refresh = func() { d.layout(c.Size()) }
	return d
}
