package main

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"shelftalk/app/models"
)

func TestModelsList(t *testing.T) {
	p := newProgram(t)
	var answer modelsAnswer
	p.document(t, &answer, "models", "list")
	if answer.Models == nil || len(answer.Models) != 0 {
		t.Errorf("an empty folder has %+v", answer)
	}
	// A file of the right name and size, and other bytes.
	m, err := models.ByName("smollm2")
	if err != nil {
		t.Fatal(err)
	}
	folder := models.Folder(filepath.Join(p.dir, "models"))
	if err := os.MkdirAll(string(folder), 0o700); err != nil {
		t.Fatal(err)
	}
	f, err := os.Create(folder.Path(m))
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Truncate(m.Bytes); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	p.document(t, &answer, "models", "list")
	want := modelEntry{Name: "smollm2", Kind: "test", Path: folder.Path(m), Bytes: m.Bytes}
	if len(answer.Models) != 1 || answer.Models[0] != want {
		t.Errorf("got %+v", answer)
	}
	if _, stderr, code := p.run(t, "", "models", "verify", "smollm2"); code != exitModel || !strings.Contains(stderr, "SHA-256") {
		t.Errorf("code %d, %s", code, stderr)
	}
	if _, stderr, code := p.run(t, "", "models", "get", "gigantic"); code != exitModel || !strings.Contains(stderr, "standard") {
		t.Errorf("code %d, %s", code, stderr)
	}
}

func TestModelsFree(t *testing.T) {
	if runtime.GOOS != "linux" && runtime.GOOS != "darwin" {
		t.Skip("weights aren't kept packed here")
	}
	p := newProgram(t)
	own := filepath.Join(p.dir, "models", "own.gguf")
	data, err := os.ReadFile(p.model)
	if err := errors.Join(err, os.MkdirAll(filepath.Dir(own), 0o700), os.WriteFile(own, data, 0o600)); err != nil {
		t.Fatal(err)
	}
	packed := func() int64 {
		var answer modelsAnswer
		p.document(t, &answer, "models", "list")
		if len(answer.Models) != 1 {
			t.Fatalf("listed %+v", answer)
		}
		return answer.Models[0].Packed
	}
	generate := func(args ...string) string {
		out, stderr, code := p.run(t, "", append(args, "generate", "--model", own, "--prompt", "A lamp.", "--max", "8")...)
		if code != exitOK {
			t.Fatalf("code %d: %s", code, stderr)
		}
		return out
	}
	want := generate("--no-packed")
	if packed() != 0 {
		t.Error("weights were kept against the flag")
	}
	if got := generate(); got != want || packed() == 0 {
		t.Errorf("%q, %d bytes packed; want %q", got, packed(), want)
	}
	if got := generate(); got != want {
		t.Errorf("%q from packed weights, want %q", got, want)
	}
	kept := packed()
	var answer struct {
		Freed int64 `json:"freed_bytes"`
	}
	p.document(t, &answer, "models", "free", own)
	if answer.Freed != kept || packed() != 0 {
		t.Errorf("%d bytes freed of %d, %d left", answer.Freed, kept, packed())
	}
}
