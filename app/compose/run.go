package compose

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"sync"
	"time"

	"shelftalk/app/check"
	"shelftalk/inference"
)

// maxRepairs is how often failing fields are made again with what is wrong told to the model, before a draft is delivered
// with its findings. What the tries of the engine didn't mend is seldom mended so: once is enough.
const maxRepairs = 1

// Compose writes a draft for every brief: candidates, checks, repairs, choice. Briefs are pulled as rows of the batch
// become free, so a job of any size costs the memory of what is in flight; repairs join the running batch. Outcomes come
// in order of completion. An error ends the run; a row's own error is in its Outcome.
func (c *Composer) Compose(ctx context.Context, g Generator, briefs iter.Seq[Brief], o Options) iter.Seq2[Outcome, error] {
	return func(yield func(Outcome, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		next, stop := iter.Pull(briefs)
		r := &run{composer: c, options: o, pull: next, rows: map[int]*row{}, requests: map[int]*ask{}}
		r.wake = sync.NewCond(&r.mu)
		stopped := context.AfterFunc(ctx, r.close)
		defer stopped()
		options := inference.BatchOptions{Rows: o.Rows, OnStep: o.OnStep}
		if o.OnText != nil {
			options.OnText = r.onText
		}
		ended := false
		for result, err := range g.Batch(ctx, r.feed(stop), options) {
			if err != nil {
				yield(Outcome{}, err)
				ended = true
				break
			}
			for _, out := range r.take(result) {
				if !yield(out, nil) {
					ended = true
					break
				}
			}
			if ended {
				break
			}
		}
		r.close()
		if ended {
			return
		}
		if err := ctx.Err(); err != nil {
			yield(Outcome{}, err)
			return
		}
		for _, out := range r.rest() {
			if !yield(out, nil) {
				return
			}
		}
	}
}

// run is one Compose. The engine pulls requests from its own goroutine, so everything is behind mu.
type run struct {
	composer *Composer
	options  Options
	pull     func() (Brief, bool)

	mu       sync.Mutex
	wake     *sync.Cond
	queue    []*ask       // to be handed out: candidates of a started row, repairs
	done     []Outcome    // rows that needed no generation, not yet delivered
	rows     map[int]*row // in flight, by brief
	requests map[int]*ask // in flight, by request
	briefs   int          // pulled so far
	asked    int          // requests handed out so far
	closed   bool
}

func (a attempt) variant() Variant {
	return Variant{Fields: a.fields, Findings: a.findings, Seed: a.seed, Repaired: a.repaired}
}

// row is a brief in flight.
type row struct {
	index   int
	job     *job
	open    int // requests without a result
	written []attempt
	page    attempt // the one to deliver
	repairs int
	tokens  int
	started time.Time
	failure error
}

// ask is one request for a row.
type ask struct {
	row     *row
	pieces  []piece
	request inference.Request
	seed    uint64
	attempt int
	before  map[string]string // texts of slots so far
}

// feed hands out requests: repairs and candidates that wait, else a new brief's; it waits while a row is in flight, whose
// results may bring repairs, until its outcome is settled.
func (r *run) feed(stop func()) iter.Seq[inference.Request] {
	return func(yield func(inference.Request) bool) {
		defer stop()
		more := true
		for {
			r.mu.Lock()
			for len(r.queue) == 0 && !more && len(r.rows) > 0 && !r.closed {
				r.wake.Wait()
			}
			if r.closed || (len(r.queue) == 0 && !more) {
				r.mu.Unlock()
				return
			}
			if len(r.queue) > 0 {
				a := r.queue[0]
				r.queue = r.queue[1:]
				r.requests[r.asked] = a
				r.asked++
				if a.row.started.IsZero() {
					a.row.started = time.Now()
				}
				r.mu.Unlock()
				if !yield(a.request) {
					return
				}
				continue
			}
			r.mu.Unlock()
			var b Brief
			if b, more = r.pull(); more {
				r.start(b)
			}
		}
	}
}

// start plans a brief and queues its candidates; one that can't be written is done at once.
func (r *run) start(b Brief) {
	j, err := r.composer.prepare(b)
	if err == nil && !j.tuning.NoRepair {
		j.wrong = func(p piece, text string) float64 { return r.composer.wrong(j, p, text) }
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	index := r.briefs
	r.briefs++
	switch {
	case err != nil:
		r.done = append(r.done, Outcome{Index: index, Err: err})
		return
	case !j.hasFacts():
		r.done = append(r.done, Outcome{Index: index, Skipped: ErrNothingToSay.Error()})
		return
	}
	w := &row{index: index, job: j}
	r.rows[index] = w
	for n := range max(1, b.Variants) {
		r.enqueue(w, j.pieces, n, 0, nil)
	}
}

// enqueue needs mu.
func (r *run) enqueue(w *row, pieces []piece, candidate, attempt int, notes []string) {
	request := w.job.request(pieces, candidate, attempt, notes)
	r.queue = append(r.queue, &ask{row: w, pieces: pieces, request: request, seed: request.Seed, attempt: attempt, before: map[string]string{}})
	w.open++
}

// take reads a result, and returns the outcomes that are ready.
func (r *run) take(result inference.Result) []Outcome {
	r.mu.Lock()
	a := r.requests[result.Index]
	delete(r.requests, result.Index)
	r.mu.Unlock()
	if a == nil {
		return nil
	}
	w := a.row
	if result.Err != nil {
		w.failure = result.Err
	} else {
		parts := w.job.read(result, a.pieces)
		w.written = append(w.written, attempt{parts: parts, seed: a.seed, repaired: a.attempt})
		if observe := r.composer.tuning.Observe; observe != nil && a.attempt == 0 {
			fields := w.job.assemble(parts)
			observe(w.job.brief, fields, check.Draft(r.composer.input(w.job, fields)))
		}
	}
	w.tokens += result.Generated
	r.mu.Lock()
	defer r.mu.Unlock()
	defer r.wake.Broadcast()
	w.open--
	out := r.done
	r.done = nil
	if w.open > 0 || r.repair(w) {
		return out
	}
	delete(r.rows, w.index)
	return append(out, r.outcome(w))
}

// repair queues the slots of a row that no attempt has filled well to be made again, and says whether there is something
// to wait for. It needs mu.
func (r *run) repair(w *row) bool {
	if len(w.written) == 0 {
		return false
	}
	if r.composer.tuning.NoRepair {
		w.page = w.written[0]
		w.page.fields = w.job.assemble(w.page.parts)
		w.page.findings = check.Draft(r.composer.input(w.job, w.page.fields))
		return false
	}
	best, open, notes := r.composer.combine(w.job, w.written)
	if len(notes) == 0 || w.repairs >= maxRepairs { // a fact left out is no news to the model
		w.page = r.composer.finish(w.job, best, open)
		return false
	}
	w.repairs++
	r.enqueue(w, w.job.again(best.parts, open), 0, w.repairs, notes)
	return true
}

// again makes a page's pieces with the texts of parts forced, but for the open ones.
func (j *job) again(parts map[string]string, open map[string]bool) []piece {
	var out []piece
	for _, p := range j.pieces {
		if !open[p.slot] {
			if p.fixed = parts[p.slot]; p.fixed == "" {
				continue
			}
		}
		out = append(out, p)
	}
	return out
}

// outcome makes a row's draft. It needs mu.
func (r *run) outcome(w *row) Outcome {
	if len(w.written) == 0 {
		return Outcome{Index: w.index, Err: fmt.Errorf("row %d: %w", w.job.brief.Product.Row, w.failure)}
	}
	b, now := w.job.brief, time.Now()
	d := Draft{
		ID: DraftID(b), ProductKey: b.Product.Key, Row: b.Product.Row, Template: ProductPage, Channel: b.Channel,
		RulesetID: b.Ruleset.ID, Language: b.Language, Status: StatusDraft,
		Seconds: now.Sub(w.started).Seconds(), Tokens: w.tokens, Created: now, Updated: now,
	}
	d.Variants = append(d.Variants, w.page.variant())
	for _, a := range w.written {
		if len(d.Variants) < b.Variants && a.repaired == 0 {
			a = r.composer.finish(w.job, a, nil)
			if !slices.Equal(a.fields, w.page.fields) {
				d.Variants = append(d.Variants, a.variant())
			}
		}
	}
	return Outcome{Index: w.index, Draft: d}
}

// rest are the outcomes that wait when the batch is over.
func (r *run) rest() []Outcome {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := r.done
	r.done = nil
	return out
}

func (r *run) close() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.closed = true
	r.wake.Broadcast()
}

// onText passes a slot's text on as its field's.
func (r *run) onText(index int, slot, text string) {
	r.mu.Lock()
	a := r.requests[index]
	if a == nil {
		r.mu.Unlock()
		return
	}
	field := fieldOf(slot)
	text, row := a.joined(slot, text), a.row.index
	r.mu.Unlock()
	r.options.OnText(row, field, text)
}

// joined is a field's text so far, its earlier slots included.
func (a *ask) joined(slot, text string) string {
	a.before[slot] = text
	var parts []string
	for _, p := range a.pieces {
		if fieldOf(p.slot) == fieldOf(slot) {
			if t := a.before[p.slot]; t != "" {
				if p.slot != slot { // a sentence that was written to its end
					t = ended(t, a.row.job.brief.Language)
				}
				parts = append(parts, t)
			} else if p.fixed != "" {
				parts = append(parts, p.fixed)
			}
		}
	}
	return join(parts, a.row.job.brief.Language)
}
