package widget_test

import (
	"fmt"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"

	"shelftalk/ui/theme"
	"shelftalk/ui/uitest"
	"shelftalk/ui/widget"
)

func key(name fyne.KeyName) *fyne.KeyEvent { return &fyne.KeyEvent{Name: name} }

func TestButtonPresses(t *testing.T) {
	uitest.App(t, theme.ModeLight)
	pressed := 0
	b := widget.NewPrimary("Write 12 drafts", func() { pressed++ })
	uitest.Show(t, b, 200, 40)
	test.Tap(b)
	b.TypedKey(key(fyne.KeySpace))
	b.TypedKey(key(fyne.KeyReturn))
	if pressed != 3 {
		t.Errorf("tap, space and return pressed it %d times", pressed)
	}
	b.SetEnabled(false, "The model isn’t here.")
	test.Tap(b)
	b.TypedKey(key(fyne.KeySpace))
	if pressed != 3 {
		t.Error("a disabled button can be pressed")
	}
}

// The reason of a disabled button is told where the pointer is, and goes with it.
func TestDisabledButtonSaysWhy(t *testing.T) {
	uitest.App(t, theme.ModeLight)
	b := widget.NewButton("Export", nil)
	b.SetEnabled(false, "There is no copy yet.")
	w := uitest.Show(t, widget.Column(0, b), 400, 200)
	b.MouseIn(&desktop.MouseEvent{PointEvent: fyne.PointEvent{AbsolutePosition: fyne.NewPos(20, 20)}})
	if !uitest.Reads(w.Content(), "There is no copy yet.") {
		t.Errorf("no tip among %q", uitest.Texts(w.Content()))
	}
	b.MouseOut()
	if uitest.Reads(w.Content(), "There is no copy yet.") {
		t.Error("the tip stays")
	}
}

func TestTextEndsInAnEllipsis(t *testing.T) {
	uitest.App(t, theme.ModeLight)
	for _, c := range []struct {
		text  string
		width float32
		whole bool
	}{
		{"Oak Bedside Lamp", 300, true}, {"Oak Bedside Lamp", 60, false}, {"316不锈钢保温杯", 40, false}, {"", 10, true}, {"two\nlines", 300, true},
	} {
		text := widget.NewText(c.text).Clip()
		w := uitest.Show(t, text, c.width, 30)
		got := ""
		if all := uitest.Texts(w.Content()); len(all) > 0 {
			got = all[0]
		}
		if size := fyne.MeasureText(got, 14, fyne.TextStyle{}).Width; size > c.width+0.5 {
			t.Errorf("%q in %v: %q is %v wide", c.text, c.width, got, size)
		}
		if short := len(got) < len(c.text); short == c.whole {
			t.Errorf("%q in %v: %q", c.text, c.width, got)
		}
	}
}

func TestSelectChooses(t *testing.T) {
	uitest.App(t, theme.ModeLight)
	var told []string
	s := widget.NewSelect([]widget.Option{{ID: "a", Label: "Shopify"}, {ID: "b", Label: "Amazon"}, {ID: "c", Label: "Taobao"}}, func(id string) { told = append(told, id) })
	s.SetSelected("a")
	w := uitest.Show(t, widget.Column(0, s), 240, 300)
	if len(told) != 0 {
		t.Error("SetSelected told of a choice")
	}
	s.TypedKey(key(fyne.KeyDown))
	s.TypedKey(key(fyne.KeyDown))
	s.TypedKey(key(fyne.KeyDown)) // there is no fourth
	s.TypedKey(key(fyne.KeyUp))
	if s.Selected() != "b" || fmt.Sprint(told) != "[b c b]" {
		t.Errorf("selected %q, told %v", s.Selected(), told)
	}
	test.Tap(s)
	list := w.Canvas().Overlays().Top()
	if list == nil || !uitest.Reads(list, "Shopify Amazon Taobao") {
		t.Fatal("the list doesn't open")
	}
	w.Canvas().Focused().TypedKey(key(fyne.KeyDown))
	w.Canvas().Focused().TypedKey(key(fyne.KeyReturn))
	if s.Selected() != "c" || w.Canvas().Overlays().Top() != nil {
		t.Errorf("selected %q, the list is open: %v", s.Selected(), w.Canvas().Overlays().Top() != nil)
	}
}

func TestSliderMovesBySteps(t *testing.T) {
	uitest.App(t, theme.ModeLight)
	var last float64
	s := widget.NewSlider(0, 1, 0.1, func(v float64) { last = v })
	uitest.Show(t, s, 214, 18)
	s.Set(0.5)
	if last != 0 {
		t.Error("Set told of a move")
	}
	s.TypedKey(key(fyne.KeyRight))
	if got := s.Value(); got < 0.59 || got > 0.61 {
		t.Errorf("right of 0.5 is %v", got)
	}
	s.Tapped(&fyne.PointEvent{Position: fyne.NewPos(-20, 5)})
	if s.Value() != 0 || last != 0 {
		t.Errorf("left of the groove is %v", s.Value())
	}
	s.Dragged(&fyne.DragEvent{PointEvent: fyne.PointEvent{Position: fyne.NewPos(500, 5)}})
	if s.Value() != 1 {
		t.Errorf("right of the groove is %v", s.Value())
	}
}

