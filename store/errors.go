package store

import "errors"

var (
	// ErrInUse means that another process has the file open.
	ErrInUse = errors.New("the store is in use by another Shelftalk: close it, or name another data folder")
	// ErrDamaged means that the file isn't a store, or is broken.
	ErrDamaged = errors.New("the store is damaged: move the file aside, and put a backup in its place if there is one")
	// ErrNewer means that a later version of the program wrote the file.
	ErrNewer = errors.New("the store was written by a newer Shelftalk: update this program, or name another data folder")
	// ErrFull means that the disk has no room for a change. What was committed before is safe.
	ErrFull = errors.New("the disk is full: make room; what was stored before is safe")
	// ErrNotFound means that a collection has no value under the key.
	ErrNotFound = errors.New("not found")
	// ErrKey means that a key is empty or too long.
	ErrKey = errors.New("a key needs 1 to 1024 bytes")
)
