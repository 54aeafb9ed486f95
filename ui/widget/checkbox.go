package widget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"shelftalk/ui/theme"
)

// checkState is what a box shows.
type checkState int

const (
	unchecked checkState = iota
	checked
	mixed
)

const boxSize float32 = 16

// box is a drawn checkbox; tables draw many.
type box struct {
	back *canvas.Rectangle
	mark *Icon
}

func newBox() *box {
	return &box{back: canvas.NewRectangle(theme.Color(theme.None)), mark: NewIcon("check", boxSize-2, theme.OnAccent)}
}

func (b *box) place(state checkState, x, top, height float32) {
	b.back.CornerRadius, b.back.StrokeWidth = 4, 1.4
	b.back.FillColor, b.back.StrokeColor = theme.Color(theme.Surface), theme.Color(theme.Muted)
	b.mark.Hidden = state == unchecked
	if state != unchecked {
		b.back.FillColor, b.back.StrokeColor = theme.Color(theme.Accent), theme.Color(theme.Accent)
		b.mark.Set(map[checkState]string{checked: "check", mixed: "mixed"}[state], theme.OnAccent)
	}
	y := top + (height-boxSize)/2
	b.back.Move(fyne.NewPos(x, y))
	b.back.Resize(fyne.NewSquareSize(boxSize))
	b.mark.Move(fyne.NewPos(x+1, y+1))
	b.mark.Resize(fyne.NewSquareSize(boxSize - 2))
	b.back.Refresh()
}

func (b *box) hide(yes bool) {
	b.back.Hidden = yes
	if yes {
		b.mark.Hidden = true
	}
}

// Checkbox is something to say yes or no to.
type Checkbox struct {
	pressable
	label    string
	on       bool
	onChange func(bool)
}

// NewCheckbox returns a box; onChange is called when the user changes it, not by Set.
func NewCheckbox(label string, onChange func(bool)) *Checkbox {
	c := &Checkbox{label: label, onChange: onChange}
	c.onPress = c.toggle
	c.ExtendBaseWidget(c)
	return c
}

// Set shows a state.
func (c *Checkbox) Set(on bool) {
	if c.on != on {
		c.on = on
		c.Refresh()
	}
}

// On is the state.
func (c *Checkbox) On() bool { return c.on }

func (c *Checkbox) toggle() {
	c.Set(!c.on)
	if c.onChange != nil {
		c.onChange(c.on)
	}
}

// CreateRenderer implements fyne.Widget.
func (c *Checkbox) CreateRenderer() fyne.WidgetRenderer {
	b, text, ring := newBox(), NewText(c.label), canvas.NewRectangle(theme.Color(theme.None))
	d := &drawing{objects: []fyne.CanvasObject{ring, b.back, b.mark, text}}
	d.min = func() fyne.Size {
		return fyne.NewSize(boxSize+2*theme.Space2+text.MinSize().Width, theme.SmallHeight)
	}
	d.layout = func(size fyne.Size) {
		state := unchecked
		if c.on {
			state = checked
		}
		b.place(state, theme.Space1, 0, size.Height)
		b.mark.Refresh()
		text.Move(fyne.NewPos(theme.Space1+boxSize+theme.Space2, 0))
		text.Resize(fyne.NewSize(text.MinSize().Width, size.Height))
		drawRing(ring, c.focused, false, 6)
		ring.Resize(size)
		ring.Refresh()
	}
	d.refresh = func() {
		text.Refresh()
		d.layout(c.Size())
	}
	return d
}