// The card of a text grows with it in one pass, however narrow.
func TestColumnGivesWrappedTextItsHeight(t *testing.T) {
	uitest.App(t, theme.ModeLight)
	text := widget.NewParagraph("A paragraph that is much longer than the width that it is given, so that it needs several lines.")
	below := widget.NewText("below")
	w := uitest.Show(t, widget.Column(8, widget.NewCard(text), below), 180, 400)
	drv := fyne.CurrentApp().Driver()
	textEnd := drv.AbsolutePositionForObject(text).Y + text.MinSize().Height
	if y := drv.AbsolutePositionForObject(below).Y; y < textEnd {
		t.Errorf("the line below begins at %v, within the text that ends at %v", y, textEnd)
	}
	if text.MinSize().Height < 3*theme.TypeBody.Line() {
		t.Errorf("the text is %v high", text.MinSize().Height)
	}
	_ = w
}

func rows(n int) (*widget.Table, map[int]bool) {
	on := map[int]bool{}
	t := widget.NewTable([]widget.TableColumn{{Title: "SKU", Width: 100}, {Title: "Product"}, {Title: "Status", Width: 120}})
	t.Checks = true
	t.Len = func() int { return n }
	t.Row = func(i int) widget.TableRow {
		return widget.TableRow{Checkable: true, Checked: on[i], Cells: []widget.Cell{
			{Text: fmt.Sprint("SKU-", i)}, {Text: fmt.Sprint("Product ", i)}, {Chip: &widget.ChipLook{Text: "Draft", Kind: widget.ChipAccent}},
		}}
	}
	t.OnCheck = func(i int, checked bool) { on[i] = checked }
	return t, on
}

func TestTableDrawsWhatIsSeen(t *testing.T) {
	uitest.App(t, theme.ModeLight)
	table, _ := rows(10_000)
	start := time.Now()
	w := uitest.Show(t, table, 800, 436)
	texts := uitest.Texts(w.Content())
	if len(texts) > 60 || !uitest.Reads(w.Content(), "Product 0") {
		t.Errorf("%d texts on the screen: %q", len(texts), texts[:min(len(texts), 12)])
	}
	table.SetCursor(9_999)
	if !uitest.Reads(w.Content(), "Product 9999") || uitest.Reads(w.Content(), "SKU-0 ") {
		t.Errorf("at the end the table reads %q", uitest.Texts(w.Content()))
	}
	if took := time.Since(start); took > 3*time.Second {
		t.Errorf("10,000 rows took %v", took)
	}
}

func TestTableByKeyboard(t *testing.T) {
	uitest.App(t, theme.ModeLight)
	table, on := rows(100)
	opened := -1
	table.OnOpen = func(i int) { opened = i }
	w := uitest.Show(t, table, 800, 436)
	w.Canvas().Focus(table)
	for _, k := range []fyne.KeyName{fyne.KeyDown, fyne.KeyDown, fyne.KeySpace, fyne.KeyUp, fyne.KeySpace, fyne.KeySpace, fyne.KeyReturn} {
		table.TypedKey(key(k))
	}
	if !on[2] || on[1] || opened != 1 {
		t.Errorf("checked %v, opened %d", on, opened)
	}
	table.TypedKey(key(fyne.KeyEnd))
	table.TypedKey(key(fyne.KeyDown))
	if table.Cursor() != 99 {
		t.Errorf("the cursor is at %d", table.Cursor())
	}
	table.TypedKey(key(fyne.KeyPageUp))
	if c := table.Cursor(); c > 92 || c < 88 {
		t.Errorf("a page above the end is %d", c)
	}
}

// A chip that has the colour of a selected row must be seen on it, and every word must be read.
func TestSelectedRowHidesNothing(t *testing.T) {
	for _, mode := range []theme.Mode{theme.ModeLight, theme.ModeDark} {
		uitest.App(t, mode)
		table := widget.NewTable([]widget.TableColumn{{Title: "SKU", Width: 100}, {Title: "Status", Width: 120}})
		table.Checks = true
		table.Len = func() int { return 1 }
		table.Row = func(int) widget.TableRow {
			return widget.TableRow{Checkable: true, Checked: true, Cells: []widget.Cell{
				{Text: "SKU-0", Role: theme.Muted}, {Chip: &widget.ChipLook{Text: "Draft", Kind: widget.ChipAccent}},
			}}
		}
		w := uitest.Show(t, table, 400, 120)
		body, ok := uitest.Find(w.Content(), func(o fyne.Widget) bool { return fmt.Sprintf("%T", o) == "*widget.tableBody" })
		if !ok {
			t.Fatal("no body")
		}
		ground, chips := theme.Color(theme.AccentSoft), 0
		for _, o := range test.WidgetRenderer(body).Objects() {
			switch c := o.(type) {
			case *canvas.Rectangle:
				if c.Visible() && c.CornerRadius == theme.ChipHeight/2 {
					chips++
					if c.FillColor == ground {
						t.Errorf("mode %v: the chip has the row's colour", mode)
					}
				}
			case *canvas.Text:
				if c.Visible() && c.Text == "SKU-0" && c.Color == theme.Color(theme.Muted) {
					t.Errorf("mode %v: the number is muted on the row's colour", mode)
				}
			}
		}
		if chips != 1 {
			t.Errorf("mode %v: %d chips", mode, chips)
		}
	}
}

