package batch

import (
	"slices"
	"sync"
	"time"

	"shelftalk/inference"
)

// liveRows is how many of the rows being written a Progress shows the text of.
const liveRows = 4

// Live is the text of a row while it is written.
type Live struct {
	Index      int // of the row
	Key, Title string
	Field      string // being written now
	Text       string // of that field so far
}

// Progress of a job.
type Progress struct {
	JobID  string
	State  State
	Counts Counts
	// Problem says why the job paused by itself.
	Problem string
	// TokensPerSecond is the engine's rate over the last seconds; zero when nothing is being written.
	TokensPerSecond float64
	// SecondsPerRow is the time per finished row since the job was last started; zero before there is one.
	SecondsPerRow float64
	// Left is the time until the job is done, from the measured rate; zero while that can't be known.
	Left time.Duration
	// Rows is the number of rows being written together.
	Rows int
	Live []Live // the longest running rows
}

// Event tells of a job. Row is set when a row has been finished.
type Event struct {
	Progress Progress
	Row      *Row
}

// meter measures a running job. Its methods may be called from any goroutine.
type meter struct {
	mu       sync.Mutex
	now      func() time.Time
	began    time.Time // when the first row was claimed
	finished int       // since then
	flight   []Live    // rows being written, in the order in which they were claimed
	speed    float64
	dirty    bool
}

func (m *meter) claimed(row Row) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.began.IsZero() {
		m.began = m.now()
	}
	m.flight = append(m.flight, Live{Index: row.Index, Key: row.Key, Title: row.Title})
	m.dirty = true
}

func (m *meter) ended(index int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.finished++
	m.flight = slices.DeleteFunc(m.flight, func(l Live) bool { return l.Index == index })
	m.dirty = true
}

func (m *meter) wrote(index int, field, text string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for i := range m.flight[:min(liveRows, len(m.flight))] {
		if l := &m.flight[i]; l.Index == index {
			l.Field, l.Text, m.dirty = field, text, true
		}
	}
}

func (m *meter) stepped(p inference.Progress) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.speed, m.dirty = p.TokensPerSecond, true
}

// changed says whether there is news since it was last asked.
func (m *meter) changed() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	dirty := m.dirty
	m.dirty = false
	return dirty
}

// read fills in what is measured. pending counts all rows that aren't finished.
func (m *meter) read(p *Progress) {
	m.mu.Lock()
	defer m.mu.Unlock()
	p.TokensPerSecond = m.speed
	p.Rows = len(m.flight)
	p.Live = slices.Clone(m.flight[:min(liveRows, len(m.flight))])
	if m.finished == 0 {
		return
	}
	elapsed := m.now().Sub(m.began)
	p.SecondsPerRow = elapsed.Seconds() / float64(m.finished)
	p.Left = timeLeft(elapsed, m.finished, len(m.flight), p.Counts.Pending)
}

// timeLeft is how long the pending rows, flight of them being written, will take, when finished rows took elapsed; zero
// while too few are finished to say. Rows end in no order, so those in flight count as half written. That also fits the
// end of a job: the last rows have the machine to themselves.
func timeLeft(elapsed time.Duration, finished, flight, pending int) time.Duration {
	if finished < max(3, flight/2) || pending == 0 {
		return 0
	}
	half := float64(flight) / 2
	return time.Duration(float64(elapsed) * (float64(pending) - half) / (float64(finished) + half))
}
