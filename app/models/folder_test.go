package models

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// folderModel is a model of two files, one of them in a folder below, and a depot that has it.
func folderModel(t *testing.T) (Model, *depot) {
	t.Helper()
	m := Model{
		Name: "many", Kind: Embedder, File: "many", Package: "many", Version: "1",
		Files: []File{{"config.json", 2, sum("{}")}, {"below/config.json", int64(len(content)), sum(content)}},
		Bytes: int64(len(content)) + 2,
	}
	return m, &depot{fail: map[string]error{}, archives: map[string][]byte{"many": archive(t, map[string]string{
		"many/model/config.json":       "{}",
		"many/model/below/config.json": content,
		"many/model/readme":            "not this",
		"many/__init__.py":             "raise SystemExit('never run')",
	})}}
}

func holds(t *testing.T, f Folder, path, want string) {
	t.Helper()
	got, err := os.ReadFile(filepath.Join(string(f), filepath.FromSlash(path)))
	if err != nil || string(got) != want {
		t.Errorf("%s holds %q, %v", path, got, err)
	}
}

func TestGetOfAFolder(t *testing.T) {
	m, d := folderModel(t)
	f := Folder(t.TempDir())
	if _, err := f.there(m); !errors.Is(err, ErrMissing) {
		t.Fatalf("an empty folder: %v", err)
	}
	if err := f.get(t.Context(), m, d, nil); err != nil {
		t.Fatal(err)
	}
	holds(t, f, "many/config.json", "{}")
	holds(t, f, "many/below/config.json", content)
	if names, err := filepath.Glob(filepath.Join(string(f), "*")); err != nil || len(names) != 2 { // and what is remembered
		t.Errorf("left over: %v, %v", names, err)
	}
	if _, err := os.Stat(filepath.Join(f.Path(m), "readme")); err == nil {
		t.Error("a file that the model doesn't name was unpacked")
	}
	d.asked = nil
	if err := f.get(t.Context(), m, d, nil); err != nil || len(d.asked) > 0 {
		t.Errorf("fetched again: %v, %v", d.asked, err)
	}
	// A file that is damaged comes again, and only that one.
	kept := filepath.Join(f.Path(m), "config.json")
	before, err := os.Stat(kept)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(f.Path(m), "below", "config.json"), []byte(strings.ToUpper(content)), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := f.Verify(t.Context(), m, true, nil); !errors.Is(err, ErrWrong) {
		t.Errorf("changed bytes: %v", err)
	}
	if err := f.get(t.Context(), m, d, nil); err != nil {
		t.Fatal(err)
	}
	holds(t, f, "many/below/config.json", content)
	after, err := os.Stat(kept)
	if err != nil || !os.SameFile(before, after) {
		t.Errorf("the good file was replaced (%v)", err)
	}
}

func TestGetOfAFolderRefusesOtherBytes(t *testing.T) {
	m, d := folderModel(t)
	good := d.archives["many"]
	for name, files := range map[string]map[string]string{
		"other bytes":  {"many/config.json": "{}", "many/below/config.json": strings.ToUpper(content)},
		"another size": {"many/config.json": "{}", "many/below/config.json": content + "."},
		"missing":      {"many/config.json": "{}"},
	} {
		f := Folder(t.TempDir())
		d.archives["many"] = archive(t, files)
		if err := f.get(t.Context(), m, d, nil); !errors.Is(err, ErrFetch) || !errors.Is(err, ErrWrong) {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := f.there(m); err == nil {
			t.Errorf("%s: the model is there", name)
		}
		d.archives["many"] = good
		if err := f.get(t.Context(), m, d, nil); err != nil {
			t.Errorf("%s: the bad archive was kept: %v", name, err)
		}
	}
	f := Folder(t.TempDir())
	d.archives["many"] = []byte("no archive at all")
	if err := f.get(t.Context(), m, d, nil); !errors.Is(err, ErrWrong) {
		t.Errorf("no archive: %v", err)
	}
}

func TestFoldersOfTheUser(t *testing.T) {
	f := Folder(t.TempDir())
	for path, text := range map[string]string{
		"gpt2/config.json":               `{"model_type": "gpt2"}`,
		"gpt2/model.safetensors":         "12345678",
		"encoder/config.json":            `{"model_type": "bert"}`,
		"encoder/model.safetensors":      "1234",
		"broken/config.json":             `{`,
		"broken/model.safetensors":       "1234",
		"weightless/config.json":         `{"model_type": "gpt2"}`,
		"configless/model.safetensors":   "1234",
		"configless/deeper/config.json":  `{}`,
		"gpt2/deeper/another.safetensor": "1",
	} {
		path = filepath.Join(string(f), filepath.FromSlash(path))
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	got := map[string]Kind{}
	for _, s := range f.List()[len(Table()):] {
		got[s.Name] = s.Kind
		if s.Name == "gpt2" && (s.Bytes != 8 || !s.Here || s.Verified) {
			t.Errorf("%+v", s)
		}
	}
	if len(got) != 2 || got["gpt2"] != Writer || got["encoder"] != Embedder {
		t.Errorf("listed %v", got)
	}
	if path, err := f.Locate("gpt2"); err != nil || path != filepath.Join(string(f), "gpt2") {
		t.Errorf("%s, %v", path, err)
	}
	if _, err := f.Locate("configless"); !errors.Is(err, ErrUnknown) {
		t.Errorf("a folder without a config: %v", err)
	}
}
