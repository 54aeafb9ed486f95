package sched

import (
	"cmp"
	"fmt"
	"slices"
	"sync"
	"time"

	"shelftalk/inference/internal/kv"
	"shelftalk/inference/internal/nn"
	"shelftalk/inference/internal/sample"
	"shelftalk/inference/internal/token"
)

// Loop writes rows. Its methods may be called from any goroutine.
type Loop struct {
	net        *nn.Net
	cache      *kv.Cache
	tokens     *token.Tokenizer
	vocabulary *sample.Vocabulary
	context    int
	maxRows    int
	clock      func() time.Duration

	mu     sync.Mutex
	wake   *sync.Cond
	queue  []*row
	scores []*scoring
	errand []*errand
	closed bool
	gives  bool // the step under way gives way to an interactive row
	ended  chan struct{}

	// What follows belongs to the loop's goroutine.
	waiting, active []*row
	scorings        []*scoring
	admissions      uint64
	turn            int      // where the next batch row stands that goes beside an interactive one
	perToken        float64  // seconds, by experience
	paces           [2]*pace // of rows without and with a contrast
	rows            []*row   // scratch of plan
	batch           []nn.Row
	takers          []taker
	choosers        []*row
	later           []nn.Row // the contrasts of the rows asking
	lateTakers      []taker
	loans           []nn.Loan
	asking          []*row      // rows whose contrast is computed
	choosing        []*row      // those whose logits are computed
	prepare         func(i int) // lets the i-th of them prepare
	compare         func(i int) // lets the i-th of those asking compare
	decided         []*row
	rooms           [][]float32 // for logits of choices that a contrast is asked for
	greedy          sample.Params
	legal           []int32     // scratch of row.Legal
	spare           [][]float32 // memory for logits of earlier choices, of lent in all
	lent            int
	drafting        bool    // a row of this step has a draft
	history         []int32 // scratch of foresee
}

// taker is who a run of tokens in a step belongs to.
type taker struct {
	row  *row
	feed *feed
	n    int
}

// errand is a piece of work that needs the network for itself.
type errand struct {
	do   func(*nn.Net, *kv.Cache)
	done chan struct{}
	err  error // when it's done
}

// Config is what a loop needs.
type Config struct {
	Net     *nn.Net
	Cache   *kv.Cache
	Tokens  *token.Tokenizer
	Context int // tokens of one row at most
	Rows    int // written together at most
	// Clock tells the time since some moment; nil: the machine's own.
	Clock func() time.Duration
}

// New starts a loop. Close ends it.
func New(c Config) *Loop {
	l := &Loop{
		net: c.Net, cache: c.Cache, tokens: c.Tokens, context: c.Context, maxRows: c.Rows,
		vocabulary: sample.NewVocabulary(c.Tokens.Size(), c.Tokens.Bytes, c.Tokens.Ends()),
		paces:      [2]*pace{newPace(c.Rows), newPace(c.Rows)},
		clock:      c.Clock,
		ended:      make(chan struct{}),
	}
	if l.clock == nil {
		start := time.Now()
		l.clock = func() time.Duration { return time.Since(start) }
	}
	l.prepare = func(i int) { l.choosing[i].prepare(l.net.Row(i)) }
	l.compare = func(i int) { l.asking[i].compare() }
	l.wake = sync.NewCond(&l.mu)
	go l.run()
	return l
}

// writable reports whether a token may stand in a text.
func (l *Loop) writable(id int32) bool {
	k := l.tokens.Kind(id)
	return k == token.Normal || k == token.Byte || k == token.User
}

// Submit queues a job. Its OnDone is called for certain, unless an error is returned.
func (l *Loop) Submit(j Job) error {
	r := &row{Job: j, loop: l, luck: luck{share: hope}}
	r.main.prompt = j.Prompt
	needed := len(j.Prompt)
	if len(j.Contrast) > 0 {
		r.contrast = &contrast{feed: feed{prompt: j.Contrast}}
		needed = max(needed, len(j.Contrast))
	}
	r.part = -1
	if needed+r.fixedAhead() > l.context {
		return ErrContext
	}
	r.part = 0
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return ErrClosed
	}
	l.queue = append(l.queue, r)
	if j.Interactive && l.gives {
		l.net.Interrupt()
	}
	l.wake.Signal()
	return nil
}

// Do calls f from the loop's goroutine between two steps. f has the network and the cache for itself; ErrLost ends it early.
func (l *Loop) Do(f func(*nn.Net, *kv.Cache)) error {
	e := &errand{do: f, done: make(chan struct{})}
	l.mu.Lock()
	if l.closed {
		l.mu.Unlock()
		return ErrClosed
	}
	l.errand = append(l.errand, e)
	l.wake.Signal()
	l.mu.Unlock()
	<-e.done
	return e.err
}

// Poke makes the loop look whether rows were canceled.
func (l *Loop) Poke() {
	l.mu.Lock()
	l.wake.Signal()
	l.mu.Unlock()
}

// Close ends the loop. Rows under way end with ErrClosed.
func (l *Loop) Close() {
	l.mu.Lock()
	l.closed = true
	l.net.Interrupt()
	l.wake.Signal()
	l.mu.Unlock()
	<-l.ended
}

