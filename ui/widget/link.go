package widget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"shelftalk/ui/theme"
)

// Link is an entry of a list of a few: a name that can be pressed, one of them marked.
type Link struct {
	pressable
	label    string
	selected bool
}

// NewLink returns an entry.
func NewLink(label string, selected bool, fn func()) *Link {
	l := &Link{label: label, selected: selected}
	l.onPress = fn
	l.ExtendBaseWidget(l)
	return l
}

// SetSelected marks it.
func (l *Link) SetSelected(on bool) {
	if l.selected != on {
		l.selected = on
		l.Refresh()
	}
}

// CreateRenderer implements fyne.Widget.
func (l *Link) CreateRenderer() fyne.WidgetRenderer {
	back, ring, text := canvas.NewRectangle(theme.Color(theme.None)), canvas.NewRectangle(theme.Color(theme.None)), NewText(l.label).Clip()
	d := &drawing{objects: []fyne.CanvasObject{back, text, ring}}
	d.min = func() fyne.Size { return fyne.NewSize(80, 36) }
	d.layout = func(size fyne.Size) {
		back.Resize(size)
		ring.Resize(size)
		text.Move(fyne.NewPos(theme.Space3, 0))
		text.Resize(fyne.NewSize(size.Width-2*theme.Space3, size.Height))
	}
	d.refresh = func() {
		back.FillColor, back.CornerRadius = theme.Color(theme.None), theme.Radius
		text.kind = theme.TypeBody
		switch {
		case l.selected:
			back.FillColor = theme.Color(theme.AccentSoft)
			text.kind = theme.TypeStrong
		case l.hovered:
			back.FillColor = theme.Color(theme.Hover)
		}
		text.glyph.TextStyle = text.kind.Style()
		drawRing(ring, l.focused, false, theme.Radius)
		d.layout(l.Size())
		for _, o := range d.objects {
			o.Refresh()
		}
	}
	d.refresh()
	return d
}
