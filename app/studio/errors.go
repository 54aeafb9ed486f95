package studio

import (
	"errors"

	"shelftalk/store"
)

var (
	// ErrNoCatalogue means that no products have been imported.
	ErrNoCatalogue = errors.New("there is no catalogue: import a spreadsheet first")
	// ErrNotFound means that there is no draft, ruleset or channel of that id.
	ErrNotFound = errors.New("not found")
	// ErrFindings means that a draft can't be approved: a finding has to be dealt with first.
	ErrFindings = errors.New("the draft has findings that have to be cured or kept before it can be approved")
	// ErrNothing means that there is nothing to undo or redo.
	ErrNothing = errors.New("there is nothing to undo or redo")
	// ErrBusy means that the model is writing, and can't be exchanged meanwhile.
	ErrBusy = errors.New("the model is writing: pause the job first")
	// ErrChosen means that the model to be removed is the one that writes.
	ErrChosen = errors.New("this model is the one in use: choose another first")
	// ErrNoDrafts means that an export would have no copy in it.
	ErrNoDrafts = errors.New("there is no copy to export yet")
	// ErrLastRuleset means that the only ruleset was to be deleted.
	ErrLastRuleset = errors.New("one ruleset has to stay")
	// ErrClosed means that the studio was closed.
	ErrClosed = errors.New("the studio is closed")

	// ErrInUse, ErrDamaged and ErrNewer are the store's, for those who open a studio and know no store: another process
	// has the data, the file is broken, a later version of the program wrote it.
	ErrInUse   = store.ErrInUse
	ErrDamaged = store.ErrDamaged
	ErrNewer   = store.ErrNewer
)
