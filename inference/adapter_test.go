package inference_test

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"shelftalk/inference"
)

// adapted returns the mean and the worst divergence of a model with the adapter of testdata/lora, made by
// _reference/lora.py, from what transformers computes after adding it to the weights.
func adapted(t *testing.T, path string, opts ...inference.Option) (mean, worst float64) {
	t.Helper()
	var file struct{ Sequences []sequence }
	if err := json.Unmarshal(unpacked(t, "testdata/lora/llama.json.gz"), &file); err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, s := range file.Sequences {
		m, err := inference.Open(path, append(opts, inference.Context(s.Context), inference.Rows(1))...)
		if err != nil {
			t.Fatal(err)
		}
		logits, err := m.Logits(context.Background(), s.IDs)
		m.Close()
		if err != nil {
			t.Fatal(err)
		}
		for i, at := range s.At {
			kl := klOf(s.Logits[i], logits[at])
			mean, worst = mean+kl, max(worst, kl)
			n++
		}
	}
	return mean / float64(n), worst
}

func TestAdapterAgreesWithTransformers(t *testing.T) {
	file := filepath.Join(t.TempDir(), "llama.gguf")
	if err := os.WriteFile(file, unpacked(t, "testdata/arch/llama.gguf.gz"), 0o600); err != nil {
		t.Fatal(err)
	}
	const lora = "testdata/lora/llama.gguf"
	for _, c := range []struct {
		name, path  string
		opts        []inference.Option
		mean, worst float64
	}{
		{"a file of halves", file, []inference.Option{inference.Adapter(lora, 1)}, 1e-5, 2e-5},
		{"a folder as it is", folder(t, "llama"), []inference.Option{inference.Adapter(lora, 1), inference.Quantise("exact")}, 1e-5, 2e-5},
		{"a quantised folder", folder(t, "llama"), []inference.Option{inference.Adapter(lora, 1)}, 0.01, 0.05},
		{"in two halves", file, []inference.Option{inference.Adapter(lora, 0.25), inference.Adapter(lora, 0.75)}, 1e-5, 2e-5},
	} {
		mean, worst := adapted(t, c.path, c.opts...)
		t.Logf("%s: KL mean %.1e, worst %.1e", c.name, mean, worst)
		if !(mean < c.mean && worst < c.worst) {
			t.Errorf("%s: KL mean %.1e, worst %.1e", c.name, mean, worst)
		}
	}
	if mean, _ := adapted(t, file, inference.Adapter(lora, 0)); mean < 0.5 {
		t.Errorf("without the adapter the divergence is only %v", mean)
	}
}

func TestAdaptersRefused(t *testing.T) {
	if _, err := inference.Open("testdata/lora/llama.gguf"); !errors.Is(err, inference.ErrFormat) || !strings.Contains(err.Error(), "adapter") {
		t.Errorf("an adapter in a model's place: %v", err)
	}
	base := folder(t, "llama")
	for name, c := range map[string]struct {
		base, path string
		want       error
	}{
		"not there":          {base, "nowhere.gguf", os.ErrNotExist},
		"a model":            {base, filepath.Join(t.TempDir(), "model.gguf"), inference.ErrAdapter},
		"for another family": {folder(t, "qwen3"), "testdata/lora/llama.gguf", inference.ErrAdapter},
		"a folder":           {base, t.TempDir(), inference.ErrAdapter},
	} {
		if name == "a model" {
			if err := os.WriteFile(c.path, unpacked(t, "testdata/arch/llama.gguf.gz"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		m, err := inference.Open(c.base, inference.Adapter(c.path, 1))
		if err == nil {
			m.Close()
		}
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
