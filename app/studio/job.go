package studio

import (
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"

	"shelftalk/app/batch"
	"shelftalk/app/catalog"
	"shelftalk/app/compose"
	"shelftalk/store"
)

// fate is how the last try to write copy for a product ended, when it left no draft.
type fate struct {
	state  batch.RowState // failed or skipped
	reason string
}

// speed is what was measured with a model.
type speed struct {
	TokensPerSecond float64
	// Seconds per product and variant, in a batch.
	Seconds float64
}

// StartJob makes a job of the catalogue's products and starts it; it waits when another is running. No language means
// each product's own; other empty choices take DefaultChannel, the first ruleset and one variant.
func (s *Studio) StartJob(spec batch.Spec) (id string, err error) {
	job, err := s.MakeJob(spec, "")
	if err != nil {
		return "", err
	}
	return job.ID, s.runner.Resume(job.ID)
}

// MakeJob is StartJob without the start: Resume does that. mark is the caller's own, to find the job again.
func (s *Studio) MakeJob(spec batch.Spec, mark string) (batch.Job, error) {
	ruleset, err := s.Ruleset(spec.RulesetID)
	if err != nil {
		return batch.Job{}, err
	}
	spec.RulesetID = ruleset.ID
	spec.Template = firstOf(spec.Template, compose.ProductPage)
	spec.Channel = firstOf(spec.Channel, DefaultChannel)
	if _, err := s.Channel(spec.Channel); err != nil {
		return batch.Job{}, err
	}
	spec.Variants = max(spec.Variants, 1)
	s.mu.Lock()
	products, source := s.products, s.source
	s.mu.Unlock()
	if len(products) == 0 {
		return batch.Job{}, ErrNoCatalogue
	}
	return s.ledger.Create(source.Name, mark, spec, briefs(products, spec, ruleset))
}

// DefaultChannel is the channel when none is chosen.
const DefaultChannel = "shopify"

func briefs(products []catalog.Product, spec batch.Spec, ruleset compose.Ruleset) iter.Seq[compose.Brief] {
	wanted := map[string]bool{}
	for _, key := range spec.Keys {
		wanted[key] = true
	}
	return func(yield func(compose.Brief) bool) {
		for _, p := range products {
			if len(wanted) > 0 && !wanted[p.Key] {
				continue
			}
			b := compose.Brief{
				Product: p, Template: spec.Template, Channel: spec.Channel, Ruleset: ruleset,
				Language: spec.Language, Variants: spec.Variants, Seed: spec.Seed,
			}
			if b.Language == "" {
				b.Language = compose.Language(p.Language())
			}
			if !yield(b) {
				return
			}
		}
	}
}

// Pause lets a job finish the rows in flight and start no more.
func (s *Studio) Pause(id string) error { return s.runner.Pause(id) }

// Resume goes on with a job.
func (s *Studio) Resume(id string) error { return s.runner.Resume(id) }

// Stop is Pause for good; the job can go on all the same.
func (s *Studio) Stop(id string) error { return s.runner.Stop(id) }

// RetryFailed goes on with a job's failed rows.
func (s *Studio) RetryFailed(id string) error { return s.runner.RetryFailed(id) }

// ReopenFailed makes a job's failed rows pending without starting it, and returns how many they are.
func (s *Studio) ReopenFailed(id string) (int, error) { return s.ledger.RetryFailed(id) }

// Unmark takes a job's mark off: it isn't to be found again.
func (s *Studio) Unmark(id string) error { return s.ledger.Unmark(id) }

// Halt stops the running job at once; the rows in flight are pending again. No job runs after it: it is for those who
// are about to close the studio and want to look at the job before.
func (s *Studio) Halt() { s.runner.Close() }

// DeleteJob removes a job that isn't running from the list. Its drafts stay.
func (s *Studio) DeleteJob(id string) error {
	job, err := s.ledger.Job(id)
	if err != nil {
		return err
	}
	if job.State == batch.Running || job.State == batch.Waiting || job.Counts.Running > 0 {
		return fmt.Errorf("job %q: %w", id, batch.ErrState)
	}
	return s.ledger.Delete(id)
}

