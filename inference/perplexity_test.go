package inference_test

import (
	"context"
	"encoding/json"
	"math"
	"os"
	"testing"

	"shelftalk/inference"
	"shelftalk/inference/inferencetest"
)

// figures is testdata/perplexity.json: what llama.cpp measures on the same file and text, with the command, and what this
// engine measured beside it. Those of the standard model are made by hand (shelftalk-cli perplexity); tests use the others.
type figures struct {
	Context int
	Figures []struct {
		Model, File string
		Llama       float64 `json:"llama.cpp"`
		Ours        float64 `json:"shelftalk"`
		Chunks      int
	}
}

func TestPerplexityIsLlamaCpps(t *testing.T) {
	data, err := os.ReadFile("testdata/perplexity.json")
	if err != nil {
		t.Fatal(err)
	}
	var f figures
	if err := json.Unmarshal(data, &f); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile("testdata/perplexity.txt")
	if err != nil {
		t.Fatal(err)
	}
	tested := 0
	for _, want := range f.Figures {
		if off := math.Abs(want.Ours/want.Llama - 1); off > 0.01 {
			t.Errorf("%s: the figures on record differ by %.1f %%", want.File, 100*off)
		}
		if want.Model == inferencetest.Standard || testing.Short() && want.Model != inferencetest.SmolLM2 {
			continue
		}
		tested++
		t.Run(want.Model, func(t *testing.T) {
			m, err := inference.Open(inferencetest.File(t, want.Model), inference.Context(f.Context), inference.Rows(1))
			if err != nil {
				t.Fatal(err)
			}
			defer m.Close()
			got, tokens, err := m.Perplexity(context.Background(), string(text), f.Context)
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("%s: %.4f over %d tokens, llama.cpp %.4f (%+.2f %%)", want.File, got, tokens, want.Llama, 100*(got/want.Llama-1))
			if math.Abs(got/want.Llama-1) > 0.01 {
				t.Errorf("perplexity %.4f, llama.cpp's is %.4f", got, want.Llama)
			}
			if scored := want.Chunks * (f.Context/2 - 1); tokens != scored {
				t.Errorf("%d tokens scored, want %d", tokens, scored)
			}
		})
	}
	if tested == 0 {
		t.Error("nothing was measured")
	}
}
