package widget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	fw "fyne.io/fyne/v2/widget"

	"shelftalk/ui/theme"
)

// Sheet is a question over the page: a title, a body, actions. Esc closes it.
type Sheet struct {
	fw.BaseWidget
	canvas  fyne.Canvas
	shade   *shade
	card    *sheetCard
	scroll  *container.Scroll
	frame   *Filled
	width   float32
	onKey   func(*fyne.KeyEvent)
	onClose func()
	open    bool
	top     float32
}

// sheetCard keeps the pointer from the shade.
type sheetCard struct {
	fw.BaseWidget
	content fyne.CanvasObject
}

// MouseIn implements desktop.Hoverable.
func (c *sheetCard) MouseIn(*desktop.MouseEvent) {}

// MouseMoved implements desktop.Hoverable.
func (c *sheetCard) MouseMoved(*desktop.MouseEvent) {}

// MouseOut implements desktop.Hoverable.
func (c *sheetCard) MouseOut() {}

// Tapped implements fyne.Tappable.
func (c *sheetCard) Tapped(*fyne.PointEvent) {}

// CreateRenderer implements fyne.Widget.
func (c *sheetCard) CreateRenderer() fyne.WidgetRenderer {
	return &drawing{
		objects: []fyne.CanvasObject{c.content},
		min:     c.content.MinSize,
		layout:  func(size fyne.Size) { c.content.Resize(size) },
	}
}

// ShowSheet shows a sheet of a width; onClose is called once when it goes, however it goes.
func ShowSheet(c fyne.Canvas, title string, body fyne.CanvasObject, width float32, onClose func(), actions ...*Button) *Sheet {
	s := &Sheet{canvas: c, width: width, onKey: c.OnTypedKey(), onClose: onClose, open: true}
	column := Column(theme.Space4, NewHeading(title), body)
	if len(actions) > 0 {
		row := Row(theme.Space2, Spacer())
		for _, b := range actions {
			row.Add(b)
		}
		column.Add(row)
	}
	s.shade = newShade(s.Close)
	s.scroll = container.NewVScroll(Pad(20, 20, 20, 20, column))
	s.frame = newFilled(s.scroll, theme.Surface, theme.Line, theme.CardRadius)
	s.card = &sheetCard{content: s.frame}
	s.card.ExtendBaseWidget(s.card)
	s.ExtendBaseWidget(s)
	c.SetOnTypedKey(func(e *fyne.KeyEvent) {
		if e.Name == fyne.KeyEscape {
			s.Close()
		}
	})
	c.Overlays().Add(s)
	s.Resize(c.Size())
	return s
}

// CreateRenderer implements fyne.Widget.
func (s *Sheet) CreateRenderer() fyne.WidgetRenderer {
	d := &drawing{objects: []fyne.CanvasObject{s.shade, s.card}}
	d.min = func() fyne.Size { return s.scroll.Content.MinSize() }
	d.layout = func(size fyne.Size) {
		s.shade.Resize(size)
		w := min(s.width, size.Width-2*theme.Space6)
		s.scroll.Content.Resize(fyne.NewSize(w, s.scroll.Content.MinSize().Height))
		h := min(s.scroll.Content.MinSize().Height, size.Height-2*theme.Space6)
		if s.top == 0 { // it stays where it appeared when its body grows
			s.top = max((size.Height-h)*0.4, theme.Space6)
		}
		s.card.Move(fyne.NewPos((size.Width-w)/2, max(min(s.top, size.Height-h-theme.Space6), theme.Space6)))
		s.card.Resize(fyne.NewSize(w, h))
	}
	d.refresh = func() {
		d.layout(s.Size())
		s.card.Refresh()
		s.frame.Refresh()
	}
	return d
}

// Close takes the sheet away.
func (s *Sheet) Close() {
	if !s.open {
		return
	}
	s.open = false
	s.canvas.SetOnTypedKey(s.onKey)
	s.canvas.Overlays().Remove(s)
	if s.onClose != nil {
		s.onClose()
	}
}

// Open says whether it is still there.
func (s *Sheet) Open() bool { return s.open }

// Relayout fits the sheet to a body that changed.
func (s *Sheet) Relayout() { s.Refresh() }
