package widget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	fw "fyne.io/fyne/v2/widget"

	"shelftalk/ui/theme"
)

// RailItem is a page in the rail.
type RailItem struct {
	ID, Icon, Label string
}

// Rail is the column at the left: the program's name, its pages with counts, and at the foot what the machine does.
type Rail struct {
	fw.BaseWidget
	items  []*railEntry
	foot   []*Text
	narrow bool
}

// NewRail returns a rail; onGo is told which page the user wants.
func NewRail(items []RailItem, onGo func(id string)) *Rail {
	r := &Rail{}
	for _, item := range items {
		r.items = append(r.items, newRailEntry(item, func() { onGo(item.ID) }))
	}
	r.ExtendBaseWidget(r)
	return r
}

// Select marks the page that is shown.
func (r *Rail) Select(id string) {
	for _, e := range r.items {
		if on := e.item.ID == id; on != e.selected {
			e.selected = on
			e.Refresh()
		}
	}
}

// SetCount shows a number beside a page's name; 0 shows none.
func (r *Rail) SetCount(id string, n string) {
	for _, e := range r.items {
		if e.item.ID == id && e.count != n {
			e.count = n
			e.Refresh()
		}
	}
}

// SetFoot changes the lines at the foot.
func (r *Rail) SetFoot(lines ...string) {
	for len(r.foot) < len(lines) {
		r.foot = append(r.foot, newText("", theme.TypeSmall, theme.Muted).Clip())
	}
	for i, t := range r.foot {
		if i < len(lines) {
			t.SetText(lines[i])
		} else {
			t.SetText("")
		}
	}
	r.Refresh()
}

// SetNarrow shows icons only.
func (r *Rail) SetNarrow(on bool) {
	if r.narrow == on {
		return
	}
	r.narrow = on
	for _, e := range r.items {
		e.narrow = on
		e.reason = ""
		if on {
			e.reason = e.item.Label
		}
		e.Refresh()
	}
	r.Refresh()
}

// CreateRenderer implements fyne.Widget.
func (r *Rail) CreateRenderer() fyne.WidgetRenderer {
	back, line, logo := canvas.NewRectangle(theme.Color(theme.Raised)), canvas.NewRectangle(theme.Color(theme.Line)), canvas.NewRectangle(theme.Color(theme.Accent))
	sign, name := NewIcon("shelf", 14, theme.OnAccent), newText("Shelftalk", theme.TypeName, theme.Ink)
	d := &drawing{}
	build := func() {
		d.objects = []fyne.CanvasObject{back, line, logo, sign, name}
		for _, e := range r.items {
			d.objects = append(d.objects, e)
		}
		for _, t := range r.foot {
			d.objects = append(d.objects, t)
		}
	}
	d.min = func() fyne.Size {
		if r.narrow {
			return fyne.NewSize(theme.RailNarrow, 400)
		}
		return fyne.NewSize(theme.RailWidth, 400)
	}
	d.layout = func(size fyne.Size) {
		back.Resize(size)
		line.Move(fyne.NewPos(size.Width-theme.HairLine, 0))
		line.Resize(fyne.NewSize(theme.HairLine, size.Height))
		left := float32(20)
		if r.narrow {
			left = (size.Width - 18) / 2
		}
		logo.Move(fyne.NewPos(left, 21))
		logo.Resize(fyne.NewSquareSize(18))
		sign.Move(fyne.NewPos(left+2, 23))
		sign.Resize(fyne.NewSquareSize(14))
		name.Move(fyne.NewPos(46, 19))
		name.Resize(name.MinSize())
		inset := theme.Space3
		if r.narrow {
			inset = theme.Space2
		}
		for i, e := range r.items {
			e.Move(fyne.NewPos(inset, 60+float32(i)*40))
			e.Resize(fyne.NewSize(size.Width-2*inset-theme.HairLine, 36))
		}
		r.placeFoot(size)
	}
	d.refresh = func() {
		build()
		back.FillColor, line.FillColor = theme.Color(theme.Raised), theme.Color(theme.Line)
		logo.FillColor, logo.CornerRadius = theme.Color(theme.Accent), 5
		name.Hidden = r.narrow
		for _, t := range r.foot {
			t.Hidden = r.narrow
		}
		d.layout(r.Size())
		for _, o := range d.objects {
			o.Refresh()
		}
	}
	d.refresh()
	return d
}

