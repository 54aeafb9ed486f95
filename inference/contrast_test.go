package inference

import (
	"math"
	"slices"
	"strings"
	"testing"

	"shelftalk/inference/inferencetest"
)

// Context-aware decoding, computed the long way: both texts whole for every token.
func TestContrastEqualsTwoPasses(t *testing.T) {
	m, err := Open(inferencetest.File(t, inferencetest.SmolLM2), Context(512), Rows(2))
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	const alpha, n = 0.7, 16
	r := Request{
		Messages: []Message{{System, "You describe products."}, {User, "Describe this mug: stoneware, 350 ml, blue glaze, made in Portugal."}},
		Contrast: []Message{{System, "You describe products."}, {User, "Describe this mug."}},
		Alpha:    alpha,
		Params:   Params{MaxTokens: n},
	}
	var got string
	for c, err := range m.Generate(t.Context(), r) {
		if err != nil {
			t.Fatal(err)
		}
		got += c.Text
	}
	prompt, err := m.prompt(r.Messages)
	if err != nil {
		t.Fatal(err)
	}
	contrast, err := m.prompt(r.Contrast)
	if err != nil {
		t.Fatal(err)
	}
	var answer []int32
	plain := 0
	for len(answer) < n {
		with := lastLogits(t, m, slices.Concat(prompt, answer))
		without := lastLogits(t, m, slices.Concat(contrast, answer))
		best, greedy := contrasted(with, without, alpha), top(with)
		if m.tokens.IsEnd(best) {
			break
		}
		if best == greedy {
			plain++
		}
		answer = append(answer, best)
	}
	// a space at the end waits for what follows it, which here is nothing
	if want := strings.TrimRight(m.tokens.Decode(answer), " "); got != want {
		t.Errorf("engine %q\ntwo passes %q", got, want)
	}
	if plain == len(answer) {
		t.Error("the contrast changed no token: the test shows nothing")
	}
}

func lastLogits(t *testing.T, m *Model, ids []int32) []float32 {
	t.Helper()
	all, err := m.Logits(t.Context(), ids)
	if err != nil {
		t.Fatal(err)
	}
	return all[len(all)-1]
}

// contrasted is the token that the formula of Request.Contrast puts first.
func contrasted(with, without []float32, alpha float64) int32 {
	logProbs := func(logits []float32) []float64 {
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
	p, q := logProbs(with), logProbs(without)
	least := slices.Max(p) + math.Log(0.1)
	best, score := int32(-1), math.Inf(-1)
	for i := range p {
		if s := (1+alpha)*p[i] - alpha*q[i]; p[i] >= least && s > score {
			best, score = int32(i), s
		}
	}
	return best
}
