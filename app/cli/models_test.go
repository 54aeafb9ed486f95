package main

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"shelftalk/app/models"
	"shelftalk/inference"
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

func TestModelsRemove(t *testing.T) {
	p := newProgram(t)
	own := filepath.Join(p.dir, "models", "own.gguf")
	data, err := os.ReadFile(p.model)
	if err := errors.Join(err, os.MkdirAll(filepath.Dir(own), 0o700), os.WriteFile(own, data, 0o600)); err != nil {
		t.Fatal(err)
	}
	if _, stderr, code := p.run(t, "", "generate", "--model", own, "--prompt", "A lamp.", "--max", "2"); code != exitOK {
		t.Fatalf("code %d: %s", code, stderr)
	}
	var listed modelsAnswer
	p.document(t, &listed, "models", "list")
	if len(listed.Models) != 1 {
		t.Fatalf("listed %+v", listed)
	}
	want := removedAnswer{"own.gguf", true, int64(len(data)) + listed.Models[0].Packed}
	for name, hint := range map[string]string{"nothing": "models list", "light": "isn't there", own: "models list"} {
		if _, stderr, code := p.run(t, "", "models", "remove", "--yes", name); code != exitModel || !strings.Contains(stderr, hint) {
			t.Errorf("%s: code %d, %s", name, code, stderr)
		}
	}
	// A pipe can't be asked, and an empty terminal says no.
	if _, stderr, code := p.run(t, "y\n", "models", "remove", "own.gguf"); code != exitUsage || !strings.Contains(stderr, "--yes") {
		t.Errorf("code %d, %s", code, stderr)
	}
	if out, err := p.command("models", "remove", "own.gguf").Output(); err != nil || !strings.Contains(string(out), "stays") {
		t.Errorf("%v, %q", err, out)
	}
	var answer removedAnswer
	p.document(t, &answer, "models", "remove", "--yes", "own.gguf")
	if answer != want {
		t.Errorf("got %+v, want %+v", answer, want)
	}
	p.document(t, &listed, "models", "list")
	if len(listed.Models) != 0 {
		t.Errorf("still listed: %+v", listed)
	}
	if left := inference.ListPacked(filepath.Join(p.dir, "packed")); len(left) != 0 {
		t.Errorf("packed weights left: %+v", left)
	}
}

func TestAsk(t *testing.T) {
	for in, want := range map[string]bool{"y\n": true, " YES\r\n": true, "y": true, "n\n": false, "\n": false, "": false, "yesterday\n": false} {
		var out strings.Builder
		if got, err := ask(t.Context(), strings.NewReader(in), &out, "Remove it?"); got != want || err != nil || out.String() != "Remove it? [y/N] " {
			t.Errorf("%q: %v, %v, asked %q", in, got, err, out.String())
		}
	}
	in, closed := io.Pipe()
	defer closed.Close()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := ask(ctx, in, io.Discard, "Remove it?"); !errors.Is(err, errInterrupted) {
		t.Errorf("interrupted: %v", err)
	}
}
