package present

import (
	"context"
	"slices"
	"sync"
	"time"

	"shelftalk/app/batch"
	"shelftalk/app/channel"
	"shelftalk/app/compose"
	"shelftalk/app/studio"
)

// JobService is what the jobs page needs of the studio.
type JobService interface {
	Jobs() ([]batch.Job, error)
	JobRows(id string) ([]batch.Row, error)
	Pause(id string) error
	Resume(id string) error
	Stop(id string) error
	RetryFailed(id string) error
	Channels() []channel.Channel
	Subscribe(func(studio.Event)) (cancel func())
}

// Jobs is the page of what is being written and of what was.
type Jobs struct {
	// OnChange is called on the window's thread when State has something new; OnRows when the finished rows changed too.
	OnChange, OnRows func()

	stage  *Stage
	svc    JobService
	news   *Latest[batch.Progress]
	engine *Latest[studio.EngineState]

	mu   sync.Mutex
	came []batch.Row // finished since the last picture

	jobs     []batch.Job // newest first
	shown    string      // the job on the page
	progress batch.Progress
	rows     []batch.Row // finished rows of the job, in the order of finishing
	cards    []card
	model    studio.EngineState
	loading  int         // reloads under way
	during   []batch.Row // finished meanwhile
	problem  *Problem
	cancel   func()
	now      func() time.Time
}

// NewJobs returns the presenter; Show starts it.
func NewJobs(stage *Stage, svc JobService) *Jobs {
	p := &Jobs{stage: stage, svc: svc, now: time.Now, OnChange: func() {}, OnRows: func() {}}
	p.news = NewLatest(stage.Dispatch, 2*frame, p.progressed)
	p.engine = NewLatest(stage.Dispatch, 4*frame, func(e studio.EngineState) {
		changed := e.Loading != p.model.Loading || e.Loaded != p.model.Loaded
		p.model = e
		if job := find(p.jobs, p.shown); changed && job != nil && job.State == batch.Running {
			p.OnChange()
		}
	})
	return p
}

// Show loads the jobs and shows the one with the id, or, with none, the one that runs, or the newest.
func (p *Jobs) Show(id string) {
	if p.cancel == nil {
		p.cancel = p.svc.Subscribe(p.hear)
	}
	if id != "" && id != p.shown {
		p.choose(id)
	}
	p.reload()
}

// Close ends the subscription.
func (p *Jobs) Close() {
	if p.cancel != nil {
		p.cancel()
		p.cancel = nil
	}
}

// Choose shows another job.
func (p *Jobs) Choose(id string) {
	p.choose(id)
	p.reload()
}

func (p *Jobs) choose(id string) {
	p.shown, p.rows, p.cards, p.problem = id, nil, nil, nil
	p.progress = batch.Progress{}
}

// reload reads the jobs and the shown job's rows beside the window's thread.
func (p *Jobs) reload() {
	p.loading++
	var jobs []batch.Job
	var rows []batch.Row
	shown := p.shown
	p.stage.Go(func(context.Context) (err error) {
		if jobs, err = p.svc.Jobs(); err != nil {
			return err
		}
		slices.SortStableFunc(jobs, func(a, b batch.Job) int { return b.Created.Compare(a.Created) })
		if shown = pick(jobs, shown); shown != "" {
			rows, err = p.svc.JobRows(shown)
		}
		return err
	}, func(err error) {
		p.loading--
		if p.problem = Explain(p.stage.Say, err); err != nil {
			p.OnChange()
			return
		}
		if p.shown != "" && p.shown != shown && find(jobs, p.shown) != nil {
			p.reload() // another job was chosen meanwhile
			return
		}
		p.jobs = jobs
		if p.shown != shown {
			p.choose(shown)
		}
		p.fill(rows)
		for _, r := range p.during {
			if r.JobID == p.shown {
				p.finish(r)
			}
		}
		p.during = nil
		p.OnChange()
		p.OnRows()
	})
}

// pick keeps the wanted job, or takes the one at work, or the newest.
func pick(jobs []batch.Job, want string) string {
	if find(jobs, want) != nil {
		return want
	}
	for _, j := range jobs {
		if j.State == batch.Running || j.Counts.Running > 0 {
			return j.ID
		}
	}
	if len(jobs) == 0 {
		return ""
	}
	return jobs[0].ID
}

func find(jobs []batch.Job, id string) *batch.Job {
	for i := range jobs {
		if jobs[i].ID == id {
			return &jobs[i]
		}
	}
	return nil
}

// fill takes the finished rows as the ledger has them. Rows that were heard of keep their order, the others follow the
// order of the file.
func (p *Jobs) fill(rows []batch.Row) {
	at := map[int]int{}
	for i, r := range p.rows {
		at[r.Index] = i + 1
	}
	finished := rows[:0:0]
	for _, r := range rows {
		if r.State == batch.RowDone || r.State == batch.RowFailed || r.State == batch.RowSkipped {
			finished = append(finished, r)
		}
	}
	slices.SortStableFunc(finished, func(a, b batch.Row) int { return at[a.Index] - at[b.Index] })
	p.rows = finished
}

