package batch_test

import (
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"shelftalk/app/batch"
	"shelftalk/app/catalog"
	"shelftalk/app/compose"
	"shelftalk/store"
	"shelftalk/store/storetest"
)

func audit(t testing.TB, db *store.DB, l *batch.Ledger, id string) []batch.Row {
	t.Helper()
	job, err := l.Job(id)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := l.Rows(id)
	if err != nil {
		t.Fatal(err)
	}
	counts := batch.Counts{Total: len(rows)}
	err = db.View(func(tx *store.Tx) error {
		for i, row := range rows {
			if want := product(i); row.Index != i || row.Key != want.Key || row.SourceRow != want.Row {
				t.Errorf("row %d is %+v", i, row)
			}
			d, err := drafts.Get(tx, draftID(row.Key))
			if has := err == nil; has != (row.State == batch.RowDone) {
				t.Errorf("row %d is %s, draft: %v", i, row.State, has)
			}
			switch row.State {
			case batch.RowPending:
				counts.Pending++
			case batch.RowRunning:
				counts.Pending++
				counts.Running++
			case batch.RowFailed:
				counts.Failed++
			case batch.RowSkipped:
				counts.Skipped++
			case batch.RowDone:
				counts.Done++
				if len(row.Findings) > 0 {
					counts.NeedsLook++
				}
				if text := d.Current().Text(compose.FieldDescription); text != textFor(product(i)) || d.JobID != id {
					t.Errorf("row %d has the copy %q of job %q", i, text, d.JobID)
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if counts != job.Counts {
		t.Errorf("counted %+v, the job says %+v", counts, job.Counts)
	}
	if err := job.Counts.Check(); err != nil {
		t.Error(err)
	}
	return rows
}

func TestRowsBringTheirProductAndRuleset(t *testing.T) {
	db := storetest.Open(t)
	careful := 0.4
	var got []compose.Brief
	var mu sync.Mutex
	b := newBench(t, db, &scribe{width: 2, started: func(br compose.Brief) {
		mu.Lock()
		defer mu.Unlock()
		got = append(got, br)
	}})
	rules := compose.Ruleset{ID: "house", Tone: "plain", Careful: 0.9, Never: []string{"cheap"}}
	job, err := b.ledger.Create("goods.csv", "", batch.Spec{Careful: &careful}, func(yield func(compose.Brief) bool) {
		for br := range briefs(3) {
			if br.Ruleset = rules; !yield(br) {
				return
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := b.runner.Resume(job.ID); err != nil {
		t.Fatal(err)
	}
	b.runner.Wait()
	for i, br := range got {
		if br.Product.Value(catalog.Title) != product(i).Value(catalog.Title) || br.Ruleset.Careful != careful || !slices.Equal(br.Ruleset.Never, rules.Never) {
			t.Errorf("brief %d is %+v", i, br)
		}
	}
}

func TestInvariant(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		db := storetest.Open(t)
		n := rapid.IntRange(1, 25).Draw(rt, "rows")
		s := &scribe{
			width:      rapid.IntRange(1, 9).Draw(rt, "width"),
			breakAfter: rapid.IntRange(0, 12).Draw(rt, "break after"),
			forget:     rapid.SampledFrom([]int{0, 0, 5}).Draw(rt, "forget"),
			delay:      time.Duration(rapid.IntRange(0, 300).Draw(rt, "delay")) * time.Microsecond,
			fate:       failing(rapid.SampledFrom([]string{"x", "1", "3"}).Draw(rt, "failing")),
		}
		b := newBench(t, db, s)
		id := b.create(t, n)
		for range rapid.IntRange(1, 12).Draw(rt, "steps") {
			var err error
			switch rapid.SampledFrom([]string{"resume", "resume", "pause", "stop", "retry", "wait", "reopen", "sleep"}).Draw(rt, "step") {
			case "resume":
				err = b.runner.Resume(id)
			case "pause":
				err = b.runner.Pause(id)
			case "stop":
				err = b.runner.Stop(id)
			case "retry":
				err = b.runner.RetryFailed(id)
			case "wait":
				b.runner.Wait()
				audit(t, db, b.ledger, id)
			case "reopen":
				b.runner.Close()
				b = newBench(t, db, s)
				audit(t, db, b.ledger, id)
			case "sleep":
				time.Sleep(time.Millisecond)
			}
			if err != nil && !errors.Is(err, batch.ErrNoRows) && !errors.Is(err, batch.ErrState) {
				rt.Fatal(err)
			}
		}
		b.runner.Close()
		for _, row := range audit(t, db, b.ledger, id) {
			if row.State == batch.RowRunning {
				rt.Errorf("row %d is still running", row.Index)
			}
		}
		if t.Failed() {
			rt.Fatal("the ledger is out of step")
		}
	})
}

func waitFor(t testing.TB, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !ok(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("it never came")
		}
	}
}