// Jobs returns all jobs, the newest first.
func (s *Studio) Jobs() ([]batch.Job, error) { return s.ledger.Jobs() }

// Job returns one job.
func (s *Studio) Job(id string) (batch.Job, error) { return s.ledger.Job(id) }

// JobRows returns a job's rows in their order.
func (s *Studio) JobRows(id string) ([]batch.Row, error) { return s.ledger.Rows(id) }

// Progress returns a job's progress as of now.
func (s *Studio) Progress(id string) (batch.Progress, error) { return s.runner.Progress(id) }

// Wait returns when no job is running or waiting.
func (s *Studio) Wait() { s.runner.Wait() }

// Estimate is how long a job will take on this machine with the chosen model, from what its last job measured; false
// while nothing was measured.
func (s *Studio) Estimate(products, variants int) (time.Duration, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.speed.Seconds == 0 {
		return 0, false
	}
	return time.Duration(s.speed.Seconds * float64(products*max(variants, 1)) * float64(time.Second)), true
}

// jobEvent passes on what the runner tells.
func (s *Studio) jobEvent(e batch.Event) {
	if e.Progress.State == batch.Running && e.Progress.TokensPerSecond > 0 {
		s.engine.measured(e.Progress.TokensPerSecond)
	}
	if (e.Progress.State == batch.Done || e.Progress.State == batch.Stopped) && e.Progress.Counts.Running == 0 {
		s.learnSpeed(e.Progress)
	}
	if e.Row == nil {
		s.tell(Event{Kind: JobProgress, Progress: e.Progress})
		return
	}
	row := *e.Row
	s.mu.Lock()
	if row.State == batch.RowDone {
		delete(s.fates, row.Key)
	} else {
		s.fates[row.Key] = fate{row.State, row.Reason}
	}
	s.mu.Unlock()
	if row.State == batch.RowDone {
		s.refresh(row.DraftID)
	}
	s.tell(Event{Kind: RowFinished, Row: row, Progress: e.Progress})
}

// loadFates finds the rows that were the last try for their product and left no draft.
func (s *Studio) loadFates() error {
	all, err := s.ledger.Jobs()
	if err != nil {
		return err
	}
	for _, job := range slices.Backward(all) { // the oldest first, so that the newest has the last word
		rows, err := s.ledger.Rows(job.ID)
		if err != nil {
			return err
		}
		for _, row := range rows {
			switch row.State {
			case batch.RowFailed, batch.RowSkipped:
				s.fates[row.Key] = fate{row.State, row.Reason}
			case batch.RowDone:
				delete(s.fates, row.Key)
			}
		}
	}
	return nil
}

// learnSpeed remembers what a job that has ended measured, for estimates. Small jobs say little.
func (s *Studio) learnSpeed(p batch.Progress) {
	job, err := s.ledger.Job(p.JobID)
	if err != nil || job.Counts.Done < 3 || job.Active <= 0 {
		return
	}
	state := s.engine.current()
	measured := speed{
		TokensPerSecond: float64(job.Tokens) / job.Active.Seconds(),
		Seconds:         job.SecondsPerRow() / float64(max(job.Spec.Variants, 1)),
	}
	// An estimate that couldn't be kept is measured anew by the next job.
	_ = s.db.Update(func(tx *store.Tx) error { return speedsIn.Put(tx, state.Name, measured) })
	s.recallSpeed()
	s.tell(Event{Kind: EngineChanged, Engine: s.engine.current()})
}

// recallSpeed reads what was measured with the chosen model.
func (s *Studio) recallSpeed() {
	name := s.engine.current().Name
	var measured speed
	err := s.db.View(func(tx *store.Tx) (err error) {
		measured, err = speedsIn.GetOr(tx, name, speed{})
		return err
	})
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		measured = speed{}
	}
	s.mu.Lock()
	s.speed = measured
	s.mu.Unlock()
	s.engine.measured(measured.TokensPerSecond)
}
