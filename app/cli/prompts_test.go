package main

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"shelftalk/inference"
)

// The file of prompts holds every page once, with the work that it took.
func TestBatchWritesPrompts(t *testing.T) {
	p := newProgram(t)
	in := p.file(t, "in.csv", "SKU,Name,Colour\n1,Lamp,brown\n2,Chair,blue\n3,Mug,red\n")
	prompts := filepath.Join(p.dir, "prompts.jsonl")
	answer, stderr, code := p.batch(t, in, filepath.Join(p.dir, "out.csv"), "--prompts", prompts, "--language", "en")
	if code != exitOK || answer.Done != 3 {
		t.Fatalf("code %d, %+v, %s", code, answer, stderr)
	}
	f, err := os.Open(prompts)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	generated, pages := 0, 0
	for scan := bufio.NewScanner(f); scan.Scan(); pages++ {
		var line promptLine
		if err := json.Unmarshal(scan.Bytes(), &line); err != nil {
			t.Fatal(err)
		}
		generated += line.Generated
		last := line.Messages[len(line.Messages)-1]
		if line.Messages[0].Role != inference.System || last.Role != inference.User || line.Tokens < 10 || line.Requests < 1 {
			t.Errorf("got %+v", line)
		}
		if !strings.Contains(last.Content, "Colour: ") {
			t.Errorf("page %d doesn't tell the row: %q", pages, last.Content)
		}
		if name := []string{"Lamp", "Chair", "Mug"}[pages%3]; !strings.Contains(last.Content, name) {
			t.Errorf("page %d is asked for by %q", pages, last.Content)
		}
	}
	if pages != 3 || generated != answer.Tokens {
		t.Errorf("%d pages, %d tokens; the run has %d", pages, generated, answer.Tokens)
	}
}
