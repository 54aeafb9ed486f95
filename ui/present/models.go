package present

import (
	"context"
	"math"

	"shelftalk/app/models"
	"shelftalk/app/studio"
)

// ModelService is what the models page needs of the studio.
type ModelService interface {
	Models() []studio.ModelState
	UseModel(nameOrPath string) error
	GetModel(ctx context.Context, name string, progress models.Progress) error
	ModelTakes(name string) (int64, error)
	RemoveModel(name string) error
	Engine() studio.EngineState
	Subscribe(func(studio.Event)) (cancel func())
}

// Models is the page of the language models: what is here, how fast it writes on this machine, what can be fetched.
type Models struct {
	// OnChange is called on the window's thread when anything of the page changed.
	OnChange func()

	stage   *Stage
	svc     ModelService
	getting string // the model that is being fetched
	stop    func()
	got     fetched
	news    *Latest[fetched]
	changed *Latest[bool]
	problem *Problem
	cancel  func()
}

type fetched struct{ done, total int64 }

// NewModels returns the presenter; Show starts it.
func NewModels(stage *Stage, svc ModelService) *Models {
	p := &Models{stage: stage, svc: svc, OnChange: func() {}}
	p.news = NewLatest(stage.Dispatch, 4*frame, func(f fetched) {
		p.got = f
		p.OnChange()
	})
	p.changed = NewLatest(stage.Dispatch, 4*frame, func(bool) { p.OnChange() })
	return p
}

// Show follows the engine.
func (p *Models) Show() {
	if p.cancel == nil {
		p.cancel = p.svc.Subscribe(func(e studio.Event) {
			if e.Kind == studio.EngineChanged {
				p.changed.Set(true)
			}
		})
	}
	p.OnChange()
}

// Close ends the subscription.
func (p *Models) Close() {
	if p.cancel != nil {
		p.cancel()
		p.cancel = nil
	}
}

// Use makes the model, by its name or a file's path, the one that writes.
func (p *Models) Use(nameOrPath string) {
	p.stage.Go(func(context.Context) error { return p.svc.UseModel(nameOrPath) }, func(err error) {
		p.problem = Explain(p.stage.Say, err)
		p.OnChange()
	})
}

// Get fetches a model; a second one waits until the first is here.
func (p *Models) Get(name string) {
	if p.getting != "" {
		return
	}
	p.getting, p.got, p.problem = name, fetched{}, nil
	p.stage.Fetches++
	p.stop = p.stage.Go(func(ctx context.Context) error {
		return p.svc.GetModel(ctx, name, func(done, total int64) { p.news.Set(fetched{done, total}) })
	}, func(err error) {
		p.getting, p.stop = "", nil
		p.problem = Explain(p.stage.Say, err)
		if err == nil && p.svc.Engine().Missing { // the chosen one isn't here: this one is
			p.Use(name)
		}
		p.OnChange()
	})
	p.OnChange()
}

// StopGetting interrupts the fetching; it goes on from there the next time.
func (p *Models) StopGetting() {
	if p.stop != nil {
		p.stop()
	}
}

// Removal says what removing a model means, before anybody agrees to it; ok is false where it can't be removed.
func (p *Models) Removal(name string) (title, note string, ok bool) {
	say := p.stage.Say
	for _, m := range p.svc.Models() {
		if m.Name != name {
			continue
		}
		bytes, err := p.svc.ModelTakes(name)
		if err != nil {
			p.problem = Explain(say, err)
			p.OnChange()
			return "", "", false
		}
		key := "models.remove.own"
		if m.Published() {
			key = "models.remove.note"
		}
		return say("models.remove.title", modelTitle(say, m.Name, m.Title)), say(key, size(say, bytes)), true
	}
	return "", "", false
}

// Remove takes a model off this machine. Removal has said what that means.
func (p *Models) Remove(name string) {
	p.stage.Go(func(context.Context) error { return p.svc.RemoveModel(name) }, func(err error) {
		p.problem = Explain(p.stage.Say, err)
		p.OnChange()
	})
}

// ModelLine is one model.
type ModelLine struct {
	Name, Title, About string
	Chip               Chip
	Speed              string // measured on this machine, or ""
	CanUse, CanRemove  bool
	CanGet             bool
	Getting            bool
	Part               float64 // of the fetching, 0 to 1
	Progress           string
	Loading            float64 // of the reading, 0 to 1; negative: not being read
}

// ModelsState is the page.
type ModelsState struct {
	Lines   []ModelLine
	Problem *Problem
}

// State returns the page as it is now.
func (p *Models) State() ModelsState {
	say, engine := p.stage.Say, p.svc.Engine()
	s := ModelsState{Problem: p.problem}
	if s.Problem == nil && !engine.Missing {
		s.Problem = Explain(say, engine.Err)
	}
	for _, m := range p.svc.Models() {
		l := ModelLine{Name: m.Name, Title: modelTitle(say, m.Name, m.Title), Loading: -1}
		l.About = m.Title + " · " + size(say, m.Bytes)
		if m.Licence != "" {
			l.About += " · " + m.Licence
		}
		switch {
		case p.getting == m.Name:
			l.Chip, l.Getting = Chip{say("models.chip.getting"), Accent}, true
			if p.got.total > 0 {
				l.Part = float64(p.got.done) / float64(p.got.total)
				l.Progress = say("models.progress", size(say, p.got.done), size(say, p.got.total))
			}
		case !m.Here:
			l.Chip, l.CanGet = Chip{say("models.chip.missing"), Neutral}, p.getting == ""
		case m.Chosen:
			l.Chip = Chip{say("models.chip.chosen"), Good}
			if engine.Loading {
				l.Chip, l.Loading = Chip{say("models.chip.loading"), Accent}, engine.Loaded
			}
			if engine.TokensPerSecond > 0 {
				l.Speed = say("models.speed", int(math.Round(engine.TokensPerSecond)))
			} else {
				l.Speed = say("models.speed.unknown")
			}
		default:
			l.Chip, l.CanUse, l.CanRemove = Chip{say("models.chip.here"), Neutral}, true, true
		}
		s.Lines = append(s.Lines, l)
	}
	return s
}

// modelTitle is what the window calls a model: the table's by their role, a file by its name.
func modelTitle(say Say, name, title string) string {
	switch name {
	case models.Standard, models.Light:
		return say("models.name." + name)
	}
	return title
}

// size puts bytes into words.
func size(say Say, n int64) string {
	if n >= 1e9 {
		return say("models.gb", float64(n)/1e9)
	}
	return say("models.mb", int(math.Round(float64(n)/1e6)))
}
