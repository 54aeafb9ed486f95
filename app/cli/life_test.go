package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"shelftalk/inference/inferencetest"
)

// encoder puts a random encoder's file into the program's folder.
func (p *program) encoder(t *testing.T) string {
	t.Helper()
	f, err := os.Open("../../inference/testdata/arch/bert.gguf.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return p.file(t, "bert.gguf", string(data))
}

// talk is a program under way that answers lines.
type talk struct {
	cmd  *exec.Cmd
	in   io.WriteCloser
	out  *bufio.Reader
	errs bytes.Buffer
}

func (p *program) talk(t *testing.T, args ...string) *talk {
	t.Helper()
	k := &talk{cmd: p.command(args...)}
	var err error
	if k.in, err = k.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := k.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	k.out = bufio.NewReader(out)
	k.cmd.Stderr = &k.errs
	if err := k.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = k.cmd.Process.Kill() })
	return k
}

// ask returns the answer to a line; "" if the program ended instead.
func (k *talk) ask(line string) string {
	_, _ = io.WriteString(k.in, line+"\n") // a program that has ended answers nothing
	answer, _ := k.out.ReadString('\n')
	return answer
}

// end lets the program end, and returns its exit code. It must have died of nothing.
func (k *talk) end(t *testing.T) int {
	t.Helper()
	_ = k.in.Close()
	err := k.cmd.Wait()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	for _, bad := range []string{"panic", "fatal error", "goroutine ", "signal"} {
		if strings.Contains(k.errs.String(), bad) {
			t.Fatal(k.errs.String())
		}
	}
	return k.cmd.ProcessState.ExitCode()
}

// changes are what may happen to a file.
func changes() map[string]func(path string) error {
	return map[string]func(path string) error{
		"cut":     func(path string) error { return os.Truncate(path, 4096) },
		"emptied": func(path string) error { return os.Truncate(path, 0) },
		"another in its place": func(path string) error {
			if err := os.WriteFile(path+".new", []byte("GGUF, but not what it was"), 0o600); err != nil {
				return err
			}
			return os.Rename(path+".new", path)
		},
		"removed": os.Remove,
	}
}

// What happens to a model's file when it is open doesn't matter, or ends a request; the program says so and goes on to its
// own end.
func TestModelFilesChangeWhileTheyAreOpen(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("open files can't be changed there")
	}
	for _, which := range []string{"the model's own", "packed"} {
		for name, change := range changes() {
			t.Run(which+" "+name, func(t *testing.T) {
				p := newProgram(t)
				path := p.encoder(t)
				args := []string{"embed", "--model", path}
				fresh, stderr, code := p.run(t, "tea\n", args...)
				if code != exitOK {
					t.Fatalf("code %d, %s", code, stderr)
				}
				target := path
				if which == "packed" {
					files, err := filepath.Glob(filepath.Join(p.dir, "packed", "*"))
					if err != nil || len(files) == 0 {
						t.Skip("weights aren't kept packed here")
					}
					target = files[0]
				}
				k := p.talk(t, args...)
				if got := k.ask("tea"); got != fresh {
					t.Fatalf("%q, want %q", got, fresh)
				}
				if err := change(target); err != nil {
					t.Fatal(err)
				}
				got := k.ask("tea")
				code = k.end(t)
				switch {
				case got == fresh && code == exitOK:
				case got == "" && code == exitModel && which == "packed" && strings.Contains(k.errs.String(), "open it again"):
				default:
					t.Errorf("%q, code %d, %s", got, code, k.errs.String())
				}
			})
		}
	}
}

// A file that changes while it is read is refused, or was read in time.
func TestModelFilesChangeWhileTheyAreRead(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("open files can't be changed there")
	}
	p := newProgram(t)
	for name, change := range changes() {
		for _, after := range []time.Duration{0, 10, 20, 30, 50, 80} {
			path := inferencetest.TinyFile(t, inferencetest.Options{Layers: 12})
			k := p.talk(t, "--no-packed", "tokens", "--model", path)
			time.Sleep(after * time.Millisecond)
			if err := change(path); err != nil {
				t.Fatal(err)
			}
			got := k.ask("tea")
			switch code := k.end(t); {
			case got != "" && code == exitOK:
			case got == "" && code == exitModel && k.errs.Len() > 0:
			case got == "" && name == "removed" && k.errs.Len() > 0: // before it was opened
			default:
				t.Errorf("%s after %d ms: %q, code %d, %s", name, after, got, code, k.errs.String())
			}
		}
	}
}