// hear takes news of a job, from any goroutine.
func (p *Jobs) hear(e studio.Event) {
	switch e.Kind {
	case studio.RowFinished:
		p.mu.Lock()
		p.came = append(p.came, e.Row)
		p.mu.Unlock()
	case studio.JobProgress:
	case studio.EngineChanged:
		p.engine.Set(e.Engine)
		return
	default:
		return
	}
	p.news.Set(e.Progress)
}

// progressed runs on the window's thread, ten times a second at most.
func (p *Jobs) progressed(now batch.Progress) {
	p.mu.Lock()
	came := p.came
	p.came = nil
	p.mu.Unlock()
	if p.loading > 0 {
		p.during = append(p.during, came...)
	}
	job := find(p.jobs, now.JobID)
	if job == nil {
		if p.loading == 0 {
			p.during = came
			p.reload()
		}
		return
	}
	// What the ledger adds up (time, tokens) isn't told: it is read when the job changes, and when its last rows are in.
	ended := job.State != now.State || job.Counts.Running > 0 && now.Counts.Running == 0 && now.State != batch.Running
	job.State, job.Counts, job.Problem, job.Interrupted = now.State, now.Counts, now.Problem, false
	if p.shown != now.JobID {
		p.OnChange()
		return
	}
	p.progress = now
	news := false
	for _, r := range came {
		if r.JobID == p.shown {
			p.finish(r)
			news = true
		}
	}
	p.deal()
	p.OnChange()
	if news {
		p.OnRows()
	}
	if ended {
		p.reload()
	}
}

// finish puts a row among the finished ones, or in the place of its earlier try.
func (p *Jobs) finish(r batch.Row) {
	for i := range p.cards {
		if c := &p.cards[i]; c.index == r.Index && c.live {
			c.live, c.row, c.since = false, r, p.now()
		}
	}
	if i := slices.IndexFunc(p.rows, func(o batch.Row) bool { return o.Index == r.Index }); i >= 0 {
		p.rows = slices.Delete(p.rows, i, i+1)
	}
	p.rows = append(p.rows, r)
}

// card is a row in one of the four places where its text can be read: while it is written, and a moment longer.
type card struct {
	index      int
	key, title string
	field      string
	text       string
	live       bool
	row        batch.Row // when it is finished
	since      time.Time // it was
}

const (
	cardPlaces = 4
	cardStays  = 4 * time.Second
)

// deal gives the rows that are being written their places. A row keeps its place until it has been readable for a while
// as a finished one.
func (p *Jobs) deal() {
	live := p.progress.Live
	shown := map[int]bool{}
	for i := range p.cards {
		shown[p.cards[i].index] = true
	}
	next := func() (batch.Live, bool) {
		for _, l := range live {
			if !shown[l.Index] {
				shown[l.Index] = true
				return l, true
			}
		}
		return batch.Live{}, false
	}
	for i := range p.cards {
		c := &p.cards[i]
		at := slices.IndexFunc(live, func(l batch.Live) bool { return l.Index == c.index })
		switch {
		case c.live && at >= 0:
			c.write(live[at])
		case c.live: // not told of any more: it goes when another row wants its place
			if l, ok := next(); ok {
				*c = newCard(l)
			}
		case p.now().Sub(c.since) >= cardStays:
			if l, ok := next(); ok {
				*c = newCard(l)
			}
		}
	}
	for len(p.cards) < cardPlaces {
		l, ok := next()
		if !ok {
			return
		}
		p.cards = append(p.cards, newCard(l))
	}
}

func newCard(l batch.Live) card {
	c := card{index: l.Index, key: l.Key, title: l.Title, live: true}
	c.write(l)
	return c
}

// write shows what is being written: the title, then the description, which stays while the short fields behind it come.
func (c *card) write(l batch.Live) {
	c.field = l.Field
	if l.Text != "" && (l.Field == compose.FieldTitle || l.Field == compose.FieldDescription || c.text == "") {
		c.text = l.Text
	}
}

// Pause lets the rows in flight finish and then waits.
func (p *Jobs) Pause() { p.order(p.svc.Pause) }

// Resume goes on.
func (p *Jobs) Resume() { p.order(p.svc.Resume) }

// Stop ends the job after the rows in flight.
func (p *Jobs) Stop() { p.order(p.svc.Stop) }

// Retry writes the failed rows again.
func (p *Jobs) Retry() { p.order(p.svc.RetryFailed) }

func (p *Jobs) order(do func(id string) error) {
	id := p.shown
	if id == "" {
		return
	}
	p.stage.Go(func(context.Context) error { return do(id) }, func(err error) {
		p.problem = Explain(p.stage.Say, err)
		p.OnChange()
		if err == nil {
			p.reload()
		}
	})
}
