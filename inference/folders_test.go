package inference_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"shelftalk/inference"
)

// folder copies a folder of testdata/folders, made by _reference/folders.py, into one of the test's own, its weights
// decompressed.
func folder(t testing.TB, name string) string {
	t.Helper()
	from, to := filepath.Join("testdata", "folders", name), t.TempDir()
	err := filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		target := filepath.Join(to, rel)
		if d.IsDir() {
			return os.MkdirAll(target, 0o700)
		}
		if plain, ok := strings.CutSuffix(target, ".gz"); ok {
			return os.WriteFile(plain, unpacked(t, path), 0o600)
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(target, data, 0o600)
	})
	if err != nil {
		t.Fatal(err)
	}
	return to
}

// A folder as transformers saves it gives the logits that transformers computes. With the weights as they are the difference
// is what the engine's arithmetic makes; the bounds for quantised weights are those of random networks, which have none of
// the slack that training leaves. -v prints the figures.
func TestFoldersAgreeWithTransformers(t *testing.T) {
	for _, name := range randomModels(t) {
		t.Run(name, func(t *testing.T) {
			path := folder(t, name)
			for _, weights := range []struct {
				kind        string
				mean, worst float64
			}{{"exact", 1e-5, 2e-5}, {"q8", 0.01, 0.05}, {"q4", 0.6, 2}} {
				var mean, worst float64
				n := 0
				for _, s := range sequencesOf(t, name) {
					m, err := inference.Open(path, inference.Quantise(weights.kind), inference.Context(s.Context), inference.Rows(1))
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
						mean += kl
						worst = max(worst, kl)
						n++
					}
				}
				mean /= float64(n)
				t.Logf("%s %s: KL mean %.1e, worst %.1e", name, weights.kind, mean, worst)
				if !(mean < weights.mean && worst < weights.worst) {
					t.Errorf("%s: KL mean %.1e, worst %.1e", weights.kind, mean, worst)
				}
			}
		})
	}
}

// What a folder lacks, or has too much of, is told by the engine's own errors.
func TestFoldersRefused(t *testing.T) {
	const weights, config = "model.safetensors", "config.json"
	write := func(t *testing.T, path, text string) {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for name, c := range map[string]struct {
		damage func(t *testing.T, folder string) error
		want   error
		says   string
	}{
		"nothing there": {func(_ *testing.T, f string) error { return os.Remove(filepath.Join(f, config)) }, inference.ErrFormat, config},
		"a pickle": {func(_ *testing.T, f string) error {
			return os.Rename(filepath.Join(f, weights), filepath.Join(f, "pytorch_model.bin"))
		}, inference.ErrUnsupported, "save_pretrained"},
		"cut short": {func(_ *testing.T, f string) error { return os.Truncate(filepath.Join(f, weights), 100_000) }, inference.ErrTruncated, weights},
		"GPTQ": {func(t *testing.T, f string) error {
			write(t, filepath.Join(f, config), `{"architectures": ["LlamaForCausalLM"], "quantization_config": {"quant_method": "gptq"}}`)
			return nil
		}, inference.ErrUnsupported, "original folder"},
		"another network": {func(t *testing.T, f string) error {
			write(t, filepath.Join(f, config), `{"architectures": ["MambaForCausalLM"]}`)
			return nil
		}, inference.ErrUnsupported, "LlamaForCausalLM"},
		"too many heads": {func(t *testing.T, f string) error {
			data, err := os.ReadFile(filepath.Join(f, config))
			write(t, filepath.Join(f, config), strings.Replace(string(data), `"num_key_value_heads": 2`, `"num_key_value_heads": 1`, 1))
			return err
		}, inference.ErrFormat, "attn_k"},
	} {
		t.Run(name, func(t *testing.T) {
			path := folder(t, "llama")
			if err := c.damage(t, path); err != nil {
				t.Fatal(err)
			}
			m, err := inference.Open(path)
			if err == nil {
				m.Close()
			}
			if !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.says) || !strings.Contains(err.Error(), path) {
				t.Errorf("%v", err)
			}
		})
	}
	if _, err := inference.Open(folder(t, "llama"), inference.Quantise("q5")); !errors.Is(err, inference.ErrRequest) {
		t.Errorf("weights as q5: %v", err)
	}
	if _, err := inference.Open(folder(t, "llama"), inference.MemoryLimit(1<<20)); !errors.Is(err, inference.ErrMemory) {
		t.Errorf("a megabyte: %v", err)
	}
}
