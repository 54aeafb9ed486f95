package page

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"shelftalk/ui/present"
	"shelftalk/ui/widget"
)

// look is a chip as a table draws it.
func look(c present.Chip) *widget.ChipLook {
	return &widget.ChipLook{Text: c.Text, Kind: chipKind(c.Tone)}
}

// problem is an error in its place.
func problem(p *present.Problem, actions ...*widget.Button) *widget.Filled {
	return widget.NewNotice(widget.NoticeBad, p.Title, p.Detail, p.Hint, actions...)
}

// scrolled lets what is higher than its place scroll.
func scrolled(o fyne.CanvasObject) *container.Scroll { return container.NewVScroll(o) }
