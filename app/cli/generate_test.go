package main

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestGenerate(t *testing.T) {
	p := newProgram(t)
	var first, second struct {
		Text   string
		Tokens int
		Reason string
	}
	args := []string{"generate", "--model", p.model, "--prompt", "Say it", "--system", "Be brief", "--max", "12", "--temperature", "0.8", "--seed", "7"}
	p.document(t, &first, args...)
	p.document(t, &second, args...)
	if first != second || first.Reason == "" {
		t.Errorf("got %+v, then %+v", first, second)
	}
	for _, wrong := range [][]string{
		{"--max", "0"},
		{"--temperature", "-1"},
		{"--top-p", "1.5"},
		{"--min-p", "NaN"},
		{"--top-k", "-1"},
		{"--logprobs", "-1"},
		{"--logprobs", "1000"},
		{"--quant", "q3"},
		{"--adapter", "x.gguf=much"},
	} {
		if _, stderr, code := p.run(t, "", append([]string{"generate", "--model", p.model, "--prompt", "x"}, wrong...)...); code != exitUsage {
			t.Errorf("%v: code %d, %s", wrong, code, stderr)
		}
	}
}

// Every way of choosing tokens reaches the engine: each of them changes what the same seed gives, or ends it sooner.
func TestGenerateChoosesTokens(t *testing.T) {
	p := newProgram(t)
	args := []string{"generate", "--model", p.model, "--prompt", "Say it", "--max", "40", "--temperature", "1.5", "--seed", "3"}
	var plain generateAnswer
	p.document(t, &plain, args...)
	for _, flags := range [][]string{
		{"--top-k", "2"},
		{"--top-p", "0.2"},
		{"--min-p", "0.9"},
		{"--typical", "0.2"},
		{"--top-n-sigma", "0.5"},
		{"--xtc", "1"},
		{"--repeat-penalty", "3"},
		{"--frequency-penalty", "9"},
		{"--presence-penalty", "9"},
		{"--mirostat", "1"},
		{"--stop", plain.Text[len(plain.Text)/2 : len(plain.Text)/2+1]},
	} {
		var answer generateAnswer
		p.document(t, &answer, append(slices.Clone(args), flags...)...)
		if answer.Text == plain.Text {
			t.Errorf("%v changes nothing: %q", flags, answer.Text)
		}
	}
}

func TestGenerateLogProbs(t *testing.T) {
	p := newProgram(t)
	var answer generateAnswer
	p.document(t, &answer, "generate", "--model", p.model, "--prompt", "Say it", "--max", "12", "--logprobs", "3")
	if len(answer.LogProbs) == 0 || len(answer.LogProbs) > 12 {
		t.Fatalf("got %+v", answer)
	}
	for _, one := range answer.LogProbs {
		if one.LogProb > 0 || len(one.Top) != 2 || one.Top[0].LogProb < max(one.Top[1].LogProb, one.LogProb) {
			t.Errorf("got %+v", one)
		}
	}
	stdout, stderr, code := p.run(t, "", "generate", "--model", p.model, "--prompt", "Say it", "--max", "12", "--logprobs", "1")
	if code != exitOK || !strings.HasPrefix(stdout, answer.Text+"\n") || !strings.Contains(stdout, fmt.Sprintf("%.4f", answer.LogProbs[0].LogProb)) {
		t.Errorf("code %d, %q, %s", code, stdout, stderr)
	}
}

func TestGenerateBySchema(t *testing.T) {
	p := newProgram(t)
	schema := p.file(t, "schema.json", `{"type": "object", "properties": {
		"title": {"type": "string", "maxLength": 20}, "stock": {"type": "integer", "minimum": 3}}, "required": ["title", "stock"]}`)
	args := []string{"generate", "--model", p.model, "--prompt", "Say it", "--max", "60", "--schema"}
	var answer generateAnswer
	p.document(t, &answer, append(args, schema)...)
	var got struct {
		Title *string
		Stock int
	}
	if err := json.Unmarshal([]byte(answer.Text), &got); err != nil || got.Title == nil || got.Stock < 3 {
		t.Errorf("got %q, %v", answer.Text, err)
	}
	for _, text := range []string{"{", `{"type": "colour"}`} {
		if _, stderr, code := p.run(t, "", append(args, p.file(t, "bad.json", text))...); code != exitInput || !strings.Contains(stderr, "bad.json") {
			t.Errorf("%s: code %d, %s", text, code, stderr)
		}
	}
	if _, stderr, code := p.run(t, "", append(args, "none.json")...); code != exitInput || !strings.Contains(stderr, "none.json") {
		t.Errorf("no file: code %d, %s", code, stderr)
	}
}

func TestAdaptersThatArent(t *testing.T) {
	p := newProgram(t)
	for name, want := range map[string]string{p.file(t, "bad.gguf", "no adapter"): "bad.gguf", filepath.Join(p.dir, "none.gguf"): "none.gguf"} {
		if _, stderr, code := p.run(t, "", "generate", "--model", p.model, "--prompt", "x", "--adapter", name+"=0.5"); code != exitModel || !strings.Contains(stderr, want) {
			t.Errorf("%s: code %d, %s", want, code, stderr)
		}
	}
}
