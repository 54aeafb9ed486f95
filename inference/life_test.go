package inference_test

import (
	"context"
	"errors"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"shelftalk/inference"
	"shelftalk/inference/inferencetest"
)

func TestRowErrors(t *testing.T) {
	m := tiny(t, inferencetest.Options{Context: 128})
	long := inference.Request{Messages: []inference.Message{{Role: inference.User, Content: strings.Repeat("word ", 200)}}}
	contrary := page(0)
	contrary.Frame = []inference.Part{{Slot: &inference.Slot{Length: inference.Length{Min: 5, Max: 3}}}}
	good := inference.Request{Messages: []inference.Message{{Role: inference.User, Content: "a"}}, Params: inference.Params{MaxTokens: 3}}
	wants := []error{inference.ErrContext, inference.ErrRequest, inference.ErrRequest, nil}
	requests := []inference.Request{long, contrary, {}, good}
	n := 0
	for r, err := range m.Batch(t.Context(), slices.Values(requests), inference.BatchOptions{}) {
		if err != nil {
			t.Fatal(err)
		}
		n++
		if !errors.Is(r.Err, wants[r.Index]) || (r.Err == nil) != (wants[r.Index] == nil) {
			t.Errorf("request %d: %v, want %v", r.Index, r.Err, wants[r.Index])
		}
	}
	if n != len(requests) {
		t.Errorf("%d results of %d", n, len(requests))
	}
}

func TestClose(t *testing.T) {
	before := runtime.NumGoroutine()
	m, err := inference.Load(inferencetest.Tiny(t, inferencetest.Options{}), inference.Threads(3))
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error)
	go func() {
		var last error
		for _, err := range m.Batch(context.Background(), pages(10000), inference.BatchOptions{}) {
			last = err
		}
		ended <- last
	}()
	time.Sleep(20 * time.Millisecond)
	m.Close()
	m.Close()
	if err := <-ended; err != nil && !errors.Is(err, inference.ErrClosed) {
		t.Errorf("the batch ended with %v", err)
	}
	for _, err := range m.Generate(t.Context(), page(0)) {
		if !errors.Is(err, inference.ErrClosed) {
			t.Errorf("a closed model says %v", err)
		}
	}
	for range 100 {
		if runtime.NumGoroutine() <= before {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("%d goroutines before, %d after", before, runtime.NumGoroutine())
}

// A file that vanishes while it is open doesn't matter.
func TestFileVanishes(t *testing.T) {
	path := inferencetest.TinyFile(t, inferencetest.Options{})
	m, err := inference.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if got := collect(t, m.Generate(t.Context(), page(0))); got["title"] == "" {
		t.Error("nothing was written")
	}
}

// A file that is cut, emptied or removed while it is being read ends in an error or doesn't matter; never in a crash.
func TestFileChangesWhileItIsRead(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(path string) error
		want   error
	}{
		{"cut", func(path string) error { return os.Truncate(path, 40<<10) }, inference.ErrTruncated},
		{"emptied", func(path string) error { return os.Truncate(path, 0) }, inference.ErrTruncated},
		{"removed", os.Remove, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			path := inferencetest.TinyFile(t, inferencetest.Options{})
			var once sync.Once
			m, err := inference.Open(path, inference.Threads(1), inference.OnLoad(func(_, _ int64) {
				once.Do(func() {
					if err := test.change(path); err != nil {
						t.Error(err)
					}
				})
			}))
			if !errors.Is(err, test.want) || (err == nil) != (test.want == nil) {
				t.Errorf("%v, want %v", err, test.want)
			}
			if m != nil {
				m.Close()
			}
		})
	}
}

func TestBadFiles(t *testing.T) {
	good := inferencetest.Tiny(t, inferencetest.Options{})
	flipped := slices.Clone(good)
	copy(flipped[8:], []byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f})
	for _, test := range []struct {
		name string
		data []byte
		want error
	}{
		{"empty", nil, inference.ErrFormat},
		{"foreign", []byte("PK\x03\x04 this is a zip file of some length, not a model"), inference.ErrFormat},
		{"half", good[:len(good)/2], inference.ErrTruncated},
		{"head only", good[:40], inference.ErrTruncated},
		{"too many tensors", flipped, inference.ErrTooLarge},
	} {
		t.Run(test.name, func(t *testing.T) {
			m, err := inference.Load(test.data)
			if !errors.Is(err, test.want) {
				t.Errorf("%v, want %v", err, test.want)
			}
			if m != nil {
				t.Error("a model came with the error")
			}
		})
	}
	if _, err := inference.Load(good, inference.MemoryLimit(1<<20)); !errors.Is(err, inference.ErrMemory) {
		t.Errorf("a megabyte was enough: %v", err)
	}
	if _, err := inference.Open(t.TempDir()); !errors.Is(err, inference.ErrFormat) {
		t.Errorf("a folder opened: %v", err)
	}
	if _, err := inference.Open("nowhere.gguf"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a file that isn't there: %v", err)
	}
}
