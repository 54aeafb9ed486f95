package widget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	fw "fyne.io/fyne/v2/widget"

	"shelftalk/ui/theme"
)

// Root is a window's content with a layer above it for tips. It is as small as the window wants.
type Root struct {
	fw.BaseWidget
	content fyne.CanvasObject
	least   fyne.Size
	owner   *pressable
	tip     *Text
	back    *canvas.Rectangle
	draw    *drawing
	// OnResize is told the window's size before its content is laid out.
	OnResize func(fyne.Size)
}

// NewRoot returns the content of a window that can't be smaller than least.
func NewRoot(content fyne.CanvasObject, least fyne.Size) *Root {
	r := &Root{content: content, least: least, tip: newText("", theme.TypeNote, theme.Surface), back: canvas.NewRectangle(theme.Color(theme.Ink))}
	r.ExtendBaseWidget(r)
	return r
}

// SetContent changes what the window shows.
func (r *Root) SetContent(o fyne.CanvasObject) {
	r.content = o
	if r.draw != nil {
		r.draw.objects[0] = o
		o.Resize(r.Size())
	}
	r.Refresh()
}

// CreateRenderer implements fyne.Widget.
func (r *Root) CreateRenderer() fyne.WidgetRenderer {
	r.draw = &drawing{objects: []fyne.CanvasObject{r.content, r.back, r.tip}}
	r.draw.min = func() fyne.Size { return r.least }
	r.draw.layout = func(size fyne.Size) {
		if r.OnResize != nil {
			r.OnResize(size)
		}
		r.content.Resize(size)
	}
	r.draw.refresh = func() {
		shown := r.owner != nil
		r.back.Hidden, r.tip.Hidden = !shown, !shown
		r.back.FillColor, r.back.CornerRadius = theme.Color(theme.Ink), 6
		r.back.Refresh()
		r.tip.Refresh()
		r.content.Refresh()
	}
	r.back.Hide()
	r.tip.Hide()
	return r.draw
}

// showTip shows words below the pointer until hideTip, if the window has a Root.
func showTip(owner *pressable, words string, at fyne.Position) {
	root := rootOf(owner)
	if root == nil || root.draw == nil {
		return
	}
	root.owner = owner
	root.tip.SetText(words)
	size := root.tip.MinSize()
	width := min(size.Width, root.Size().Width-4*theme.Space2)
	x := min(at.X, root.Size().Width-width-3*theme.Space2)
	y := at.Y + 20
	if y+size.Height+theme.Space2 > root.Size().Height {
		y = at.Y - size.Height - 20
	}
	root.back.Move(fyne.NewPos(x, y))
	root.back.Resize(fyne.NewSize(width+2*theme.Space2, size.Height+theme.Space2))
	root.tip.Move(fyne.NewPos(x+theme.Space2, y+theme.Space1))
	root.tip.Resize(fyne.NewSize(width, size.Height))
	root.showTipLayer(true)
}

func hideTip(owner *pressable) {
	if root := rootOf(owner); root != nil && root.owner == owner {
		root.owner = nil
		root.showTipLayer(false)
	}
}

func (r *Root) showTipLayer(on bool) {
	r.back.Hidden, r.tip.Hidden = !on, !on
	r.back.FillColor, r.back.CornerRadius = theme.Color(theme.Ink), 6
	r.back.Refresh()
	r.tip.Refresh()
}

func rootOf(o fyne.CanvasObject) *Root {
	c := canvasOf(o)
	if c == nil {
		return nil
	}
	root, _ := c.Content().(*Root)
	return root
}
