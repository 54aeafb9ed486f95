package store

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"time"

	bolt "go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"
)

// lockWait is how long Open waits for another process to let go of the file: a program that is just closing needs a moment.
const lockWait = time.Second

// DB is an open store. Its methods may be called from any goroutine: there is one Update at a time, beside any number of
// Views. A View must not open an Update inside itself.
type DB struct {
	bolt *bolt.DB
	path string
}

// Tx is a transaction. It is valid until the function that got it returns.
type Tx struct{ bolt *bolt.Tx }

// Open opens the store at path, and makes it, and its folder, when there is none. The n-th migration brings a file from
// version n-1 to n; those that a file lacks run in one transaction, behind a copy of the file beside it ("<path>.v<n>").
// The error wraps ErrInUse, ErrDamaged or ErrNewer where it is one of these, and names the file.
func Open(path string, migrations ...Migration) (*DB, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, fmt.Errorf("open store %q: %w", path, err)
	}
	db := &DB{path: path}
	err := guard(true, func() (err error) {
		db.bolt, err = bolt.Open(path, 0o644, &bolt.Options{Timeout: lockWait, FreelistType: bolt.FreelistMapType})
		if err == nil {
			err = db.checkSize()
		}
		return err
	})
	if err == nil {
		err = db.migrate(migrations)
	}
	if err != nil {
		if db.bolt != nil {
			_ = db.bolt.Close()
		}
		return nil, fmt.Errorf("open store %q: %w", path, translate(err))
	}
	return db, nil
}

// Path is the file's path.
func (db *DB) Path() string { return db.path }

// Close waits for running transactions and closes the file.
func (db *DB) Close() error {
	if err := db.bolt.Close(); err != nil {
		return fmt.Errorf("close store %q: %w", db.path, err)
	}
	return nil
}

// View runs fn over one consistent state of the store.
func (db *DB) View(fn func(*Tx) error) error {
	return db.named(guard(false, func() error {
		return db.bolt.View(func(tx *bolt.Tx) error { return fn(&Tx{tx}) })
	}))
}

// Update runs fn and keeps all of its changes, safely on disk when Update returns nil; or none, when fn fails.
func (db *DB) Update(fn func(*Tx) error) error {
	return db.named(guard(false, func() error {
		return db.bolt.Update(func(tx *bolt.Tx) error { return fn(&Tx{tx}) })
	}))
}

// Backup writes the whole store, compacted, to a new file at path; a file that is there is replaced once the copy is whole.
func (db *DB) Backup(path string) error {
	if err := db.backup(path); err != nil {
		return fmt.Errorf("back up store %q to %q: %w", db.path, path, err)
	}
	return nil
}

func (db *DB) backup(path string) (err error) {
	temp := path + ".part"
	if err := os.Remove(temp); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(temp)
		}
	}()
	err = guard(false, func() error {
		copied, err := bolt.Open(temp, 0o644, &bolt.Options{Timeout: lockWait})
		if err != nil {
			return err
		}
		return errors.Join(bolt.Compact(copied, db.bolt, 1<<20), copied.Close())
	})
	if err != nil {
		return err
	}
	return os.Rename(temp, path)
}

// Check walks the whole file and returns what is wrong with it, nil when nothing is.
func (db *DB) Check() error {
	return db.named(guard(false, func() error {
		return db.bolt.View(func(tx *bolt.Tx) error {
			var all []error
			for err := range tx.Check() {
				all = append(all, err)
			}
			if len(all) > 0 {
				return fmt.Errorf("%w: %w", ErrDamaged, errors.Join(all...))
			}
			return nil
		})
	}))
}

// checkSize refuses a file that ends before its last page.
func (db *DB) checkSize() error {
	info, err := os.Stat(db.path)
	if err != nil {
		return err
	}
	return db.bolt.View(func(tx *bolt.Tx) error {
		if need := tx.Size(); info.Size() < need {
			return fmt.Errorf("%w: it has %d of %d bytes", ErrDamaged, info.Size(), need)
		}
		return nil
	})
}

// named adds the file's name to the errors that are about the file, and not about what was done with it.
func (db *DB) named(err error) error {
	switch {
	case err == nil:
		return nil
	case isDiskFull(err):
		return fmt.Errorf("store %q: %w (%w)", db.path, ErrFull, err)
	case errors.Is(err, ErrDamaged):
		return fmt.Errorf("store %q: %w", db.path, err)
	}
	return err
}

// guard runs fn and turns a read beyond the end of a damaged file, which would end the program, into ErrDamaged; and any
// other panic too when all is set.
func guard(all bool, fn func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		r := recover()
		if r == nil {
			return
		}
		fault, ok := r.(interface {
			error
			Addr() uintptr
		})
		switch {
		case ok:
			err = fmt.Errorf("%w: %w", ErrDamaged, fault)
		case all:
			err = fmt.Errorf("%w: %v", ErrDamaged, r)
		default:
			panic(r)
		}
	}()
	return fn()
}

func translate(err error) error {
	switch {
	case isDiskFull(err):
		return fmt.Errorf("%w (%w)", ErrFull, err)
	case errors.Is(err, bolterrors.ErrTimeout):
		return ErrInUse
	case errors.Is(err, bolterrors.ErrInvalid), errors.Is(err, bolterrors.ErrChecksum), errors.Is(err, bolterrors.ErrVersionMismatch):
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return err
}

func encodeVersion(n int) []byte { return binary.BigEndian.AppendUint32(nil, uint32(n)) }

func decodeVersion(b []byte) (int, error) {
	if len(b) != 4 {
		return 0, fmt.Errorf("%w: a version of %d bytes", ErrDamaged, len(b))
	}
	return int(binary.BigEndian.Uint32(b)), nil
}
