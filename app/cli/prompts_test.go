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
		if name := []string{"Lamp", "Chair", "Mug"}[pages%3]; !strings.Contains(last.Content, name) {
			t.Errorf("page %d is asked for by %q", pages, last.Content)
		}
	}
	if pages != 3 || generated != answer.Tokens {
		t.Errorf("%d pages, %d tokens; the run has %d", pages, generated, answer.Tokens)
	}
}

func TestRepairsBelongToTheirPage(t *testing.T) {
	ask := func(content string) []inference.Message {
		return []inference.Message{{Role: inference.System, Content: "s"}, {Role: inference.User, Content: content}}
	}
	var r recorder
	first := r.line(ask("name: mug\ncolour: red"))
	for content, same := range map[string]bool{
		"name: mug\ncolour: red":                true,
		"name: mug\ncolour: red\n\nBe shorter.": true,
		"name: mug\ncolour: red\nweight: 2 kg":  false,
		"name: mug":                             false,
	} {
		if got := r.line(ask(content)) == first; got != same {
			t.Errorf("%q is of the page: %v", content, got)
		}
	}
	if r.line(ask("name: mug\ncolour: red")[1:]) == first {
		t.Error("another conversation is taken for the page's")
	}
}
