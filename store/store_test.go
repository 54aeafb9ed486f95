package store_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"shelftalk/store"
	"shelftalk/store/storetest"
)

type note struct {
	Text string
	N    int
}

var notes = store.CollectionOf[note]("notes")

func put(t *testing.T, db *store.DB, key string, v note) {
	t.Helper()
	if err := db.Update(func(tx *store.Tx) error { return notes.Put(tx, key, v) }); err != nil {
		t.Fatal(err)
	}
}

func all(t testing.TB, db *store.DB, prefix string) map[string]note {
	t.Helper()
	out := map[string]note{}
	last := ""
	err := db.View(func(tx *store.Tx) error {
		for e, err := range notes.All(tx, prefix) {
			if err != nil {
				return err
			}
			if e.Key <= last {
				t.Errorf("key %q after %q", e.Key, last)
			}
			last = e.Key
			out[e.Key] = e.Value
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestUpdateIsAllOrNothing(t *testing.T) {
	db := storetest.Open(t)
	others := store.CollectionOf[int]("others")
	put(t, db, "a", note{Text: "first"})
	failed := errors.New("failed")
	err := db.Update(func(tx *store.Tx) error {
		if err := errors.Join(notes.Put(tx, "a", note{Text: "second"}), others.Put(tx, "n", 7)); err != nil {
			t.Fatal(err)
		}
		return failed
	})
	if !errors.Is(err, failed) {
		t.Fatalf("got %v", err)
	}
	err = db.View(func(tx *store.Tx) error {
		if v, err := notes.Get(tx, "a"); err != nil || v.Text != "first" {
			t.Errorf("got %v, %v", v, err)
		}
		if _, err := others.Get(tx, "n"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("got %v, want ErrNotFound", err)
		}
		v, err := others.GetOr(tx, "n", 3)
		if v != 3 || err != nil {
			t.Errorf("GetOr: %v, %v", v, err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestKeys(t *testing.T) {
	db := storetest.Open(t)
	for key, ok := range map[string]bool{"": false, "a": true, "保温杯/0001": true, strings.Repeat("k", 1024): true, strings.Repeat("k", 1025): false} {
		err := db.Update(func(tx *store.Tx) error { return notes.Put(tx, key, note{}) })
		if (err == nil) != ok || (!ok && !errors.Is(err, store.ErrKey)) {
			t.Errorf("key of %d bytes: %v", len(key), err)
		}
	}
}

// Whatever is done, a store holds what a map holds, before and after it is closed and opened.
func TestStoreIsAMap(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		path := filepath.Join(t.TempDir(), "store.db")
		db, err := store.Open(path)
		if err != nil {
			rt.Fatal(err)
		}
		defer func() { _ = db.Close() }()
		model := map[string]note{}
		key := rapid.StringMatching(`[ab]/[0-9]{1,2}`)
		rt.Repeat(map[string]func(*rapid.T){
			"put": func(rt *rapid.T) {
				k, v := key.Draw(rt, "key"), note{rapid.String().Draw(rt, "text"), rapid.Int().Draw(rt, "n")}
				v.Text = strings.ToValidUTF8(v.Text, "")
				put(t, db, k, v)
				model[k] = v
			},
			"delete": func(rt *rapid.T) {
				k := key.Draw(rt, "key")
				if err := db.Update(func(tx *store.Tx) error { return notes.Delete(tx, k) }); err != nil {
					rt.Fatal(err)
				}
				delete(model, k)
			},
			"delete all": func(rt *rapid.T) {
				prefix := rapid.SampledFrom([]string{"a/", "b/1", "c"}).Draw(rt, "prefix")
				if err := db.Update(func(tx *store.Tx) error { return notes.DeleteAll(tx, prefix) }); err != nil {
					rt.Fatal(err)
				}
				for k := range model {
					if strings.HasPrefix(k, prefix) {
						delete(model, k)
					}
				}
			},
			"reopen": func(rt *rapid.T) {
				if err := db.Close(); err != nil {
					rt.Fatal(err)
				}
				if db, err = store.Open(path); err != nil {
					rt.Fatal(err)
				}
			},
			"": func(rt *rapid.T) {
				if diff := cmp.Diff(model, all(t, db, "")); diff != "" {
					rt.Fatal(diff)
				}
			},
		})
		storetest.Check(t, db)
	})
}

func TestSecondOwnerIsRefused(t *testing.T) {
	db := storetest.Open(t)
	_, err := store.Open(db.Path())
	if !errors.Is(err, store.ErrInUse) || !strings.Contains(err.Error(), db.Path()) {
		t.Fatalf("got %v, want ErrInUse with the path", err)
	}
}

func TestMigrations(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store.db")
	raw := store.CollectionOf[json.RawMessage]("notes")
	first := func(tx *store.Tx) error { return raw.Put(tx, "a", json.RawMessage(`{"Text":"one","N":1}`)) }
	second := func(tx *store.Tx) error {
		v, err := raw.Get(tx, "a")
		if err != nil {
			return err
		}
		return raw.Put(tx, "a", json.RawMessage(strings.Replace(string(v), "one", "two", 1)))
	}
	fails := func(*store.Tx) error { return errors.New("can't") }
	open := func(m ...store.Migration) error {
		db, err := store.Open(path, m...)
		if err != nil {
			return err
		}
		return db.Close()
	}
	if err := open(); err != nil {
		t.Fatal(err)
	}
	if err := open(first); err != nil {
		t.Fatal(err)
	}
	if err := open(first, second, fails); err == nil || !strings.Contains(err.Error(), "from version 2 to 3") {
		t.Fatalf("a failing migration: %v", err)
	}
	if err := open(first, second); err != nil {
		t.Fatal(err)
	}
	if err := open(first); !errors.Is(err, store.ErrNewer) {
		t.Fatalf("got %v, want ErrNewer", err)
	}
	now := all(t, storetest.OpenAt(t, path, first, second), "")
	if diff := cmp.Diff(map[string]note{"a": {"two", 1}}, now); diff != "" {
		t.Error(diff)
	}
	before := all(t, storetest.OpenAt(t, path+".v1", first), "")
	if diff := cmp.Diff(map[string]note{"a": {"one", 1}}, before); diff != "" {
		t.Errorf("the copy from before the migration: %s", diff)
	}
}

func TestFreshStoreNeedsNoMigration(t *testing.T) {
	db := storetest.Open(t, func(*store.Tx) error { return errors.New("ran on a fresh file") })
	if v, err := db.Version(); v != 1 || err != nil {
		t.Errorf("version %d, %v", v, err)
	}
}

func TestBackup(t *testing.T) {
	db := storetest.Open(t)
	put(t, db, "a", note{Text: "kept"})
	to := filepath.Join(t.TempDir(), "backup.db")
	for range 2 { // over itself as well
		if err := db.Backup(to); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(all(t, db, ""), all(t, storetest.OpenAt(t, to), "")); diff != "" {
		t.Error(diff)
	}
	if err := db.Backup(filepath.Join(t.TempDir(), "no", "such", "folder.db")); err == nil {
		t.Error("a backup into a folder that isn't there succeeded")
	}
}

// A file that is cut, overwritten or foreign is refused or reported: it never ends the program.
func TestDamagedFiles(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store.db")
	db, err := store.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	err = db.Update(func(tx *store.Tx) error {
		for i := range 500 {
			if err := notes.Put(tx, strings.Repeat("k", 1+i), note{Text: strings.Repeat("text ", 100)}); err != nil {
				return err
			}
		}
		return nil
	})
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	damage := map[string][]byte{
		"foreign":      []byte(strings.Repeat("not a store at all\n", 2000)),
		"one byte":     {0},
		"only headers": whole[:8192],
		"odd length":   whole[:len(whole)/2+1],
		"half":         whole[:len(whole)/2],
	}
	zeroed := append([]byte{}, whole...)
	clear(zeroed[8192:])
	damage["zeroed"] = zeroed
	for name, data := range damage {
		t.Run(name, func(t *testing.T) {
			at := filepath.Join(t.TempDir(), "damaged.db")
			if err := os.WriteFile(at, data, 0o600); err != nil {
				t.Fatal(err)
			}
			db, err := store.Open(at)
			if err == nil {
				err = db.Check()
				_ = db.Close()
			}
			if !errors.Is(err, store.ErrDamaged) || !strings.Contains(err.Error(), at) {
				t.Errorf("got %v, want ErrDamaged with the path", err)
			}
		})
	}
}
