package batch

import (
	"errors"
	"fmt"
	"iter"
	"sync"
	"time"

	"shelftalk/app/compose"
)

// errNoAnswer is the reason of a row that the composer took and never gave back.
var errNoAnswer = errors.New("nothing came back for this row: try it again")

// pass is one call of the composer. Briefs are pulled from it on one goroutine while outcomes come in on another.
type pass struct {
	runner *Runner
	run    *run
	last   time.Time // of the last finished row, for the job's active time

	mu     sync.Mutex
	pulled []pulled // in the order of pulling, which outcomes count by
	err    error    // of the store, when a row couldn't be claimed
}

type pulled struct {
	row   int
	brief compose.Brief
	ended bool
}

// briefs claims a row whenever the composer asks for one, and ends when the job is to halt.
func (p *pass) briefs(todo []int) iter.Seq[compose.Brief] {
	return func(yield func(compose.Brief) bool) {
		for _, index := range todo {
			if p.run.wanted() != Running || p.runner.ctx.Err() != nil {
				return
			}
			row, brief, err := p.runner.ledger.claim(p.run.id, index)
			if errors.Is(err, ErrState) {
				continue
			}
			if err != nil {
				p.fail(err)
				return
			}
			p.mu.Lock()
			p.pulled = append(p.pulled, pulled{row: index, brief: brief})
			p.mu.Unlock()
			p.run.meter.claimed(row)
			if !yield(brief) {
				return
			}
		}
	}
}

func (p *pass) fail(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.err = err
}

func (p *pass) failure() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.err
}

// take returns the pulled brief that an outcome is about, and whether this is its first outcome.
func (p *pass) take(index int) (pulled, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if index < 0 || index >= len(p.pulled) || p.pulled[index].ended {
		return pulled{}, false
	}
	p.pulled[index].ended = true
	return p.pulled[index], true
}

// finish keeps an outcome. One that nobody asked for is dropped.
func (p *pass) finish(o compose.Outcome) error {
	taken, ok := p.take(o.Index)
	if !ok {
		return nil
	}
	now := time.Now()
	row, job, err := p.runner.ledger.finish(p.run.id, taken.row, taken.brief, o, now.Sub(p.last))
	if err != nil {
		return fmt.Errorf("keep row %d: %w", row.SourceRow, err)
	}
	p.last = now
	p.run.meter.ended(taken.row)
	p.runner.tell(job, p.run.meter, &row)
	return nil
}

// unanswered fails the rows that were pulled and never came back, so that the job ends whatever the composer does.
func (p *pass) unanswered() error {
	p.mu.Lock()
	n := len(p.pulled)
	p.mu.Unlock()
	for i := range n {
		if err := p.finish(compose.Outcome{Index: i, Err: errNoAnswer}); err != nil {
			return err
		}
	}
	return nil
}

func (p *pass) text(index int, field, text string) {
	p.mu.Lock()
	ok := index >= 0 && index < len(p.pulled)
	row := 0
	if ok {
		row = p.pulled[index].row
	}
	p.mu.Unlock()
	if ok {
		p.run.meter.wrote(row, field, text)
	}
}
