package widget

import (
	"math"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"

	"shelftalk/ui/theme"
)

// Slider is a value between two ends, set by dragging, by a tap or by the arrow keys.
type Slider struct {
	pressable
	min, max, step float64
	value          float64
	onChange       func(float64)
}

// NewSlider returns a slider; onChange is called when the user moves it, not by Set.
func NewSlider(low, high, step float64, onChange func(float64)) *Slider {
	s := &Slider{min: low, max: high, step: step, value: low, onChange: onChange}
	s.ExtendBaseWidget(s)
	return s
}

// Set shows a value.
func (s *Slider) Set(v float64) {
	if v = s.fit(v); v != s.value {
		s.value = v
		s.Refresh()
	}
}

// Value is where it stands.
func (s *Slider) Value() float64 { return s.value }

func (s *Slider) fit(v float64) float64 {
	v = s.min + math.Round((v-s.min)/s.step)*s.step
	return max(s.min, min(s.max, v))
}

func (s *Slider) move(v float64) {
	if v = s.fit(v); v == s.value {
		return
	}
	s.value = v
	s.Refresh()
	if s.onChange != nil {
		s.onChange(v)
	}
}

const knob float32 = 14

func (s *Slider) at(x float32) float64 {
	width := s.Size().Width - knob
	if width <= 0 {
		return s.value
	}
	return s.min + (s.max-s.min)*float64((x-knob/2)/width)
}

// Tapped implements fyne.Tappable.
func (s *Slider) Tapped(e *fyne.PointEvent) { s.move(s.at(e.Position.X)) }

// Dragged implements fyne.Draggable.
func (s *Slider) Dragged(e *fyne.DragEvent) { s.move(s.at(e.Position.X)) }

// DragEnd implements fyne.Draggable.
func (s *Slider) DragEnd() {}

// Cursor implements desktop.Cursorable.
func (s *Slider) Cursor() desktop.Cursor { return desktop.PointerCursor }

// TypedKey implements fyne.Focusable.
func (s *Slider) TypedKey(e *fyne.KeyEvent) {
	switch e.Name {
	case fyne.KeyLeft, fyne.KeyDown:
		s.move(s.value - s.step)
	case fyne.KeyRight, fyne.KeyUp:
		s.move(s.value + s.step)
	default:
		forward(s, e)
	}
}

// CreateRenderer implements fyne.Widget.
func (s *Slider) CreateRenderer() fyne.WidgetRenderer {
	groove, done, handle := canvas.NewRectangle(theme.Color(theme.Line)), canvas.NewRectangle(theme.Color(theme.Accent)), canvas.NewCircle(theme.Color(theme.Surface))
	d := &drawing{objects: []fyne.CanvasObject{groove, done, handle}}
	d.min = func() fyne.Size { return fyne.NewSize(80, 18) }
	d.layout = func(size fyne.Size) {
		const thick float32 = 6
		y := (size.Height - thick) / 2
		x := (size.Width - knob) * float32((s.value-s.min)/(s.max-s.min))
		groove.Move(fyne.NewPos(0, y))
		groove.Resize(fyne.NewSize(size.Width, thick))
		done.Move(fyne.NewPos(0, y))
		done.Resize(fyne.NewSize(x+knob/2, thick))
		handle.Move(fyne.NewPos(x, (size.Height-knob)/2))
		handle.Resize(fyne.NewSquareSize(knob))
	}
	d.refresh = func() {
		groove.FillColor, groove.CornerRadius = theme.Color(theme.Line), 3
		done.FillColor, done.CornerRadius = theme.Color(theme.Accent), 3
		handle.FillColor, handle.StrokeColor, handle.StrokeWidth = theme.Color(theme.Surface), theme.Color(theme.Accent), 2
		if s.focused {
			handle.StrokeWidth = 4
		}
		d.layout(s.Size())
		for _, o := range d.objects {
			o.Refresh()
		}
	}
	d.refresh()
	return d
}
