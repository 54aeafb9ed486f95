package widget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	fw "fyne.io/fyne/v2/widget"

	"shelftalk/ui/theme"
)

// pressable is what everything that can be pressed has in common: pointer, focus, keys.
type pressable struct {
	fw.BaseWidget
	onPress  func()
	reason   string // why it can't be pressed, or what an icon means
	disabled bool
	hovered  bool
	focused  bool
}

func (p *pressable) press() {
	if !p.disabled && p.onPress != nil {
		p.onPress()
	}
}

// Tapped implements fyne.Tappable.
func (p *pressable) Tapped(*fyne.PointEvent) { p.press() }

// MouseIn implements desktop.Hoverable.
func (p *pressable) MouseIn(e *desktop.MouseEvent) {
	p.hovered = true
	if p.reason != "" {
		showTip(p, p.reason, e.AbsolutePosition)
	}
	p.Refresh()
}

// MouseMoved implements desktop.Hoverable.
func (p *pressable) MouseMoved(*desktop.MouseEvent) {}

// MouseOut implements desktop.Hoverable.
func (p *pressable) MouseOut() {
	p.hovered = false
	hideTip(p)
	p.Refresh()
}

// FocusGained implements fyne.Focusable.
func (p *pressable) FocusGained() {
	p.focused = true
	p.Refresh()
}

// FocusLost implements fyne.Focusable.
func (p *pressable) FocusLost() {
	p.focused = false
	p.Refresh()
}

// TypedRune implements fyne.Focusable.
func (p *pressable) TypedRune(rune) {}

// TypedKey implements fyne.Focusable.
func (p *pressable) TypedKey(e *fyne.KeyEvent) {
	switch e.Name {
	case fyne.KeySpace, fyne.KeyReturn, fyne.KeyEnter:
		p.press()
	default:
		forward(p, e)
	}
}

// forward hands a key that a focused widget doesn't want to the window.
func forward(o fyne.CanvasObject, e *fyne.KeyEvent) {
	if c := canvasOf(o); c != nil && c.OnTypedKey() != nil {
		c.OnTypedKey()(e)
	}
}

// canvasOf is the canvas that shows the object: the program's window, where the toolkit doesn't know.
func canvasOf(o fyne.CanvasObject) fyne.Canvas {
	if c := fyne.CurrentApp().Driver().CanvasForObject(o); c != nil {
		return c
	}
	if windows := fyne.CurrentApp().Driver().AllWindows(); len(windows) > 0 {
		return windows[0].Canvas()
	}
	return nil
}

type buttonKind int

const (
	plain buttonKind = iota
	primary
	quiet
	danger
)

// Button is an action. The page's one primary button is filled; the others are plain.
type Button struct {
	pressable
	kind   buttonKind
	label  string
	icon   string
	height float32
	back   *canvas.Rectangle
	ring   *canvas.Rectangle
	text   *canvas.Text
	image  *Icon
}

// NewButton returns a plain button.
func NewButton(label string, fn func()) *Button {
	return newButton(plain, label, "", theme.ButtonHeight, fn)
}

// NewPrimary returns the page's one primary button.
func NewPrimary(label string, fn func()) *Button {
	return newButton(primary, label, "", theme.ButtonHeight, fn)
}

// NewDanger returns the button of a sheet that takes something away for good.
func NewDanger(label string, fn func()) *Button {
	return newButton(danger, label, "", theme.ButtonHeight, fn)
}

// NewTall returns a panel's primary action.
func NewTall(label string, fn func()) *Button {
	return newButton(primary, label, "", theme.PrimaryHeight, fn)
}

// NewQuiet returns a button without a border.
func NewQuiet(label string, fn func()) *Button {
	return newButton(quiet, label, "", theme.ButtonHeight, fn)
}

// NewSmall returns a plain button for a card.
func NewSmall(label string, fn func()) *Button {
	return newButton(plain, label, "", theme.SmallHeight, fn)
}

// NewIconButton returns a button that shows an icon; the hint says what it does.
func NewIconButton(icon, hint string, fn func()) *Button {
	b := newButton(plain, "", icon, theme.SmallHeight, fn)
	b.reason = hint
	return b
}

func newButton(kind buttonKind, label, icon string, height float32, fn func()) *Button {
	b := &Button{kind: kind, label: label, icon: icon, height: height}
	b.onPress = fn
	b.back, b.ring = canvas.NewRectangle(theme.Color(theme.None)), canvas.NewRectangle(theme.Color(theme.None))
	b.text = canvas.NewText(label, theme.Color(theme.Ink))
	b.text.Alignment = fyne.TextAlignCenter
	b.image = NewIcon(icon, theme.IconSize, theme.Ink)
	b.ExtendBaseWidget(b)
	return b
}

