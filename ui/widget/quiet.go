package widget

import "shelftalk/ui/theme"

// NewQuietSmall returns a small button without a border, for a card.
func NewQuietSmall(label string, fn func()) *Button {
	return newButton(quiet, label, "", theme.SmallHeight, fn)
}

// NewQuietIcon returns a small icon without a border; the hint says what it does.
func NewQuietIcon(icon, hint string, fn func()) *Button {
	b := newButton(quiet, "", icon, theme.SmallHeight, fn)
	b.reason = hint
	return b
}
