package batch

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"sync"
	"time"

	"shelftalk/app/compose"
)

// Composer writes drafts; *compose.Composer does.
type Composer interface {
	Compose(ctx context.Context, g compose.Generator, briefs iter.Seq[compose.Brief], o compose.Options) iter.Seq2[compose.Outcome, error]
}

// Engine returns the model to write with, and a function to call when it isn't needed any more. It may take its time; ctx
// ends when the runner is closed.
type Engine func(ctx context.Context) (g compose.Generator, release func(), err error)

// Options steer a Runner.
type Options struct {
	Rows    int         // products written together; 0: the engine's choice
	OnEvent func(Event) // called ten times a second at most and once per finished row, from several goroutines
}

// Runner works jobs off, one at a time, in the background. Its methods may be called from any goroutine.
type Runner struct {
	ledger   *Ledger
	composer Composer
	engine   Engine
	opts     Options
	ctx      context.Context // the runner's own life, ended by Close
	cancel   context.CancelFunc
	done     sync.WaitGroup

	mu     sync.Mutex
	queue  []string // jobs to run; the first is running while active isn't nil
	active *run
}

// run is the job at work.
type run struct {
	id    string
	meter *meter

	mu    sync.Mutex
	state State // Running, or what it is to become when the rows in flight are finished
}

func (r *run) wanted() State {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.state
}

// NewRunner returns a runner of the ledger's jobs. Close it.
func NewRunner(l *Ledger, c Composer, e Engine, o Options) *Runner {
	ctx, cancel := context.WithCancel(context.Background())
	return &Runner{ledger: l, composer: c, engine: e, opts: o, ctx: ctx, cancel: cancel}
}

// Close stops at once: rows in flight are pending again, and the job at work is offered as interrupted at the next start.
func (r *Runner) Close() {
	r.mu.Lock()
	r.cancel()
	r.mu.Unlock()
	r.done.Wait()
}

// Resume starts a job, or goes on with it. While another job runs it waits for its turn.
func (r *Runner) Resume(id string) error {
	job, m, err := r.resume(id)
	if err == nil {
		r.tell(job, m, nil)
	}
	return err
}

func (r *Runner) resume(id string) (Job, *meter, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ctx.Err() != nil {
		return Job{}, nil, ErrClosed
	}
	if r.active != nil && r.active.id == id {
		return r.want(r.active, Running)
	}
	if slices.Contains(r.queue, id) {
		job, err := r.ledger.Job(id)
		return job, nil, err
	}
	state := Running
	if r.active != nil {
		state = Waiting
	}
	job, err := r.ledger.change(id, func(j *Job) error {
		if j.Counts.Pending == 0 {
			return ErrNoRows
		}
		j.State, j.Problem, j.Interrupted = state, "", false
		return nil
	})
	if err != nil {
		return Job{}, nil, err
	}
	r.queue = append(r.queue, id)
	if r.active == nil {
		r.next()
	}
	return job, nil, nil
}

// Pause lets a job finish the rows in flight and claim no more. It returns at once.
func (r *Runner) Pause(id string) error { return r.halt(id, Paused) }

// Stop is Pause for a job that the user is done with. It can go on all the same.
func (r *Runner) Stop(id string) error { return r.halt(id, Stopped) }

// RetryFailed makes a job's failed rows pending, and goes on with it.
func (r *Runner) RetryFailed(id string) error {
	n, err := r.ledger.RetryFailed(id)
	if err != nil {
		return err
	}
	if n == 0 {
		return fmt.Errorf("job %q: %w", id, ErrNoRows)
	}
	return r.Resume(id)
}

// Wait returns when no job is running or waiting.
func (r *Runner) Wait() { r.done.Wait() }

// Progress returns the job's progress as of now.
func (r *Runner) Progress(id string) (Progress, error) {
	job, err := r.ledger.Job(id)
	if err != nil {
		return Progress{}, err
	}
	r.mu.Lock()
	active := r.active
	r.mu.Unlock()
	if active == nil || active.id != id {
		return progress(job, nil), nil
	}
	return progress(job, active.meter), nil
}

func (r *Runner) halt(id string, state State) error {
	job, m, err := r.tryHalt(id, state)
	if err == nil {
		r.tell(job, m, nil)
	}
	return err
}

func (r *Runner) tryHalt(id string, state State) (Job, *meter, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.active != nil && r.active.id == id {
		return r.want(r.active, state)
	}
	r.queue = slices.DeleteFunc(r.queue, func(q string) bool { return q == id })
	job, err := r.ledger.change(id, func(j *Job) error {
		if j.State == Done {
			return ErrState
		}
		j.State = state
		return nil
	})
	return job, nil, err
}

