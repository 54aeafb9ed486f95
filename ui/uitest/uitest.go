// Package uitest shows widgets and pages on the toolkit's in-memory driver, in the program's own theme, and reads from
// the screen what a person would read. It needs neither a display nor a C compiler.
//
// Under this driver fyne.Do runs its function at once on the caller's goroutine: a test joins its background work before
// it looks.
package uitest

import (
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"

	"shelftalk/ui/theme"
	"shelftalk/ui/widget"
)

// App starts an application in the theme, for the length of the test.
func App(t testing.TB, mode theme.Mode) fyne.App {
	t.Helper()
	a := test.NewTempApp(t)
	a.Settings().SetTheme(theme.New(mode))
	return a
}

// Show puts an object into a window of a size; App comes first.
func Show(t testing.TB, o fyne.CanvasObject, width, height float32) fyne.Window {
	t.Helper()
	w := test.NewTempWindow(t, widget.NewRoot(o, fyne.NewSize(100, 100)))
	w.SetPadded(false)
	w.Resize(fyne.NewSize(width, height))
	Settle(w)
	return w
}

// Settle lays the window out until wrapped text has found its height.
func Settle(w fyne.Window) {
	for range 3 {
		walk(w.Content(), func(o fyne.CanvasObject) {
			switch c := o.(type) {
			case *fyne.Container:
				if c.Layout != nil {
					c.Layout.Layout(c.Objects, c.Size())
				}
			case fyne.Widget:
				test.WidgetRenderer(c).Layout(c.Size())
			}
		})
	}
}

// walk visits every visible object below o through its own renderer.
func walk(o fyne.CanvasObject, visit func(fyne.CanvasObject)) {
	if o == nil || !o.Visible() {
		return
	}
	visit(o)
	switch c := o.(type) {
	case *fyne.Container:
		for _, child := range c.Objects {
			walk(child, visit)
		}
	case fyne.Widget:
		for _, child := range test.WidgetRenderer(c).Objects() {
			walk(child, visit)
		}
	}
}

// Texts are the words on the screen below o, in drawing order.
func Texts(o fyne.CanvasObject) []string {
	var out []string
	walk(o, func(c fyne.CanvasObject) {
		if text, ok := c.(*canvas.Text); ok && text.Text != "" {
			out = append(out, text.Text)
		}
	})
	return out
}

// Reads says whether the words stand on the screen below o; line breaks count as spaces.
func Reads(o fyne.CanvasObject, words string) bool {
	return strings.Contains(strings.Join(Texts(o), " "), words)
}

// Find returns the first visible widget of a type that fits, or the zero value.
func Find[T fyne.CanvasObject](o fyne.CanvasObject, fits func(T) bool) (found T, ok bool) {
	walk(o, func(c fyne.CanvasObject) {
		if w, is := c.(T); is && !ok && fits(w) {
			found, ok = w, true
		}
	})
	return found, ok
}

// Button returns the visible button with the label; the test fails without one.
func Button(t testing.TB, o fyne.CanvasObject, label string) *widget.Button {
	t.Helper()
	b, ok := Find(o, func(b *widget.Button) bool { return b.Label() == label })
	if !ok {
		t.Fatalf("no button %q among %q", label, Texts(o))
	}
	return b
}

// Picture writes what the window shows to a file below the folder of SHELFTALK_PICTURES, to be looked at; without the
// variable it does nothing.
func Picture(t testing.TB, w fyne.Window, name string) {
	t.Helper()
	dir := os.Getenv("SHELFTALK_PICTURES")
	if dir == "" {
		return
	}
	file, err := os.Create(filepath.Join(dir, name+".png"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if err := png.Encode(file, w.Canvas().Capture()); err != nil {
		t.Fatal(err)
	}
}
