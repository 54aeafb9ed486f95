package present

import (
	"context"
	"math"
	"strings"
	"time"

	"shelftalk/app/batch"
	"shelftalk/app/studio"
)

// ShellService is what the rail needs of the studio.
type ShellService interface {
	Catalogue() studio.Catalogue
	Drafts() ([]studio.DraftView, error)
	Jobs() ([]batch.Job, error)
	Engine() studio.EngineState
	Models() []studio.ModelState
	Subscribe(func(studio.Event)) (cancel func())
}

// Shell is what the rail says.
type Shell struct {
	// OnChange is called on the window's thread when the rail has something new.
	OnChange func()

	stage   *Stage
	svc     ShellService
	changed *Latest[bool]
	cancel  func()
	jobs    int // that aren't done
	drafts  int
}

// NewShell returns the presenter; Show starts it.
func NewShell(stage *Stage, svc ShellService) *Shell {
	p := &Shell{stage: stage, svc: svc, OnChange: func() {}}
	p.changed = NewLatest(stage.Dispatch, 500*time.Millisecond, func(bool) { p.reload() })
	return p
}

// Show follows everything.
func (p *Shell) Show() {
	if p.cancel == nil {
		p.cancel = p.svc.Subscribe(func(studio.Event) { p.changed.Set(true) })
	}
	p.reload()
}

// reload counts beside the window's thread.
func (p *Shell) reload() {
	var drafts []studio.DraftView
	var jobs []batch.Job
	p.stage.Go(func(context.Context) (err error) {
		if drafts, err = p.svc.Drafts(); err != nil {
			return err
		}
		jobs, err = p.svc.Jobs()
		return err
	}, func(err error) {
		if err == nil { // the page that shows them tells what is wrong
			p.jobs, p.drafts = 0, len(drafts)
			for _, j := range jobs {
				if j.State != batch.Done && j.State != batch.Stopped {
					p.jobs++
				}
			}
		}
		p.OnChange()
	})
}

// Close ends the subscription.
func (p *Shell) Close() {
	if p.cancel != nil {
		p.cancel()
		p.cancel = nil
	}
}

// ShellState is the rail.
type ShellState struct {
	Products, Jobs, Drafts int
	Foot                   []string // the model, its measured speed, network calls
}

// State returns the rail as it is now.
func (p *Shell) State() ShellState {
	say, engine := p.stage.Say, p.svc.Engine()
	s := ShellState{Products: p.svc.Catalogue().Products, Jobs: p.jobs, Drafts: p.drafts}
	model := engine.Name
	for _, m := range p.svc.Models() {
		if m.Name == engine.Name {
			model = shortTitle(m.Title)
		}
	}
	speed := say("shell.speed.unknown")
	switch {
	case engine.Missing:
		speed = say("shell.model.missing")
	case engine.Loading:
		speed = say("shell.model.loading", int(100*engine.Loaded))
	case engine.Err != nil:
		speed = say("shell.model.failed")
	case engine.TokensPerSecond > 0:
		speed = say("shell.speed", int(math.Round(engine.TokensPerSecond)))
	}
	s.Foot = []string{model, speed, say("shell.network", p.stage.Fetches)}
	return s
}

// shortTitle is a model's name in the width of the rail: "Qwen2.5 Coder 1.5B".
func shortTitle(title string) string {
	short, _, _ := strings.Cut(title, " Instruct")
	return short
}
