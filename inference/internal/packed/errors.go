package packed

import "errors"

var (
	// ErrUnusable means that there are no packed weights of a key, or none that could be used.
	ErrUnusable = errors.New("no packed weights to use")
	// ErrRoom means that the disk isn't empty enough, or the weights larger than all that the folder may hold.
	ErrRoom = errors.New("no room for packed weights")
	// ErrBusy means that another program is writing to the folder.
	ErrBusy = errors.New("another program keeps packed weights now")
	// ErrStopped means that writing was stopped before its end.
	ErrStopped = errors.New("packing was stopped")
	// ErrSystem means that weights can't be mapped on this system.
	ErrSystem = errors.New("packed weights aren't kept on this system")
)
