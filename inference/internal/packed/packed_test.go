//go:build linux || darwin

package packed

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// modelFile is a file that weights are packed from.
func modelFile(t *testing.T, name string) Source {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(name), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := SourceOf(path)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// now is a pace without rests.
func now() Pace {
	hurry := make(chan struct{})
	close(hurry)
	return Pace{Hurry: hurry}
}

func TestWriteThenMap(t *testing.T) {
	folder, from := Folder(filepath.Join(t.TempDir(), "a", "b")), modelFile(t, "model")
	for n, weights := range [][]byte{{1}, bytes.Repeat([]byte("weights"), 1<<20)} {
		key := Key{byte(n)}
		if _, err := folder.Map(key, int64(len(weights))); !errors.Is(err, os.ErrNotExist) {
			t.Fatalf("mapped what isn't there: %v", err)
		}
		if err := folder.Write(key, from, weights, now()); err != nil {
			t.Fatal(err)
		}
		if _, err := folder.Map(key, int64(len(weights))+1); !errors.Is(err, ErrUnusable) {
			t.Errorf("another length: %v", err)
		}
		m, err := folder.Map(key, int64(len(weights)))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(m.Bytes, weights) {
			t.Error("other weights")
		}
		m.Spoil()
		if !bytes.Equal(m.Bytes, weights) {
			t.Error("a removed file is gone from memory")
		}
		if err := m.Close(); err != nil {
			t.Error(err)
		}
	}
	if list := folder.List(); len(list) != 0 {
		t.Errorf("listed %v", list)
	}
}

// What a system before the last start wrote is only used if it was settled.
func TestSettle(t *testing.T) {
	folder, from, key := Folder(t.TempDir()), modelFile(t, "model"), Key{1}
	mapped := func() bool {
		m, err := folder.Map(key, int64(len("weights")))
		if err != nil {
			return false
		}
		defer m.Close()
		return string(m.Bytes) == "weights"
	}
	restart := func() {
		t.Helper()
		data, err := os.ReadFile(folder.path(key))
		if err != nil {
			t.Fatal(err)
		}
		_, foot, err := read(folder.path(key))
		if err != nil {
			t.Fatal(err)
		}
		if foot.start != (started{}) {
			foot.start[0] ^= 1
		}
		if err := os.WriteFile(folder.path(key), append(data[:foot.size], foot.bytes()...), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write := func() {
		t.Helper()
		if err := folder.Write(key, from, []byte("weights"), now()); err != nil {
			t.Fatal(err)
		}
		if !mapped() {
			t.Fatal("not there")
		}
	}
	write()
	restart()
	if mapped() {
		t.Error("used what may not have reached the disk")
	}
	write() // again
	for range 2 {
		if err := folder.Settle(key); err != nil {
			t.Fatal(err)
		}
	}
	restart()
	if !mapped() {
		t.Error("settled weights are gone")
	}
}

func TestStrangersAreNoFiles(t *testing.T) {
	folder := Folder(t.TempDir())
	key := Key{1}
	if err := os.Mkdir(folder.path(key), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := folder.Map(key, 1); !errors.Is(err, ErrUnusable) {
		t.Errorf("a folder in a file's place: %v", err)
	}
	if list := folder.List(); len(list) != 0 {
		t.Errorf("listed %v", list)
	}
}

func TestWriteStops(t *testing.T) {
	folder, stop := Folder(t.TempDir()), make(chan struct{})
	close(stop)
	if err := folder.Write(Key{1}, modelFile(t, "model"), []byte("weights"), Pace{Stop: stop}); !errors.Is(err, ErrStopped) {
		t.Errorf("got %v, want %v", err, ErrStopped)
	}
	if found, err := filepath.Glob(filepath.Join(string(folder), "*packed*")); err != nil || len(found) > 0 {
		t.Errorf("left behind: %q, %v", found, err)
	}
}

// One program writes at a time; the others go without.
func TestWritersTakeTurns(t *testing.T) {
	folder, from := Folder(t.TempDir()), modelFile(t, "model")
	weights := bytes.Repeat([]byte("weights"), 1<<20)
	var wait sync.WaitGroup
	for i := range 8 {
		wait.Go(func() {
			if err := folder.Write(Key{byte(i % 4)}, from, weights, now()); err != nil && !errors.Is(err, ErrBusy) {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	list := folder.List()
	if len(list) == 0 {
		t.Error("nobody wrote")
	}
	for _, e := range list {
		if e.Source != from || e.Bytes != int64(len(weights))+footSize {
			t.Errorf("listed %+v", e)
		}
	}
}

// The files used last stay, and none of a model that is gone, changed, or known to nobody.
func TestTidy(t *testing.T) {
	folder := Folder(t.TempDir())
	var sources []Source
	for i := range maxFiles {
		from := modelFile(t, fmt.Sprint("model", i))
		sources = append(sources, from)
		if err := folder.Write(Key{byte(i)}, from, []byte("weights"), now()); err != nil {
			t.Fatal(err)
		}
		used := time.Now().Add(time.Duration(i-100) * time.Hour)
		if err := os.Chtimes(folder.path(Key{byte(i)}), used, used); err != nil {
			t.Fatal(err)
		}
	}
	m, err := folder.Map(Key{0}, int64(len("weights"))) // used now
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	for _, name := range []string{"half" + unfinished, "strange" + suffix, "other.txt"} {
		if err := os.WriteFile(filepath.Join(string(folder), name), []byte("?"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write := func(i int) []string {
		t.Helper()
		from := modelFile(t, fmt.Sprint("model", i))
		if err := folder.Write(Key{byte(i)}, from, []byte("weights"), now()); err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, e := range folder.List() {
			names = append(names, strings.TrimPrefix(filepath.Base(e.Source.Path), "model"))
		}
		slices.Sort(names)
		return names
	}
	if got := write(6); !slices.Equal(got, []string{"0", "2", "3", "4", "5", "6"}) { // 1 was used longest ago
		t.Errorf("left: %v", got)
	}
	if err := os.Remove(sources[3].Path); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(sources[4].Path, []byte("a longer model"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := write(7); !slices.Equal(got, []string{"0", "2", "5", "6", "7"}) {
		t.Errorf("left: %v", got)
	}
	if _, err := os.Stat(filepath.Join(string(folder), "other.txt")); err != nil {
		t.Errorf("somebody else's file is gone: %v", err)
	}
	left, err := filepath.Glob(filepath.Join(string(folder), "[hs]*packed*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left: %q, %v", left, err)
	}
}

func TestFootOfLongPath(t *testing.T) {
	f := foot{Key{1}, 5, Source{strings.Repeat("x", footSize), 1, 2}, started{}}
	got, err := parse(f.bytes(), 5+footSize)
	if err != nil || got.source.Path != "" || got.source.Size != 1 {
		t.Errorf("%+v, %v", got, err)
	}
}

// Whatever a foot is made of, it is refused, or says what was written.
func FuzzFoot(f *testing.F) {
	whole := foot{Key{1, 2, 3}, 1 << 30, Source{"/models/standard.gguf", 1 << 30, 1 << 60}, started{5}}.bytes()
	f.Add(whole, int64(1<<30+footSize), false)
	f.Add(whole[:100], int64(100), false)
	f.Add(bytes.Repeat([]byte{255}, footSize), int64(footSize+1), true)
	f.Fuzz(func(t *testing.T, b []byte, length int64, signed bool) {
		if signed && len(b) == footSize { // else the sum stands in the way
			b = slices.Clone(b)
			copy(b, magic[:])
			copy(b[8:], []byte{version, 0, 0, 0})
			sum := checksum(b)
			copy(b[sumAt:], sum[:])
		}
		got, err := parse(b, length)
		if err != nil {
			if !errors.Is(err, ErrUnusable) {
				t.Errorf("%v isn't %v", err, ErrUnusable)
			}
			return
		}
		if got.size <= 0 || got.size != length-footSize || got.source.Size < 0 || len(got.source.Path) > sumAt-pathAt {
			t.Errorf("accepted %+v for %d bytes", got, length)
		}
		again, err := parse(got.bytes(), length)
		if err != nil || again != got {
			t.Errorf("%+v, written and read, is %+v, %v", got, again, err)
		}
	})
}
