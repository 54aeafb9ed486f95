package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"shelftalk/app/models"
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

func TestDoctor(t *testing.T) {
	p := newProgram(t)
	var h health
	p.document(t, &h, "doctor")
	if h.Cores < 1 || h.Memory < 1<<28 || h.Kernel == "" || h.DataFree == 0 || len(h.Advice) == 0 {
		t.Errorf("got %+v", h)
	}
	chosen := slices.IndexFunc(h.Kernels, func(k kernelTier) bool { return k.Why == "" })
	if chosen < 0 || h.Kernels[chosen].Name != h.Kernel {
		t.Errorf("the kernels are %s; why: %+v", h.Kernel, h.Kernels)
	}
}

func TestKernelTiersSayWhy(t *testing.T) {
	for _, c := range []struct {
		arch        string
		flags, here []string
		want        []kernelTier
	}{
		{"amd64", []string{"avx2", "fma", "f16c", "avxvnni"}, []string{"avxvnni", "avx2", "generic"}, []kernelTier{
			{"avx512vnni", "processor and system don't offer avx512f, avx512bw, avx512dq, avx512vl, avx512vnni"}, {"avxvnni", ""}, {"avx2", ""}, {"generic", ""},
		}},
		{"arm64", []string{"neon", "dotprod"}, []string{"generic"}, []kernelTier{
			{"i8mm", "processor and system don't offer i8mm"}, {"dotprod", "this build leaves the assembly out"}, {"generic", ""},
		}},
		{"riscv64", nil, []string{"generic"}, []kernelTier{{"generic", ""}}},
	} {
		if diff := gocmp.Diff(c.want, kernelTiers(c.arch, c.flags, c.here)); diff != "" {
			t.Errorf("%s: %s", c.arch, diff)
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
