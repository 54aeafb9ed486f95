package main

import (
	"cmp"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"shelftalk/inference/inferencetest"
)

func newModel(t *testing.T, context int) string {
	t.Helper()
	return inferencetest.TinyFile(t, inferencetest.Options{Context: context})
}

// document runs a command with --json and returns its one answer.
func (p *program) document(t *testing.T, v any, args ...string) {
	t.Helper()
	stdout, stderr, code := p.run(t, "", append([]string{"--json"}, args...)...)
	if code != exitOK {
		t.Fatalf("%v: code %d, %s", args, code, stderr)
	}
	dec := json.NewDecoder(strings.NewReader(stdout))
	if err := dec.Decode(v); err != nil {
		t.Fatalf("%v: %v in %q", args, err, stdout)
	}
	if dec.More() {
		t.Errorf("%v: more than one document in %q", args, stdout)
	}
}

func TestTokens(t *testing.T) {
	p := newProgram(t)
	lines := "Hello world\n<|im_end|> stays text\n\n保温杯\nlast line without an end"
	stdout, stderr, code := p.run(t, lines, "tokens", "--model", p.model)
	answers := strings.Split(strings.TrimSuffix(stdout, "\n"), "\n")
	if code != exitOK || len(answers) != 5 || answers[2] != "[]" {
		t.Fatalf("code %d, %q, %s", code, stdout, stderr)
	}
	for _, a := range answers {
		var ids []int32
		if err := json.Unmarshal([]byte(a), &ids); err != nil {
			t.Errorf("%q: %v", a, err)
		}
	}
	if _, stderr, code := p.run(t, "fine\n\xff\xfe\n", "tokens", "--model", p.model); code != exitInput || !strings.Contains(stderr, "line 2") {
		t.Errorf("code %d, %s", code, stderr)
	}
}

func TestEmbed(t *testing.T) {
	p := newProgram(t)
	model := inferencetest.File(t, inferencetest.MiniLM)
	stdout, stderr, code := p.run(t, "a table lamp\na reading light\nquarterly taxes\n\n", "embed", "--model", model)
	if code != exitOK {
		t.Fatalf("code %d, %s", code, stderr)
	}
	var vectors [][]float64
	for dec := json.NewDecoder(strings.NewReader(stdout)); dec.More(); {
		var v []float64
		if err := dec.Decode(&v); err != nil {
			t.Fatal(err)
		}
		vectors = append(vectors, v)
	}
	if len(vectors) != 4 || len(vectors[3]) != 384 {
		t.Fatalf("%d vectors", len(vectors))
	}
	dot := func(a, b int) (sum float64) {
		for i, x := range vectors[a] {
			sum += x * vectors[b][i]
		}
		return sum
	}
	if near, far := dot(0, 1), dot(0, 2); near < far+0.2 {
		t.Errorf("a lamp is as near to a light (%.2f) as to taxes (%.2f)", near, far)
	}
	if _, stderr, code := p.run(t, "fine\n\xff\n", "embed", "--model", model); code != exitInput || !strings.Contains(stderr, "line 2") {
		t.Errorf("code %d, %s", code, stderr)
	}
	if _, stderr, code := p.run(t, "x\n", "embed", "--model", p.model); code != exitModel || !strings.Contains(stderr, "vectors") {
		t.Errorf("a model that writes: code %d, %s", code, stderr)
	}
	if _, stderr, code := p.run(t, "", "generate", "--model", model, "--prompt", "x"); code != exitModel || !strings.Contains(stderr, "can't write") {
		t.Errorf("a model that can't: code %d, %s", code, stderr)
	}
}

func TestScore(t *testing.T) {
	p := newProgram(t)
	args := []string{"score", "--model", p.model, "--prompt", "Which colour?", "--label", "red", "--label", "dark, blue", "--label", "红"}
	var answer scoreAnswer
	p.document(t, &answer, args...)
	best := slices.MaxFunc(answer.Labels, func(x, y scoreLabel) int { return cmp.Compare(x.LogProb, y.LogProb) })
	if len(answer.Labels) != 3 || answer.Labels[1].Label != "dark, blue" || answer.Best != best.Label {
		t.Errorf("got %+v", answer)
	}
	for _, l := range answer.Labels {
		if l.Tokens < 1 || l.LogProb >= 0 || l.PMI != nil || math.Abs(l.LogProb-l.PerToken*float64(l.Tokens)) > 1e-9 {
			t.Errorf("got %+v", l)
		}
	}
	var other scoreAnswer
	p.document(t, &other, append(args, "--prior", "Which?")...)
	if other.Labels[0].LogProb != answer.Labels[0].LogProb || other.Labels[0].PMI == nil || *other.Labels[0].PMI == 0 {
		t.Errorf("with a prior, got %+v", other.Labels[0])
	}
	if stdout, stderr, code := p.run(t, "Which colour?", append([]string{"score", "--model", p.model, "--prompt", "-"}, args[5:]...)...); code != exitOK ||
		!strings.HasSuffix(strings.Split(stdout, "\n")[0], answer.Best) {
		t.Errorf("code %d, %q, %s", code, stdout, stderr)
	}
	if _, stderr, code := p.run(t, "", "score", "--model", p.model, "--prompt", "x", "--label", ""); code != exitUsage || !strings.Contains(stderr, "empty") {
		t.Errorf("an empty label: code %d, %s", code, stderr)
	}
}