func (l *Loop) run() {
	defer close(l.ended)
	for {
		l.mu.Lock()
		for len(l.queue)+len(l.errand)+len(l.scores) == 0 && len(l.active)+len(l.waiting)+len(l.scorings) == 0 && !l.closed {
			l.wake.Wait()
		}
		l.waiting = append(l.waiting, l.queue...)
		l.scorings = append(l.scorings, l.scores...)
		errands, closed := l.errand, l.closed
		l.queue, l.scores, l.errand = nil, nil, nil
		l.mu.Unlock()
		for _, e := range errands {
			e.err = l.try(func() { e.do(l.net, l.cache) })
			close(e.done)
		}
		if closed {
			l.finishAll(ErrClosed)
			return
		}
		if err := l.try(l.turnOnce); err != nil {
			l.finishAll(err)
		}
	}
}

// turnOnce lets everybody who waits get on.
func (l *Loop) turnOnce() {
	l.dropCanceled()
	l.admit()
	if l.score() && !l.interactive() {
		return // batches wait
	}
	l.step()
}

// try calls f. It returns an error where the network's weights could no longer be read.
func (l *Loop) try(f func()) (err error) {
	defer func() {
		r := recover()
		if r == nil {
			return
		}
		fault, ok := r.(*nn.Fault)
		if !ok {
			panic(r)
		}
		err = fmt.Errorf("%w: %w", ErrLost, fault)
	}()
	f()
	return nil
}

func (l *Loop) finishAll(err error) {
	for _, r := range slices.Concat(l.active, l.waiting) {
		l.finish(r, err)
	}
	for _, s := range l.scorings {
		s.finish(err)
	}
	l.active, l.waiting, l.scorings = nil, nil, nil
}

// finish gives a row's memory back and tells its owner.
func (l *Loop) finish(r *row, err error) {
	l.release(r)
	if r.OnDone != nil {
		r.OnDone(Done{Text: string(r.written), Slots: r.slots, Cached: r.cached, Generated: r.total, Err: err})
	}
}

func (l *Loop) release(r *row) {
	r.dismiss()
	if r.main.seq != nil {
		r.main.seq.Close()
		r.main.seq = nil
	}
	if r.contrast != nil {
		r.contrast.release(l)
	}
}

func (l *Loop) dropCanceled() {
	gone := func(r *row) bool {
		if r.Canceled == nil {
			return false
		}
		err := r.Canceled()
		if err != nil {
			l.finish(r, err)
		}
		return err != nil
	}
	l.active = slices.DeleteFunc(l.active, gone)
	l.waiting = slices.DeleteFunc(l.waiting, gone)
}

// interactive reports whether an interactive row is being written.
func (l *Loop) interactive() bool {
	return slices.ContainsFunc(l.active, func(r *row) bool { return r.Interactive })
}

// step computes the next tokens of the active rows and lets them choose.
func (l *Loop) step() {
	l.plan()
	if len(l.batch) == 0 {
		return
	}
	begin := l.clock()
	if len(l.loans) > 0 {
		l.net.Lend(l.loans)
	}
	if !l.forward() {
		return
	}
	for _, t := range l.takers {
		t.feed.pending = t.feed.pending[:copy(t.feed.pending, t.feed.pending[t.n:])]
	}
	l.chooseAll()
	n := 0
	for _, t := range l.takers {
		n += t.n
		if g := t.row.Group; g != nil {
			g.touched = true
			if t.n > 1 || !t.row.started {
				g.Prefilled += t.n
			}
		}
	}
	seconds := (l.clock() - begin).Seconds()
	if n >= smallStep {
		l.learn(seconds / float64(n))
	}
	l.measure(seconds)
	l.applyAll()
}

// forward computes the planned tokens. It reports false if it gave up: a step without interactive rows gives way to one
// that comes meanwhile, and its tokens are computed another time.
func (l *Loop) forward() bool {
	interactive := func(r *row) bool { return r.Interactive }
	l.mu.Lock()
	l.gives = !slices.ContainsFunc(l.takers, func(t taker) bool { return interactive(t.row) })
	if l.closed || l.gives && slices.ContainsFunc(l.queue, interactive) {
		l.gives = false
		l.mu.Unlock()
		return false
	}
	l.net.Resume()
	l.mu.Unlock()
	_, ok := l.net.Try(l.batch)
	l.mu.Lock()
	l.gives = false
	l.mu.Unlock()
	return ok
}

// learn follows the time that a token takes.
func (l *Loop) learn(perToken float64) {
	if l.perToken == 0 {
		l.perToken = perToken
	}
	l.perToken += 0.2 * (perToken - l.perToken)
}

// applyAll carries the choices out, and ends the rows that are written.
func (l *Loop) applyAll() {
	for _, r := range l.decided {
		if g := r.Group; g != nil {
			g.Generated++
		}
		if err := r.apply(); err != nil {
			l.remove(r, err)
		} else if r.done() {
			l.remove(r, nil)
		}
	}
	for _, t := range l.takers {
		if g := t.row.Group; g != nil && g.touched {
			g.touched = false
			g.Active = 0
			for _, r := range l.active {
				if r.Group == g {
					g.Active++
				}
			}
			if g.OnStep != nil {
				g.OnStep(g)
			}
		}
	}
}

// remove ends an active row.
func (l *Loop) remove(r *row, err error) {
	if i := slices.Index(l.active, r); i >= 0 {
		l.active = slices.Delete(l.active, i, i+1)
	}
	l.finish(r, err)
}

// byUrgency orders rows: interactive ones first, then by their turn.
func byUrgency(a, b *row) int {
	if a.Interactive != b.Interactive {
		if a.Interactive {
			return -1
		}
		return 1
	}
	return cmp.Compare(a.admitted, b.admitted)
}
