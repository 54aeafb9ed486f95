// The detector allocates for itself.
//go:build !race

package inference_test

import (
	"runtime"
	"testing"
	"unicode/utf8"

	"shelftalk/inference"
	"shelftalk/inference/inferencetest"
)

// Writing allocates nothing for a token, with all rules on: long answers cost no more allocations than short ones.
func TestTokensAllocateNothing(t *testing.T) {
	m := tiny(t, inferencetest.Options{Type: "Q8_0", Context: 2048}, inference.Threads(1))
	never := inference.NewPhrases([]string{"best", "high quality", "最好"})
	mallocs := func(most int) (tokens int, n uint64) {
		requests := func(yield func(inference.Request) bool) {
			for i := range 2 {
				r := page(i)
				r.Frame = []inference.Part{{Text: "- "}, {Slot: &inference.Slot{
					Name: "text", MaxTokens: most, Stop: []string{"\x00"}, Length: inference.Length{Min: 5000, Max: 20_000, Count: utf8.RuneCountInString},
					Rules: inference.Rules{Numbers: []string{"18", "350"}, Never: never, Script: inference.Latin | inference.Han, MaxSentences: 500},
				}}}
				r.Params = inference.Params{Temperature: 0.9, TopP: 0.95, RepeatPenalty: 1.1, DRY: inference.DRY{Multiplier: 0.5}}
				if !yield(r) {
					return
				}
			}
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		for r, err := range m.Batch(t.Context(), requests, inference.BatchOptions{}) {
			if err != nil || r.Err != nil {
				t.Fatal(err, r.Err)
			}
			tokens += r.Generated
		}
		runtime.ReadMemStats(&after)
		return tokens, after.Mallocs - before.Mallocs
	}
	mallocs(300) // the cache's pages, and everything that grows
	few, short := mallocs(60)
	many, long := mallocs(300)
	if many-few < 400 {
		t.Fatalf("%d and %d tokens: the test shows nothing", few, many)
	}
	if perToken := (float64(long) - float64(short)) / float64(many-few); perToken > 0.25 { // what grows, and pages
		t.Errorf("%.2f allocations for a token (%d for %d tokens, %d for %d)", perToken, long, many, short, few)
	}
}
