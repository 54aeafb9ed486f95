package studio

import (
	"context"
	"fmt"
	"path/filepath"
	"sync"
	"time"

	"shelftalk/app/compose"
	"shelftalk/app/models"
	"shelftalk/inference"
)

// Model is a loaded language model; *inference.Model is one.
type Model interface {
	compose.Generator
	Info() inference.Info
	Close() error
}

// OpenModel loads the model file at path, to be run by the given number of threads (0: as many as are good), and tells how
// far it is.
type OpenModel func(path string, threads int, progress func(done, total int64)) (Model, error)

func openInference(path string, threads int, progress func(done, total int64)) (Model, error) {
	return inference.Open(path, inference.Threads(threads), inference.OnLoad(progress))
}

// EngineState is the state of the language model.
type EngineState struct {
	Name    string  // of the chosen model: a name of the table, or a path
	File    string  // its file, without the folder; "" while there is none
	Missing bool    // the file isn't on this machine: it can be fetched
	Loading bool    // being read
	Loaded  float64 // how much of it, 0 to 1
	Ready   bool
	Info    inference.Info // of a ready model
	// TokensPerSecond was measured on this machine in the last job; zero before the first.
	TokensPerSecond float64
	Err             error // why it couldn't be loaded
}

// engine loads the chosen model when it is first needed, once for everybody who waits, and exchanges it when nobody uses it.
type engine struct {
	folder models.Folder
	open   OpenModel
	notify func(EngineState)

	mu      sync.Mutex
	threads int
	state   EngineState
	model   Model
	users   int
	loading chan struct{} // closed when the load under way ends
	told    time.Time
	closed  bool
}

func newEngine(folder models.Folder, open OpenModel, name string, threads int, notify func(EngineState)) *engine {
	e := &engine{folder: folder, open: open, threads: threads, notify: notify}
	e.choose(name)
	return e
}

// choose makes name the model to load. The caller holds e.mu, or is alone.
func (e *engine) choose(name string) {
	e.state = EngineState{Name: name}
	path, err := e.folder.Locate(name)
	e.state.File, e.state.Err, e.state.Missing = filepath.Base(path), err, err != nil
	if err != nil {
		e.state.File = ""
	}
}

func (e *engine) current() EngineState {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.state
}

func (e *engine) measured(tokensPerSecond float64) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.state.TokensPerSecond = tokensPerSecond
}

// use exchanges the model, or the number of its threads. What is loaded is let go of at once; the next who needs a model
// loads the new one.
func (e *engine) use(name string, threads int) error {
	e.mu.Lock()
	if e.users > 0 || e.loading != nil {
		e.mu.Unlock()
		return ErrBusy
	}
	old := e.model
	e.model = nil
	e.threads = threads
	e.choose(name)
	state := e.state
	e.mu.Unlock()
	e.notify(state)
	if old != nil {
		if err := old.Close(); err != nil {
			return fmt.Errorf("close the old model: %w", err)
		}
	}
	return nil
}

// acquire returns the loaded model, loading it if need be, and the function that gives it back.
func (e *engine) acquire(ctx context.Context) (Model, func(), error) {
	for {
		e.mu.Lock()
		switch {
		case e.closed:
			e.mu.Unlock()
			return nil, nil, ErrClosed
		case e.model != nil:
			e.users++
			model := e.model
			e.mu.Unlock()
			return model, sync.OnceFunc(e.release), nil
		case e.loading == nil:
			e.loading = make(chan struct{})
			e.state.Loading, e.state.Loaded, e.state.Err = true, 0, nil
			go e.load(e.state.Name, e.threads)
		}
		wait := e.loading
		e.mu.Unlock()
		select {
		case <-ctx.Done():
			return nil, nil, ctx.Err()
		case <-wait:
		}
		if err := e.current().Err; err != nil {
			return nil, nil, err
		}
	}
}

func (e *engine) release() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.users--
}

func (e *engine) load(name string, threads int) {
	e.notify(e.current())
	path, err := e.folder.Locate(name)
	missing := err != nil
	var model Model
	if err == nil {
		model, err = e.open(path, threads, e.progress)
	}
	e.mu.Lock()
	e.state.Loading, e.state.Missing, e.state.Err = false, missing, err
	if err == nil {
		e.state.Ready, e.state.Loaded, e.state.File = true, 1, filepath.Base(path)
		e.state.Info = model.Info()
		e.model = model
	}
	state := e.state
	close(e.loading)
	e.loading = nil
	e.mu.Unlock()
	e.notify(state)
}

// progress notifies ten times a second at most.
func (e *engine) progress(done, total int64) {
	e.mu.Lock()
	if total > 0 {
		e.state.Loaded = float64(done) / float64(total)
	}
	state, now := e.state, time.Now()
	due := now.Sub(e.told) >= 100*time.Millisecond
	if due {
		e.told = now
	}
	e.mu.Unlock()
	if due {
		e.notify(state)
	}
}

// close waits for a load under way and lets the model go. Nobody may be using it.
func (e *engine) close() error {
	e.mu.Lock()
	e.closed = true
	wait := e.loading
	e.mu.Unlock()
	if wait != nil {
		<-wait
	}
	e.mu.Lock()
	model := e.model
	e.model = nil
	e.mu.Unlock()
	if model == nil {
		return nil
	}
	return model.Close()
}

// Engine returns the state of the language model.
func (s *Studio) Engine() EngineState { return s.engine.current() }

// Warm loads the chosen model in the background, so that the first job needn't wait for it.
func (s *Studio) Warm() {
	s.background.Go(func() {
		if _, release, err := s.engine.acquire(s.ctx); err == nil {
			release()
		}
	})
}
