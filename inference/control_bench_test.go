package inference_test

import (
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"shelftalk/inference"
	"shelftalk/inference/inferencetest"
)

// benchRow is a row of a batch: a long prompt that all share, a product of its own, 40 tokens of copy.
func benchRow(i int) inference.Request {
	return inference.Request{
		Messages: []inference.Message{
			{Role: inference.System, Content: "You write product copy for a shop. " + strings.Repeat("Keep to the facts of the product, write plainly, and never promise what isn't known. ", 24)},
			{Role: inference.User, Content: fmt.Sprintf("Product %d: stoneware mug, %d ml, 9.5 cm high, blue glaze, made in Portugal, for tea and coffee. Write a description.", i, 300+i)},
		},
		Frame:  []inference.Part{{Text: "Description: "}, {Slot: &inference.Slot{Name: "text", MaxTokens: 40, Stop: []string{"\x00"}}}},
		Params: inference.Params{Temperature: 0.7, TopP: 0.95, RepeatPenalty: 1.05},
		Seed:   uint64(i),
	}
}

// withRules holds a row to everything that copy is held to.
func withRules(i int) inference.Request {
	r := benchRow(i)
	s := r.Frame[1].Slot
	s.Length = inference.Length{Min: 20, Max: 2000, Count: utf8.RuneCountInString}
	s.Rules = inference.Rules{
		Numbers: []string{fmt.Sprint(i), fmt.Sprint(300 + i), "9.5"}, Never: lexicon, Except: []string{"made in Portugal"}, Script: inference.Latin,
		MaxSentences: 12,
	}
	return r
}

var lexicon = func() *inference.Phrases {
	words := []string{"best", "perfect", "premium", "high quality", "luxury", "eco-friendly", "handmade", "organic", "number one", "guaranteed", "100%"}
	for i := range 600 {
		words = append(words, fmt.Sprintf("claim%c%c%c", 'a'+i%26, 'a'+i/26%26, 'a'+i/7%26))
	}
	return inference.NewPhrases(words)
}()

// withContrast sets the same prompt without the product's facts beside a row.
func withContrast(i int) inference.Request {
	r := benchRow(i)
	r.Contrast = []inference.Message{r.Messages[0], {Role: inference.User, Content: fmt.Sprintf("Product %d: mug. Write a description.", i)}}
	r.Alpha = 0.7
	return r
}

// withSchema asks for a document.
func withSchema(i int) inference.Request {
	r := benchRow(i)
	r.Frame, r.Params.MaxTokens = nil, 40
	r.Schema = []byte(`{"type":"object","properties":{"title":{"type":"string","minLength":10},"text":{"type":"string","minLength":300}},"required":["title","text"]}`)
	return r
}

// perToken writes 32 rows and returns the time that a token of the answers took, the prompts being in the cache.
func perToken(b *testing.B, m *inference.Model, row func(int) inference.Request) float64 {
	b.Helper()
	rows := func(yield func(inference.Request) bool) {
		for i := range 32 {
			if !yield(row(i)) {
				return
			}
		}
	}
	tokens := 0
	begin := time.Now()
	for r, err := range m.Batch(b.Context(), rows, inference.BatchOptions{Rows: 32}) {
		if err != nil || r.Err != nil {
			b.Fatal(err, r.Err)
		}
		for _, s := range r.Slots {
			tokens += s.Tokens
		}
	}
	return float64(time.Since(begin)) / float64(tokens)
}

func lightModel(b *testing.B) *inference.Model {
	b.Helper()
	m, err := inference.Open(inferencetest.File(b, inferencetest.Light), inference.Context(1024), inference.Rows(32))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := m.Close(); err != nil {
			b.Error(err)
		}
	})
	return m
}

// BenchmarkControl compares batches of 32 rows with the light model: the time of a token with rules, with a contrast and
// with a schema, each by that of a plain batch of the same run. The best of b.N runs counts.
func BenchmarkControl(b *testing.B) {
	m := lightModel(b)
	kinds := []struct {
		name string
		row  func(int) inference.Request
	}{{"plain", benchRow}, {"rules", withRules}, {"contrast", withContrast}, {"schema", withSchema}}
	best := make([]float64, len(kinds))
	for run := 0; run < b.N+1; run++ { // the first fills the cache
		for i, k := range kinds {
			if t := perToken(b, m, k.row); run > 0 && (best[i] == 0 || t < best[i]) {
				best[i] = t
			}
		}
	}
	b.ReportMetric(1e9/best[0], "plain-tokens/s")
	for i, k := range kinds[1:] {
		b.ReportMetric(best[i+1]/best[0], k.name+"/plain")
	}
}
