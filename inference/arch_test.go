package inference_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"shelftalk/inference"
)

// The models of testdata/arch are small and random; _reference/models.py makes them, and computes with transformers in
// float32 what they say.

// unpacked returns a compressed file's bytes.
func unpacked(t testing.TB, path string) []byte {
	t.Helper()
	f, err := os.Open(path)
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
	return data
}

// randomModels lists the decoders of testdata/arch.
func randomModels(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("testdata/arch/*.gguf.gz")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range files {
		if name := strings.TrimSuffix(filepath.Base(f), ".gguf.gz"); name != "bert" {
			names = append(names, name)
		}
	}
	if len(names) < 8 {
		t.Fatalf("only %q are there", names)
	}
	return names
}

// sequence is a text with the logits behind some of its tokens.
type sequence struct {
	Context int // that the model is opened with
	IDs     []int32
	At      []int
	Logits  [][]float64
}

func sequencesOf(t *testing.T, name string) []sequence {
	t.Helper()
	var file struct{ Sequences []sequence }
	if err := json.Unmarshal(unpacked(t, "testdata/arch/"+name+".json.gz"), &file); err != nil {
		t.Fatal(err)
	}
	longest := 0
	for _, s := range file.Sequences {
		longest = max(longest, len(s.IDs))
	}
	if longest < 150 {
		t.Fatalf("the longest sequence has %d tokens", longest)
	}
	return file.Sequences
}

// divergence opens a model and returns the mean and the worst KL divergence of its logits from the reference, in nats.
func divergence(t *testing.T, data []byte, sequences []sequence) (mean, worst float64) {
	t.Helper()
	n := 0
	for _, s := range sequences {
		m, err := inference.Load(data, inference.Context(s.Context), inference.Rows(1), inference.Threads(2))
		if err != nil {
			t.Fatal(err)
		}
		logits, err := m.Logits(context.Background(), s.IDs)
		if err != nil {
			t.Fatal(err)
		}
		m.Close()
		for i, at := range s.At {
			kl := klOf(s.Logits[i], logits[at])
			mean += kl
			worst = max(worst, kl)
			n++
		}
	}
	return mean / float64(n), worst
}

// klOf is the divergence of ours from the reference.
func klOf(want []float64, ours []float32) float64 {
	var a, b, kl float64
	for i, x := range want {
		a += math.Exp(x)
		b += math.Exp(float64(ours[i]))
	}
	for i, x := range want {
		p := math.Exp(x) / a
		kl += p * (x - math.Log(a) - float64(ours[i]) + math.Log(b))
	}
	return kl
}

// Each architecture computes what transformers does. What is left is the rounding of keys and values to half precision.
func TestArchitecturesAgreeWithTransformers(t *testing.T) {
	for _, name := range randomModels(t) {
		t.Run(name, func(t *testing.T) {
			data := unpacked(t, "testdata/arch/"+name+".gguf.gz")
			mean, worst := divergence(t, data, sequencesOf(t, name))
			t.Logf("KL mean %.2g, worst %.2g", mean, worst)
			if !(worst < 2e-5) {
				t.Errorf("KL mean %.2g, worst %.2g", mean, worst)
			}
			m, err := inference.Load(bytes.Clone(data))
			if err != nil {
				t.Fatal(err)
			}
			defer m.Close()
			if want := map[string]string{"mistral": "llama"}[name]; m.Info().Arch != name && m.Info().Arch != want {
				t.Errorf("architecture %q", m.Info().Arch)
			}
		})
	}
}
