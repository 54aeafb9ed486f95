package present

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"shelftalk/app/batch"
	"shelftalk/app/channel"
	"shelftalk/app/check"
	"shelftalk/app/studio"
)

// ledger is a studio with jobs in memory.
type ledger struct {
	mu    sync.Mutex
	jobs  []batch.Job
	rows  map[string][]batch.Row
	hear  func(studio.Event)
	calls []string
	err   error
}

func (l *ledger) Jobs() ([]batch.Job, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]batch.Job(nil), l.jobs...), l.err
}

func (l *ledger) JobRows(id string) ([]batch.Row, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]batch.Row(nil), l.rows[id]...), nil
}

func (l *ledger) order(what, id string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.calls = append(l.calls, what+" "+id)
	return l.err
}
func (l *ledger) Pause(id string) error       { return l.order("pause", id) }
func (l *ledger) Resume(id string) error      { return l.order("resume", id) }
func (l *ledger) Stop(id string) error        { return l.order("stop", id) }
func (l *ledger) RetryFailed(id string) error { return l.order("retry", id) }

func (l *ledger) Channels() []channel.Channel {
	return []channel.Channel{{ID: "shopify", Name: map[string]string{"en": "Shopify"}}}
}

func (l *ledger) Subscribe(f func(studio.Event)) func() {
	l.hear = f
	return func() { l.hear = nil }
}

// tell tells whoever listens of progress, and of a finished row.
func (l *ledger) tell(p batch.Progress, row *batch.Row) {
	if row == nil {
		l.hear(studio.Event{Kind: studio.JobProgress, Progress: p})
		return
	}
	l.hear(studio.Event{Kind: studio.RowFinished, Progress: p, Row: *row})
}

// job with n rows, of which finished are done.
func (l *ledger) add(id string, n, finished int, state batch.State) {
	var rows []batch.Row
	for i := range n {
		r := batch.Row{JobID: id, Index: i, Key: fmt.Sprintf("K-%d", i), Title: fmt.Sprintf("Product %d", i), State: batch.RowPending}
		if i < finished {
			r.State, r.DraftID, r.Seconds = batch.RowDone, "d"+r.Key, 1.94
		}
		rows = append(rows, r)
	}
	l.jobs = append(l.jobs, batch.Job{
		ID: id, Spec: batch.Spec{Template: "product-page", Channel: "shopify", Language: "en"}, State: state,
		Created: time.Date(2026, 11, 24, 14, 2, len(l.jobs), 0, time.Local),
		Counts:  batch.Counts{Total: n, Pending: n - finished, Done: finished},
	})
	if l.rows == nil {
		l.rows = map[string][]batch.Row{}
	}
	l.rows[id] = rows
}

func showJobs(t *testing.T, l *ledger, lang string) (*Jobs, *thread) {
	t.Helper()
	w := &thread{}
	p := NewJobs(NewStage(w.dispatch, words(t, lang)), l)
	p.now = func() time.Time { return time.Date(2026, 11, 24, 15, 0, 0, 0, time.Local) }
	p.Show("")
	w.until(t, func() bool { return p.loading == 0 })
	t.Cleanup(p.Close)
	return p, w
}

func TestJobsEmpty(t *testing.T) {
	p, _ := showJobs(t, &ledger{}, "en")
	if s := p.State(); !s.Empty || s.Job != nil {
		t.Fatalf("%+v", s)
	}
}

func TestJobsProgress(t *testing.T) {
	l := &ledger{}
	l.add("old", 3, 3, batch.Done)
	l.add("j1", 62, 40, batch.Running)
	p, w := showJobs(t, l, "en")
	v := p.State().Job
	if v == nil || v.ID != "j1" || v.Title != "Product pages for Shopify" || v.Subject != "English · 62 products · started 14:02" || v.Count != "40 of 62" {
		t.Fatalf("%+v", v)
	}
	now := batch.Progress{
		JobID: "j1", State: batch.Running, Counts: batch.Counts{Total: 62, Pending: 20, Running: 8, Done: 42, NeedsLook: 4},
		TokensPerSecond: 211.6, Left: 72 * time.Second, Rows: 8,
		Live: []batch.Live{{Index: 50, Key: "K-50", Title: "Hiking Socks", Field: "description", Text: "Three pairs, so"}},
	}
	claim := check.Finding{Kind: check.Claim, Severity: check.Must, Field: "description", Class: "effect", Text: "Perfect"}
	l.tell(now, &batch.Row{JobID: "j1", Index: 40, Key: "K-40", State: batch.RowDone, Seconds: 2.06, Findings: []check.Finding{claim}})
	l.tell(now, &batch.Row{JobID: "j1", Index: 41, Key: "K-41", State: batch.RowSkipped, Reason: "not enough data"})
	w.until(t, func() bool { return p.Rows() == 42 })
	v = p.State().Job
	if v.Count != "42 of 62" || v.Left != "about 1 min 12 s left" || v.Speed != "212 tokens/s · 8 rows at once" {
		t.Errorf("%q %q %q", v.Count, v.Left, v.Speed)
	}
	if v.Passed+v.Look+v.Failed+v.Skipped+v.Waiting != v.Total || v.Look != 4 || !v.CanPause || !v.CanStop || v.CanResume {
		t.Errorf("%+v", v)
	}
	if len(v.Cards) != 1 || !v.Cards[0].Writing || v.Cards[0].Text != "Three pairs, so" {
		t.Errorf("cards %+v", v.Cards)
	}
	if r := p.Row(1); r.Key != "K-40" || r.Seconds != "2.1" || r.Chip != (Chip{"1 to look at: effect claim", Warning}) {
		t.Errorf("row %+v", r)
	}
	if r := p.Row(0); r.Chip != (Chip{"skipped: not enough data", Bad}) {
		t.Errorf("row %+v", r)
	}
}

