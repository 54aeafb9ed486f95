package batch_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"shelftalk/app/batch"
	"shelftalk/app/catalog"
	"shelftalk/app/compose"
	"shelftalk/store"
	"shelftalk/store/storetest"
)

// bench is a ledger with a runner, and the events it has told.
type bench struct {
	ledger *batch.Ledger
	runner *batch.Runner

	mu     sync.Mutex
	events []batch.Event
}

func newBench(t testing.TB, db *store.DB, s *scribe) *bench {
	t.Helper()
	ledger, err := batch.OpenLedger(db, keep)
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{ledger: ledger}
	engine := func(context.Context) (compose.Generator, func(), error) { return nil, func() {}, nil }
	b.runner = batch.NewRunner(ledger, s, engine, batch.Options{OnEvent: func(e batch.Event) {
		b.mu.Lock()
		defer b.mu.Unlock()
		if err := e.Progress.Counts.Check(); err != nil {
			t.Error(err)
		}
		b.events = append(b.events, e)
	}})
	t.Cleanup(b.runner.Close)
	return b
}

func (b *bench) create(t testing.TB, n int) string {
	t.Helper()
	job, err := b.ledger.Create("goods.csv", "", batch.Spec{}, briefs(n))
	if err != nil {
		t.Fatal(err)
	}
	return job.ID
}

func (b *bench) finished() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	n := 0
	for _, e := range b.events {
		if e.Row != nil {
			n++
		}
	}
	return n
}

func (b *bench) job(t testing.TB, id string) batch.Job {
	t.Helper()
	job, err := b.ledger.Job(id)
	if err != nil {
		t.Fatal(err)
	}
	return job
}

// audit fails when the rows, their counts and the drafts don't fit together, or a draft isn't its product's.
func TestJobRunsToItsEnd(t *testing.T) {
	db := storetest.Open(t)
	b := newBench(t, db, &scribe{width: 7, fate: func(br compose.Brief) compose.Outcome {
		switch br.Product.Row % 10 {
		case 3:
			return compose.Outcome{Err: errors.New("a bad row")}
		case 4:
			return compose.Outcome{Skipped: "not enough data"}
		}
		return drafted(br)
	}})
	id := b.create(t, 50)
	if err := b.runner.Resume(id); err != nil {
		t.Fatal(err)
	}
	b.runner.Wait()
	audit(t, db, b.ledger, id)
	job := b.job(t, id)
	want := batch.Counts{Total: 50, Done: 40, Failed: 5, Skipped: 5, NeedsLook: 10}
	if job.State != batch.Done || job.Counts != want || job.Tokens != 400 {
		t.Errorf("got %s %+v, %d tokens", job.State, job.Counts, job.Tokens)
	}
	if n := b.finished(); n != 50 {
		t.Errorf("told of %d finished rows", n)
	}
	if err := b.runner.Resume(id); !errors.Is(err, batch.ErrNoRows) {
		t.Errorf("resumed a job that is done: %v", err)
	}
}

// The longest of the last rows come first: what is written last, alone, is short.
func TestLastRowsAreWrittenLongestFirst(t *testing.T) {
	all := slices.Collect(briefs(100))
	for i := range all {
		text := strings.Repeat("x", (i*37)%100)
		all[i].Product.Fields = append(all[i].Product.Fields, catalog.Field{Role: catalog.Description, Value: text})
	}
	var order []int
	s := &scribe{width: 5, started: func(br compose.Brief) { order = append(order, br.Product.Row) }}
	b := newBench(t, storetest.Open(t), s)
	job, err := b.ledger.Create("goods.csv", "", batch.Spec{}, slices.Values(all))
	if err != nil {
		t.Fatal(err)
	}
	if err := b.runner.Resume(job.ID); err != nil {
		t.Fatal(err)
	}
	b.runner.Wait()
	want := slices.Clone(all)
	slices.SortStableFunc(want[36:], func(a, b compose.Brief) int {
		return len(b.Product.Value(catalog.Description)) - len(a.Product.Value(catalog.Description))
	})
	for i, br := range want {
		if order[i] != br.Product.Row {
			t.Fatalf("rows were written in the order %v; the %d-th is to be %d", order, i+1, br.Product.Row)
		}
	}
}

