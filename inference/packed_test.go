//go:build linux || darwin

package inference_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"shelftalk/inference"
	"shelftalk/inference/inferencetest"
)

// packedFiles are the whole files of a folder.
func packedFiles(t *testing.T, folder string) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(folder, "*.packed"))
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// opened is a model, and whether its weights were found packed.
func opened(t *testing.T, path string, opts ...inference.Option) (*inference.Model, bool) {
	t.Helper()
	told := 0 // once, or for every matrix
	m, err := inference.Open(path, append(opts, inference.OnLoad(func(_, _ int64) { told++ }))...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { m.Close() })
	return m, told == 1
}

// kept opens a model, closes it and reports whether its weights were found packed.
func kept(t *testing.T, path string, opts ...inference.Option) bool {
	t.Helper()
	m, found := opened(t, path, opts...)
	m.Close()
	return found
}

// said is what a model answers to a prompt, or how it fails.
func said(m *inference.Model) (string, error) {
	text := ""
	request := inference.Request{Messages: []inference.Message{{Role: inference.User, Content: "a lamp of brass"}}, Params: inference.Params{MaxTokens: 12}}
	for p, err := range m.Generate(context.Background(), request) {
		if err != nil {
			return text, err
		}
		text += p.Text
	}
	return text, nil
}

func TestPackedIsFound(t *testing.T) {
	for _, quant := range inferencetest.Types() {
		path, folder := inferencetest.TinyFile(t, inferencetest.Options{Type: quant}), t.TempDir()
		ids := []int32{3, 1, 4, 1, 5}
		fresh, found := opened(t, path, inference.PackedCache(folder))
		if found {
			t.Fatalf("%s: found in an empty folder", quant)
		}
		want, err := fresh.Logits(t.Context(), ids)
		if err != nil {
			t.Fatal(err)
		}
		fresh.Close()
		again, found := opened(t, path, inference.PackedCache(folder))
		if !found {
			t.Fatalf("%s: not found", quant)
		}
		got, err := again.Logits(t.Context(), ids)
		if err != nil {
			t.Fatal(err)
		}
		for i := range want {
			if !slices.Equal(got[i], want[i]) {
				t.Fatalf("%s: other logits behind token %d", quant, i)
			}
		}
		again.Close()
	}
}

// Whatever the folder holds, the model opens, and the next time its weights are found.
func TestPackedIsMadeAgain(t *testing.T) {
	whole := func(t *testing.T, folder string) (string, []byte) {
		files := packedFiles(t, folder)
		if len(files) != 1 {
			t.Fatalf("%q", files)
		}
		data, err := os.ReadFile(files[0])
		if err != nil {
			t.Fatal(err)
		}
		return files[0], data
	}
	write := func(t *testing.T, path string, data []byte) {
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for name, harm := range map[string]func(t *testing.T, path, folder string){
		"short": func(t *testing.T, _, folder string) {
			file, data := whole(t, folder)
			write(t, file, data[:len(data)/2])
		},
		"empty": func(t *testing.T, _, folder string) {
			file, _ := whole(t, folder)
			write(t, file, nil)
		},
		"foreign": func(t *testing.T, _, folder string) {
			file, data := whole(t, folder)
			write(t, file, []byte(strings.Repeat("x", len(data))))
		},
		"damaged foot": func(t *testing.T, _, folder string) {
			file, data := whole(t, folder)
			data[len(data)-8000] ^= 1
			write(t, file, data)
		},
		"weights of zeros": func(t *testing.T, _, folder string) {
			file, data := whole(t, folder)
			clear(data[:len(data)-8192])
			write(t, file, data)
		},
		"touched model": func(t *testing.T, path, _ string) {
			later := time.Now().Add(time.Hour)
			if err := os.Chtimes(path, later, later); err != nil {
				t.Fatal(err)
			}
		},
		"other model": func(t *testing.T, path, _ string) {
			info, err := os.Stat(path)
			if err != nil {
				t.Fatal(err)
			}
			write(t, path, inferencetest.Tiny(t, inferencetest.Options{Seed: 77}))
			if err := os.Chtimes(path, info.ModTime(), info.ModTime()); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			path, folder := inferencetest.TinyFile(t, inferencetest.Options{}), t.TempDir()
			kept(t, path, inference.PackedCache(folder))
			harm(t, path, folder)
			if kept(t, path, inference.PackedCache(folder)) {
				t.Error("what was harmed was used")
			}
			if !kept(t, path, inference.PackedCache(folder)) {
				t.Error("it wasn't made again")
			}
			if n := len(packedFiles(t, folder)); n != 1 {
				t.Errorf("%d files, want 1", n)
			}
		})
	}
}

