package page

import (
	"shelftalk/ui/present"
	"shelftalk/ui/widget"
)

// look is a chip as a table draws it.
func look(c present.Chip) *widget.ChipLook {
	return &widget.ChipLook{Text: c.Text, Kind: chipKind(c.Tone)}
}

// problem is an error in its place.
func problem(p *present.Problem) *widget.Filled {
	return widget.NewNotice(widget.NoticeBad, p.Title, p.Detail, p.Hint)
}
