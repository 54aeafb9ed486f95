package widget

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"
	"pgregory.net/rapid"

	"shelftalk/ui/theme"
)

func drawn(m *MarkedText) (texts []string, boxes int) {
	for _, o := range test.WidgetRenderer(m).Objects() {
		switch o := o.(type) {
		case *canvas.Text:
			texts = append(texts, o.Text)
		case *canvas.Rectangle:
			boxes++
		}
	}
	return texts, boxes
}

func TestMarkedTextWrapsToItsWidth(t *testing.T) {
	test.NewTempApp(t).Settings().SetTheme(theme.New(theme.ModeLight))
	m := NewCopy("Take the music outside. The speaker puts 20 W into a body of 560 g.")
	m.Resize(fyne.NewSize(900, 100))
	if texts, _ := drawn(m); len(texts) != 1 {
		t.Fatalf("wide: %q", texts)
	}
	m.Resize(fyne.NewSize(200, 100))
	texts, _ := drawn(m)
	if len(texts) < 3 {
		t.Fatalf("narrow: %q", texts)
	}
	if got, want := m.MinSize().Height, float32(len(texts))*22; got != want {
		t.Errorf("height %v for %d lines, want %v", got, len(texts), want)
	}
	m.MaxLines = 2
	m.Refresh()
	if texts, _ = drawn(m); len(texts) != 2 || texts[1][len(texts[1])-3:] != "…" {
		t.Errorf("two lines: %q", texts)
	}
	m.Tail = true
	m.Refresh()
	if texts, _ = drawn(m); len(texts) != 2 || texts[1][len(texts[1])-1] != '.' {
		t.Errorf("last two lines: %q", texts)
	}
}

func TestMarkedTextMarks(t *testing.T) {
	test.NewTempApp(t).Settings().SetTheme(theme.New(theme.ModeLight))
	text := "puts 20 W into it. Perfect."
	m := NewCopy(text)
	m.Resize(fyne.NewSize(900, 22))
	m.SetMarks([]Mark{{5, 9, MarkFact}, {19, 27, MarkMust}, {90, 99, MarkShould}})
	if _, boxes := drawn(m); boxes != 2 {
		t.Errorf("%d marks drawn, want 2", boxes)
	}
	mark, at := -1, -1
	m.OnMarkTapped = func(i int) { mark = i }
	m.OnTapped = func(i int) { at = i }
	x := fyne.MeasureText(text[:21], 14, fyne.TextStyle{}).Width + 1
	test.TapAt(m, fyne.NewPos(x, 11))
	if mark != 1 || at != -1 {
		t.Errorf("a tap on a finding: mark %d, text %d", mark, at)
	}
	mark = -1
	test.TapAt(m, fyne.NewPos(fyne.MeasureText(text[:6], 14, fyne.TextStyle{}).Width+1, 11))
	if mark != -1 || at != 6 {
		t.Errorf("a tap on a fact: mark %d, text %d, want the text at 6", mark, at)
	}
}

// Any marks over any text draw without a panic.
func TestMarkedTextBadMarks(t *testing.T) {
	test.NewTempApp(t).Settings().SetTheme(theme.New(theme.ModeLight))
	m := NewCopy("")
	rapid.Check(t, func(t *rapid.T) {
		m.MaxLines = rapid.IntRange(0, 3).Draw(t, "max")
		m.Writing = rapid.Bool().Draw(t, "writing")
		m.Resize(fyne.NewSize(float32(rapid.IntRange(0, 300).Draw(t, "width")), 40))
		m.SetTextAndMarks(rapid.StringN(0, 40, -1).Draw(t, "text"), []Mark{{
			rapid.IntRange(-3, 60).Draw(t, "start"), rapid.IntRange(-3, 60).Draw(t, "end"), MarkKind(rapid.IntRange(0, 2).Draw(t, "kind")),
		}})
	})
}
