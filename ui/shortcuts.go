package ui

import (
	"context"
	"iter"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"

	"shelftalk/app/studio"
	"shelftalk/ui/page"
	"shelftalk/ui/theme"
	"shelftalk/ui/widget"
)

// binding is a key, with what it does.
type binding struct {
	on fyne.Shortcut
	do func()
}

// bindings are the window's keys.
func (w *Window) bindings() []binding {
	control, alt := fyne.KeyModifierShortcutDefault, fyne.KeyModifierAlt
	key := func(name fyne.KeyName, m fyne.KeyModifier) fyne.Shortcut {
		return &desktop.CustomShortcut{KeyName: name, Modifier: m}
	}
	out := []binding{
		{key(fyne.KeyF, control), w.search},
		{key(fyne.KeyK, control), w.palette},
		{key(fyne.KeyO, control), w.openFile},
		{key(fyne.KeyE, control), w.export},
		{key(fyne.KeyReturn, control), w.approve},
		{key(fyne.KeyEnter, control), w.approve},
		{key(fyne.KeyReturn, alt), w.again},
		{key(fyne.KeyEnter, alt), w.again},
		{&fyne.ShortcutUndo{}, w.undo},
		{&fyne.ShortcutRedo{}, w.redo},
	}
	for i, name := range railPages() {
		out = append(out, binding{key(fyne.KeyName(strconv.Itoa(i+1)), control), func() { w.goRail(name) }})
	}
	return out
}

// shortcuts ties the keys to what the current page can do.
func (w *Window) shortcuts() {
	c := w.win.Canvas()
	for _, b := range w.bindings() {
		c.AddShortcut(b.on, func(fyne.Shortcut) { b.do() })
	}
	c.SetOnTypedKey(w.typed)
}

func (w *Window) openFile() { page.ShowFiles(w.env) }

func (w *Window) typed(e *fyne.KeyEvent) {
	if e.Name != fyne.KeyEscape {
		return
	}
	if p, ok := w.current.(page.Escaper); !ok || !p.Escape() {
		w.win.Canvas().Unfocus()
	}
}

func (w *Window) search() {
	if p, ok := w.current.(page.Searcher); ok {
		p.FocusSearch()
	}
}

func (w *Window) approve() {
	if p, ok := w.current.(page.Approver); ok {
		p.ApproveNext()
	}
}

func (w *Window) again() {
	if p, ok := w.current.(page.Rewriter); ok {
		p.WriteAgain()
	}
}

func (w *Window) undo() {
	if p, ok := w.current.(page.Undoer); ok {
		p.Undo()
	}
}

func (w *Window) redo() {
	if p, ok := w.current.(page.Undoer); ok {
		p.Redo()
	}
}

func (w *Window) export() { page.ShowExport(w.env) }

// command is an entry of the palette.
type command struct {
	label string
	alias string // in English, for those who know it from there
	keys  string
	do    func()
}

// commands are what can be done from here.
func (w *Window) commands() []command {
	say, english := w.env.Say, w.words.Say("en")
	var out []command
	add := func(can bool, key, keys string, do func()) {
		if can {
			out = append(out, command{say(key), english(key), keys, do})
		}
	}
	for i, name := range railPages() {
		add(true, "shell.page."+name, "Ctrl+"+strconv.Itoa(i+1), func() { w.goRail(name) })
	}
	_, searches := w.current.(page.Searcher)
	_, approves := w.current.(page.Approver)
	_, writes := w.current.(page.Rewriter)
	_, undoes := w.current.(page.Undoer)
	add(true, "shell.menu.import", "Ctrl+O", w.openFile)
	add(true, "shell.menu.export", "Ctrl+E", w.export)
	add(searches, "shell.menu.search", "Ctrl+F", w.search)
	add(approves, "shell.palette.approve", "Ctrl+Enter", w.approve)
	add(writes, "shell.palette.again", "Alt+Enter", w.again)
	add(undoes, "shell.menu.undo", "Ctrl+Z", w.undo)
	add(undoes, "shell.menu.redo", "Ctrl+Y", w.redo)
	for key, change := range w.switches() {
		add(true, key, "", func() { w.change(change) })
	}
	add(true, "shell.menu.quit", "", w.Close)
	return out
}

// switches are the settings that a command changes, in a fixed order.
func (w *Window) switches() iter.Seq2[string, func(*studio.Settings)] {
	return func(yield func(string, func(*studio.Settings)) bool) {
		_ = yield("shell.palette.dark", func(s *studio.Settings) { s.Theme = "dark" }) &&
			yield("shell.palette.light", func(s *studio.Settings) { s.Theme = "light" }) &&
			yield("shell.palette.english", func(s *studio.Settings) { s.Language = "en" }) &&
			yield("shell.palette.chinese", func(s *studio.Settings) { s.Language = "zh" })
	}
}

// change keeps a setting and takes it at once.
func (w *Window) change(fn func(*studio.Settings)) {
	settings := w.o.Studio.Settings()
	fn(&settings)
	w.stage.Go(func(context.Context) error { return w.o.Studio.SetSettings(settings) }, func(err error) {
		if err == nil { // the settings page says what is wrong
			w.apply(settings)
		}
	})
}

// palette finds a command by its words.
func (w *Window) palette() {
	all := w.commands()
	shown := all
	var sheet *widget.Sheet
	table := widget.NewTable([]widget.TableColumn{{Title: w.env.Say("shell.palette.title")}, {Title: "", Width: 110, Right: true}})
	table.Len = func() int { return len(shown) }
	table.Row = func(i int) widget.TableRow {
		return widget.TableRow{Cells: []widget.Cell{{Text: shown[i].label}, {Text: shown[i].keys, Role: theme.Muted}}}
	}
	run := func(i int) {
		sheet.Close()
		shown[i].do()
	}
	table.OnOpen, table.ShowCursor = run, true
	entry := widget.NewSearch(w.env.Say("shell.palette.hint"), func(text string) {
		shown = matching(all, text)
		table.Reload()
		table.SetCursor(0)
	})
	entry.OnSubmitted = func(string) {
		if len(shown) > 0 {
			run(max(table.Cursor(), 0))
		}
	}
	entry.OnKey = func(e *fyne.KeyEvent) bool {
		switch e.Name {
		case fyne.KeyDown:
			table.SetCursor(table.Cursor() + 1)
			return true
		case fyne.KeyUp:
			table.SetCursor(table.Cursor() - 1)
			return true
		}
		return false
	}
	body := container.NewStack(widget.Column(theme.Space3, entry, widget.NewTableCard(widget.Fixed(0, theme.HeadHeight+8*theme.RowHeight, table))))
	sheet = widget.ShowSheet(w.win.Canvas(), w.env.Say("shell.menu.palette"), body, 460, nil)
	table.Reload()
	table.SetCursor(0)
	w.win.Canvas().Focus(entry)
}

// matching are the commands that hold every word of the text.
func matching(all []command, text string) []command {
	words := strings.Fields(strings.ToLower(text))
	var out []command
next:
	for _, c := range all {
		for _, word := range words {
			if !strings.Contains(strings.ToLower(c.label+" "+c.alias), word) {
				continue next
			}
		}
		out = append(out, c)
	}
	return out
}

func number(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}
