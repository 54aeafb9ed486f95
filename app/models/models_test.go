package models

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// depot is a source of archives and files in the test's own memory.
type depot struct {
	archives map[string][]byte // by package name
	files    map[string][]byte // by address
	asked    []string
	fail     map[string]error // by package name or address
}

func (d *depot) archive(_ context.Context, dir, name, version string, grown func(int64)) (string, error) {
	d.asked = append(d.asked, name)
	if err := d.fail[name]; err != nil {
		return "", err
	}
	data, ok := d.archives[name]
	if !ok {
		return "", errors.New("no such package")
	}
	grown(int64(len(data)))
	path := filepath.Join(dir, name+"-"+version+".whl")
	return path, os.WriteFile(path, data, 0o600)
}

func (d *depot) file(_ context.Context, address, path string, _ func(int64)) error {
	d.asked = append(d.asked, address)
	if err := d.fail[address]; err != nil {
		return err
	}
	have, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	whole := d.files[address]
	if !bytes.HasPrefix(whole, have) {
		return errors.New("the part that is there is of another file")
	}
	return os.WriteFile(path, whole, 0o600)
}

func archive(t *testing.T, files map[string]string) []byte {
	t.Helper()
	var buf bytes.Buffer
	w := zip.NewWriter(&buf)
	for name, text := range files {
		f, err := w.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

const content = "the first part, the second part, and the third"

func sum(s string) string {
	h := sha256.Sum256([]byte(s))
	return hex.EncodeToString(h[:])
}

// parted is a model in three parts, and a depot that has it.
func parted(t *testing.T) (Model, *depot) {
	t.Helper()
	m := Model{Name: "tiny", File: "tiny.gguf", Bytes: int64(len(content)), SHA256: sum(content), Package: "tiny", Version: "1.0", Parts: 3, Address: "publisher"}
	d := &depot{archives: map[string][]byte{}, files: map[string][]byte{"publisher": []byte(content)}, fail: map[string]error{}}
	for i, part := range []string{content[:10], content[10:30], content[30:]} {
		n := i + 1
		d.archives[fmt.Sprintf("tiny-part%d", n)] = archive(t, map[string]string{
			"tiny/__init__.py":                        "raise SystemExit('never run')",
			"tiny/data/__init__.py":                   "",
			fmt.Sprintf("tiny/data/part%02d.bin", n):  part,
			fmt.Sprintf("tiny-1.0.dist-info/%d", n):   "x",
			"tiny-1.0.dist-info/RECORD":               "x",
			fmt.Sprintf("tiny/other/part%02d.bin", n): "not this",
		})
	}
	return m, d
}

func check(t *testing.T, f Folder, m Model) {
	t.Helper()
	got, err := os.ReadFile(f.Path(m))
	if err != nil || string(got) != content {
		t.Fatalf("the file holds %q, %v", got, err)
	}
	entries, err := os.ReadDir(string(f))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.Name() != m.File && e.Name() != memory {
			t.Errorf("%s is left over", e.Name())
		}
	}
}

func TestGetJoinsParts(t *testing.T) {
	m, d := parted(t)
	f := Folder(filepath.Join(t.TempDir(), "models"))
	last := int64(0)
	progress := func(done, total int64) {
		if done > total || total != m.Bytes {
			t.Errorf("progress %d of %d", done, total)
		}
		last = done
	}
	if err := f.get(t.Context(), m, d, progress); err != nil {
		t.Fatal(err)
	}
	check(t, f, m)
	if last != m.Bytes {
		t.Errorf("the progress ended at %d", last)
	}
}

func TestGetResumes(t *testing.T) {
	m, d := parted(t)
	f := Folder(t.TempDir())
	broken := errors.New("the line is dead")
	d.fail["tiny-part3"], d.fail["publisher"] = broken, broken
	err := f.get(t.Context(), m, d, nil)
	if !errors.Is(err, ErrFetch) || !errors.Is(err, broken) || !strings.Contains(err.Error(), f.Path(m)) {
		t.Fatalf("got %v", err)
	}
	if _, err := os.Stat(f.Path(m)); err == nil {
		t.Fatal("half a model is there under its name")
	}
	d.fail, d.asked = map[string]error{}, nil
	if err := f.get(t.Context(), m, d, nil); err != nil {
		t.Fatal(err)
	}
	check(t, f, m)
	if len(d.asked) != 1 || d.asked[0] != "tiny-part3" {
		t.Errorf("fetched again: %v", d.asked)
	}
}

func TestGetFallsBackToThePublisher(t *testing.T) {
	m, d := parted(t)
	d.archives = nil
	f := Folder(t.TempDir())
	// An earlier try got half of it.
	if err := os.WriteFile(f.Path(m)+".part", []byte(content[:20]), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := f.get(t.Context(), m, d, nil); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(f.Path(m))
	if err != nil || string(got) != content {
		t.Errorf("the file holds %q, %v", got, err)
	}
}

func TestGetRefusesOtherBytes(t *testing.T) {
	m, d := parted(t)
	d.archives["tiny-part2"] = archive(t, map[string]string{"tiny/data/part02.bin": strings.ToUpper(content[10:30])})
	d.files["publisher"] = []byte(strings.ToUpper(content))
	f := Folder(t.TempDir())
	err := f.get(t.Context(), m, d, nil)
	if !errors.Is(err, ErrFetch) || !errors.Is(err, ErrWrong) {
		t.Fatalf("got %v", err)
	}
	if _, err := os.Stat(f.Path(m)); err == nil {
		t.Error("a wrong file is there under the model's name")
	}
	d.archives["tiny-part2"] = archive(t, map[string]string{"tiny/data/part02.bin": content[10:30]})
	if err := f.get(t.Context(), m, d, nil); err != nil {
		t.Fatalf("the bad part was kept: %v", err)
	}
	check(t, f, m)
}

func TestGetOfAWholeFile(t *testing.T) {
	m := Model{Name: "one", File: "one.gguf", Bytes: int64(len(content)), SHA256: sum(content), Package: "one", Version: "1"}
	d := &depot{archives: map[string][]byte{"one": archive(t, map[string]string{"one/model.bin": content, "one/readme": "x"})}}
	f := Folder(t.TempDir())
	if err := f.get(t.Context(), m, d, nil); err != nil {
		t.Fatal(err)
	}
	check(t, f, m)
	d.asked = nil
	if err := f.get(t.Context(), m, d, nil); err != nil || len(d.asked) > 0 {
		t.Errorf("fetched again: %v, %v", d.asked, err)
	}
}

func TestGetStopsWhenCancelled(t *testing.T) {
	m, d := parted(t)
	ctx, cancel := context.WithCancel(t.Context())
	f := Folder(t.TempDir())
	err := f.get(ctx, m, d, func(int64, int64) { cancel() })
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v", err)
	}
	if err := f.get(t.Context(), m, d, nil); err != nil {
		t.Fatal(err)
	}
	check(t, f, m)
}

func TestLocate(t *testing.T) {
	f := Folder(t.TempDir())
	own := filepath.Join(string(f), "mine.gguf")
	for _, path := range []string{own, f.Path(Table()[0])} {
		if err := os.WriteFile(path, []byte("short"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{own, "mine.gguf"} {
		if got, err := f.Locate(name); err != nil || got != own {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	for name, want := range map[string]error{Standard: ErrWrong, Light: ErrMissing, "nothing": ErrUnknown, string(f): ErrUnknown} {
		if _, err := f.Locate(name); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", name, err, want)
		}
	}
}

func TestListShowsOwnFiles(t *testing.T) {
	f := Folder(t.TempDir())
	if err := os.WriteFile(filepath.Join(string(f), "mine.gguf"), []byte("short"), 0o600); err != nil {
		t.Fatal(err)
	}
	all := f.List()
	if len(all) != len(Table())+1 {
		t.Fatalf("%d models", len(all))
	}
	last := all[len(all)-1]
	if last.Name != "mine.gguf" || !last.Here || last.Verified || last.Kind != Writer {
		t.Errorf("got %+v", last)
	}
	if all[0].Here {
		t.Error("the default is here, in an empty folder")
	}
}

// A file is hashed once, and again when it has changed.
func TestVerifiedIsRememberedUntilTheFileChanges(t *testing.T) {
	m := Table()[2]
	f := Folder(t.TempDir())
	info := func() os.FileInfo {
		t.Helper()
		i, err := os.Stat(f.Path(m))
		if err != nil {
			t.Fatal(err)
		}
		return i
	}
	file, err := os.Create(f.Path(m))
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(file.Truncate(m.Bytes), file.Close()); err != nil { // holes: no space is taken
		t.Fatal(err)
	}
	if err := f.Verify(t.Context(), m, false, nil); !errors.Is(err, ErrWrong) {
		t.Fatalf("zeros were taken for the model: %v", err)
	}
	f.remember(m.File, stamp(info(), m.SHA256))
	if err := f.Verify(t.Context(), m, false, nil); err != nil {
		t.Errorf("what is remembered was hashed again: %v", err)
	}
	if err := f.Verify(t.Context(), m, true, nil); !errors.Is(err, ErrWrong) {
		t.Errorf("asked to hash again, it wasn't: %v", err)
	}
	f.remember(m.File, stamp(info(), m.SHA256))
	later := time.Now().Add(time.Hour)
	if err := os.Chtimes(f.Path(m), later, later); err != nil {
		t.Fatal(err)
	}
	if err := f.Verify(t.Context(), m, false, nil); !errors.Is(err, ErrWrong) {
		t.Errorf("a changed file is still trusted: %v", err)
	}
}

func TestDefaultFollowsMemory(t *testing.T) {
	for memory, want := range map[int64]string{0: Standard, 4 << 30: Light, 7_900_000_000: Light, 8_200_000_000: Standard, 64 << 30: Standard} {
		if got := Default(memory); got != want {
			t.Errorf("Default(%d) = %s, want %s", memory, got, want)
		}
	}
	if n := Memory(); n < 1<<28 {
		t.Errorf("this machine has %d bytes of memory", n)
	}
}

func TestTableIsSound(t *testing.T) {
	seen := map[string]bool{}
	for _, m := range Table() {
		if seen[m.Name] || seen[m.File] || m.Bytes < 1<<20 || m.Package == "" || m.Version == "" || m.Licence == "" {
			t.Errorf("%+v", m)
		}
		seen[m.Name], seen[m.File] = true, true
		if m.Address != "" && !strings.HasSuffix(m.Address, m.File) {
			t.Errorf("%s: the address ends in another file", m.Name)
		}
		var bytes int64
		for _, file := range m.files() {
			bytes += file.Bytes
			if len(file.SHA256) != 64 || file.Bytes <= 0 {
				t.Errorf("%s: %+v", m.Name, file)
			}
		}
		if bytes != m.Bytes {
			t.Errorf("%s: its files have %d bytes, not %d", m.Name, bytes, m.Bytes)
		}
	}
}
