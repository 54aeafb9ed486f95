package widget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	fw "fyne.io/fyne/v2/widget"

	"shelftalk/ui/theme"
)

// stretcher is an object that takes what a Row or Column has left over.
type stretcher interface{ stretches() bool }

func (t *Text) stretches() bool { return t.Truncate }

func stretches(o fyne.CanvasObject) bool {
	s, ok := o.(stretcher)
	return ok && s.stretches()
}

type growing struct {
	fw.BaseWidget
	content fyne.CanvasObject
}

func (g *growing) stretches() bool { return true }

// CreateRenderer implements fyne.Widget.
func (g *growing) CreateRenderer() fyne.WidgetRenderer {
	return &drawing{
		objects: []fyne.CanvasObject{g.content},
		min:     g.content.MinSize,
		layout:  func(size fyne.Size) { g.content.Resize(size) },
	}
}

// Grow makes the object take what its Row or Column has left over.
func Grow(o fyne.CanvasObject) fyne.CanvasObject {
	g := &growing{content: o}
	g.ExtendBaseWidget(g)
	return g
}

// Spacer is emptiness that grows.
func Spacer() fyne.CanvasObject { return Grow(canvas.NewRectangle(theme.Color(theme.None))) }

type rowLayout struct{ gap float32 }

// Row puts objects side by side, centred on one line; what grows shares the rest.
func Row(gap float32, objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(&rowLayout{gap}, objects...)
}

func (l *rowLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	var size fyne.Size
	n := 0
	for _, o := range objects {
		if !o.Visible() {
			continue
		}
		m := o.MinSize()
		size.Width += m.Width
		size.Height = max(size.Height, m.Height)
		n++
	}
	size.Width += l.gap * float32(max(n-1, 0))
	return size
}

func (l *rowLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	share := share(objects, size.Width-l.MinSize(objects).Width)
	x := float32(0)
	for _, o := range objects {
		if !o.Visible() {
			continue
		}
		m := o.MinSize()
		if stretches(o) {
			m.Width += share
			if _, fills := o.(*growing); fills {
				m.Height = size.Height
			}
		}
		o.Resize(m)
		o.Move(fyne.NewPos(x, (size.Height-m.Height)/2))
		x += m.Width + l.gap
	}
}

// share is what each growing object gets of the rest.
func share(objects []fyne.CanvasObject, rest float32) float32 {
	n := 0
	for _, o := range objects {
		if o.Visible() && stretches(o) {
			n++
		}
	}
	if n == 0 || rest <= 0 {
		return 0
	}
	return rest / float32(n)
}

type columnLayout struct{ gap float32 }

// Column puts objects below each other, as wide as itself; what grows shares the rest.
func Column(gap float32, objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(&columnLayout{gap}, objects...)
}

func (l *columnLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	var size fyne.Size
	n := 0
	for _, o := range objects {
		if !o.Visible() {
			continue
		}
		m := o.MinSize()
		size.Width = max(size.Width, m.Width)
		size.Height += m.Height
		n++
	}
	size.Height += l.gap * float32(max(n-1, 0))
	return size
}

func (l *columnLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	for _, o := range objects { // text finds its height
		if o.Visible() && !stretches(o) {
			o.Resize(fyne.NewSize(size.Width, o.MinSize().Height))
		}
	}
	share := share(objects, size.Height-l.MinSize(objects).Height)
	y := float32(0)
	for _, o := range objects {
		if !o.Visible() {
			continue
		}
		h := o.MinSize().Height
		if _, fills := o.(*growing); fills {
			h += share
		}
		o.Resize(fyne.NewSize(size.Width, h))
		o.Move(fyne.NewPos(0, y))
		y += h + l.gap
	}
}

type padLayout struct{ top, right, bottom, left float32 }

// Pad puts space around an object, clockwise from the top.
func Pad(top, right, bottom, left float32, o fyne.CanvasObject) *fyne.Container {
	return container.New(&padLayout{top, right, bottom, left}, o)
}

func (l *padLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	return objects[0].MinSize().AddWidthHeight(l.left+l.right, l.top+l.bottom)
}

func (l *padLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	objects[0].Move(fyne.NewPos(l.left, l.top))
	objects[0].Resize(size.SubtractWidthHeight(l.left+l.right, l.top+l.bottom))
}

type fixedLayout struct{ width, height float32 }

// Fixed gives an object a width and a height; 0 leaves what it asks for.
func Fixed(width, height float32, o fyne.CanvasObject) *fyne.Container {
	return container.New(&fixedLayout{width, height}, o)
}

func (l *fixedLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	size := fyne.NewSize(l.width, l.height)
	if l.width == 0 || l.height == 0 {
		m := objects[0].MinSize()
		if l.width == 0 {
			size.Width = m.Width
		}
		if l.height == 0 {
			size.Height = m.Height
		}
	}
	return size
}

func (l *fixedLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	objects[0].Move(fyne.NewPos(0, 0))
	objects[0].Resize(size)
}

type gridLayout struct {
	columns int
	gap     float32
}

// Grid puts objects into equal columns; the objects of a row are equally high.
func Grid(columns int, gap float32, objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(&gridLayout{columns, gap}, objects...)
}

func (l *gridLayout) rows(objects []fyne.CanvasObject) [][]fyne.CanvasObject {
	var shown []fyne.CanvasObject
	for _, o := range objects {
		if o.Visible() {
			shown = append(shown, o)
		}
	}
	var rows [][]fyne.CanvasObject
	for len(shown) > 0 {
		n := min(l.columns, len(shown))
		rows, shown = append(rows, shown[:n]), shown[n:]
	}
	return rows
}