// SetLabel changes the words.
func (b *Button) SetLabel(s string) {
	if b.label != s {
		b.label = s
		b.Refresh()
	}
}

// Label returns the words.
func (b *Button) Label() string { return b.label }

// SetIcon puts an icon before the label.
func (b *Button) SetIcon(name string) *Button {
	b.icon = name
	b.Refresh()
	return b
}

// SetEnabled says whether it can be pressed, and why not; the reason appears when the pointer rests on it.
func (b *Button) SetEnabled(ok bool, reason string) {
	if ok {
		reason = ""
	}
	if b.disabled == !ok && b.reason == reason {
		return
	}
	b.disabled, b.reason = !ok, reason
	b.Refresh()
}

// Enabled says whether it can be pressed.
func (b *Button) Enabled() bool { return !b.disabled }

// Press does what a tap does.
func (b *Button) Press() { b.press() }

// colours returns background, border and text.
func (b *Button) colours() (back, border, text theme.Role) {
	switch {
	case b.disabled && b.kind == quiet:
		return theme.None, theme.None, theme.Muted
	case b.disabled:
		return theme.Raised, theme.Line, theme.Muted
	case b.kind == primary:
		return theme.Accent, theme.None, theme.OnAccent
	case b.kind == danger:
		return theme.Bad, theme.None, theme.OnAccent
	case b.kind == quiet:
		return theme.None, theme.None, theme.Ink
	}
	return theme.Surface, theme.Line, theme.Ink
}

// CreateRenderer implements fyne.Widget.
func (b *Button) CreateRenderer() fyne.WidgetRenderer {
	over := canvas.NewRectangle(theme.Color(theme.None))
	d := &drawing{objects: []fyne.CanvasObject{b.back, over, b.ring, b.text, b.image}}
	d.min = b.least
	d.layout = func(size fyne.Size) {
		for _, r := range []*canvas.Rectangle{b.back, over, b.ring} {
			r.Resize(size)
		}
		h := b.text.MinSize()
		x := (size.Width - h.Width) / 2
		if b.icon != "" {
			all := theme.IconSize
			if b.label != "" {
				all += theme.Space2 + h.Width
			}
			left := (size.Width - all) / 2
			b.image.Move(fyne.NewPos(left, (size.Height-theme.IconSize)/2))
			b.image.Resize(fyne.NewSquareSize(theme.IconSize))
			x = left + theme.IconSize + theme.Space2
		}
		b.text.Move(fyne.NewPos(x, (size.Height-h.Height)/2))
		b.text.Resize(h)
	}
	d.refresh = func() {
		back, border, ink := b.colours()
		b.back.FillColor, b.back.CornerRadius = theme.Color(back), theme.Radius
		b.back.StrokeColor, b.back.StrokeWidth = theme.Color(border), 0
		if border != theme.None {
			b.back.StrokeWidth = theme.HairLine
		}
		over.FillColor, over.CornerRadius = theme.Color(theme.None), theme.Radius
		if b.hovered && !b.disabled {
			over.FillColor = theme.Color(theme.Hover)
		}
		drawRing(b.ring, b.focused, b.filled(), theme.Radius)
		b.text.Text, b.text.TextSize, b.text.TextStyle, b.text.Color = b.label, b.size(), b.style(), theme.Color(ink)
		b.image.Set(b.icon, ink)
		b.image.Hidden = b.icon == ""
		d.layout(b.Size())
		for _, o := range d.objects {
			o.Refresh()
		}
	}
	d.refresh()
	return d
}

// least is the size of the icon and the label, with the space around them.
func (b *Button) least() fyne.Size {
	w := float32(0)
	if b.icon != "" {
		w += theme.IconSize
	}
	if b.label != "" {
		w += fyne.MeasureText(b.label, b.size(), b.style()).Width
	}
	switch {
	case b.icon != "" && b.label != "":
		w += theme.Space2 + 2*theme.Space3
	case b.icon != "":
		w = b.height
	case b.height == theme.SmallHeight:
		w += 20
	default:
		w += 30
	}
	return fyne.NewSize(w, b.height)
}

func (b *Button) size() float32 {
	if b.height == theme.SmallHeight {
		return 13
	}
	return 14
}

func (b *Button) style() fyne.TextStyle { return fyne.TextStyle{Bold: b.filled()} }

func (b *Button) filled() bool { return b.kind == primary || b.kind == danger }

// drawRing shows where the focus is.
func drawRing(ring *canvas.Rectangle, on, onAccent bool, radius float32) {
	ring.FillColor, ring.CornerRadius, ring.StrokeWidth = theme.Color(theme.None), radius, 0
	ring.Hidden = !on
	if !on {
		return
	}
	ring.StrokeWidth = 2
	ring.StrokeColor = theme.Color(theme.Accent)
	if onAccent {
		ring.StrokeColor = theme.Color(theme.Ink)
	}
}
