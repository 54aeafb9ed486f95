package present

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"
)

// thread is a window's thread for tests: a queue that runs what was dispatched, one after the other.
type thread struct {
	mu    sync.Mutex
	queue []func()
	ran   int
}

func (w *thread) dispatch(f func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.queue = append(w.queue, f)
}

// run does everything that waits, also what is dispatched meanwhile.
func (w *thread) run() {
	for {
		w.mu.Lock()
		if len(w.queue) == 0 {
			w.mu.Unlock()
			return
		}
		f := w.queue[0]
		w.queue = w.queue[1:]
		w.ran++
		w.mu.Unlock()
		f()
	}
}

// until runs the queue until ok answers true.
func (w *thread) until(t *testing.T, ok func() bool) {
	t.Helper()
	deadline := time.Now().Add(5 * time.Second)
	for {
		w.run()
		if ok() {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal("waited 5 s")
		}
		time.Sleep(time.Millisecond)
	}
}

// echo says the key with its arguments, so that a test sees what would be said.
func echo(string, ...any) string { return "" }

func TestStageRunsWorkAndComesBack(t *testing.T) {
	w := &thread{}
	s := NewStage(w.dispatch, echo)
	bad := errors.New("bad")
	var got error
	s.Go(func(context.Context) error { return bad }, func(err error) { got = err })
	s.Wait()
	if got != nil {
		t.Fatal("done ran before the window's thread came to it")
	}
	w.run()
	if !errors.Is(got, bad) {
		t.Fatalf("got %v", got)
	}
}

func TestStageCloseCancels(t *testing.T) {
	w := &thread{}
	s := NewStage(w.dispatch, echo)
	started := make(chan struct{})
	var got error
	s.Go(func(ctx context.Context) error {
		close(started)
		<-ctx.Done()
		return ctx.Err()
	}, func(err error) { got = err })
	<-started
	s.Close()
	w.run()
	if !errors.Is(got, context.Canceled) {
		t.Fatalf("got %v", got)
	}
	s.Go(func(context.Context) error { t.Error("ran after Close"); return nil }, func(error) {})
	s.Wait()
}

func TestLatestCoalesces(t *testing.T) {
	w := &thread{}
	var shown []int
	l := NewLatest(w.dispatch, 10*time.Millisecond, func(v int) { shown = append(shown, v) })
	var writers sync.WaitGroup
	const last = 2000
	writers.Add(1)
	go func() {
		defer writers.Done()
		for i := 1; i <= last; i++ {
			l.Set(i)
		}
	}()
	writers.Wait()
	w.until(t, func() bool { return len(shown) > 0 && shown[len(shown)-1] == last })
	if len(shown) > 20 {
		t.Errorf("%d deliveries for a burst of %d values", len(shown), last)
	}
	for i := 1; i < len(shown); i++ {
		if shown[i] <= shown[i-1] {
			t.Fatalf("out of order: %v", shown)
		}
	}
}
