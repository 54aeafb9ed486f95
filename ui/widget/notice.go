package widget

import (
	"fyne.io/fyne/v2"

	"shelftalk/ui/theme"
)

// NoticeKind is how bad it is.
type NoticeKind int

// The kinds.
const (
	NoticeInfo NoticeKind = iota
	NoticeWarning
	NoticeBad
)

// NewNotice says in its place what happened, why, and what to do next. Detail and hint may be empty.
func NewNotice(kind NoticeKind, title, detail, hint string, actions ...*Button) *Filled {
	icon, back, ink := "info", theme.AccentSoft, theme.Accent
	switch kind {
	case NoticeWarning:
		icon, back, ink = "warning", theme.WarningSoft, theme.Warning
	case NoticeBad:
		icon, back, ink = "warning", theme.BadSoft, theme.Bad
	}
	lines := []fyne.CanvasObject{newMarked(title, theme.TypeStrong, theme.Ink)}
	for _, s := range []string{detail, hint} {
		if s != "" {
			lines = append(lines, newMarked(s, theme.TypeBody, theme.Ink))
		}
	}
	if len(actions) > 0 {
		row := Row(theme.Space2)
		for _, b := range actions {
			row.Add(b)
		}
		lines = append(lines, Pad(theme.Space1, 0, 0, 0, row))
	}
	mark := Column(0, Fixed(20, 20, NewIcon(icon, 18, ink)))
	return newFilled(Pad(theme.Space3, 14, theme.Space3, 14, Beside(20, theme.Space3, mark, Column(2, lines...))), back, theme.None, theme.CardRadius)
}

// NewEmpty fills an empty page: what to do, and how.
func NewEmpty(icon, title, text, note string, actions ...*Button) fyne.CanvasObject {
	badge := newFilled(Fixed(64, 64, NewIcon(icon, 32, theme.Accent)), theme.AccentSoft, theme.None, 16)
	row := Row(10, Spacer())
	for _, b := range actions {
		row.Add(b)
	}
	row.Add(Spacer())
	head := newText(title, theme.TypeLarge, theme.Ink)
	body, small := newMarked(text, theme.TypeBody, theme.Muted), newMarked(note, theme.TypeNote, theme.Muted)
	body.Align, small.Align = fyne.TextAlignCenter, fyne.TextAlignCenter
	column := Column(theme.Space4, Row(0, Spacer(), badge, Spacer()), Row(0, Spacer(), head, Spacer()))
	if text != "" {
		column.Add(body)
	}
	column.Add(row)
	if note != "" {
		column.Add(small)
	}
	return Fill(Column(0, Spacer(), Row(0, Spacer(), Fixed(540, 0, column), Spacer()), Spacer()), theme.Background)
}
