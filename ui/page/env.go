// Package page holds the pages of the window, a file each. A page builds its widgets once, listens to its presenter and
// draws the presenter's state; what a press means is the presenter's business.
package page

import (
	"fyne.io/fyne/v2"

	"shelftalk/app/studio"
	"shelftalk/ui/present"
	"shelftalk/ui/theme"
	"shelftalk/ui/widget"
)

// Studio is what the pages need of the application: *studio.Studio.
type Studio interface {
	present.CatalogueService
	present.ImportService
	present.ModelService
	present.SettingsService
	present.RulesetService
	present.ShellService
	present.JobService
	present.DraftService
	present.EditorService
	present.ExportService
}

// Env is what a page stands on.
type Env struct {
	Stage  *present.Stage
	Say    present.Say
	Studio Studio
	Window fyne.Window
	// Go shows another page.
	Go func(Route)
	// Apply takes a new language or new colours.
	Apply func(studio.Settings)
	// Event tells a test that drives the program what happened; it may do nothing.
	Event func(name string, kv ...any)
	// DataDir and ModelsDir are shown in the settings; Home is where a choice of files begins.
	DataDir, ModelsDir, Home string
}

// Route names a page, and what it shows.
type Route struct {
	Page string // "catalogue", "import", "jobs", "drafts", "draft", "rulesets", "models", "settings"
	ID   string // of the job or draft; of the file to import, "" for the sample
}

// Page is a page of the window.
type Page interface {
	Object() fyne.CanvasObject
	// Show is called each time the page becomes the current one, Hide when it ceases to be.
	Show(Route)
	Hide()
}

// What a page may do for the window's shortcuts.
type (
	// Searcher puts the caret into the page's search field.
	Searcher interface{ FocusSearch() }
	// Escaper closes what is open on the page and says whether anything was.
	Escaper interface{ Escape() bool }
	// Approver approves what the page shows and goes on.
	Approver interface{ ApproveNext() }
	// Rewriter writes the field with the caret again.
	Rewriter interface{ WriteAgain() }
	// Undoer takes back the last change of what the page shows.
	Undoer interface {
		Undo()
		Redo()
	}
)

// readingPage stands where a page's content isn't there yet: it offers nothing, because nothing would act on anything.
func readingPage(env *Env, title string) fyne.CanvasObject {
	header := widget.NewHeader(title)
	header.SetSubject(env.Say("shell.reading"))
	return widget.NewPage(header, nil, widget.Fill(widget.Column(0), theme.Background), nil)
}

// confirm asks before something goes for good. Return, pressed without a look, keeps it.
func confirm(env *Env, title, note, action string, do func()) {
	var sheet *widget.Sheet
	keep := widget.NewButton(env.Say("files.cancel"), func() { sheet.Close() })
	sheet = widget.ShowSheet(env.Window.Canvas(), title, widget.NewParagraph(note), 480, nil, keep, widget.NewDanger(action, func() {
		sheet.Close()
		do()
	}))
	env.Window.Canvas().Focus(keep)
}

// chipKind is the colour of a state.
func chipKind(t present.Tone) widget.ChipKind {
	switch t {
	case present.Accent:
		return widget.ChipAccent
	case present.Good:
		return widget.ChipGood
	case present.Warning:
		return widget.ChipWarning
	case present.Bad:
		return widget.ChipBad
	}
	return widget.ChipNeutral
}

// options turns a presenter's choices into a selector's.
func options(choices []present.Choice) []widget.Option {
	out := make([]widget.Option, 0, len(choices))
	for _, c := range choices {
		out = append(out, widget.Option(c))
	}
	return out
}

// slot is a place where a problem appears and goes, with room around it while it is there.
type slot struct {
	box                *fyne.Container
	shown              *present.Problem
	above, side, below float32
}

// newSlot is the place above a page's body, and how far the body keeps away: not at all where it has room of its own.
func newSlot(below float32) *slot { return slotOf(slot{above: 16, side: 24, below: below}) }

// newInnerSlot is a place among other parts of a sheet, which keep away by themselves.
func newInnerSlot() *slot { return slotOf(slot{}) }

func slotOf(s slot) *slot {
	s.box = widget.Column(0)
	s.box.Hide()
	return &s
}

// set shows a problem; nil takes it away.
func (s *slot) set(p *present.Problem) {
	if p == s.shown || (p != nil && s.shown != nil && *p == *s.shown) {
		return
	}
	s.shown = p
	if p == nil {
		s.box.Hide()
		s.box.Objects = nil
		return
	}
	s.box.Objects = []fyne.CanvasObject{widget.Pad(s.above, s.side, s.below, s.side, widget.NewNotice(widget.NoticeBad, p.Title, p.Detail, p.Hint))}
	s.box.Show()
	s.box.Refresh()
}
