package inference

import (
	"context"
	"errors"
	"iter"
	"strings"
	"sync"
	"sync/atomic"

	"shelftalk/inference/internal/sched"
)

// mailbox hands things from the engine's goroutine, which never waits, to another.
type mailbox[T any] struct {
	mu    sync.Mutex
	items []T
	ready chan struct{}
}

func newMailbox[T any]() *mailbox[T] { return &mailbox[T]{ready: make(chan struct{}, 1)} }

func (b *mailbox[T]) put(item T) {
	b.mu.Lock()
	b.items = append(b.items, item)
	b.mu.Unlock()
	select {
	case b.ready <- struct{}{}:
	default:
	}
}

// take waits for items and returns all of them.
func (b *mailbox[T]) take() []T {
	<-b.ready
	return b.collect()
}

// collect returns the items that are there.
func (b *mailbox[T]) collect() []T {
	b.mu.Lock()
	defer b.mu.Unlock()
	items := b.items
	b.items = nil
	return items
}

// errStopped marks rows that nobody listens to any more.
var errStopped = errors.New("stopped")

// piece is a chunk, or a stream's end.
type piece struct {
	chunk Chunk
	end   bool
	err   error
}

// Generate answers one request, streamed. It goes before every Batch that runs beside it. Breaking the loop ends the
// generation.
func (m *Model) Generate(ctx context.Context, r Request) iter.Seq2[Chunk, error] {
	return func(yield func(Chunk, error) bool) {
		job, err := m.job(r)
		if err != nil {
			yield(Chunk{}, err)
			return
		}
		box := newMailbox[piece]()
		var left atomic.Bool
		job.Interactive = true
		job.Canceled = func() error {
			if left.Load() {
				return errStopped
			}
			return ctx.Err()
		}
		m.stream(&job, box)
		if err := m.submit(job); err != nil {
			yield(Chunk{}, err)
			return
		}
		for {
			for _, p := range box.take() {
				switch {
				case p.end && p.err != nil && !left.Load():
					yield(Chunk{}, refusal(p.err))
					return
				case p.end:
					return
				case !left.Load() && !yield(p.chunk, nil):
					left.Store(true)
				}
			}
		}
	}
}

// stream lets a job's text come out as pieces: of each slot what is certain, then the rest.
func (m *Model) stream(job *sched.Job, box *mailbox[piece]) {
	var sent string
	told := 0
	job.OnText = func(slot string, text []byte, final int, probs []sched.Prob) {
		if final > len(sent) {
			box.put(piece{chunk: Chunk{Slot: slot, Text: string(text[len(sent):final]), Probs: m.probs(probs[told:])}})
			sent, told = string(text[:final]), len(probs)
		}
	}
	job.OnSlot = func(f sched.Filled) {
		rest, probs := strings.TrimPrefix(f.Text, sent), f.Probs[min(told, len(f.Probs)):]
		sent, told = "", 0
		box.put(piece{chunk: Chunk{Slot: f.Name, Text: rest, Done: true, Reason: reasonOf(f.Reason), Probs: m.probs(probs)}})
	}
	job.OnDone = func(d sched.Done) { box.put(piece{end: true, err: d.Err}) }
}

// probs gives tokens their texts.
func (m *Model) probs(list []sched.Prob) []TokenProb {
	var out []TokenProb
	text := func(id int32) string {
		if m.tokens.IsEnd(id) {
			return m.tokens.Name(id)
		}
		return string(m.tokens.Bytes(id))
	}
	for _, p := range list {
		if p.Forced {
			continue
		}
		t := TokenProb{Text: text(p.ID), LogProb: p.Log}
		for _, o := range p.Others {
			t.Top = append(t.Top, Alternative{text(o.ID), o.Log})
		}
		out = append(out, t)
	}
	return out
}
