package inference

import (
	"context"
	"iter"
	"sync"
	"time"

	"shelftalk/inference/internal/sched"
)

// batch is a running Batch.
type batch struct {
	model   *Model
	ctx     context.Context
	options BatchOptions
	group   *sched.Group
	box     *mailbox[answer]
	room    chan struct{} // a place per row that may be under way
	rate    rate

	mu      sync.Mutex
	stopped bool
	running int
}

// answer is a result, or the news that no more requests will come.
type answer struct {
	result Result
	over   bool
}

// Batch answers requests together and yields results in order of completion. reqs is pulled from a goroutine of its own,
// as rows become free, and may block; after the batch's end at most one more request is pulled. An error ends the batch; a
// row's own error is in its Result.
func (m *Model) Batch(ctx context.Context, reqs iter.Seq[Request], o BatchOptions) iter.Seq2[Result, error] {
	return func(yield func(Result, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		rows := o.Rows
		if rows <= 0 || rows > m.rows {
			rows = m.rows
		}
		b := &batch{model: m, ctx: ctx, options: o, group: &sched.Group{Auto: o.Rows <= 0}, box: newMailbox[answer](), room: make(chan struct{}, rows)}
		if o.OnStep != nil {
			b.group.OnStep = b.step
		}
		go b.pull(reqs)
		b.deliver(yield)
		cancel()
		b.drain()
	}
}

// pull submits requests while there is room.
func (b *batch) pull(reqs iter.Seq[Request]) {
	defer b.box.put(answer{over: true})
	if !b.acquire() {
		return
	}
	index := 0
	for r := range reqs {
		if !b.submit(index, r) || !b.acquire() {
			return
		}
		index++
	}
}

func (b *batch) acquire() bool {
	select {
	case b.room <- struct{}{}:
		return b.ctx.Err() == nil
	case <-b.ctx.Done():
		return false
	}
}

// submit gives a request to the loop. It reports false when the batch is over.
func (b *batch) submit(index int, r Request) bool {
	job, err := b.model.job(r)
	result := Result{Index: index, Prompt: len(job.Prompt)}
	job.Group = b.group
	job.Canceled = b.ctx.Err
	if b.options.OnText != nil {
		job.OnText = func(slot string, text []byte, _ int, _ []sched.Prob) { b.options.OnText(index, slot, string(text)) }
	}
	job.OnDone = func(d sched.Done) {
		result.Text, result.Cached, result.Generated, result.Err = d.Text, d.Cached, d.Generated, refusal(d.Err)
		for _, f := range d.Slots {
			result.Slots = append(result.Slots, SlotText{
				Name: f.Name, Text: f.Text, Reason: reasonOf(f.Reason), Tokens: f.Tokens, LogProb: f.LogProb, Probs: b.model.probs(f.Probs),
			})
		}
		b.box.put(answer{result: result})
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.stopped {
		return false
	}
	b.running++
	if err == nil {
		err = b.model.submit(job)
	}
	if err != nil {
		result.Err = err
		b.box.put(answer{result: result})
	}
	return true
}

// deliver yields results until all are out, the caller leaves, or the context ends.
func (b *batch) deliver(yield func(Result, error) bool) {
	over := false
	for {
		var items []answer
		select {
		case <-b.ctx.Done():
			yield(Result{}, b.ctx.Err())
			return
		case <-b.box.ready:
			items = b.box.collect()
		}
		for i, a := range items {
			if a.over {
				over = true
				continue
			}
			b.ended()
			if err := b.ctx.Err(); err != nil {
				b.skip(items[i+1:])
				yield(Result{}, err)
				return
			}
			if !yield(a.result, nil) {
				b.skip(items[i+1:])
				return
			}
			<-b.room
		}
		if over && b.left() == 0 {
			return
		}
	}
}

// skip counts results that nobody takes.
func (b *batch) skip(items []answer) {
	for _, a := range items {
		if !a.over {
			b.ended()
		}
	}
}

func (b *batch) ended() {
	b.mu.Lock()
	b.running--
	b.mu.Unlock()
}

func (b *batch) left() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.running
}

// drain waits until no row of the batch is under way, so that no callback comes after the batch's end.
func (b *batch) drain() {
	b.mu.Lock()
	b.stopped = true
	b.mu.Unlock()
	for b.left() > 0 {
		b.skip(b.box.take())
	}
}

// step tells the caller how far the batch is.
func (b *batch) step(g *sched.Group) {
	b.options.OnStep(Progress{
		Active: g.Active, Prefilled: g.Prefilled, Generated: g.Generated,
		TokensPerSecond: b.rate.add(time.Now(), g.Generated),
	})
}

// rate follows a count over the last seconds.
type rate struct {
	times  [16]time.Time
	counts [16]int
	n      int
}

// window is the time between two samples of a rate.
const window = 300 * time.Millisecond

func (r *rate) add(now time.Time, count int) float64 {
	last := (r.n + len(r.times) - 1) % len(r.times)
	if r.n == 0 || now.Sub(r.times[last]) >= window {
		r.times[r.n%len(r.times)], r.counts[r.n%len(r.times)] = now, count
		r.n++
	}
	oldest := 0
	if r.n > len(r.times) {
		oldest = r.n % len(r.times)
	}
	elapsed := now.Sub(r.times[oldest]).Seconds()
	if elapsed <= 0 {
		return 0
	}
	return float64(count-r.counts[oldest]) / elapsed
}
