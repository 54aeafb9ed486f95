package widget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	fw "fyne.io/fyne/v2/widget"

	"shelftalk/ui/theme"
)

// Segment is a part of a Segments bar.
type Segment struct {
	Value float64
	Role  theme.Role
}

// Segments is a bar of coloured parts out of a total: how far a job is, and how it went.
type Segments struct {
	fw.BaseWidget
	parts []Segment
	total float64
}

// NewSegments returns an empty bar.
func NewSegments() *Segments {
	s := &Segments{}
	s.ExtendBaseWidget(s)
	return s
}

// Set changes the parts, from left to right; what they leave of the total stays empty.
func (s *Segments) Set(parts []Segment, total float64) {
	s.parts, s.total = parts, total
	s.Refresh()
}

// CreateRenderer implements fyne.Widget.
func (s *Segments) CreateRenderer() fyne.WidgetRenderer {
	groove := canvas.NewRectangle(theme.Color(theme.Line))
	var bars []*canvas.Rectangle
	d := &drawing{objects: []fyne.CanvasObject{groove}}
	d.min = func() fyne.Size { return fyne.NewSize(80, 8) }
	d.layout = func(size fyne.Size) {
		groove.Resize(size)
		x := float32(0)
		last := -1
		for i, p := range s.parts {
			if p.Value > 0 {
				last = i
			}
		}
		for i, p := range s.parts {
			w := float32(0)
			if s.total > 0 {
				w = min(size.Width*float32(p.Value/s.total), size.Width-x)
			}
			bar := bars[i]
			bar.Hidden = w <= 0
			bar.TopLeftCornerRadius, bar.BottomLeftCornerRadius, bar.TopRightCornerRadius, bar.BottomRightCornerRadius = 0, 0, 0, 0
			if x == 0 {
				bar.TopLeftCornerRadius, bar.BottomLeftCornerRadius = 4, 4
			}
			if i == last {
				bar.TopRightCornerRadius, bar.BottomRightCornerRadius = 4, 4
			}
			bar.Move(fyne.NewPos(x, 0))
			bar.Resize(fyne.NewSize(w, size.Height))
			x += w
		}
	}
	d.refresh = func() {
		for len(bars) < len(s.parts) {
			bar := canvas.NewRectangle(theme.Color(theme.None))
			bars = append(bars, bar)
			d.objects = append(d.objects, bar)
		}
		for i, bar := range bars {
			bar.Hidden = i >= len(s.parts)
			if i < len(s.parts) {
				bar.FillColor = theme.Color(s.parts[i].Role)
			}
		}
		groove.FillColor, groove.CornerRadius = theme.Color(theme.Line), 4
		d.layout(s.Size())
		for _, o := range d.objects {
			o.Refresh()
		}
	}
	d.refresh()
	return d
}

// LegendItem is one colour of a bar, with its number and its word.
type LegendItem struct {
	Role         theme.Role
	Number, Word string
}

// Legend explains a bar.
type Legend struct {
	fw.BaseWidget
	items []LegendItem
}

// NewLegend returns a legend.
func NewLegend(items []LegendItem) *Legend {
	l := &Legend{items: items}
	l.ExtendBaseWidget(l)
	return l
}

// Set changes the items.
func (l *Legend) Set(items []LegendItem) {
	l.items = items
	l.Refresh()
}

// CreateRenderer implements fyne.Widget.
func (l *Legend) CreateRenderer() fyne.WidgetRenderer {
	type entry struct {
		dot          *canvas.Rectangle
		number, word *Text
	}
	var entries []entry
	d := &drawing{}
	sync := func() {
		for len(entries) < len(l.items) {
			e := entry{canvas.NewRectangle(theme.Color(theme.None)), NewStrong(""), NewText("").SetRole(theme.Muted)}
			entries = append(entries, e)
			d.objects = append(d.objects, e.dot, e.number, e.word)
		}
		for i, e := range entries {
			on := i < len(l.items)
			e.dot.Hidden, e.number.Hidden, e.word.Hidden = !on, !on, !on
			if on {
				e.dot.FillColor, e.dot.CornerRadius = theme.Color(l.items[i].Role), 3
				e.number.SetText(l.items[i].Number)
				e.word.SetText(l.items[i].Word)
			}
		}
	}
	place := func(size fyne.Size) float32 {
		sync()
		x := float32(0)
		for i := range l.items {
			e := entries[i]
			e.dot.Move(fyne.NewPos(x, (size.Height-10)/2))
			e.dot.Resize(fyne.NewSquareSize(10))
			x += 10 + theme.Space2
			for _, t := range []*Text{e.number, e.word} {
				t.Move(fyne.NewPos(x, 0))
				t.Resize(fyne.NewSize(t.MinSize().Width, size.Height))
				x += t.MinSize().Width + theme.Space2
			}
			x += theme.Space3
		}
		return x
	}
	d.min = func() fyne.Size { return fyne.NewSize(place(l.Size()), theme.TypeBody.Line()) }
	d.layout = func(size fyne.Size) { place(size) }
	d.refresh = func() {
		place(l.Size())
		for _, o := range d.objects {
			o.Refresh()
		}
	}
	sync()
	return d
}
