package models

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

// fill writes files below the folder, each of ten bytes.
func fill(t *testing.T, f Folder, names ...string) {
	t.Helper()
	for _, name := range names {
		path := filepath.Join(string(f), filepath.FromSlash(name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte("0123456789"), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
}

func TestRemove(t *testing.T) {
	light, err := ByName(Light)
	if err != nil {
		t.Fatal(err)
	}
	other := Table()[0].File
	for _, test := range []struct {
		name  string
		files []string
		freed int64
	}{
		{Light, []string{light.File}, 10},
		{Light, []string{light.File, light.File + ".part", light.File + ".parts/one", light.File + ".parts/two.download/x"}, 40},
		{Light, []string{light.File + ".parts/one"}, 10}, // a fetch that was interrupted
		{"minilm", []string{"all-MiniLM-L6-v2/config.json", "all-MiniLM-L6-v2/1_Pooling/config.json"}, 20},
		{"mine.gguf", []string{"mine.gguf"}, 10},
	} {
		f := Folder(t.TempDir())
		fill(t, f, other, "mine.gguf.part", "notes.txt")
		fill(t, f, test.files...)
		f.remember(light.File, "a stamp")
		if _, bytes, err := f.Kept(test.name); err != nil || bytes != test.freed {
			t.Errorf("%s: %d bytes are kept, %v; want %d", test.name, bytes, err, test.freed)
		}
		if freed, err := f.Remove(test.name); err != nil || freed != test.freed {
			t.Errorf("%s: %d bytes freed, %v; want %d", test.name, freed, err, test.freed)
		}
		for _, name := range test.files {
			if _, err := os.Stat(filepath.Join(string(f), filepath.FromSlash(name))); err == nil {
				t.Errorf("%s: %s is still there", test.name, name)
			}
		}
		for _, name := range []string{other, "mine.gguf.part", "notes.txt"} {
			if _, err := os.Stat(filepath.Join(string(f), name)); err != nil {
				t.Errorf("%s: %v", test.name, err)
			}
		}
		if stamp := f.remembered()[light.File]; (stamp == "") != (test.name == Light) {
			t.Errorf("%s: %q is remembered of another", test.name, stamp)
		}
		if _, err := f.Remove(test.name); !errors.Is(err, ErrMissing) && !errors.Is(err, ErrUnknown) {
			t.Errorf("%s, removed: %v", test.name, err)
		}
	}
}

// What isn't a model of the folder isn't the folder's to remove.
func TestRemoveRefuses(t *testing.T) {
	f := Folder(filepath.Join(t.TempDir(), "models"))
	fill(t, f, "mine.gguf", "notes.txt", "../outside.gguf")
	outside := filepath.Join(filepath.Dir(string(f)), "outside.gguf")
	for name, want := range map[string]error{
		Standard: ErrMissing, "nothing": ErrUnknown, "notes.txt": ErrUnknown, "": ErrUnknown, ".": ErrUnknown, outside: ErrUnknown,
		"../outside.gguf": ErrUnknown, string(f): ErrUnknown,
	} {
		if freed, err := f.Remove(name); !errors.Is(err, want) || freed != 0 {
			t.Errorf("%q: %d bytes freed, %v; want %v", name, freed, err, want)
		}
	}
	for _, path := range []string{outside, filepath.Join(string(f), "mine.gguf"), filepath.Join(string(f), "notes.txt")} {
		if _, err := os.Stat(path); err != nil {
			t.Error(err)
		}
	}
}

// A link is removed, and not what it points to.
func TestRemoveOfALink(t *testing.T) {
	f := Folder(filepath.Join(t.TempDir(), "models"))
	fill(t, f, "../outside.gguf", "mine.gguf")
	outside := filepath.Join(filepath.Dir(string(f)), "outside.gguf")
	if err := os.Symlink(outside, filepath.Join(string(f), "link.gguf")); err != nil && runtime.GOOS != "windows" { // it wants a privilege
		t.Fatal(err)
	}
	if _, err := f.Remove("link.gguf"); err != nil && runtime.GOOS != "windows" {
		t.Error(err)
	}
	if _, err := os.Lstat(filepath.Join(string(f), "link.gguf")); err == nil {
		t.Error("the link is still there")
	}
	if _, err := os.Stat(outside); err != nil {
		t.Error(err)
	}
}