func (l *gridLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	var size fyne.Size
	for i, row := range l.rows(objects) {
		h := float32(0)
		for _, o := range row {
			m := o.MinSize()
			size.Width = max(size.Width, m.Width*float32(l.columns)+l.gap*float32(l.columns-1))
			h = max(h, m.Height)
		}
		if i > 0 {
			h += l.gap
		}
		size.Height += h
	}
	return size
}

func (l *gridLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	w := (size.Width - l.gap*float32(l.columns-1)) / float32(l.columns)
	y := float32(0)
	for _, row := range l.rows(objects) {
		h := float32(0)
		for _, o := range row {
			o.Resize(fyne.NewSize(w, o.MinSize().Height))
			h = max(h, o.MinSize().Height)
		}
		for i, o := range row {
			o.Resize(fyne.NewSize(w, h))
			o.Move(fyne.NewPos(float32(i)*(w+l.gap), y))
		}
		y += h + l.gap
	}
}

// Filled is an object on a background.
type Filled struct {
	fw.BaseWidget
	content fyne.CanvasObject
	role    theme.Role
	radius  float32
	border  theme.Role
	back    *canvas.Rectangle
}

// Fill puts a background behind an object.
func Fill(o fyne.CanvasObject, role theme.Role) *Filled { return newFilled(o, role, theme.None, 0) }

func newFilled(o fyne.CanvasObject, role, border theme.Role, radius float32) *Filled {
	f := &Filled{content: o, role: role, border: border, radius: radius, back: canvas.NewRectangle(theme.Color(role))}
	f.ExtendBaseWidget(f)
	return f
}

// CreateRenderer implements fyne.Widget.
func (f *Filled) CreateRenderer() fyne.WidgetRenderer {
	d := &drawing{objects: []fyne.CanvasObject{f.back, f.content}}
	d.min = f.content.MinSize
	d.layout = func(size fyne.Size) {
		f.back.Resize(size)
		f.content.Resize(size)
	}
	d.refresh = func() {
		f.back.FillColor, f.back.CornerRadius = theme.Color(f.role), f.radius
		f.back.StrokeColor, f.back.StrokeWidth = theme.Color(f.border), 0
		if f.border != theme.None {
			f.back.StrokeWidth = theme.HairLine
		}
		f.back.Refresh()
	}
	d.refresh()
	return d
}

// NewRule returns a horizontal hair line.
func NewRule() fyne.CanvasObject {
	return Fixed(0, theme.HairLine, Fill(canvas.NewRectangle(theme.Color(theme.None)), theme.Line))
}

// NewVRule returns a vertical hair line.
func NewVRule() fyne.CanvasObject {
	return Fixed(theme.HairLine, 0, Fill(canvas.NewRectangle(theme.Color(theme.None)), theme.Line))
}

// NewCard returns a card on the page.
func NewCard(content fyne.CanvasObject) *Filled {
	return newFilled(Pad(theme.Space3, 14, 14, 14, content), theme.Surface, theme.Line, theme.CardRadius)
}

// NewRaisedCard returns a card within a panel.
func NewRaisedCard(content fyne.CanvasObject) *Filled {
	return newFilled(Pad(theme.Space3, theme.Space3, theme.Space3, theme.Space3, content), theme.Raised, theme.Line, theme.CardRadius)
}

// NewTableCard returns a card without space inside, for a table.
func NewTableCard(content fyne.CanvasObject) *Filled {
	return newFilled(Pad(1, 1, 1, 1, content), theme.Surface, theme.Line, theme.CardRadius)
}

// Field puts a label above a control.
func Field(label string, control fyne.CanvasObject) *fyne.Container {
	return Column(6, NewNote(label), control)
}

type layersLayout struct{}

// Layers puts objects over each other, each as large as the whole.
func Layers(objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(layersLayout{}, objects...)
}

func (layersLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	var size fyne.Size
	for _, o := range objects {
		if o.Visible() {
			size = size.Max(o.MinSize())
		}
	}
	return size
}

func (layersLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	for _, o := range objects {
		o.Move(fyne.NewPos(0, 0))
		o.Resize(size)
	}
}

type halvesLayout struct{ part, gap float32 }

// Halves puts two objects side by side; the first has that part of the width.
func Halves(part, gap float32, left, right fyne.CanvasObject) *fyne.Container {
	return container.New(&halvesLayout{part, gap}, left, right)
}

func (l *halvesLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	a, b := objects[0].MinSize(), objects[1].MinSize()
	return fyne.NewSize(a.Width+l.gap+b.Width, max(a.Height, b.Height))
}

func (l *halvesLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	w := (size.Width - l.gap) * l.part
	objects[0].Move(fyne.NewPos(0, 0))
	objects[0].Resize(fyne.NewSize(w, size.Height))
	objects[1].Move(fyne.NewPos(w+l.gap, 0))
	objects[1].Resize(fyne.NewSize(size.Width-w-l.gap, size.Height))
}

// Show shows or hides an object, when it isn't so already.
func Show(o fyne.CanvasObject, on bool) {
	if on && !o.Visible() {
		o.Show()
	} else if !on && o.Visible() {
		o.Hide()
	}
}

type atMostLayout struct{ width float32 }

// AtMost keeps an object from becoming wider than is good to read, and no higher than it must be; it stays at the top left.
func AtMost(width float32, o fyne.CanvasObject) *fyne.Container {
	return container.New(&atMostLayout{width}, o)
}

func (l *atMostLayout) MinSize(objects []fyne.CanvasObject) fyne.Size { return objects[0].MinSize() }

func (l *atMostLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	objects[0].Move(fyne.NewPos(0, 0))
	w := min(size.Width, l.width)
	objects[0].Resize(fyne.NewSize(w, objects[0].MinSize().Height))
	objects[0].Resize(fyne.NewSize(w, objects[0].MinSize().Height)) // its text has found its height
}
