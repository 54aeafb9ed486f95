package batch

import (
	"cmp"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"

	"shelftalk/app/catalog"
	"shelftalk/app/compose"
	"shelftalk/store"
)

var (
	jobs   = store.CollectionOf[Job]("jobs")
	rows   = store.CollectionOf[Row]("job rows")
	briefs = store.CollectionOf[compose.Brief]("job briefs")
)

// KeepDraft stores a draft inside the transaction that finishes its row.
type KeepDraft func(tx *store.Tx, b compose.Brief, d compose.Draft) error

// Ledger keeps jobs and their rows. Its methods may be called from any goroutine.
type Ledger struct {
	db   *store.DB
	keep KeepDraft
}

// OpenLedger opens the ledger in db. Rows that were being written when the program ended are pending again, and their
// jobs paused, with Interrupted set. keep stores the drafts.
func OpenLedger(db *store.DB, keep KeepDraft) (*Ledger, error) {
	l := &Ledger{db: db, keep: keep}
	all, err := l.Jobs()
	if err != nil {
		return nil, err
	}
	for _, job := range all {
		if job.State != Running && job.State != Waiting && job.Counts.Running == 0 {
			continue
		}
		if err := l.release(job.ID, func(j *Job) {
			switch {
			case j.Counts.Pending == 0: // it ended between its last row and its own end
				j.State = Done
			case j.State == Running || j.State == Waiting:
				j.State, j.Interrupted = Paused, true
			}
		}); err != nil {
			return nil, err
		}
	}
	return l, nil
}

func rowKey(jobID string, index int) string { return fmt.Sprintf("%s/%08d", jobID, index) }

// Create adds a job, paused, with a row per brief. The briefs carry the rows' products; their ruleset is the job's. source
// is the products' file; mark is the caller's own.
func (l *Ledger) Create(source, mark string, spec Spec, all iter.Seq[compose.Brief]) (Job, error) {
	id := make([]byte, 4)
	_, _ = rand.Read(id) // never fails
	job := Job{
		ID:      time.Now().UTC().Format("20060102-150405-") + hex.EncodeToString(id),
		Source:  source,
		Mark:    mark,
		Spec:    spec,
		Created: time.Now(),
		State:   Paused,
	}
	err := l.db.Update(func(tx *store.Tx) error {
		for b := range all {
			job.Ruleset, b.Ruleset = b.Ruleset, compose.Ruleset{}
			row := Row{
				JobID: job.ID, Index: job.Counts.Total, SourceRow: b.Product.Row, Key: b.Product.Key,
				Title: b.Product.Value(catalog.Title), State: RowPending,
			}
			key := rowKey(job.ID, row.Index)
			if err := errors.Join(rows.Put(tx, key, row), briefs.Put(tx, key, b)); err != nil {
				return err
			}
			job.Counts.Total++
			job.Counts.Pending++
		}
		if job.Counts.Total == 0 {
			return ErrNoRows
		}
		return jobs.Put(tx, job.ID, job)
	})
	if err != nil {
		return Job{}, fmt.Errorf("make a job: %w", err)
	}
	return job, nil
}

// Jobs returns all jobs, the newest first.
func (l *Ledger) Jobs() ([]Job, error) {
	var out []Job
	err := l.db.View(func(tx *store.Tx) error {
		for e, err := range jobs.All(tx, "") {
			if err != nil {
				return err
			}
			out = append(out, e.Value)
		}
		return nil
	})
	slices.SortStableFunc(out, func(a, b Job) int { return b.Created.Compare(a.Created) })
	return out, err
}

// Job returns the job with the id, or an error that wraps ErrNoJob.
func (l *Ledger) Job(id string) (Job, error) {
	var job Job
	err := l.db.View(func(tx *store.Tx) (err error) {
		job, err = getJob(tx, id)
		return err
	})
	return job, err
}

func getJob(tx *store.Tx, id string) (Job, error) {
	job, err := jobs.Get(tx, id)
	if errors.Is(err, store.ErrNotFound) {
		return job, fmt.Errorf("job %q: %w", id, ErrNoJob)
	}
	return job, err
}

// Rows returns a job's rows in their order.
func (l *Ledger) Rows(id string) ([]Row, error) {
	var out []Row
	err := l.db.View(func(tx *store.Tx) error {
		if _, err := getJob(tx, id); err != nil {
			return err
		}
		for e, err := range rows.All(tx, id+"/") {
			if err != nil {
				return err
			}
			out = append(out, e.Value)
		}
		return nil
	})
	return out, err
}

// Unmark takes a job's mark off.
func (l *Ledger) Unmark(id string) error {
	_, err := l.change(id, func(j *Job) error {
		j.Mark = ""
		return nil
	})
	return err
}

// Delete removes a job and its rows. Its drafts stay.
func (l *Ledger) Delete(id string) error {
	return l.db.Update(func(tx *store.Tx) error {
		return errors.Join(jobs.Delete(tx, id), rows.DeleteAll(tx, id+"/"), briefs.DeleteAll(tx, id+"/"))
	})
}

// RetryFailed makes a job's failed rows pending and returns how many they are. A job that was done is paused.
func (l *Ledger) RetryFailed(id string) (int, error) {
	n := 0
	err := l.db.Update(func(tx *store.Tx) error {
		job, err := getJob(tx, id)
		if err != nil {
			return err
		}
		n, err = moveAll(tx, &job, RowFailed, RowPending)
		if n > 0 && job.State == Done {
			job.State = Paused
		}
		return errors.Join(err, jobs.Put(tx, id, job))
	})
	return n, err
}

