package store

import (
	"fmt"

	bolt "go.etcd.io/bbolt"
)

// Migration changes a file of one version into the next. It reads and writes collections as they were then:
// Collection[json.RawMessage] takes any value.
type Migration func(*Tx) error

var (
	metaBucket = []byte("\x00store") // no collection has this name
	versionKey = []byte("version")
)

// Version is the number of migrations that the file has behind it.
func (db *DB) Version() (int, error) {
	version := 0
	err := db.bolt.View(func(tx *bolt.Tx) (err error) {
		version, err = readVersion(tx)
		return err
	})
	return version, err
}

func readVersion(tx *bolt.Tx) (int, error) {
	meta := tx.Bucket(metaBucket)
	if meta == nil {
		return -1, nil
	}
	return decodeVersion(meta.Get(versionKey))
}

// migrate brings the file to version len(migrations). A fresh file starts there.
func (db *DB) migrate(migrations []Migration) error {
	have, err := db.Version()
	if err != nil {
		return err
	}
	want := len(migrations)
	switch {
	case have == want:
		return nil
	case have > want:
		return fmt.Errorf("%w (its version is %d, this program knows %d)", ErrNewer, have, want)
	case have >= 0:
		if err := db.backup(fmt.Sprintf("%s.v%d", db.path, have)); err != nil {
			return fmt.Errorf("copy it aside before bringing it up to date: %w", err)
		}
	}
	return guard(false, func() error {
		return db.bolt.Update(func(tx *bolt.Tx) error {
			for n := max(have, 0); have >= 0 && n < want; n++ {
				if err := migrations[n](&Tx{tx}); err != nil {
					return fmt.Errorf("bring it from version %d to %d: %w", n, n+1, err)
				}
			}
			meta, err := tx.CreateBucketIfNotExists(metaBucket)
			if err != nil {
				return err
			}
			return meta.Put(versionKey, encodeVersion(want))
		})
	})
}
