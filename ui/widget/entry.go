package widget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	fw "fyne.io/fyne/v2/widget"

	"shelftalk/ui/theme"
)

// Entry is a field to write in: the toolkit's, with a say for its page in what keys do.
type Entry struct {
	fw.Entry
	// OnKey is asked first; true means that the key is done with.
	OnKey func(*fyne.KeyEvent) bool
	// OnShortcut is asked first; true means that the shortcut is done with.
	OnShortcut func(fyne.Shortcut) bool
	// OnFocus is told when the caret comes and goes.
	OnFocus func(on bool)

	focused bool
}

// NewEntry returns a field of one line.
func NewEntry(placeholder string) *Entry {
	e := &Entry{}
	e.ExtendBaseWidget(e)
	e.PlaceHolder = placeholder
	return e
}

// NewMultiline returns a field that shows at least that many lines.
func NewMultiline(placeholder string, lines int) *Entry {
	e := NewEntry(placeholder)
	e.MultiLine, e.Wrapping = true, fyne.TextWrapWord
	e.SetMinRowsVisible(lines)
	return e
}

// NewSearch returns a search field; onChange is told every change.
func NewSearch(placeholder string, onChange func(string)) *Entry {
	e := NewEntry(placeholder)
	e.Icon = theme.Icon("search", theme.Muted)
	e.OnChanged = onChange
	return e
}

// entryRenderer draws the field's background and border below the toolkit's, which has neither: its border is mixed with
// black where it is thin.
type entryRenderer struct {
	fyne.WidgetRenderer
	entry *Entry
	back  *canvas.Rectangle
}

// CreateRenderer implements fyne.Widget.
func (e *Entry) CreateRenderer() fyne.WidgetRenderer {
	r := &entryRenderer{WidgetRenderer: e.Entry.CreateRenderer(), entry: e, back: canvas.NewRectangle(theme.Color(theme.Surface))}
	r.paint()
	return r
}

func (r *entryRenderer) paint() {
	r.back.FillColor, r.back.CornerRadius = theme.Color(theme.Surface), theme.Radius
	r.back.StrokeColor, r.back.StrokeWidth = theme.Color(theme.Line), theme.HairLine
	if r.entry.focused {
		r.back.StrokeColor, r.back.StrokeWidth = theme.Color(theme.Accent), 1.5
	}
	r.back.Refresh()
}

func (r *entryRenderer) Objects() []fyne.CanvasObject {
	return append([]fyne.CanvasObject{r.back}, r.WidgetRenderer.Objects()...)
}

func (r *entryRenderer) Layout(size fyne.Size) {
	r.back.Resize(size)
	r.WidgetRenderer.Layout(size)
}

func (r *entryRenderer) Refresh() {
	r.paint()
	r.WidgetRenderer.Refresh()
}

// Refresh implements fyne.CanvasObject.
func (e *Entry) Refresh() {
	if e.Icon != nil {
		e.Icon = theme.Icon("search", theme.Muted)
	}
	e.Entry.Refresh()
}

// TypedKey implements fyne.Focusable. Esc isn't for the field: the window closes what is open, or takes the focus away.
func (e *Entry) TypedKey(k *fyne.KeyEvent) {
	if e.OnKey != nil && e.OnKey(k) {
		return
	}
	if k.Name == fyne.KeyEscape {
		forward(e, k)
		return
	}
	e.Entry.TypedKey(k)
}

// TypedShortcut implements fyne.Shortcutable. The field keeps what moves and cuts in its text; the rest is the window's.
func (e *Entry) TypedShortcut(s fyne.Shortcut) {
	if e.OnShortcut != nil && e.OnShortcut(s) {
		return
	}
	if custom, ok := s.(*desktop.CustomShortcut); ok && !edits(custom.KeyName) {
		if window, ok := canvasOf(e).(fyne.Shortcutable); ok {
			window.TypedShortcut(s)
		}
		return
	}
	e.Entry.TypedShortcut(s)
}

// edits says whether a key with a modifier does something within a text.
func edits(key fyne.KeyName) bool {
	switch key {
	case fyne.KeyLeft, fyne.KeyRight, fyne.KeyUp, fyne.KeyDown, fyne.KeyHome, fyne.KeyEnd, fyne.KeyBackspace, fyne.KeyDelete:
		return true
	}
	return false
}

// FocusGained implements fyne.Focusable.
func (e *Entry) FocusGained() {
	e.focused = true
	e.Entry.FocusGained()
	if e.OnFocus != nil {
		e.OnFocus(true)
	}
}

// FocusLost implements fyne.Focusable.
func (e *Entry) FocusLost() {
	e.focused = false
	e.Entry.FocusLost()
	if e.OnFocus != nil {
		e.OnFocus(false)
	}
}
