package inference

import (
	"encoding/json"
	"math"
	"os"
	"slices"
	"testing"

	"shelftalk/inference/inferencetest"
)

// contrastReference is testdata/contrast-*.json, made by _reference/contrast.py: what transformers in float32 computes of
// texts whose keys and values are in part those of another reading.
type contrastReference struct {
	Texts []struct {
		Prompt, Contrast, Answer []int32
		Own                      []int
		Places                   []struct {
			At     int
			IDs    []int32
			Logits []float64
			LSE    float64
			Apart  float64 // divergence from the contrast that computes all tokens
		}
	}
}

// The contrast with what it borrows is transformers': as near as activations of eight bits allow, and much nearer than to
// a contrast that borrows nothing. -v prints the figures.
func TestContrastAgreesWithTransformers(t *testing.T) {
	data, err := os.ReadFile("testdata/contrast-smollm2.json")
	if err != nil {
		t.Fatal(err)
	}
	var ref contrastReference
	if err := json.Unmarshal(data, &ref); err != nil {
		t.Fatal(err)
	}
	m, err := Open(inferencetest.File(t, inferencetest.SmolLM2), Context(256), Rows(1))
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	var off, apart float64
	n := 0
	for _, text := range ref.Texts {
		for _, place := range text.Places {
			w := contrasting{prompt: text.Prompt, contrast: text.Contrast, answer: text.Answer[:place.At+1], own: text.Own}
			ours := logProbsOf(w.logits(t, m))
			restP, restQ, kl := 1.0, 1.0, 0.0
			for i, id := range place.IDs {
				logP := place.Logits[i] - place.LSE
				kl += math.Exp(logP) * (logP - ours[id])
				restP, restQ = restP-math.Exp(logP), restQ-math.Exp(ours[id])
			}
			if restP > 1e-6 && restQ > 1e-9 { // the tokens that aren't listed count as one
				kl += restP * math.Log(restP/restQ)
			}
			off, apart, n = off+kl, apart+place.Apart, n+1
		}
	}
	off, apart = off/float64(n), apart/float64(n)
	t.Logf("%d places: mean divergence %.4f, of a contrast that borrows nothing %.4f", n, off, apart)
	if n < 20 || off > 0.01 || off > apart/4 {
		t.Errorf("%d places, mean divergence %.4f, of a contrast that borrows nothing %.4f", n, off, apart)
	}
}

// logProbsOf are the log-probabilities that logits stand for.
func logProbsOf(logits []float32) []float64 {
	var sum float64
	top := slices.Max(logits)
	for _, l := range logits {
		sum += math.Exp(float64(l - top))
	}
	out := make([]float64, len(logits))
	for i, l := range logits {
		out[i] = float64(l-top) - math.Log(sum)
	}
	return out
}