func TestPackedOfOptions(t *testing.T) {
	path, cache := inferencetest.TinyFile(t, inferencetest.Options{}), t.TempDir()
	notFolder := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(notFolder, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if kept(t, path, inference.PackedCache(notFolder)) {
		t.Error("found in what isn't a folder")
	}
	kept(t, path, inference.PackedCache(cache))
	adapter := inference.Adapter("testdata/lora/llama.gguf", 1)
	llama := folder(t, "llama")
	ways := [][]inference.Option{{}, {inference.Quantise("exact")}, {inference.Quantise("q4")}, {adapter}, {inference.Adapter("testdata/lora/llama.gguf", 0.5)}}
	for i, way := range ways {
		if kept(t, llama, append(way, inference.PackedCache(cache))...) {
			t.Errorf("way %d found another's weights", i)
		}
	}
	for i, way := range ways {
		if !kept(t, llama, append(way, inference.PackedCache(cache))...) {
			t.Errorf("way %d didn't find its weights", i)
		}
	}
}

// A mapped file that is cut short ends the request, not the program; the model can be opened again.
func TestPackedIsCutShort(t *testing.T) {
	for i, quant := range []string{"F32", "Q4_K", "Q6_K", "Q5_0", "Q8_0", "Q4_1", "Q5_K"} {
		threads := 1 + i%3*i
		path, folder := inferencetest.TinyFile(t, inferencetest.Options{Type: quant}), t.TempDir()
		first, _ := opened(t, path, inference.PackedCache(folder))
		want, err := said(first)
		if err != nil {
			t.Fatal(err)
		}
		first.Close()
		m, found := opened(t, path, inference.PackedCache(folder), inference.Threads(threads))
		if !found {
			t.Fatal("not found")
		}
		if got, err := said(m); err != nil || got != want {
			t.Fatalf("%q, %v, want %q", got, err, want)
		}
		file := packedFiles(t, folder)[0]
		if err := os.Truncate(file, 4096); err != nil {
			t.Fatal(err)
		}
		for range 3 {
			if _, err := said(m); !errors.Is(err, inference.ErrLost) {
				t.Fatalf("%s, %d threads: the request ended with %v, want %v", quant, threads, err, inference.ErrLost)
			}
			if _, err := m.Logits(t.Context(), []int32{1, 2, 3}); !errors.Is(err, inference.ErrLost) {
				t.Fatalf("%s, %d threads: logits ended with %v, want %v", quant, threads, err, inference.ErrLost)
			}
			if _, err := m.Score(t.Context(), []inference.Message{{Role: inference.User, Content: "a"}}, []string{"b", "c"}, inference.ScoreOptions{}); !errors.Is(err, inference.ErrLost) {
				t.Fatalf("%s, %d threads: scores ended with %v, want %v", quant, threads, err, inference.ErrLost)
			}
		}
		m.Close()
		again, found := opened(t, path, inference.PackedCache(folder))
		if got, err := said(again); found || err != nil || got != want {
			t.Errorf("opened again: found %v, %q, %v, want %q", found, got, err, want)
		}
	}
}

func TestFreePacked(t *testing.T) {
	a, b := inferencetest.TinyFile(t, inferencetest.Options{}), inferencetest.TinyFile(t, inferencetest.Options{Seed: 7})
	folder := t.TempDir()
	kept(t, a, inference.PackedCache(folder))
	kept(t, b, inference.PackedCache(folder))
	list := inference.ListPacked(folder)
	if len(list) != 2 || list[0].Path != b || list[1].Path != a || list[0].Bytes == 0 {
		t.Fatalf("listed %+v", list)
	}
	if n := inference.FreePacked(folder, a); n != list[1].Bytes || kept(t, a, inference.PackedCache(folder)) || !kept(t, b, inference.PackedCache(folder)) {
		t.Errorf("freed %d bytes of %d", n, list[1].Bytes)
	}
	if n := inference.FreePacked(folder); n == 0 || len(inference.ListPacked(folder)) != 0 {
		t.Errorf("freed %d bytes of all", n)
	}
}
