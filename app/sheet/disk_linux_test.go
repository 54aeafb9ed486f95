package sheet

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// A disk that is full from the first byte: /dev/full stands in for the temporary file.
func TestDiskFull(t *testing.T) {
	for _, ending := range []string{".csv", ".xlsx"} {
		dir := t.TempDir()
		path := filepath.Join(dir, "out"+ending)
		w, err := Create(path, []string{"a"}, nil)
		if err != nil {
			t.Fatal(err)
		}
		full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		w.buf.Reset(full)
		for range 2_000 {
			if err = w.Row([]string{strings.Repeat("x", 1_000)}); err != nil {
				break
			}
		}
		if err == nil {
			err = w.Close()
		}
		w.Abort()
		checkFailed(t, dir, path, err, ErrDiskFull)
	}
}

// checkFailed verifies that the error names file and cure, and that nothing was left behind.
func checkFailed(t *testing.T, dir, path string, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("%s: error %v, want %v", filepath.Base(path), err, want)
	}
	for _, part := range []string{path, "another folder"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%q doesn't say %q", err, part)
		}
	}
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		if strings.Contains(e.Name(), "out") {
			t.Errorf("%q was left behind", e.Name())
		}
	}
}

func TestReadOnlyFolder(t *testing.T) {
	dir := t.TempDir()
	if os.Getuid() == 0 { // permissions don't stop root
		mount(t, dir, syscall.MS_RDONLY, "")
	} else if err := os.Chmod(dir, 0o555); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "out.xlsx")
	_, err := Create(path, []string{"a"}, nil)
	checkFailed(t, dir, path, err, ErrReadOnly)
}

// A real file system of 256 kB that fills up on the way, with a file there that must survive.
func TestDiskFillsUp(t *testing.T) {
	dir := t.TempDir()
	mount(t, dir, 0, "size=256k")
	path := filepath.Join(dir, "out.csv")
	if err := os.WriteFile(path, []byte("before"), 0o644); err != nil {
		t.Fatal(err)
	}
	w, err := Create(path, []string{"a"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for range 2_000 {
		if err = w.Row([]string{strings.Repeat("x", 1_000)}); err != nil {
			break
		}
	}
	if err == nil {
		err = w.Close()
	}
	w.Abort()
	if !errors.Is(err, ErrDiskFull) {
		t.Errorf("error %v", err)
	}
	if data, _ := os.ReadFile(path); string(data) != "before" {
		t.Errorf("the file holds %d bytes, not what it held before", len(data))
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 1 {
		t.Errorf("files %v", entries)
	}
}

func mount(t *testing.T, dir string, flags uintptr, options string) {
	t.Helper()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", flags, options); err != nil {
		t.Skipf("mounting a small disk needs root outside a sandbox: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, 0); err != nil {
			t.Error(err)
		}
	})
}
