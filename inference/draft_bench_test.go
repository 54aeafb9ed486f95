package inference_test

import (
	"strings"
	"testing"
	"time"

	"shelftalk/inference"
	"shelftalk/inference/inferencetest"
)

// mug is a description as an editor hands it in.
const mug = "The Porto mug is thrown from stoneware in Portugal and glazed in a deep cobalt blue. It holds 350 ml, stands 9.5 cm high and weighs 380 g. The wide handle leaves room for three fingers, and the unglazed foot keeps it steady on a wooden table. It goes into the dishwasher and the microwave oven, and comes in a carton without plastic. Each piece differs slightly in colour, because the glaze is applied by hand."

// BenchmarkAlone writes single answers: a text that is changed in one word, an answer that quotes, and a free one, of
// which nothing stood in the prompt. The best of b.N runs counts.
func BenchmarkAlone(b *testing.B) {
	for _, model := range []string{inferencetest.Standard, inferencetest.Light} {
		b.Run(model, func(b *testing.B) { benchmarkAlone(b, model) })
	}
}

func benchmarkAlone(b *testing.B, model string) {
	m, err := inference.Open(inferencetest.File(b, model), inference.Context(1024))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { m.Close() })
	kinds := []struct{ name, ask string }{
		{"rewrite", "Replace the word \"mug\" by \"cup\" in this text and leave everything else as it is. Answer with the text alone.\n\n" + mug},
		{"quote", mug + "\n\nA customer asks: how large is it, and may it go into the dishwasher? Answer in three sentences, with the text's own words."},
		{"free", "Tell a story about a lighthouse keeper who learns to bake."},
	}
	best := make([]float64, len(kinds))
	for run := range b.N + 1 { // the first fills the cache
		for i, k := range kinds {
			rate := alone(b, m, inference.Request{
				Messages: []inference.Message{{Role: inference.User, Content: k.ask}},
				Params:   inference.Params{Temperature: 0.7, TopP: 0.95, RepeatPenalty: 1.05, MaxTokens: 96}, Seed: 7,
			})
			if run > 0 {
				best[i] = max(best[i], rate)
			}
		}
	}
	for i, k := range kinds {
		b.ReportMetric(best[i], k.name+"-tokens/s")
	}
}

// alone streams an answer and returns the tokens a second behind its first piece.
func alone(b *testing.B, m *inference.Model, r inference.Request) float64 {
	b.Helper()
	var text strings.Builder
	var first, last time.Time
	for c, err := range m.Generate(b.Context(), r) {
		if err != nil {
			b.Fatal(err)
		}
		if first.IsZero() {
			first = time.Now()
		} else {
			text.WriteString(c.Text)
		}
		last = time.Now()
	}
	return float64(len(m.Tokens(text.String()))) / last.Sub(first).Seconds()
}
