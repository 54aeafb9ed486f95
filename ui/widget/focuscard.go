package widget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"shelftalk/ui/theme"
)

// FocusCard is a card that the keyboard can stand on: Enter, Space or a tap beside its contents presses it, and its border
// shows where the work is.
type FocusCard struct {
	pressable
	// OnFocus is told when the keyboard comes to it.
	OnFocus func()

	content fyne.CanvasObject
	current bool
}

// NewFocusCard returns a card; fn is called when it is pressed.
func NewFocusCard(content fyne.CanvasObject, fn func()) *FocusCard {
	c := &FocusCard{content: Pad(theme.Space3, 14, 14, 14, content)}
	c.onPress = fn
	c.ExtendBaseWidget(c)
	return c
}

// SetCurrent shows that this card is the one that the page's keys act on.
func (c *FocusCard) SetCurrent(on bool) {
	if c.current != on {
		c.current = on
		c.Refresh()
	}
}

// FocusGained implements fyne.Focusable.
func (c *FocusCard) FocusGained() {
	c.pressable.FocusGained()
	if c.OnFocus != nil {
		c.OnFocus()
	}
}

// CreateRenderer implements fyne.Widget.
func (c *FocusCard) CreateRenderer() fyne.WidgetRenderer {
	back := canvas.NewRectangle(theme.Color(theme.Surface))
	d := &drawing{objects: []fyne.CanvasObject{back, c.content}}
	d.min = c.content.MinSize
	d.layout = func(size fyne.Size) {
		back.Resize(size)
		c.content.Resize(size)
	}
	d.refresh = func() {
		back.FillColor, back.CornerRadius = theme.Color(theme.Surface), theme.CardRadius
		back.StrokeColor, back.StrokeWidth = theme.Color(theme.Line), theme.HairLine
		switch {
		case c.focused:
			back.StrokeColor, back.StrokeWidth = theme.Color(theme.Accent), 2
		case c.current:
			back.StrokeColor = theme.Color(theme.Accent)
		case c.hovered:
			back.StrokeColor = theme.Color(theme.Muted)
		}
		back.Refresh()
	}
	d.refresh()
	return d
}
