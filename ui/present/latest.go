package present

import (
	"sync"
	"time"
)

// frame is the shortest time between two pictures of a changing value: 20 a second.
const frame = 50 * time.Millisecond

// Latest carries a value that changes fast, text that is being written or a job's progress, to the window's thread: the
// newest value wins, at most one delivery is under way, and deliveries keep a distance. Its methods may be called from
// any goroutine.
type Latest[T any] struct {
	dispatch Dispatch
	every    time.Duration
	show     func(T)

	mu        sync.Mutex
	value     T
	scheduled bool
	shown     time.Time
}

// NewLatest returns a Latest that calls show on the window's thread, at most once in every.
func NewLatest[T any](d Dispatch, every time.Duration, show func(T)) *Latest[T] {
	return &Latest[T]{dispatch: d, every: every, show: show}
}

// Set replaces the value.
func (l *Latest[T]) Set(v T) { l.Update(func(old *T) { *old = v }) }

// Update changes the value in place. change is called under a lock: be quick. What the value points to must not be
// changed once it was set, because show reads it later.
func (l *Latest[T]) Update(change func(*T)) {
	l.mu.Lock()
	change(&l.value)
	if l.scheduled {
		l.mu.Unlock()
		return
	}
	l.scheduled = true
	wait := l.every - time.Since(l.shown)
	l.mu.Unlock()
	if wait <= 0 {
		l.dispatch(l.deliver)
		return
	}
	time.AfterFunc(wait, func() { l.dispatch(l.deliver) })
}

// deliver runs on the window's thread.
func (l *Latest[T]) deliver() {
	l.mu.Lock()
	v := l.value
	l.scheduled = false
	l.shown = time.Now()
	l.mu.Unlock()
	l.show(v)
}
