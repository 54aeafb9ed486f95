package widget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	fw "fyne.io/fyne/v2/widget"

	"shelftalk/ui/theme"
)

// Option is one choice of a Select: what the program calls it, and what it is called.
type Option struct{ ID, Label string }

// Select is a choice of one out of a few.
type Select struct {
	pressable
	options  []Option
	selected string
	onChange func(id string)
	popup    *fw.PopUp
}

// NewSelect returns a choice; onChange is called when the user chooses, not by SetSelected.
func NewSelect(options []Option, onChange func(id string)) *Select {
	s := &Select{options: options, onChange: onChange}
	s.onPress = s.open
	s.ExtendBaseWidget(s)
	return s
}

// SetOptions changes the choices.
func (s *Select) SetOptions(options []Option) {
	s.options = options
	s.Refresh()
}

// SetSelected shows a choice.
func (s *Select) SetSelected(id string) {
	if s.selected != id {
		s.selected = id
		s.Refresh()
	}
}

// Selected is the chosen one.
func (s *Select) Selected() string { return s.selected }

// SetEnabled says whether it can be changed, and why not.
func (s *Select) SetEnabled(ok bool, reason string) {
	s.disabled, s.reason = !ok, reason
	s.Refresh()
}

// Choose does what the user does: it selects and tells.
func (s *Select) Choose(id string) {
	s.close()
	if s.selected == id {
		return
	}
	s.SetSelected(id)
	if s.onChange != nil {
		s.onChange(id)
	}
}

func (s *Select) index() int {
	for i, o := range s.options {
		if o.ID == s.selected {
			return i
		}
	}
	return -1
}

func (s *Select) label() string {
	if i := s.index(); i >= 0 {
		return s.options[i].Label
	}
	return ""
}

// TypedKey implements fyne.Focusable: up and down choose without opening.
func (s *Select) TypedKey(e *fyne.KeyEvent) {
	i := s.index()
	switch {
	case e.Name == fyne.KeyDown && i+1 < len(s.options):
		s.Choose(s.options[i+1].ID)
	case e.Name == fyne.KeyUp && i > 0:
		s.Choose(s.options[i-1].ID)
	case e.Name != fyne.KeyDown && e.Name != fyne.KeyUp:
		s.pressable.TypedKey(e)
	}
}

func (s *Select) open() {
	c := canvasOf(s)
	if c == nil || len(s.options) == 0 {
		return
	}
	list := newOptionList(s.options, s.index(), s.Choose, s.close)
	content := fyne.CanvasObject(list)
	height := list.MinSize().Height
	at := fyne.CurrentApp().Driver().AbsolutePositionForObject(s)
	below := c.Size().Height - at.Y - s.Size().Height - 3*theme.Space2
	if height > below && at.Y > below { // more room above
		height = min(height, at.Y-2*theme.Space2)
		at.Y -= height + theme.Space1
	} else {
		height = min(height, below)
		at.Y += s.Size().Height + theme.Space1
	}
	if height < list.MinSize().Height {
		list.scroll = container.NewVScroll(list)
		content = list.scroll
	}
	s.popup = fw.NewPopUp(newFilled(Pad(theme.Space1, theme.Space1, theme.Space1, theme.Space1, content), theme.Surface, theme.Line, theme.Radius), c)
	s.popup.ShowAtPosition(at)
	s.popup.Resize(fyne.NewSize(max(s.Size().Width, list.MinSize().Width), height+2*theme.Space1))
	c.Focus(list)
	list.reveal()
}

func (s *Select) close() {
	if s.popup != nil {
		s.popup.Hide()
		s.popup = nil
	}
}

// CreateRenderer implements fyne.Widget.
func (s *Select) CreateRenderer() fyne.WidgetRenderer {
	back, ring := canvas.NewRectangle(theme.Color(theme.None)), canvas.NewRectangle(theme.Color(theme.None))
	text := NewText("").Clip()
	arrow := NewIcon("down", theme.IconSize, theme.Muted)
	d := &drawing{objects: []fyne.CanvasObject{back, text, arrow, ring}}
	d.min = func() fyne.Size { return fyne.NewSize(72, theme.ButtonHeight) }
	d.layout = func(size fyne.Size) {
		back.Resize(size)
		ring.Resize(size)
		text.Move(fyne.NewPos(theme.Space3, 0))
		text.Resize(fyne.NewSize(size.Width-2*theme.Space3-theme.IconSize, size.Height))
		arrow.Move(fyne.NewPos(size.Width-theme.IconSize-10, (size.Height-theme.IconSize)/2))
		arrow.Resize(fyne.NewSquareSize(theme.IconSize))
	}
	d.refresh = func() {
		back.FillColor, back.CornerRadius = theme.Color(theme.Surface), theme.Radius
		back.StrokeColor, back.StrokeWidth = theme.Color(theme.Line), theme.HairLine
		text.SetText(s.label())
		switch {
		case s.disabled:
			back.FillColor = theme.Color(theme.Raised)
			text.SetRole(theme.Muted)
		default:
			text.SetRole(theme.Ink)
			if s.hovered {
				back.StrokeColor = theme.Color(theme.Muted)
			}
		}
		drawRing(ring, s.focused, false, theme.Radius)
		for _, o := range d.objects {
			o.Refresh()
		}
	}
	d.refresh()
	return d
}

