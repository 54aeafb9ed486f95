package page

import (
	"path/filepath"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"shelftalk/ui/present"
	"shelftalk/ui/theme"
	"shelftalk/ui/widget"
)

// Settings is the page of what the user chose for the whole program.
type Settings struct {
	env      *Env
	p        *present.Settings
	page     *widget.Page
	problem  *slot
	language *widget.Select
	colours  *widget.Select
	threads  *widget.Select
	data     *widget.MarkedText
	models   *widget.MarkedText
	notice   *widget.MarkedText
}

// NewSettings builds the page.
func NewSettings(env *Env) *Settings {
	s := &Settings{env: env, p: present.NewSettings(env.Stage, env.Studio, env.DataDir, env.ModelsDir)}
	s.p.OnChange, s.p.OnApply = s.draw, env.Apply
	say := env.Say
	header := widget.NewHeader(say("settings.title"))
	s.problem = newSlot(0)
	s.language = widget.NewSelect(nil, s.p.SetLanguage)
	s.colours = widget.NewSelect(nil, s.p.SetTheme)
	s.threads = widget.NewSelect(nil, s.p.SetThreads)
	s.data, s.models, s.notice = widget.NewParagraph(""), widget.NewParagraph(""), widget.NewNotes("")
	window := widget.NewCard(widget.Column(theme.Space4, widget.NewHeading(say("settings.window")),
		line(say("settings.language"), widget.Fixed(220, 0, s.language)), line(say("settings.theme"), widget.Fixed(220, 0, s.colours))))
	writing := widget.NewCard(widget.Column(theme.Space3, widget.NewHeading(say("settings.writing")),
		line(say("settings.threads"), widget.Fixed(220, 0, s.threads)), widget.NewNotes(say("settings.threads.note"))))
	data := widget.NewCard(widget.Column(theme.Space3, widget.NewHeading(say("settings.data")),
		widget.Beside(labelWidth, theme.Space3, widget.NewText(say("settings.data.folder")).SetRole(theme.Muted).Clip(), s.data),
		widget.Beside(labelWidth, theme.Space3, widget.NewText(say("settings.models.folder")).SetRole(theme.Muted).Clip(), s.models),
		widget.NewNotes(say("settings.private")),
		widget.Row(theme.Space3, widget.NewButton(say("settings.backup"), s.backup), widget.NewNote(say("settings.backup.note")).Clip()), s.notice))
	keys := widget.Column(theme.Space2, widget.NewHeading(say("settings.keys")))
	for _, k := range []string{"pages", "search", "palette", "table", "approve", "again", "undo", "close"} {
		keys.Add(line(say("settings.keys."+k), widget.NewText(say("settings.keys."+k+".what")).SetRole(theme.Muted)))
	}
	column := widget.Column(theme.Space3, window, writing, data, widget.NewCard(keys))
	body := widget.Column(0, s.problem.box, widget.Grow(container.NewVScroll(readable(column))))
	s.page = widget.NewPage(header, nil, widget.Fill(body, theme.Background), nil)
	return s
}

const labelWidth float32 = 220

// line is a label with what belongs to it.
func line(label string, o fyne.CanvasObject) fyne.CanvasObject {
	return widget.Row(theme.Space3, widget.Fixed(labelWidth, 0, widget.NewText(label)), o)
}

// Object implements Page.
func (s *Settings) Object() fyne.CanvasObject { return s.page }

// Show implements Page.
func (s *Settings) Show(Route) { s.draw() }

// Hide implements Page.
func (s *Settings) Hide() {}

func (s *Settings) draw() {
	state := s.p.State()
	s.problem.set(state.Problem)
	s.language.SetOptions(options(state.Languages))
	s.language.SetSelected(state.Language)
	s.colours.SetOptions(options(state.Themes))
	s.colours.SetSelected(state.Theme)
	s.threads.SetOptions(options(state.Threads))
	s.threads.SetSelected(state.Thread)
	s.data.SetText(state.DataFolder)
	s.models.SetText(state.ModelsDir)
	s.notice.SetText(state.Notice)
	widget.Show(s.notice, state.Notice != "")
	s.page.Refresh()
}

func (s *Settings) backup() {
	say := s.env.Say
	path := filepath.Join(s.env.Home, "shelftalk-backup.db")
	showPath(s.env, say("settings.backup"), say("settings.backup.path"), say("settings.backup.save"), path, s.p.Backup)
}
