package widget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	fw "fyne.io/fyne/v2/widget"

	"shelftalk/ui/theme"
)

// Page is the frame of a page: header, a line below it (filters), body, and a panel at the right that lies over the body where the
// page is narrow.
type Page struct {
	fw.BaseWidget
	header, below, body, panel fyne.CanvasObject
	narrow                     bool
	open                       bool // the panel, where it lies over the body
	shade                      *shade
	// OnNarrow is told when the page becomes narrow or wide; OnFold then, and when its panel opens or closes.
	OnNarrow func(bool)
	OnFold   func()
}

// NewPage returns a page; below and panel may be nil.
func NewPage(header, below, body, panel fyne.CanvasObject) *Page {
	f := &Page{header: header, below: below, body: body, panel: panel}
	f.shade = newShade(func() { f.OpenPanel(false) })
	f.ExtendBaseWidget(f)
	return f
}

// Narrow says whether the panel lies over the body.
func (f *Page) Narrow() bool { return f.narrow }

// PanelOpen says whether the panel is seen.
func (f *Page) PanelOpen() bool { return f.panel != nil && (!f.narrow || f.open) }

// OpenPanel shows or hides the panel of a narrow page.
func (f *Page) OpenPanel(on bool) {
	if f.open == on {
		return
	}
	f.open = on
	f.folded()
	f.Refresh()
}

func (f *Page) folded() {
	if f.OnFold != nil {
		f.OnFold()
	}
}

// SetBody changes the body.
func (f *Page) SetBody(o fyne.CanvasObject) {
	f.body = o
	f.Refresh()
}

// SetPanel changes the panel; nil removes it.
func (f *Page) SetPanel(o fyne.CanvasObject) {
	f.panel = o
	f.Refresh()
}

// SetBelow changes the line below the header; nil removes it.
func (f *Page) SetBelow(o fyne.CanvasObject) {
	f.below = o
	f.Refresh()
}

// PageNarrow is the width of a page below which its panel lies over the body.
const PageNarrow = theme.Narrow - theme.RailWidth

// CreateRenderer implements fyne.Widget.
func (f *Page) CreateRenderer() fyne.WidgetRenderer {
	d := &drawing{}
	build := func() {
		d.objects = []fyne.CanvasObject{f.header}
		if f.below != nil {
			d.objects = append(d.objects, f.below)
		}
		d.objects = append(d.objects, f.body)
		if f.panel != nil {
			d.objects = append(d.objects, f.shade, f.panel)
		}
	}
	d.min = func() fyne.Size { return fyne.NewSize(400, 300) }
	d.layout = func(size fyne.Size) {
		narrow := size.Width < PageNarrow
		if narrow != f.narrow {
			f.narrow = narrow
			if f.OnNarrow != nil {
				f.OnNarrow(narrow)
			}
			f.folded()
		}
		f.header.Resize(fyne.NewSize(size.Width, theme.HeaderHeight))
		top := theme.HeaderHeight
		if f.below != nil {
			h := f.below.MinSize().Height
			f.below.Move(fyne.NewPos(0, top))
			f.below.Resize(fyne.NewSize(size.Width, h))
			top += h
		}
		body := fyne.NewSize(size.Width, size.Height-top)
		if f.panel != nil {
			place(f, size, top, &body)
		}
		f.body.Move(fyne.NewPos(0, top))
		f.body.Resize(body)
	}
	d.refresh = func() {
		build()
		d.layout(f.Size())
		for _, o := range d.objects {
			o.Refresh()
		}
		canvas.Refresh(f)
	}
	build()
	return d
}

// place puts the panel beside the body, or over it.
func place(f *Page, size fyne.Size, top float32, body *fyne.Size) {
	Show(f.panel, f.PanelOpen())
	Show(f.shade, f.narrow && f.open)
	w := min(theme.PanelWidth, size.Width)
	f.panel.Move(fyne.NewPos(size.Width-w, top))
	f.panel.Resize(fyne.NewSize(w, size.Height-top))
	f.shade.Move(fyne.NewPos(0, top))
	f.shade.Resize(fyne.NewSize(size.Width-w, size.Height-top))
	if !f.narrow {
		body.Width -= w
	}
}

// shade dims what lies under an open panel; a tap on it closes the panel.
type shade struct {
	fw.BaseWidget
	onTap func()
}

func newShade(onTap func()) *shade {
	s := &shade{onTap: onTap}
	s.ExtendBaseWidget(s)
	return s
}

// Tapped implements fyne.Tappable.
func (s *shade) Tapped(*fyne.PointEvent) {
	if s.onTap != nil {
		s.onTap()
	}
}

// MouseIn, MouseMoved and MouseOut keep the pointer from what lies below.
func (s *shade) MouseIn(*desktop.MouseEvent) {}

// MouseMoved implements desktop.Hoverable.
func (s *shade) MouseMoved(*desktop.MouseEvent) {}

// MouseOut implements desktop.Hoverable.
func (s *shade) MouseOut() {}

// Scrolled implements fyne.Scrollable: what lies below doesn't scroll.
func (s *shade) Scrolled(*fyne.ScrollEvent) {}

// CreateRenderer implements fyne.Widget.
func (s *shade) CreateRenderer() fyne.WidgetRenderer {
	back := canvas.NewRectangle(theme.Shade())
	return &drawing{
		objects: []fyne.CanvasObject{back},
		min:     func() fyne.Size { return fyne.Size{} },
		layout:  func(size fyne.Size) { back.Resize(size) },
	}
}