// optionList is the open list of a Select.
type optionList struct {
	fw.BaseWidget
	options []Option
	at      int
	choose  func(id string)
	cancel  func()
	scroll  *container.Scroll // nil: all of it is seen
}

const optionHeight float32 = 32

func newOptionList(options []Option, at int, choose func(string), cancel func()) *optionList {
	l := &optionList{options: options, at: max(at, 0), choose: choose, cancel: cancel}
	l.ExtendBaseWidget(l)
	return l
}

// Tapped implements fyne.Tappable.
func (l *optionList) Tapped(e *fyne.PointEvent) {
	if i := int(e.Position.Y / optionHeight); i >= 0 && i < len(l.options) {
		l.choose(l.options[i].ID)
	}
}

// MouseIn implements desktop.Hoverable.
func (l *optionList) MouseIn(e *desktop.MouseEvent) { l.MouseMoved(e) }

// MouseOut implements desktop.Hoverable.
func (l *optionList) MouseOut() {}

// MouseMoved implements desktop.Hoverable.
func (l *optionList) MouseMoved(e *desktop.MouseEvent) {
	if i := int(e.Position.Y / optionHeight); i >= 0 && i < len(l.options) && i != l.at {
		l.at = i
		l.Refresh()
	}
}

// FocusGained implements fyne.Focusable.
func (l *optionList) FocusGained() {}

// FocusLost implements fyne.Focusable.
func (l *optionList) FocusLost() {}

// TypedRune implements fyne.Focusable.
func (l *optionList) TypedRune(rune) {}

// TypedKey implements fyne.Focusable.
func (l *optionList) TypedKey(e *fyne.KeyEvent) {
	switch e.Name {
	case fyne.KeyDown:
		l.at = min(l.at+1, len(l.options)-1)
	case fyne.KeyUp:
		l.at = max(l.at-1, 0)
	case fyne.KeyReturn, fyne.KeyEnter, fyne.KeySpace:
		l.choose(l.options[l.at].ID)
		return
	case fyne.KeyEscape:
		l.cancel()
		return
	}
	l.reveal()
	l.Refresh()
}

// reveal scrolls to the marked option.
func (l *optionList) reveal() {
	if l.scroll == nil {
		return
	}
	top, height := float32(l.at)*optionHeight, l.scroll.Size().Height
	switch offset := l.scroll.Offset.Y; {
	case top < offset:
		l.scroll.ScrollToOffset(fyne.NewPos(0, top))
	case top+optionHeight > offset+height:
		l.scroll.ScrollToOffset(fyne.NewPos(0, top+optionHeight-height))
	}
}

// CreateRenderer implements fyne.Widget.
func (l *optionList) CreateRenderer() fyne.WidgetRenderer {
	mark := canvas.NewRectangle(theme.Color(theme.AccentSoft))
	mark.CornerRadius = 6
	objects := []fyne.CanvasObject{mark}
	wide := float32(0)
	for _, o := range l.options {
		text := NewText(o.Label).Clip()
		objects = append(objects, text)
		wide = max(wide, fyne.MeasureText(o.Label, theme.TypeBody.Size(), fyne.TextStyle{}).Width)
	}
	d := &drawing{objects: objects}
	d.min = func() fyne.Size {
		return fyne.NewSize(min(wide+2*theme.Space2+1, 420), optionHeight*float32(len(l.options)))
	}
	d.layout = func(size fyne.Size) {
		for i, o := range objects[1:] {
			o.Move(fyne.NewPos(theme.Space2, float32(i)*optionHeight))
			o.Resize(fyne.NewSize(size.Width-2*theme.Space2, optionHeight))
		}
		mark.Move(fyne.NewPos(0, float32(l.at)*optionHeight))
		mark.Resize(fyne.NewSize(size.Width, optionHeight))
	}
	d.refresh = func() {
		mark.FillColor = theme.Color(theme.AccentSoft)
		d.layout(l.Size())
		mark.Refresh()
	}
	return d
}
