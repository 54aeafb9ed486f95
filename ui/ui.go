// Package ui is the window: the rail, the page beside it, the shortcuts, the language and the colours, and the way out.
// Pages are in ui/page, what they do in ui/present, what they are made of in ui/widget, how it looks in ui/theme.
//
// Everything here runs on the window's thread. Work goes through the Stage to goroutines and comes back through its
// Dispatch, which is fyne.Do in the program.
package ui

import (
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"shelftalk/app/studio"
	"shelftalk/assets"
	"shelftalk/ui/page"
	"shelftalk/ui/present"
	"shelftalk/ui/theme"
	"shelftalk/ui/widget"
)

// Options say what the window shows and for whom it works.
type Options struct {
	App    fyne.App
	Studio page.Studio
	// Close ends the studio; it is called once, when the window was closed.
	Close func() error
	// Exit ends the program when the toolkit doesn't: a window can hang on its way out.
	Exit func(code int)
	// DataDir and ModelsDir are shown in the settings; Home is where a choice of files begins.
	DataDir, ModelsDir, Home string
	// Language and Theme override the settings: "en", "zh"; "light", "dark"; "" doesn't.
	Language, Theme string
	// Width and Height are the window's; 0: as it was.
	Width, Height float32
	// File is a spreadsheet to open at the start.
	File string
	// Dispatch runs a function on the window's thread. nil: fyne.Do.
	Dispatch present.Dispatch
	// Event tells what happened, for a test that drives the program. nil: nobody listens.
	Event func(name string, kv ...any)
}

// Window is the program's window.
type Window struct {
	o     Options
	win   fyne.Window
	words *present.Words
	stage *present.Stage
	env   *page.Env
	shell *present.Shell

	root    *widget.Root
	rail    *widget.Rail
	stack   *fyne.Container
	pages   map[string]page.Page
	current page.Page
	route   page.Route
	seen    *observer
	closing bool
}

// The window's first size, and the least.
const (
	firstWidth  = 1280
	firstHeight = 800
	leastWidth  = 1000
	leastHeight = 660
)

// New builds the window. The error is a damaged language file.
func New(o Options) (*Window, error) {
	words, err := present.LoadWords(assets.Lang, "lang")
	if err != nil {
		return nil, err
	}
	w := &Window{o: o, words: words, stack: widget.Layers()}
	w.seen = newObserver(w, o.Event != nil)
	if w.o.Event == nil {
		w.o.Event = func(string, ...any) {}
	}
	if w.o.Dispatch == nil {
		w.o.Dispatch = fyne.Do
	}
	settings := o.Studio.Settings()
	o.App.Settings().SetTheme(theme.New(w.mode(settings)))
	w.win = o.App.NewWindow("Shelftalk")
	w.win.SetPadded(false)
	w.stage = present.NewStage(w.o.Dispatch, words.Say(w.language(settings)))
	w.root = widget.NewRoot(widget.Layers(), fyne.NewSize(leastWidth, leastHeight))
	w.root.OnResize = w.resized
	w.furnish()
	w.win.SetContent(w.root)
	size := fyne.NewSize(settings.WindowWidth, settings.WindowHeight)
	if size.Width < leastWidth || size.Height < leastHeight {
		size = fyne.NewSize(firstWidth, firstHeight)
	}
	if o.Width > 0 && o.Height > 0 {
		size = fyne.NewSize(o.Width, o.Height)
	}
	w.win.Resize(size)
	w.win.SetOnDropped(w.dropped)
	w.win.SetCloseIntercept(w.Close)
	w.shortcuts()
	return w, nil
}

// language is the window's: the flag's, the settings', or the system's.
func (w *Window) language(s studio.Settings) string {
	for _, l := range []string{w.o.Language, s.Language} {
		if l != "" {
			return l
		}
	}
	if strings.HasPrefix(strings.ToLower(lang.SystemLocale().String()), "zh") {
		return "zh"
	}
	return "en"
}

