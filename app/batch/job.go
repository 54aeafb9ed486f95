package batch

import (
	"fmt"
	"time"

	"shelftalk/app/check"
	"shelftalk/app/compose"
)

// Spec says what to write.
type Spec struct {
	Keys      []string `json:"-"` // products by key, for those who make a job from a catalogue; empty: all
	Template  string   // "product-page"
	Channel   string   // a channel's id
	RulesetID string
	Language  compose.Language // "": each product's own
	Variants  int
	Careful   *float64 // nil: the ruleset's own
	Seed      uint64
}

// State of a job.
type State string

// The states of a job. A paused or stopped job whose Counts.Running isn't zero is still finishing the rows in flight.
const (
	Running State = "running"
	Waiting State = "waiting" // another job runs
	Paused  State = "paused"  // goes on when asked to; Job.Problem says why it paused by itself
	Stopped State = "stopped" // the user has had enough of it; it can go on all the same
	Done    State = "done"    // every row is done, failed or skipped
)

// RowState is the state of a row.
type RowState string

// The states of a row.
const (
	RowPending RowState = "pending"
	RowRunning RowState = "running"
	RowDone    RowState = "done"
	RowFailed  RowState = "failed"
	RowSkipped RowState = "skipped"
)

// Counts of a job's rows. Total = Done + Failed + Skipped + Pending.
type Counts struct {
	Total   int
	Pending int // not finished, those being written among them
	Running int // of Pending: being written
	Done    int
	Failed  int
	Skipped int
	// NeedsLook is how many of Done have a finding.
	NeedsLook int
}

// Finished is how many rows are done, failed or skipped.
func (c Counts) Finished() int { return c.Done + c.Failed + c.Skipped }

// move counts a row's change of state.
func (c *Counts) move(from, to RowState) {
	for _, step := range []struct {
		state RowState
		by    int
	}{{from, -1}, {to, 1}} {
		switch step.state {
		case RowPending:
			c.Pending += step.by
		case RowRunning:
			c.Pending += step.by
			c.Running += step.by
		case RowDone:
			c.Done += step.by
		case RowFailed:
			c.Failed += step.by
		case RowSkipped:
			c.Skipped += step.by
		}
	}
}

// Check returns an error when the counts contradict each other.
func (c Counts) Check() error {
	if c.Total != c.Done+c.Failed+c.Skipped+c.Pending || c.Running > c.Pending || c.NeedsLook > c.Done ||
		min(c.Total, c.Pending, c.Running, c.Done, c.Failed, c.Skipped, c.NeedsLook) < 0 {
		return fmt.Errorf("the counts of the job's rows contradict each other: %+v", c)
	}
	return nil
}

// Job is a list of products to write copy for.
type Job struct {
	ID      string
	Source  string // the file that the products came from
	Mark    string // the maker's own, to find the job again
	Spec    Spec
	Ruleset compose.Ruleset // as it was when the job was made
	Created time.Time
	State   State
	Counts  Counts
	// Interrupted says that the program ended while the job ran: offer to go on.
	Interrupted bool
	Problem     string        // why the job paused by itself
	Active      time.Duration // time spent writing
	Tokens      int           // written so far
}

// SecondsPerRow is the time per finished row, zero before there is one.
func (j Job) SecondsPerRow() float64 {
	if j.Counts.Finished() == 0 {
		return 0
	}
	return j.Active.Seconds() / float64(j.Counts.Finished())
}

// Row is one product of a job.
type Row struct {
	JobID     string
	Index     int // position in the job, from 0
	SourceRow int // row of the source file, from 1
	Key       string
	Title     string
	State     RowState
	Reason    string // why it failed or was skipped
	DraftID   string
	Preview   string  // the start of the description
	Seconds   float64 // time that the draft took, shared with the rows beside it
	Tokens    int
	Findings  []check.Finding
}