// What is shorter than before must leave nothing on the screen.
func TestTableForgetsRowsThatWent(t *testing.T) {
	uitest.App(t, theme.ModeLight)
	table, _ := rows(30)
	w := uitest.Show(t, table, 800, 436)
	table.SetCursor(25)
	table.Len = func() int { return 2 }
	table.Reload()
	uitest.Settle(w)
	if uitest.Reads(w.Content(), "Product 5") || !uitest.Reads(w.Content(), "Product 1") {
		t.Errorf("the table reads %q", uitest.Texts(w.Content()))
	}
	if table.Cursor() > 1 {
		t.Errorf("the cursor is at %d of 2", table.Cursor())
	}
}

// The toolkit drops the renderers of a page that wasn't seen for a minute; the page must be whole when it comes back.
func TestTableIsWholeAfterARest(t *testing.T) {
	uitest.App(t, theme.ModeLight)
	table, _ := rows(100)
	w := uitest.Show(t, table, 800, 436)
	table.SetCursor(60)
	body, ok := uitest.Find(w.Content(), func(o fyne.Widget) bool { return fmt.Sprintf("%T", o) == "*widget.tableBody" })
	if !ok {
		t.Fatal("no body")
	}
	again := body.CreateRenderer()
	again.Layout(body.Size())
	seen := 0
	for _, o := range again.Objects() {
		if text, is := o.(*canvas.Text); is && text.Visible() && text.Text != "" {
			seen++
		}
	}
	if seen < 20 {
		t.Errorf("after a rest the table shows %d texts", seen)
	}
}

func TestSheetClosesOnce(t *testing.T) {
	uitest.App(t, theme.ModeLight)
	w := uitest.Show(t, widget.Column(0), 800, 600)
	before := 0
	w.Canvas().SetOnTypedKey(func(*fyne.KeyEvent) { before++ })
	closed := 0
	s := widget.ShowSheet(w.Canvas(), "Export", widget.NewParagraph("Which file?"), 400, func() { closed++ }, widget.NewButton("Cancel", nil))
	w.Canvas().OnTypedKey()(key(fyne.KeyEscape))
	s.Close()
	if closed != 1 || s.Open() || w.Canvas().Overlays().Top() != nil {
		t.Errorf("closed %d times, open %v", closed, s.Open())
	}
	w.Canvas().OnTypedKey()(key(fyne.KeyEscape))
	if before != 1 {
		t.Error("the window's keys aren't given back")
	}
}

func TestPageFoldsItsPanel(t *testing.T) {
	uitest.App(t, theme.ModeLight)
	panel := widget.NewPanel("Write copy", widget.NewText("body"), nil)
	p := widget.NewPage(widget.NewHeader("Catalogue"), nil, widget.NewText("table"), panel)
	w := uitest.Show(t, p, 1080, 700)
	if p.Narrow() || !p.PanelOpen() || !panel.Visible() {
		t.Error("on a wide page the panel is hidden")
	}
	w.Resize(fyne.NewSize(900, 700))
	uitest.Settle(w)
	if !p.Narrow() || p.PanelOpen() || panel.Visible() {
		t.Error("on a narrow page the panel lies over it by itself")
	}
	p.OpenPanel(true)
	if !panel.Visible() {
		t.Error("the panel doesn't open")
	}
}

// The look of the small things, as the toolkit's markup: changed on purpose only.
func TestMarkup(t *testing.T) {
	uitest.App(t, theme.ModeLight)
	off := widget.NewButton("Export…", nil)
	off.SetEnabled(false, "no copy")
	chosen := widget.NewFilterChip("All 62", nil)
	chosen.SetSelected(true)
	w := uitest.Show(t, widget.Column(8, widget.Row(8, widget.NewPrimary("Approve", nil), widget.NewButton("Skip", nil), off),
		widget.Row(8, widget.NewChip("2 findings", widget.ChipWarning), widget.NewChip("No copy", widget.ChipNeutral), chosen)), 360, 80)
	test.AssertRendersToMarkup(t, "controls.xml", w.Canvas())
}
