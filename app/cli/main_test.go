package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"shelftalk/inference/inferencetest"
)

// asProgram, set in a child's environment, makes the test binary be the program.
const asProgram = "SHELFTALK_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}

// program runs the program in a process of its own.
type program struct {
	dir   string // its folder for everything
	model string
}

func newProgram(t *testing.T) *program {
	t.Helper()
	return &program{dir: t.TempDir(), model: inferencetest.TinyFile(t, inferencetest.Options{Context: 8192})}
}

func (p *program) command(args ...string) *exec.Cmd {
	cmd := exec.Command(os.Args[0], args...)
	cmd.Dir = p.dir
	cmd.Env = append(os.Environ(), asProgram+"=1", "SHELFTALK_DATA="+filepath.Join(p.dir, "data"), "SHELFTALK_MODELS="+filepath.Join(p.dir, "models"),
		"SHELFTALK_PACKED="+filepath.Join(p.dir, "packed"))
	return cmd
}

// run returns what the program answers, what it says beside, and its exit code.
func (p *program) run(t *testing.T, stdin string, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	cmd := p.command(args...)
	var out, errs bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(stdin), &out, &errs
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	for _, bad := range []string{"panic:", "fatal error:", "goroutine "} {
		if strings.Contains(errs.String(), bad) {
			t.Fatalf("%v: %s", args, errs.String())
		}
	}
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}

// batch writes copy with the tiny model.
func (p *program) batch(t *testing.T, in, out string, args ...string) (batchAnswer, string, int) {
	t.Helper()
	args = append([]string{"--json", "batch", "--in", in, "--out", out, "--model", p.model}, args...)
	stdout, stderr, code := p.run(t, "", args...)
	var answer batchAnswer
	if stdout != "" {
		if err := json.Unmarshal([]byte(stdout), &answer); err != nil {
			t.Fatalf("%v: %q", err, stdout)
		}
	}
	return answer, stderr, code
}

func (p *program) file(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(p.dir, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func readCSV(t *testing.T, path string) [][]string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// goods makes a file of n products.
func goods(n int) string {
	var b strings.Builder
	b.WriteString("SKU,Name,Colour,Weight\n")
	for i := range n {
		b.WriteString(strings.Join([]string{"00" + string(rune('A'+i%26)) + "-" + strings.Repeat("1", 1+i/26), "Lamp", "brown", "2 kg"}, ",") + "\n")
	}
	return b.String()
}
