package present

import (
	"context"
	"sync"
)

// Dispatch runs f on the window's thread and returns without waiting; calls keep their order. In the program it is
// fyne.Do, in tests a queue.
type Dispatch func(f func())

// Stage is what every presenter stands on: the way to the window's thread, the words, and the goroutines of the user's
// actions, so that closing the window can end them all.
type Stage struct {
	Dispatch Dispatch
	// Fetches is how often the user had something fetched from the network since the start; nothing else goes there.
	Fetches int
	// Say speaks the window's language. The window replaces it when the user changes the language.
	Say Say
	// Reading is the list of drafts that the editor goes through: as the page that it was opened from showed them.
	Reading []string

	mu     sync.Mutex
	closed bool
	ctx    context.Context
	cancel context.CancelFunc
	work   sync.WaitGroup
}

// NewStage returns a stage whose actions end with Close.
func NewStage(d Dispatch, say Say) *Stage {
	ctx, cancel := context.WithCancel(context.Background())
	return &Stage{Dispatch: d, Say: say, ctx: ctx, cancel: cancel}
}

// Go runs work beside the window's thread and then done on it, with work's error. The returned function cancels work's
// context; done is called all the same. After Close nothing runs.
func (s *Stage) Go(work func(context.Context) error, done func(error)) (cancel func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return func() {}
	}
	ctx, stop := context.WithCancel(s.ctx)
	s.work.Add(1)
	go func() {
		defer s.work.Done()
		defer stop()
		err := work(ctx)
		s.Dispatch(func() { done(err) })
	}()
	return stop
}

// Close cancels every action and waits for its goroutine. What they dispatched may still come.
func (s *Stage) Close() {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.cancel()
	s.work.Wait()
}

// Wait blocks until the actions begun so far have ended: for tests, which have no window to wait for them.
func (s *Stage) Wait() { s.work.Wait() }
