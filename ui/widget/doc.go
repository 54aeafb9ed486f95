// Package widget holds the parts that pages are made of. They are mute: values in, On... callbacks out; they know neither
// products nor drafts. Each draws itself with rectangles, lines and text in the roles of ui/theme and asks for the colours
// in its Refresh, so that a change of theme reaches it.
//
// Everything here is used on the window's thread.
//
// Text that wraps is as high as its width allows, and the toolkit asks for sizes before it gives a width. The layouts here
// (Column, Card, Pad) therefore lay out once, ask again, and lay out with the answer.
package widget

import "fyne.io/fyne/v2"

// drawing is a renderer made of functions: what a widget is made of, how large it must be, and how it puts its parts in
// place and gives them their colours. Layout and Refresh may be nil.
type drawing struct {
	objects []fyne.CanvasObject
	min     func() fyne.Size
	layout  func(fyne.Size)
	refresh func()
}

func (d *drawing) Destroy() {}

func (d *drawing) Objects() []fyne.CanvasObject { return d.objects }

func (d *drawing) MinSize() fyne.Size { return d.min() }

func (d *drawing) Layout(size fyne.Size) {
	if d.layout != nil {
		d.layout(size)
	}
}

func (d *drawing) Refresh() {
	if d.refresh != nil {
		d.refresh()
	}
}
