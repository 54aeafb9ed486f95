package ui

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"shelftalk/app/studio"
)

// observer tells a test that drives the real program how long an event has to wait for the window's thread. It is asleep
// when nobody listens.
type observer struct {
	w  *Window
	on bool

	mu    sync.Mutex
	waits []time.Duration
	job   string // the last job's state
}

func newObserver(w *Window, on bool) *observer { return &observer{w: w, on: on} }

// start begins to look: every 50 ms it asks for the window's thread, as a click would, and every five seconds it tells how
// long that took.
func (o *observer) start() {
	if !o.on {
		return
	}
	o.w.o.Studio.Subscribe(o.hear)
	go func() {
		for i := 1; ; i++ {
			time.Sleep(50 * time.Millisecond)
			asked := time.Now()
			o.w.o.Dispatch(func() { o.waited(time.Since(asked)) })
			if i%100 == 0 {
				o.tellWaits()
			}
		}
	}()
}

// hear tells what the studio did.
func (o *observer) hear(e studio.Event) {
	switch e.Kind {
	case studio.RowFinished:
		o.w.o.Event("row-finished", "key", e.Row.Key, "state", string(e.Row.State))
	case studio.DraftChanged:
		o.w.o.Event("draft-changed", "id", e.DraftID)
	case studio.JobProgress:
		o.mu.Lock()
		state := string(e.Progress.State)
		if e.Progress.Counts.Running > 0 && state != "running" {
			state = "finishing rows"
		}
		news := state != o.job
		o.job = state
		o.mu.Unlock()
		if news {
			o.w.o.Event("job", "id", e.Progress.JobID, "state", state, "done", e.Progress.Counts.Done)
		}
	}
}

func (o *observer) waited(d time.Duration) {
	o.mu.Lock()
	o.waits = append(o.waits, d)
	o.mu.Unlock()
}

func (o *observer) tellWaits() {
	o.mu.Lock()
	waits := o.waits
	o.waits = nil
	o.mu.Unlock()
	if len(waits) == 0 {
		return
	}
	slices.Sort(waits)
	ms := func(q float64) float64 { return float64(waits[int(q*float64(len(waits)-1))].Microseconds()) / 1000 }
	o.w.o.Event("waits", "page", o.w.route.Page, "p50_ms", ms(0.5), "p95_ms", ms(0.95), "max_ms", ms(1))
}

// Events writes what happens as lines of JSON, from any goroutine, with the milliseconds since it was made.
func Events(to io.Writer) func(name string, kv ...any) {
	var mu sync.Mutex
	start := time.Now()
	out := json.NewEncoder(to)
	return func(name string, kv ...any) {
		line := map[string]any{"ev": name, "ms": time.Since(start).Milliseconds()}
		for i := 0; i+1 < len(kv); i += 2 {
			line[fmt.Sprint(kv[i])] = kv[i+1]
		}
		mu.Lock()
		defer mu.Unlock()
		_ = out.Encode(line) // whoever listened has gone away
	}
}