// want sets what the job at work is to become. The caller holds r.mu.
func (r *Runner) want(active *run, state State) (Job, *meter, error) {
	active.mu.Lock()
	active.state = state
	active.mu.Unlock()
	job, err := r.ledger.change(active.id, func(j *Job) error {
		j.State, j.Problem = state, ""
		return nil
	})
	return job, active.meter, err
}

// next starts the first job of the queue. The caller holds r.mu.
func (r *Runner) next() {
	if len(r.queue) == 0 || r.ctx.Err() != nil {
		return
	}
	active := &run{id: r.queue[0], state: Running, meter: &meter{now: time.Now}}
	r.queue, r.active = r.queue[1:], active
	r.done.Go(func() { r.work(active) })
}

// work runs a job to its end, and starts the next.
func (r *Runner) work(active *run) {
	stop := r.tick(active)
	err := r.start(active)
	for {
		if err == nil {
			err = r.pass(active)
		}
		job, over, failed := r.settle(active, err)
		if over {
			stop()
			r.tell(job, nil, nil)
			return
		}
		err = failed
	}
}

// start marks the job as running: it may have waited, and a full disk may have kept rows from being released.
func (r *Runner) start(active *run) error {
	err := r.ledger.release(active.id, func(j *Job) { j.State = active.wanted() })
	if err != nil {
		return err
	}
	job, err := r.ledger.Job(active.id)
	if err == nil {
		r.tell(job, active.meter, nil)
	}
	return err
}

// settle decides, when nothing is in flight any more, what becomes of the job, and hands over to the next one; or says
// that it isn't over. problem is what ended the work: with one, the job is over whatever else fails.
func (r *Runner) settle(active *run, problem error) (job Job, over bool, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	closing := r.ctx.Err() != nil
	err = r.ledger.release(active.id, func(j *Job) {
		switch {
		case j.Counts.Pending == 0:
			j.State, over = Done, true
		case closing:
			j.State, j.Interrupted, over = Paused, active.wanted() == Running, true
		case problem != nil:
			j.State, j.Problem, over = Paused, problem.Error(), true
		case active.wanted() != Running:
			j.State, over = active.wanted(), true
		}
		job = *j
	})
	switch {
	case err != nil && problem == nil:
		return job, false, err
	case err != nil: // not even that could be stored: the next start finds out
		job, _ = r.ledger.Job(active.id)
		job.ID, job.State, job.Problem, over = active.id, Paused, problem.Error(), true
	}
	if over {
		r.active = nil
		r.next()
	}
	return job, over, nil
}

// pass writes the rows that are pending now, until there are none or the job is to halt.
func (r *Runner) pass(active *run) error {
	if active.wanted() != Running {
		return nil
	}
	todo, err := r.ledger.pending(active.id)
	if err != nil || len(todo) == 0 {
		return err
	}
	generator, release, err := r.engine(r.ctx)
	if err != nil {
		return err
	}
	defer release()
	ctx, cancel := context.WithCancel(r.ctx)
	defer cancel()
	p := &pass{runner: r, run: active, last: time.Now()}
	outcomes := r.composer.Compose(ctx, generator, p.briefs(todo), compose.Options{
		Rows:   r.opts.Rows,
		OnStep: active.meter.stepped,
		OnText: p.text,
	})
	for o, err := range outcomes {
		if err != nil {
			return errors.Join(err, p.failure())
		}
		if err := p.finish(o); err != nil {
			return err
		}
	}
	if err := p.failure(); err != nil {
		return err
	}
	if err := r.ctx.Err(); err != nil {
		return err
	}
	return p.unanswered()
}

func (r *Runner) tell(job Job, m *meter, row *Row) {
	if r.opts.OnEvent != nil {
		r.opts.OnEvent(Event{Progress: progress(job, m), Row: row})
	}
}

func progress(job Job, m *meter) Progress {
	p := Progress{JobID: job.ID, State: job.State, Counts: job.Counts, Problem: job.Problem, SecondsPerRow: job.SecondsPerRow()}
	if m != nil {
		m.read(&p)
	}
	return p
}

// tick tells of the job's progress ten times a second, when there is news, until the function it returns is called.
func (r *Runner) tick(active *run) (stop func()) {
	quit := make(chan struct{})
	var wait sync.WaitGroup
	wait.Go(func() {
		ticker := time.NewTicker(100 * time.Millisecond)
		defer ticker.Stop()
		for {
			select {
			case <-quit:
				return
			case <-ticker.C:
				if !active.meter.changed() {
					continue
				}
				if job, err := r.ledger.Job(active.id); err == nil {
					r.tell(job, active.meter, nil)
				}
			}
		}
	})
	return func() { close(quit); wait.Wait() }
}
