// Package storetest opens stores for tests, and checks on the way out that they are sound.
package storetest

import (
	"path/filepath"
	"testing"

	"shelftalk/store"
)

// Open returns a fresh store in a folder of the test's own. It is checked and closed when the test ends.
func Open(t testing.TB, migrations ...store.Migration) *store.DB {
	t.Helper()
	return OpenAt(t, filepath.Join(t.TempDir(), "test.db"), migrations...)
}

// OpenAt opens the store at path. It is checked and closed when the test ends: the test must not close it itself.
func OpenAt(t testing.TB, path string, migrations ...store.Migration) *store.DB {
	t.Helper()
	db, err := store.Open(path, migrations...)
	if err != nil {
		t.Fatalf("open store: %v", err)
	}
	t.Cleanup(func() {
		Check(t, db)
		if err := db.Close(); err != nil {
			t.Errorf("close store: %v", err)
		}
	})
	return db
}

// Check fails the test when db is damaged.
func Check(t testing.TB, db *store.DB) {
	t.Helper()
	if err := db.Check(); err != nil {
		t.Errorf("the store is damaged: %v", err)
	}
}