func (w *Window) mode(s studio.Settings) theme.Mode {
	for _, t := range []string{w.o.Theme, s.Theme} {
		if t == string(theme.ModeLight) || t == string(theme.ModeDark) {
			return theme.Mode(t)
		}
	}
	return theme.ModeSystem
}

// furnish builds the rail and forgets the pages, in the language of the stage.
func (w *Window) furnish() {
	for _, p := range w.pages {
		p.Hide()
		if c, ok := p.(interface{ Close() }); ok {
			c.Close()
		}
	}
	if w.shell != nil {
		w.shell.Close()
	}
	w.pages, w.current = map[string]page.Page{}, nil
	w.env = &page.Env{
		Stage: w.stage, Say: w.stage.Say, Studio: w.o.Studio, Window: w.win, Go: w.Go, Apply: w.apply, Event: w.o.Event,
		DataDir: w.o.DataDir, ModelsDir: w.o.ModelsDir, Home: w.o.Home,
	}
	w.rail = widget.NewRail(w.railItems(), w.goRail)
	w.shell = present.NewShell(w.stage, w.o.Studio)
	w.shell.OnChange = w.drawRail
	w.root.SetContent(widget.RailAndPage(w.rail, w.stack))
	w.rail.SetNarrow(w.root.Size().Width > 0 && w.root.Size().Width < theme.Narrow)
	w.shell.Show()
}

func (w *Window) drawRail() {
	s := w.shell.State()
	for id, n := range map[string]int{"catalogue": s.Products, "jobs": s.Jobs, "drafts": s.Drafts} {
		w.rail.SetCount(id, number(n))
	}
	w.rail.SetFoot(s.Foot...)
}

// apply takes new settings: colours at once, another language by building everything anew.
func (w *Window) apply(s studio.Settings) {
	w.o.Language, w.o.Theme = "", "" // from now on the settings count
	w.o.App.Settings().SetTheme(theme.New(w.mode(s)))
	w.stage.Say = w.words.Say(w.language(s))
	route := w.route
	w.furnish()
	w.Go(route)
	w.o.Event("applied", "language", w.language(s), "theme", string(w.mode(s)))
}

func (w *Window) resized(size fyne.Size) { w.rail.SetNarrow(size.Width < theme.Narrow) }

// dropped opens a file that was dropped onto the window.
func (w *Window) dropped(_ fyne.Position, files []fyne.URI) {
	for _, f := range files {
		if f.Scheme() == "file" {
			page.OpenFile(w.env, f.Path())
			return
		}
	}
}

// Start shows the first page. It is called before Run.
func (w *Window) Start() {
	if w.o.File != "" {
		page.OpenFile(w.env, w.o.File)
	} else {
		w.Go(page.Route{Page: "catalogue"})
	}
	w.seen.start()
}

// Run shows the window and returns when it was closed.
func (w *Window) Run() {
	w.win.SetMaster()
	w.win.Show()
	w.o.Event("started")
	w.o.App.Run()
}

// Close ends the program: what runs is asked to stop, the size is kept, the store is closed, and then the window goes.
// The rows of a running job that are finished are saved; the others go on the next time.
func (w *Window) Close() {
	if w.closing {
		return
	}
	w.closing = true
	w.o.Event("closing")
	if w.current != nil {
		w.current.Hide()
	}
	size := w.win.Canvas().Size()
	w.win.Hide()
	watchdog := time.AfterFunc(20*time.Second, func() { w.o.Exit(1) }) // a model that doesn't let go
	go func() {
		settings := w.o.Studio.Settings()
		settings.WindowWidth, settings.WindowHeight = size.Width, size.Height
		err := w.o.Studio.SetSettings(settings)
		w.stage.Close()
		if closed := w.o.Close(); err == nil {
			err = closed
		}
		watchdog.Stop()
		w.o.Event("closed", "error", errorText(err))
		time.AfterFunc(3*time.Second, func() { w.o.Exit(0) }) // everything is safe: the toolkit may hang
		w.o.Dispatch(w.o.App.Quit)
	}()
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
