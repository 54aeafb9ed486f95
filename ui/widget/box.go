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