// The speed of a job that was stopped is that of all its rows, also of those that were finished after the word to stop.
func TestJobsStoppedSpeed(t *testing.T) {
	l := &ledger{}
	l.add("j1", 62, 10, batch.Running)
	l.jobs[0].Tokens, l.jobs[0].Active = 90, 10*time.Second
	p, w := showJobs(t, l, "en")
	stopped := func(running int) {
		l.tell(batch.Progress{JobID: "j1", State: batch.Stopped, Counts: batch.Counts{Total: 62, Pending: 44, Running: running, Done: 18 - running}}, nil)
		w.until(t, func() bool {
			return p.State().Job.Waiting == 44 && p.loading == 0 && p.jobs[0].Counts.Running == running
		})
	}
	l.jobs[0].State, l.jobs[0].Counts = batch.Stopped, batch.Counts{Total: 62, Pending: 44, Running: 8, Done: 10}
	stopped(8)
	l.mu.Lock()
	l.jobs[0].Tokens, l.jobs[0].Active = 5_800, 100*time.Second
	l.jobs[0].Counts = batch.Counts{Total: 62, Pending: 44, Done: 18}
	l.mu.Unlock()
	stopped(0)
	w.until(t, func() bool { return p.loading == 0 })
	if v := p.State().Job; v.Speed != "58 tokens/s on average" || v.Note != "Every finished row is saved. “Go on” writes the rest." {
		t.Errorf("%q, %q", v.Speed, v.Note)
	}
}

func TestJobsCardsKeepTheirPlace(t *testing.T) {
	l := &ledger{}
	l.add("j1", 20, 0, batch.Running)
	p, w := showJobs(t, l, "en")
	clock := time.Date(2026, 11, 24, 15, 0, 0, 0, time.Local)
	p.now = func() time.Time { return clock }
	tell := func(row *batch.Row, live ...int) {
		now := batch.Progress{JobID: "j1", State: batch.Running}
		for _, i := range live {
			now.Live = append(now.Live, batch.Live{Index: i, Text: fmt.Sprint("text ", i)})
		}
		l.tell(now, row)
		w.until(t, func() bool {
			p.news.mu.Lock()
			defer p.news.mu.Unlock()
			return !p.news.scheduled
		})
	}
	got := func() string {
		var out []string
		for _, c := range p.State().Job.Cards {
			out = append(out, fmt.Sprint(c.Index, c.Writing))
		}
		return strings.Join(out, " ")
	}
	tell(nil, 0, 1, 2, 3)
	if got() != "0 true 1 true 2 true 3 true" {
		t.Fatal(got())
	}
	tell(&batch.Row{JobID: "j1", Index: 1, State: batch.RowDone, Preview: "Whole text"}, 0, 2, 3, 4)
	if got() != "0 true 1 false 2 true 3 true" || p.State().Job.Cards[1].Text != "Whole text" {
		t.Fatal(got())
	}
	clock = clock.Add(cardStays)
	tell(nil, 0, 2, 3, 4)
	if got() != "0 true 4 true 2 true 3 true" {
		t.Fatal(got())
	}
}

func TestJobsOrders(t *testing.T) {
	l := &ledger{}
	l.add("j1", 5, 2, batch.Paused)
	l.jobs[0].Interrupted = true
	l.jobs[0].Counts.Failed, l.jobs[0].Counts.Pending = 1, 2
	p, w := showJobs(t, l, "zh")
	v := p.State().Job
	if v.Interrupted != "任务中断了，还剩 2 行。写完的都在。" || !v.CanResume || !v.CanRetry || v.CanPause {
		t.Fatalf("%+v", v)
	}
	settle := func() {
		p.stage.Wait()
		w.run()
		w.until(t, func() bool { return p.loading == 0 })
		p.stage.Wait()
	}
	p.Resume()
	settle()
	p.Retry()
	settle()
	if fmt.Sprint(l.calls) != "[resume j1 retry j1]" {
		t.Fatal(l.calls)
	}
	l.err = errors.New("no")
	p.Stop()
	settle()
	if s := p.State(); s.Problem == nil || s.Problem.Detail != "no" {
		t.Fatalf("%+v", s.Problem)
	}
}

// A job that starts while the page is open appears by itself, with the rows that finished before the page knew it.
func TestJobsNewJobAppears(t *testing.T) {
	l := &ledger{}
	p, w := showJobs(t, l, "en")
	l.mu.Lock()
	l.add("j1", 3, 0, batch.Running)
	l.mu.Unlock()
	l.tell(batch.Progress{JobID: "j1", State: batch.Running}, &batch.Row{JobID: "j1", Index: 2, State: batch.RowDone})
	w.until(t, func() bool { return p.State().Job != nil && p.Rows() == 1 })
}
