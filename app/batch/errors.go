package batch

import "errors"

var (
	// ErrNoRows means that a job would have nothing to do.
	ErrNoRows = errors.New("there are no products to write copy for")
	// ErrNoJob means that the ledger has no such job.
	ErrNoJob = errors.New("there is no such job")
	// ErrState means that a row or job isn't in the state that the change needs: another process, or a second call, was first.
	ErrState = errors.New("the job has moved on meanwhile")
	// ErrClosed means that the runner was closed.
	ErrClosed = errors.New("the program is closing")
)
