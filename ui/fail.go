package ui

import (
	"fyne.io/fyne/v2"

	"shelftalk/app/studio"
	"shelftalk/assets"
	"shelftalk/ui/present"
	"shelftalk/ui/theme"
	"shelftalk/ui/widget"
)

// Fail shows why the program can't start, in a window of its own, and returns when that was closed. What is in Options
// but App, Language and Theme isn't used: there is no studio.
func Fail(o Options, err error) {
	words, damaged := present.LoadWords(assets.Lang, "lang")
	if damaged != nil {
		return // the caller has said it on the terminal
	}
	w := &Window{o: o}
	say := words.Say(w.language(studio.Settings{}))
	o.App.Settings().SetTheme(theme.New(w.mode(studio.Settings{})))
	win := o.App.NewWindow("Shelftalk")
	p := present.Explain(say, err)
	if p == nil {
		return
	}
	notice := widget.NewNotice(widget.NoticeBad, p.Title, p.Detail, p.Hint, widget.NewButton(say("shell.close.close"), o.App.Quit))
	win.SetPadded(false)
	win.SetContent(widget.NewRoot(widget.Fill(widget.Pad(theme.Space6, theme.Space6, theme.Space6, theme.Space6, widget.Column(0, notice)), theme.Background), fyne.NewSize(560, 180)))
	win.Resize(fyne.NewSize(620, 200))
	win.SetMaster()
	win.Show()
	o.App.Run()
}