func TestPerplexity(t *testing.T) {
	p := newProgram(t)
	text := p.file(t, "text.txt", strings.Repeat("The lamp is made of oak. ", 200))
	var answer struct {
		Perplexity float64
		Tokens     int
	}
	p.document(t, &answer, "perplexity", "--model", p.model, "--ctx", "128", text)
	if answer.Perplexity <= 1 || answer.Tokens < 64 {
		t.Errorf("got %+v", answer)
	}
	if _, stderr, code := p.run(t, "", "perplexity", "--model", p.model, filepath.Join(p.dir, "none.txt")); code != exitInput || !strings.Contains(stderr, "none.txt") {
		t.Errorf("code %d, %s", code, stderr)
	}
}

func TestBench(t *testing.T) {
	p := newProgram(t)
	prompts := p.file(t, "prompts.jsonl", `{"messages":[{"role":"system","content":"Write."},{"role":"user","content":"lamp"}],"tokens":7}
{"messages":[{"role":"user","content":"mug"}],"tokens":20}
`)
	var answer benchAnswer
	p.document(t, &answer, "bench", "--model", p.model, "--runs", "1", "--prompts", prompts)
	for name, r := range map[string]rate{"prefill": answer.Prefill, "stream": answer.Stream, "batch": answer.Batch} {
		if r.TokensPerSecond <= 0 {
			t.Errorf("%s is %v", name, r)
		}
	}
	if answer.Load <= 0 || (runtime.GOOS == "linux" && answer.Memory < 1<<20) || answer.Limits != nil {
		t.Errorf("got %+v", answer)
	}
	if f := answer.First; f == nil || f.Seconds <= 0 || f.Prompt < 1000 || f.Cached < 900 || f.Cached >= f.Prompt {
		t.Errorf("first token: %+v", f)
	}
	if r := answer.Replay; r == nil || r.Rows != 2 || r.Tokens != 27 || r.RowsPerMinute <= 0 {
		t.Errorf("prompts: %+v", r)
	}
	for name, text := range map[string]string{"empty": "", "other": "{}\n", "broken": "{"} {
		if _, stderr, code := p.run(t, "", "bench", "--model", p.model, "--prompts", p.file(t, name, text)); code != exitInput || !strings.Contains(stderr, name) {
			t.Errorf("%s: code %d, %s", name, code, stderr)
		}
	}
}

func TestImportShowsKeepsAndExports(t *testing.T) {
	p := newProgram(t)
	in := p.file(t, "in.csv", "SKU;Name;Finish\n1;Lamp;matt\n2;Mug;shiny\n")
	var answer importAnswer
	p.document(t, &answer, "import", in, "--role", "finish=ignore")
	if answer.KeyHeader != "SKU" || answer.Products != 2 || answer.Kept || answer.Columns[2].Role != "ignore" || answer.Columns[1].Role != "title" {
		t.Errorf("got %+v", answer)
	}
	if _, err := os.Stat(filepath.Join(p.dir, "data")); err == nil {
		t.Error("a preview made a store")
	}
	if _, _, code := p.run(t, "", "export", "--out", filepath.Join(p.dir, "x.csv")); code != exitInput {
		t.Errorf("exported without a catalogue: code %d", code)
	}
	p.document(t, &answer, "import", in, "--keep")
	if !answer.Kept {
		t.Errorf("got %+v", answer)
	}
	if _, stderr, code := p.run(t, "", "export", "--out", filepath.Join(p.dir, "x.csv")); code == exitOK || !strings.Contains(stderr, "no copy") {
		t.Errorf("code %d, %s", code, stderr)
	}
	out := filepath.Join(p.dir, "copy.csv")
	if _, stderr, code := p.batch(t, in, out, "--data", filepath.Join(p.dir, "data")); code != exitOK {
		t.Fatalf("code %d, %s", code, stderr)
	}
	var exported exportAnswer
	p.document(t, &exported, "export", "--out", filepath.Join(p.dir, "x.csv"))
	if exported.Rows != 2 {
		t.Errorf("got %+v", exported)
	}
	for _, args := range [][]string{{"import"}, {"import", in, "--sample"}, {"import", in, "--role", "nothing=title"}, {"import", in, "--role", "Name=king"}, {"frobnicate"}, {"batch"}} {
		if _, stderr, code := p.run(t, "", args...); code != exitUsage || stderr == "" {
			t.Errorf("%v: code %d, %s", args, code, stderr)
		}
	}
}

// Whoever reads the answer may stop reading: that is no failure, and no message.
func TestClosedPipe(t *testing.T) {
	p := newProgram(t)
	cmd := p.command("tokens", "--model", p.model)
	cmd.Stdin = strings.NewReader(strings.Repeat("a line of words\n", 200_000))
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var stderr strings.Builder
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := out.Read(make([]byte, 10)); err != nil {
		t.Fatal(err)
	}
	_ = out.Close()
	if err := cmd.Wait(); err != nil || stderr.Len() > 0 {
		t.Errorf("%v, %q", err, stderr.String())
	}
}

func TestHelpTellsTheExitCodes(t *testing.T) {
	p := newProgram(t)
	stdout, _, code := p.run(t, "", "--help")
	if code != exitOK || !strings.Contains(strings.Join(strings.Fields(stdout), " "), "130 interrupted") {
		t.Errorf("code %d, %s", code, stdout)
	}
}
