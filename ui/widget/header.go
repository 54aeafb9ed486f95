package widget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	fw "fyne.io/fyne/v2/widget"

	"shelftalk/ui/theme"
)

type besideLayout struct{ width, gap float32 }

// Beside puts something of a fixed width left of what takes the rest.
func Beside(width, gap float32, left, right fyne.CanvasObject) *fyne.Container {
	return container.New(&besideLayout{width, gap}, left, right)
}

func (l *besideLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	a, b := objects[0].MinSize(), objects[1].MinSize()
	return fyne.NewSize(l.width+l.gap+b.Width, max(a.Height, b.Height))
}

func (l *besideLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	objects[0].Move(fyne.NewPos(0, 0))
	objects[0].Resize(fyne.NewSize(l.width, size.Height))
	objects[1].Move(fyne.NewPos(l.width+l.gap, 0))
	objects[1].Resize(fyne.NewSize(size.Width-l.width-l.gap, size.Height))
}

// Header is the line at the top of a page: title, what it is about, actions to the right, the primary one last.
type Header struct {
	fw.BaseWidget
	title   *Text
	subject *Text
	lead    []fyne.CanvasObject
	chips   []fyne.CanvasObject
	actions []fyne.CanvasObject
	row     *fyne.Container
}

// NewHeader returns a header.
func NewHeader(title string) *Header {
	h := &Header{title: NewTitle(title), subject: NewText("").SetRole(theme.Muted), row: Row(theme.Space3)}
	h.ExtendBaseWidget(h)
	h.fill()
	return h
}

// SetTitle changes the title.
func (h *Header) SetTitle(s string) {
	h.title.SetText(s)
	h.fill()
}

// SetSubject changes what it is about.
func (h *Header) SetSubject(s string) {
	h.subject.SetText(s)
	h.fill()
}

// SetLead puts objects before the title.
func (h *Header) SetLead(objects ...fyne.CanvasObject) {
	h.lead = objects
	h.fill()
}

// SetChips puts objects behind the subject.
func (h *Header) SetChips(objects ...fyne.CanvasObject) {
	h.chips = objects
	h.fill()
}

// SetActions puts objects at the right end.
func (h *Header) SetActions(objects ...fyne.CanvasObject) {
	h.actions = objects
	h.fill()
}

func (h *Header) fill() {
	var all []fyne.CanvasObject
	all = append(all, h.lead...)
	all = append(all, h.title)
	if h.subject.Text() != "" {
		all = append(all, h.subject)
	}
	all = append(all, h.chips...)
	all = append(all, Spacer())
	h.row.Objects = append(all, h.actions...)
	h.row.Refresh()
}

// CreateRenderer implements fyne.Widget.
func (h *Header) CreateRenderer() fyne.WidgetRenderer {
	back, line := canvas.NewRectangle(theme.Color(theme.Surface)), canvas.NewRectangle(theme.Color(theme.Line))
	d := &drawing{objects: []fyne.CanvasObject{back, line, h.row}}
	d.min = func() fyne.Size { return fyne.NewSize(0, theme.HeaderHeight) }
	d.layout = func(size fyne.Size) {
		h.fit(size.Width - 2*theme.Space6)
		back.Resize(size)
		line.Move(fyne.NewPos(0, size.Height-theme.HairLine))
		line.Resize(fyne.NewSize(size.Width, theme.HairLine))
		h.row.Move(fyne.NewPos(theme.Space6, 0))
		h.row.Resize(fyne.NewSize(size.Width-2*theme.Space6, size.Height))
	}
	d.refresh = func() {
		back.FillColor, line.FillColor = theme.Color(theme.Surface), theme.Color(theme.Line)
		d.layout(h.Size())
		for _, o := range d.objects {
			o.Refresh()
		}
	}
	return d
}

// fit clips the subject, and then the title, where the actions leave no room for them.
func (h *Header) fit(width float32) {
	h.title.Truncate, h.subject.Truncate = false, false
	if h.row.MinSize().Width > width {
		h.subject.Truncate = true
	}
	if h.row.MinSize().Width > width {
		h.title.Truncate = true
	}
}

// Panel is what acts on a page's selection: a title, a body that scrolls, and what stays at its foot.
type Panel struct {
	fw.BaseWidget
	head *Text
	body fyne.CanvasObject
	foot fyne.CanvasObject
}

// NewPanel returns a panel; foot may be nil.
func NewPanel(title string, body, foot fyne.CanvasObject) *Panel {
	p := &Panel{head: NewHeading(title), body: body, foot: foot}
	p.ExtendBaseWidget(p)
	return p
}

// CreateRenderer implements fyne.Widget.
func (p *Panel) CreateRenderer() fyne.WidgetRenderer {
	back, line := canvas.NewRectangle(theme.Color(theme.Surface)), canvas.NewRectangle(theme.Color(theme.Line))
	scroll := container.NewVScroll(Pad(0, 20, theme.Space3, 20, p.body))
	d := &drawing{objects: []fyne.CanvasObject{back, line, p.head, scroll}}
	if p.foot != nil {
		d.objects = append(d.objects, p.foot)
	}
	d.min = func() fyne.Size { return fyne.NewSize(theme.PanelWidth, 200) }
	d.layout = func(size fyne.Size) {
		back.Resize(size)
		line.Resize(fyne.NewSize(theme.HairLine, size.Height))
		p.head.Move(fyne.NewPos(20, 20))
		p.head.Resize(fyne.NewSize(size.Width-40, theme.TypeHeading.Line()))
		top, bottom := 20+theme.TypeHeading.Line()+theme.Space3, size.Height
		if p.foot != nil {
			p.foot.Resize(fyne.NewSize(size.Width-40, p.foot.MinSize().Height))
			h := p.foot.MinSize().Height
			p.foot.Resize(fyne.NewSize(size.Width-40, h))
			p.foot.Move(fyne.NewPos(20, size.Height-h-20))
			bottom = size.Height - h - 20 - theme.Space3
		}
		scroll.Move(fyne.NewPos(1, top))
		scroll.Resize(fyne.NewSize(size.Width-1, max(bottom-top, 0)))
	}
	d.refresh = func() {
		back.FillColor, line.FillColor = theme.Color(theme.Surface), theme.Color(theme.Line)
		d.layout(p.Size())
		for _, o := range d.objects {
			o.Refresh()
		}
	}
	return d
}