// placeFoot puts the lines at the foot above each other.
func (r *Rail) placeFoot(size fyne.Size) {
	line := theme.TypeSmall.Line()
	y := size.Height - theme.Space6 - line*float32(len(r.foot))
	for i, t := range r.foot {
		t.Move(fyne.NewPos(20, y+line*float32(i)))
		t.Resize(fyne.NewSize(size.Width-28, line))
	}
}

// railEntry is one page in the rail.
type railEntry struct {
	pressable
	item     RailItem
	count    string
	selected bool
	narrow   bool
}

func newRailEntry(item RailItem, fn func()) *railEntry {
	e := &railEntry{item: item}
	e.onPress = fn
	e.ExtendBaseWidget(e)
	return e
}

// CreateRenderer implements fyne.Widget.
func (e *railEntry) CreateRenderer() fyne.WidgetRenderer {
	back, ring := canvas.NewRectangle(theme.Color(theme.None)), canvas.NewRectangle(theme.Color(theme.None))
	icon, text, count := NewIcon(e.item.Icon, 18, theme.Muted), NewText(e.item.Label).Clip(), newText("", theme.TypeSmall, theme.Muted)
	count.Align = fyne.TextAlignTrailing
	d := &drawing{objects: []fyne.CanvasObject{back, icon, text, count, ring}}
	d.min = func() fyne.Size { return fyne.NewSize(36, 36) }
	d.layout = func(size fyne.Size) {
		back.Resize(size)
		ring.Resize(size)
		x := float32(7)
		if e.narrow {
			x = (size.Width - 18) / 2
		}
		icon.Move(fyne.NewPos(x, (size.Height-18)/2))
		icon.Resize(fyne.NewSquareSize(18))
		text.Move(fyne.NewPos(34, 0))
		text.Resize(fyne.NewSize(max(size.Width-34-48, 0), size.Height))
		count.Move(fyne.NewPos(size.Width-56, 0))
		count.Resize(fyne.NewSize(48, size.Height))
	}
	d.refresh = func() {
		back.FillColor, back.CornerRadius = theme.Color(theme.None), theme.Radius
		ink := theme.Muted
		text.kind = theme.TypeBody
		switch {
		case e.selected:
			back.FillColor, ink = theme.Color(theme.AccentSoft), theme.Ink
			text.kind = theme.TypeStrong
		case e.hovered:
			back.FillColor = theme.Color(theme.Hover)
		}
		text.glyph.TextStyle = text.kind.Style()
		text.role, count.role = ink, ink
		icon.Set(e.item.Icon, ink)
		count.SetText(e.count)
		text.Hidden, count.Hidden = e.narrow, e.narrow
		drawRing(ring, e.focused, false, theme.Radius)
		d.layout(e.Size())
		for _, o := range d.objects {
			o.Refresh()
		}
	}
	d.refresh()
	return d
}

type railLayout struct{}

// RailAndPage puts the rail beside the page; the rail has the width that it asks for.
func RailAndPage(rail *Rail, page fyne.CanvasObject) *fyne.Container {
	return container.New(railLayout{}, rail, page)
}

func (railLayout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(400, 300) }

func (railLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	w := objects[0].MinSize().Width
	objects[0].Move(fyne.NewPos(0, 0))
	objects[0].Resize(fyne.NewSize(w, size.Height))
	objects[1].Move(fyne.NewPos(w, 0))
	objects[1].Resize(fyne.NewSize(size.Width-w, size.Height))
}
