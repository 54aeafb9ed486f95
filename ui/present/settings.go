package present

import (
	"context"
	"strconv"

	"shelftalk/app/studio"
	"shelftalk/inference"
)

// SettingsService is what the settings page needs of the studio.
type SettingsService interface {
	Settings() studio.Settings
	SetSettings(studio.Settings) error
	UseThreads(n int) error
	Backup(path string) error
}

// Settings is the page of what the user chose for the whole program. A choice counts at once and is kept at once.
type Settings struct {
	// OnChange is called on the window's thread when anything of the page changed; OnApply when the language or the
	// theme is another.
	OnChange func()
	OnApply  func(studio.Settings)

	stage   *Stage
	svc     SettingsService
	data    string
	models  string
	most    int // processors that write where nothing is chosen
	notice  string
	problem *Problem
}

// NewSettings returns the presenter; the folders are shown.
func NewSettings(stage *Stage, svc SettingsService, dataDir, modelsDir string) *Settings {
	return &Settings{stage: stage, svc: svc, data: dataDir, models: modelsDir, most: inference.DefaultThreads(), OnChange: func() {}, OnApply: func(studio.Settings) {}}
}

// SetLanguage changes the window's language: "en", "zh", or "" for the system's.
func (p *Settings) SetLanguage(language string) {
	p.change(func(s *studio.Settings) { s.Language = language }, true)
}

// SetTheme changes the colours: "light", "dark", or "" for the system's.
func (p *Settings) SetTheme(theme string) {
	p.change(func(s *studio.Settings) { s.Theme = theme }, true)
}

func (p *Settings) change(fn func(*studio.Settings), apply bool) {
	settings := p.svc.Settings()
	fn(&settings)
	p.stage.Go(func(context.Context) error { return p.svc.SetSettings(settings) }, func(err error) {
		p.problem, p.notice = Explain(p.stage.Say, err), ""
		if err == nil && apply {
			p.OnApply(settings)
			return
		}
		p.OnChange()
	})
}

// SetThreads changes how many processors write: "1", "2", …, or "" for as many as suit the machine.
func (p *Settings) SetThreads(threads string) {
	n, _ := strconv.Atoi(threads) // "" is 0
	p.stage.Go(func(context.Context) error { return p.svc.UseThreads(n) }, func(err error) {
		p.problem, p.notice = Explain(p.stage.Say, err), ""
		p.OnChange()
	})
}

// threads are the choices of SetThreads, and the one that counts: fewer than the machine's own number, or that.
func (p *Settings) threads(chosen int) ([]Choice, string) {
	out := []Choice{{"", p.stage.Say("settings.threads.auto", p.most)}}
	for n := 1; n < p.most; n++ {
		out = append(out, Choice{strconv.Itoa(n), p.stage.Say("settings.threads.some", n)})
	}
	if chosen < 1 || chosen >= p.most {
		return out, ""
	}
	return out, strconv.Itoa(chosen)
}

// Backup copies everything into one file.
func (p *Settings) Backup(path string) {
	p.stage.Go(func(context.Context) error { return p.svc.Backup(path) }, func(err error) {
		p.notice = ""
		if p.problem = Explain(p.stage.Say, err); err == nil {
			p.notice = p.stage.Say("settings.backup.done", path)
		}
		p.OnChange()
	})
}

// SettingsState is the page.
type SettingsState struct {
	Languages, Themes     []Choice
	Language, Theme       string
	Threads               []Choice
	Thread                string
	DataFolder, ModelsDir string
	Notice                string
	Problem               *Problem
}

// State returns the page as it is now.
func (p *Settings) State() SettingsState {
	say, settings := p.stage.Say, p.svc.Settings()
	threads, thread := p.threads(settings.Threads)
	return SettingsState{
		// A language is named in itself, so that whoever is lost finds back.
		Languages: []Choice{{"", say("settings.language.system")}, {"en", "English"}, {"zh", "简体中文"}},
		Themes:    []Choice{{"", say("settings.theme.system")}, {"light", say("settings.theme.light")}, {"dark", say("settings.theme.dark")}},
		Language:  settings.Language, Theme: settings.Theme, Threads: threads, Thread: thread, DataFolder: p.data, ModelsDir: p.models, Notice: p.notice, Problem: p.problem,
	}
}
