package page

import (
	"path/filepath"

	"shelftalk/ui/present"
	"shelftalk/ui/theme"
	"shelftalk/ui/widget"
)

// folderSheet is the choice of a folder: the spreadsheets in it are listed too, so that it is recognised.
type folderSheet struct {
	p       *present.Files
	sheet   *widget.Sheet
	folder  *widget.Text
	problem *slot
	table   *widget.Table
	done    func(string)
}

// showFolders asks for a folder, beginning in start.
func showFolders(env *Env, start string, done func(string)) {
	say := env.Say
	f := &folderSheet{p: present.NewFiles(env.Stage, start, spreadsheets()...), folder: widget.NewText("").Clip(), problem: newInnerSlot(), done: done}
	f.p.OnChange = f.draw
	f.table = widget.NewTable([]widget.TableColumn{{Title: say("files.col.name")}, {Title: say("files.col.changed"), Width: 150}})
	f.table.Len = func() int { return len(f.p.Entries()) }
	f.table.Row, f.table.OnOpen = f.row, f.enter
	body := widget.Column(theme.Space3, widget.Row(theme.Space2, widget.NewIconButton("up", say("files.up"), f.p.Up), f.folder), f.problem.box,
		widget.NewTableCard(widget.Fixed(0, theme.HeadHeight+6*theme.RowHeight, f.table)))
	f.sheet = widget.ShowSheet(env.Window.Canvas(), say("export.folder.title"), body, 600, nil,
		widget.NewButton(say("files.cancel"), func() { f.sheet.Close() }), widget.NewPrimary(say("export.folder.use"), f.use))
	f.p.Open(start)
}

func (f *folderSheet) row(i int) widget.TableRow {
	e := f.p.Entries()[i]
	name := widget.Cell{Text: e.Name, Role: theme.Muted}
	if e.Folder {
		name = widget.Cell{Text: e.Name + string(filepath.Separator)}
	}
	return widget.TableRow{Cells: []widget.Cell{name, {Text: e.Changed, Role: theme.Muted}}}
}

func (f *folderSheet) draw() {
	f.folder.SetText(f.p.Folder())
	f.problem.set(f.p.Problem())
	f.table.Reload()
	f.sheet.Relayout()
}

func (f *folderSheet) enter(i int) {
	if e := f.p.Entries()[i]; e.Folder {
		f.p.Open(e.Path)
	}
}

func (f *folderSheet) use() {
	folder := f.p.Folder()
	f.sheet.Close()
	f.done(folder)
}