// release makes the rows being written pending again.
func (l *Ledger) release(id string, also func(*Job)) error {
	return l.db.Update(func(tx *store.Tx) error {
		job, err := getJob(tx, id)
		if err != nil {
			return err
		}
		if _, err := moveAll(tx, &job, RowRunning, RowPending); err != nil {
			return err
		}
		also(&job)
		return jobs.Put(tx, id, job)
	})
}

// moveAll moves every row of the job that is in the state from, and counts it in job, which the caller stores.
func moveAll(tx *store.Tx, job *Job, from, to RowState) (int, error) {
	var moved []Row
	for e, err := range rows.All(tx, job.ID+"/") {
		if err != nil {
			return 0, err
		}
		if e.Value.State == from {
			moved = append(moved, e.Value)
		}
	}
	for _, row := range moved {
		row.State, row.Reason = to, ""
		job.Counts.move(from, to)
		if err := rows.Put(tx, rowKey(job.ID, row.Index), row); err != nil {
			return 0, err
		}
	}
	return len(moved), job.Counts.Check()
}

// change edits a job in a transaction of its own.
func (l *Ledger) change(id string, fn func(*Job) error) (Job, error) {
	var job Job
	err := l.db.Update(func(tx *store.Tx) (err error) {
		if job, err = getJob(tx, id); err != nil {
			return err
		}
		if err := fn(&job); err != nil {
			return fmt.Errorf("job %q: %w", id, err)
		}
		return jobs.Put(tx, id, job)
	})
	return job, err
}

// lastRows is how many rows at a job's end are written longest first.
const lastRows = 64

// pending returns the indexes of the rows that wait to be written, in their order but for the last: of those the row with
// most to be written goes first, so that no long one is left when nothing follows to be written beside it.
func (l *Ledger) pending(id string) ([]int, error) {
	all, err := l.Rows(id)
	if err != nil {
		return nil, err
	}
	var out []int
	for _, row := range all {
		if row.State == RowPending {
			out = append(out, row.Index)
		}
	}
	last := out[max(0, len(out)-lastRows):]
	sizes := map[int]int{}
	err = l.db.View(func(tx *store.Tx) error {
		for _, index := range last {
			b, err := briefs.Get(tx, rowKey(id, index))
			if err != nil {
				return err
			}
			sizes[index] = size(b.Product)
		}
		return nil
	})
	slices.SortStableFunc(last, func(a, b int) int { return cmp.Compare(sizes[b], sizes[a]) })
	return out, err
}

// size is about how much there is to be written of a product, in bytes.
func size(p catalog.Product) int {
	n := 0
	for _, f := range p.Fields {
		if f.Role == catalog.Description || f.Role == catalog.Attribute {
			n += len(f.Value)
		}
	}
	return n
}

// claim marks a pending row as being written and returns what to write.
func (l *Ledger) claim(id string, index int) (row Row, brief compose.Brief, err error) {
	err = l.db.Update(func(tx *store.Tx) error {
		job, err := getJob(tx, id)
		if err != nil {
			return err
		}
		key := rowKey(id, index)
		if row, err = rows.Get(tx, key); err != nil {
			return err
		}
		if row.State != RowPending {
			return fmt.Errorf("row %d is %s: %w", index, row.State, ErrState)
		}
		if brief, err = briefs.Get(tx, key); err != nil {
			return err
		}
		brief.Ruleset = job.Ruleset
		if job.Spec.Careful != nil {
			brief.Ruleset.Careful = *job.Spec.Careful
		}
		row.State = RowRunning
		job.Counts.move(RowPending, RowRunning)
		return errors.Join(job.Counts.Check(), rows.Put(tx, key, row), jobs.Put(tx, id, job))
	})
	return row, brief, err
}

// finish keeps what became of a running row: its draft and its state in one transaction. active is how long the job has
// been written since the last call.
func (l *Ledger) finish(id string, index int, b compose.Brief, o compose.Outcome, active time.Duration) (row Row, job Job, err error) {
	err = l.db.Update(func(tx *store.Tx) error {
		if job, err = getJob(tx, id); err != nil {
			return err
		}
		if row, err = rows.Get(tx, rowKey(id, index)); err != nil {
			return err
		}
		if row.State != RowRunning {
			return fmt.Errorf("row %d is %s: %w", index, row.State, ErrState)
		}
		row.settle(o)
		if row.State == RowDone {
			o.Draft.JobID = id
			if err := l.keep(tx, b, o.Draft); err != nil {
				return err
			}
			if len(row.Findings) > 0 {
				job.Counts.NeedsLook++
			}
		}
		job.Counts.move(RowRunning, row.State)
		job.Active += active
		job.Tokens += row.Tokens
		return errors.Join(job.Counts.Check(), rows.Put(tx, rowKey(id, index), row), jobs.Put(tx, id, job))
	})
	return row, job, err
}

const previewRunes = 240

// settle takes over what became of the row.
func (r *Row) settle(o compose.Outcome) {
	r.Reason, r.Findings = "", nil
	switch {
	case o.Err != nil:
		r.State, r.Reason = RowFailed, o.Err.Error()
	case o.Skipped != "":
		r.State, r.Reason = RowSkipped, o.Skipped
	default:
		text := o.Draft.Current()
		r.State, r.DraftID = RowDone, o.Draft.ID
		r.Seconds, r.Tokens = o.Draft.Seconds, o.Draft.Tokens
		r.Findings = text.Findings
		r.Preview = text.Text(compose.FieldDescription)
		if runes := []rune(r.Preview); len(runes) > previewRunes {
			r.Preview = string(runes[:previewRunes]) + "…"
		}
	}
}