func TestEmptyJobIsRefused(t *testing.T) {
	b := newBench(t, storetest.Open(t), &scribe{width: 1})
	if _, err := b.ledger.Create("goods.csv", "", batch.Spec{}, briefs(0)); !errors.Is(err, batch.ErrNoRows) {
		t.Errorf("got %v", err)
	}
	if err := b.runner.Resume("nothing"); !errors.Is(err, batch.ErrNoJob) {
		t.Errorf("got %v", err)
	}
}

func TestPauseFinishesRowsInFlight(t *testing.T) {
	for state, halt := range map[batch.State]func(*batch.Runner, string) error{
		batch.Paused:  (*batch.Runner).Pause,
		batch.Stopped: (*batch.Runner).Stop,
	} {
		t.Run(string(state), func(t *testing.T) {
			db := storetest.Open(t)
			b := newBench(t, db, &scribe{width: 4, delay: 2 * time.Millisecond})
			id := b.create(t, 60)
			if err := b.runner.Resume(id); err != nil {
				t.Fatal(err)
			}
			waitFor(t, func() bool { return b.finished() >= 10 })
			if err := halt(b.runner, id); err != nil {
				t.Fatal(err)
			}
			b.runner.Wait()
			job := b.job(t, id)
			if job.State != state || job.Counts.Running != 0 || job.Counts.Pending == 0 || job.Counts.Done > 40 {
				t.Errorf("got %s %+v", job.State, job.Counts)
			}
			audit(t, db, b.ledger, id)
			if err := b.runner.Resume(id); err != nil {
				t.Fatal(err)
			}
			b.runner.Wait()
			audit(t, db, b.ledger, id)
			if job := b.job(t, id); job.State != batch.Done || job.Counts.Done != 60 {
				t.Errorf("got %s %+v", job.State, job.Counts)
			}
		})
	}
}

