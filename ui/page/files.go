package page

import (
	"context"
	"os"
	"path/filepath"

	"shelftalk/ui/present"
	"shelftalk/ui/theme"
	"shelftalk/ui/widget"
)

// spreadsheets are the endings of the files that can be imported.
func spreadsheets() []string { return []string{".xlsx", ".xlsm", ".csv", ".tsv", ".txt"} }

// fileSheet is the choice of a spreadsheet: a path to type, and the folders to look through.
type fileSheet struct {
	env     *Env
	p       *present.Files
	sheet   *widget.Sheet
	path    *widget.Entry
	folder  *widget.Text
	problem *slot
	table   *widget.Table
}

// ShowFiles asks for a spreadsheet and opens it in the import page.
func ShowFiles(env *Env) {
	say := env.Say
	f := &fileSheet{env: env, p: present.NewFiles(env.Stage, startFolder(env), spreadsheets()...)}
	f.p.OnChange = f.draw
	f.path = widget.NewEntry(say("files.path"))
	f.path.OnSubmitted = f.open
	f.folder = widget.NewText("").SetRole(theme.Muted).Clip()
	f.problem = newInnerSlot()
	f.table = widget.NewTable([]widget.TableColumn{{Title: say("files.col.name")}, {Title: say("files.col.size"), Width: 90, Right: true}, {Title: say("files.col.changed"), Width: 150}})
	f.table.Len = func() int { return len(f.p.Entries()) }
	f.table.Row = f.row
	f.table.OnCursor = f.cursor
	f.table.OnOpen = f.enter
	body := widget.Column(theme.Space3, f.path, widget.Row(theme.Space2, widget.NewIconButton("up", say("files.up"), f.p.Up), f.folder), f.problem.box,
		widget.NewTableCard(widget.Fixed(0, theme.HeadHeight+7*theme.RowHeight, f.table)), widget.NewNote(say("files.note")))
	f.sheet = widget.ShowSheet(env.Window.Canvas(), say("files.title"), body, 640, nil,
		widget.NewButton(say("files.cancel"), func() { f.sheet.Close() }), widget.NewPrimary(say("files.open"), func() { f.open(f.path.Text) }))
	f.p.Open(f.p.Folder())
	env.Window.Canvas().Focus(f.path)
	env.Event("files-shown")
}

// startFolder is where the last file was, or the user's own folder.
func startFolder(env *Env) string {
	if last := env.Studio.Settings().LastFolder; last != "" {
		if info, err := os.Stat(last); err == nil && info.IsDir() {
			return last
		}
	}
	return env.Home
}

func (f *fileSheet) row(i int) widget.TableRow {
	e := f.p.Entries()[i]
	name := widget.Cell{Text: e.Name}
	if e.Folder {
		name.Text, name.Bold = e.Name+string(filepath.Separator), true
	}
	return widget.TableRow{Cells: []widget.Cell{name, {Text: e.Size, Role: theme.Muted}, {Text: e.Changed, Role: theme.Muted}}}
}

func (f *fileSheet) draw() {
	f.folder.SetText(f.p.Folder())
	f.problem.set(f.p.Problem())
	f.table.Reload()
	f.sheet.Relayout()
}

func (f *fileSheet) cursor(i int) {
	if e := f.p.Entries()[i]; !e.Folder {
		f.path.SetText(e.Path)
	}
}

func (f *fileSheet) enter(i int) {
	if e := f.p.Entries()[i]; e.Folder {
		f.p.Open(e.Path)
	} else {
		f.open(e.Path)
	}
}

// open takes a path as it was typed or chosen; a folder is looked into.
func (f *fileSheet) open(path string) {
	if path == "" {
		return
	}
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		f.p.Open(path)
		return
	}
	f.sheet.Close()
	OpenFile(f.env, path)
}

// OpenFile shows a spreadsheet in the import page and remembers its folder.
func OpenFile(env *Env, path string) {
	if abs, err := filepath.Abs(path); err == nil {
		path = abs
	}
	settings := env.Studio.Settings()
	if folder := filepath.Dir(path); folder != settings.LastFolder {
		settings.LastFolder = folder
		env.Stage.Go(func(context.Context) error { return env.Studio.SetSettings(settings) }, func(error) {}) // a convenience: nothing is lost without it
	}
	env.Go(Route{Page: "import", ID: path})
}

// showPath asks for a path.
func showPath(env *Env, title, hint, action, path string, done func(string)) {
	entry := widget.NewEntry(hint)
	entry.SetText(path)
	var sheet *widget.Sheet
	finish := func() {
		if entry.Text != "" {
			sheet.Close()
			done(entry.Text)
		}
	}
	entry.OnSubmitted = func(string) { finish() }
	sheet = widget.ShowSheet(env.Window.Canvas(), title, widget.Column(theme.Space2, widget.NewNote(hint), entry), 520, nil,
		widget.NewButton(env.Say("files.cancel"), func() { sheet.Close() }), widget.NewPrimary(action, finish))
	env.Window.Canvas().Focus(entry)
}
