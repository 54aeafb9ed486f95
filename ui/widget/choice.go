package widget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"shelftalk/ui/theme"
)

// Choice is a line of a list that can be pressed: a title, a note below it, a chip at the right.
type Choice struct {
	pressable
	title, note string
	look        ChipLook
	selected    bool
}

// NewChoice returns a line; a chip without words isn't drawn.
func NewChoice(title, note string, chip ChipLook, selected bool, fn func()) *Choice {
	c := &Choice{title: title, note: note, look: chip, selected: selected}
	c.onPress = fn
	c.ExtendBaseWidget(c)
	return c
}

// CreateRenderer implements fyne.Widget.
func (c *Choice) CreateRenderer() fyne.WidgetRenderer {
	clear := theme.Color(theme.None)
	back, ring := canvas.NewRectangle(clear), canvas.NewRectangle(clear)
	title, note, chip := NewStrong(c.title).Clip(), NewNote(c.note).Clip(), newChipBody()
	d := &drawing{objects: []fyne.CanvasObject{back, title, note, chip.back, chip.text, ring}}
	d.min = func() fyne.Size { return fyne.NewSize(160, 56) }
	d.layout = func(size fyne.Size) {
		back.Resize(size)
		ring.Resize(size)
		title.Move(fyne.NewPos(theme.Space3, theme.Space2))
		title.Resize(fyne.NewSize(size.Width-2*theme.Space3, theme.TypeStrong.Line()))
		below := theme.Space2 + theme.TypeStrong.Line()
		w := float32(0)
		if c.look.Text != "" {
			w = min(chipWidth(c.look.Text), size.Width/2)
			ground := theme.None
			if c.selected {
				ground = theme.AccentSoft
			}
			chip.place(c.look, ground, size.Width-theme.Space3-w, below-2, theme.ChipHeight, w)
		}
		chip.hide(c.look.Text == "")
		note.Move(fyne.NewPos(theme.Space3, below))
		note.Resize(fyne.NewSize(max(size.Width-2*theme.Space3-w-theme.Space2, 0), theme.TypeNote.Line()))
	}
	d.refresh = func() {
		back.FillColor, back.CornerRadius = theme.Color(theme.None), theme.Radius
		switch {
		case c.selected:
			back.FillColor = theme.Color(theme.AccentSoft)
		case c.hovered:
			back.FillColor = theme.Color(theme.Hover)
		}
		drawRing(ring, c.focused, false, theme.Radius)
		d.layout(c.Size())
		for _, o := range d.objects {
			o.Refresh()
		}
	}
	d.refresh()
	return d
}