func TestResumeWhileRowsAreStillInFlight(t *testing.T) {
	db := storetest.Open(t)
	b := newBench(t, db, &scribe{width: 8, delay: 2 * time.Millisecond})
	id := b.create(t, 60)
	for range 5 {
		if err := b.runner.Resume(id); err != nil {
			t.Fatal(err)
		}
		before := b.finished()
		waitFor(t, func() bool { return b.finished() > before })
		if err := b.runner.Pause(id); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.runner.Resume(id); err != nil {
		t.Fatal(err)
	}
	b.runner.Wait()
	audit(t, db, b.ledger, id)
	if job := b.job(t, id); job.State != batch.Done {
		t.Errorf("got %s %+v", job.State, job.Counts)
	}
}

func TestRetryFailed(t *testing.T) {
	db := storetest.Open(t)
	s := &scribe{width: 3, fate: failing("1", "2")}
	b := newBench(t, db, s)
	id := b.create(t, 20)
	if err := b.runner.Resume(id); err != nil {
		t.Fatal(err)
	}
	b.runner.Wait()
	if job := b.job(t, id); job.State != batch.Done || job.Counts.Failed != 4 {
		t.Fatalf("got %s %+v", job.State, job.Counts)
	}
	rows := audit(t, db, b.ledger, id)
	if rows[1].Reason != "a bad row" {
		t.Errorf("the reason is %q", rows[1].Reason)
	}
	s.fate = failing("12")
	if err := b.runner.RetryFailed(id); err != nil {
		t.Fatal(err)
	}
	b.runner.Wait()
	rows = audit(t, db, b.ledger, id)
	if job := b.job(t, id); job.Counts.Failed != 1 || job.Counts.Done != 19 || rows[1].Reason != "" {
		t.Errorf("got %+v, reason %q", job.Counts, rows[1].Reason)
	}
}

func TestBrokenEnginePausesTheJob(t *testing.T) {
	db := storetest.Open(t)
	s := &scribe{width: 5, breakAfter: 7}
	b := newBench(t, db, s)
	id := b.create(t, 30)
	for range 3 { // a retry goes on where it broke
		if err := b.runner.Resume(id); err != nil {
			t.Fatal(err)
		}
		b.runner.Wait()
		job := b.job(t, id)
		if job.State != batch.Paused || job.Problem != errEngine.Error() || job.Counts.Running != 0 {
			t.Fatalf("got %s %q %+v", job.State, job.Problem, job.Counts)
		}
		audit(t, db, b.ledger, id)
	}
	s.breakAfter = 0
	if err := b.runner.Resume(id); err != nil {
		t.Fatal(err)
	}
	b.runner.Wait()
	audit(t, db, b.ledger, id)
	if job := b.job(t, id); job.State != batch.Done || job.Counts.Done != 30 || job.Problem != "" {
		t.Errorf("got %s %q %+v", job.State, job.Problem, job.Counts)
	}
}

func TestForgottenRowsFail(t *testing.T) {
	db := storetest.Open(t)
	b := newBench(t, db, &scribe{width: 4, forget: 3})
	id := b.create(t, 30)
	if err := b.runner.Resume(id); err != nil {
		t.Fatal(err)
	}
	b.runner.Wait()
	audit(t, db, b.ledger, id)
	if job := b.job(t, id); job.State != batch.Done || job.Counts.Failed != 10 {
		t.Errorf("got %s %+v", job.State, job.Counts)
	}
}

func TestJobsWaitForEachOther(t *testing.T) {
	db := storetest.Open(t)
	b := newBench(t, db, &scribe{width: 4, delay: time.Millisecond, fate: func(br compose.Brief) compose.Outcome {
		out := drafted(br)
		out.Draft.ID += "/" + br.Channel
		return out
	}})
	var ids []string
	for i := range 3 {
		job, err := b.ledger.Create("goods.csv", "", batch.Spec{}, func(yield func(compose.Brief) bool) {
			for br := range briefs(10) {
				if br.Channel = fmt.Sprint(i); !yield(br) {
					return
				}
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, job.ID)
	}
	for _, id := range ids {
		if err := b.runner.Resume(id); err != nil {
			t.Fatal(err)
		}
	}
	if state := b.job(t, ids[2]).State; state != batch.Waiting {
		t.Errorf("the third job is %s", state)
	}
	if err := b.runner.Pause(ids[1]); err != nil {
		t.Fatal(err)
	}
	b.runner.Wait()
	for i, want := range []batch.State{batch.Done, batch.Paused, batch.Done} {
		if job := b.job(t, ids[i]); job.State != want {
			t.Errorf("job %d is %s %+v", i, job.State, job.Counts)
		}
	}
}

func TestCloseAndOpenAgain(t *testing.T) {
	db := storetest.Open(t)
	b := newBench(t, db, &scribe{width: 6, delay: 2 * time.Millisecond})
	id := b.create(t, 40)
	if err := b.runner.Resume(id); err != nil {
		t.Fatal(err)
	}
	waitFor(t, func() bool { return b.finished() >= 5 })
	b.runner.Close()
	audit(t, db, b.ledger, id)
	job := b.job(t, id)
	if job.State != batch.Paused || !job.Interrupted || job.Counts.Running != 0 {
		t.Fatalf("got %s, interrupted %v, %+v", job.State, job.Interrupted, job.Counts)
	}
	if err := b.runner.Resume(id); !errors.Is(err, batch.ErrClosed) {
		t.Errorf("resumed on a closed runner: %v", err)
	}
	again := newBench(t, db, &scribe{width: 6})
	if err := again.runner.Resume(id); err != nil {
		t.Fatal(err)
	}
	again.runner.Wait()
	audit(t, db, again.ledger, id)
	if job := again.job(t, id); job.State != batch.Done || job.Interrupted || job.Counts.Done != 40 {
		t.Errorf("got %s %+v", job.State, job.Counts)
	}
}

// Whatever a user does with a job, in whatever order, no row is lost, doubled or swapped.
