package page

import (
	"net/url"
	"path/filepath"

	"fyne.io/fyne/v2"

	"shelftalk/ui/present"
	"shelftalk/ui/theme"
	"shelftalk/ui/widget"
)

// exportSheet asks which copy goes into which file, and tells what was written.
type exportSheet struct {
	env   *Env
	p     *present.Export
	sheet *widget.Sheet
	body  *fyne.Container

	format [2]*widget.FilterChip
	what   [2]*widget.FilterChip
	path   *widget.Entry
	note   *widget.MarkedText
	told   *fyne.Container
	run    *widget.Button
	leave  *widget.Button
	form   *fyne.Container
}

// ShowExport opens the sheet.
func ShowExport(env *Env) {
	x := &exportSheet{env: env, p: present.NewExport(env.Stage, env.Studio)}
	say := env.Say
	x.format = [2]*widget.FilterChip{
		widget.NewFilterChip(say("export.format.xlsx"), func() { x.p.SetFormat("xlsx") }),
		widget.NewFilterChip(say("export.format.csv"), func() { x.p.SetFormat("csv") }),
	}
	x.what = [2]*widget.FilterChip{
		widget.NewFilterChip("", func() { x.p.SetOnlyApproved(true) }),
		widget.NewFilterChip("", func() { x.p.SetOnlyApproved(false) }),
	}
	x.path = widget.NewEntry(say("export.path"))
	x.path.SetText(x.p.State().Path)
	x.path.OnChanged = x.p.SetPath
	x.path.OnSubmitted = func(string) { x.p.Run() }
	x.note, x.told = widget.NewNotes(""), widget.Column(0)
	choose := widget.NewButton(say("export.choose"), x.choose)
	x.form = widget.Column(theme.Space4,
		widget.Field(say("export.format"), widget.Row(theme.Space2, x.format[0], x.format[1])),
		widget.Field(say("export.what"), widget.Row(theme.Space2, x.what[0], x.what[1])),
		widget.Field(say("export.where"), widget.Row(theme.Space2, widget.Grow(x.path), choose)),
		x.note,
	)
	x.body = widget.Column(theme.Space4, x.form, x.told)
	x.run = widget.NewPrimary(say("export.run"), x.press)
	x.leave = widget.NewButton(say("export.cancel"), func() { x.sheet.Close() })
	x.p.OnChange = x.draw
	x.sheet = widget.ShowSheet(env.Window.Canvas(), say("export.title"), x.body, 560, func() {}, x.leave, x.run)
	x.draw()
	env.Window.Canvas().Focus(x.path)
}

// press writes the file, or shows the written one.
func (x *exportSheet) press() {
	if done := x.p.State().Done; done != nil {
		x.show(done.Path)
		return
	}
	x.p.Run()
}

// draw shows the presenter's state.
func (x *exportSheet) draw() {
	s, say := x.p.State(), x.env.Say
	x.format[0].SetSelected(s.Format == "xlsx")
	x.format[1].SetSelected(s.Format == "csv")
	x.what[0].SetText(s.Approved)
	x.what[1].SetText(s.Finished)
	x.what[0].SetSelected(s.OnlyApproved)
	x.what[1].SetSelected(!s.OnlyApproved)
	if x.path.Text != s.Path {
		x.path.SetText(s.Path)
	}
	x.note.SetText(say("export.note"))
	if s.Replaces && s.Done == nil {
		x.note.SetText(say("export.replaces"))
	}
	x.told.Objects = nil
	switch {
	case s.Problem != nil:
		x.told.Add(problem(s.Problem))
	case s.Done != nil:
		x.told.Add(widget.NewNotice(widget.NoticeInfo, s.Done.Title, s.Done.Detail, s.Done.Path))
		if s.Done.Warning != "" {
			x.told.Add(widget.Pad(theme.Space3, 0, 0, 0, widget.NewNotes(s.Done.Warning)))
		}
	case s.NoApproved && s.Blocked == "":
		x.told.Add(widget.NewNotes(say("export.noapproved")))
	}
	x.told.Hidden = len(x.told.Objects) == 0
	x.run.SetEnabled(s.Blocked == "", s.Blocked)
	x.run.SetLabel(say("export.run"))
	x.leave.SetLabel(say("export.cancel"))
	if s.Busy {
		x.run.SetLabel(say("export.busy"))
	}
	if s.Done != nil {
		x.run.SetLabel(say("export.show"))
		x.leave.SetLabel(say("export.close"))
		x.env.Event("exported", "path", s.Done.Path)
	}
	x.body.Refresh()
	if x.sheet != nil {
		x.sheet.Relayout()
	}
}

// choose asks for the folder; the file's name stays.
func (x *exportSheet) choose() {
	showFolders(x.env, filepath.Dir(x.p.State().Path), func(folder string) {
		x.p.SetPath(filepath.Join(folder, filepath.Base(x.p.State().Path)))
	})
}

// show opens the folder of the written file in the desktop's file manager.
func (x *exportSheet) show(path string) {
	u := &url.URL{Scheme: "file", Path: filepath.ToSlash(filepath.Dir(path))}
	if err := fyne.CurrentApp().OpenURL(u); err != nil {
		x.told.Objects = []fyne.CanvasObject{problem(present.Explain(x.env.Say, err))}
		x.body.Refresh()
		x.sheet.Relayout()
	}
}
