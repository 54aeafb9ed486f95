package inference_test

import (
	"fmt"
	"reflect"
	"strings"
	"sync/atomic"
	"testing"

	"shelftalk/inference"
	"shelftalk/inference/inferencetest"
)

// repetitive is a request whose answer is likely to go on as the text went on before, more or less.
func repetitive(i int) inference.Request {
	r := inference.Request{
		Messages: []inference.Message{{Role: inference.User, Content: fmt.Sprintf("Say again %d: ", i) + strings.Repeat("stoneware mug for tea and coffee, ", 8)}},
		Params:   inference.Params{MaxTokens: 70 + i%5, LogProbs: i % 3},
		Seed:     uint64(i),
	}
	switch i % 4 {
	case 1:
		r.Params.Temperature = 0.1
	case 2:
		r.Params.Temperature, r.Params.RepeatPenalty, r.Params.TopP = 0.3, 1.02, 0.9
	case 3:
		r.Params.Temperature = 0.2
		r.Rules = inference.Rules{Never: inference.NewPhrases(shortWords()), Numbers: []string{"12"}}
		r.Length = inference.Length{Min: 30, Max: 120}
	}
	return r
}

// shortWords are so many that a text can't help beginning some.
func shortWords() []string {
	var words []string
	for c := 'a'; c <= 'z'; c++ {
		words = append(words, string(c), "th"+string(c), string(c)+"e", string(c)+"n", "o"+string(c))
	}
	return words
}

// written runs n requests, so many together, and returns the results but for what depends on the cache, and the steps.
func written(t *testing.T, m *inference.Model, n, rows int, request func(int) inference.Request) ([]inference.Result, int) {
	t.Helper()
	requests := func(yield func(inference.Request) bool) {
		for i := range n {
			if !yield(request(i)) {
				return
			}
		}
	}
	out := make([]inference.Result, n)
	var steps atomic.Int64 // a step may end when its last row's result is here already
	for r, err := range m.Batch(t.Context(), requests, inference.BatchOptions{Rows: rows, OnStep: func(inference.Progress) { steps.Add(1) }}) {
		if err != nil || r.Err != nil {
			t.Fatal(err, r.Err)
		}
		r.Cached = 0
		out[r.Index] = r
	}
	return out, int(steps.Load())
}

// A row that is written alone or with a few drafts, one among many doesn't: all write the same, with the same probabilities.
func TestDraftsChangeNothing(t *testing.T) {
	chosen := 0
	places := map[int]int{1: 0, 2: 0, 4: 0} // by rows written together: steps times rows
	seeds := uint64(4)
	if testing.Short() {
		seeds = 1
	}
	for seed := range seeds {
		for _, o := range []inferencetest.Options{{Arch: "llama", Type: "Q4_0"}, {Arch: "qwen2", Type: "Q4_K"}, {Arch: "qwen2", Type: "F32"}, {Type: "Q8_0", Pieces: true}} {
			o.Seed = seed
			t.Run(fmt.Sprintf("%s %s %d", o.Arch, o.Type, seed), func(t *testing.T) {
				const n = 16
				m := tiny(t, o)
				many, _ := written(t, m, n, n, repetitive)
				for rows := range places {
					few, steps := written(t, m, n, rows, repetitive)
					places[rows] += rows * steps
					for i := range n {
						if !reflect.DeepEqual(few[i], many[i]) {
							t.Errorf("row %d of %d together:\n%+v\namong many:\n%+v", i, rows, few[i], many[i])
						}
					}
				}
				for i := range n {
					chosen += many[i].Generated
				}
			})
		}
	}
	for rows, n := range places {
		if rows < 4 && n > chosen*95/100 { // four draft a token each
			t.Errorf("%d rows together: %d tokens took %d places: hardly a draft was right", rows, chosen, n)
		}
	}
}

// Where a forbidden word is taken back, few rows of a batch keep the logits from before it, the others compute them again:
// both go on alike.
func TestWordsTakenBack(t *testing.T) {
	request := func(i int) inference.Request {
		r := page(i)
		if i%2 == 0 {
			r.Contrast = nil
		}
		r.Params.Temperature = 1.5
		for _, p := range r.Frame {
			if p.Slot != nil {
				p.Slot.Rules.Never = inference.NewPhrases(shortWords())
				p.Slot.Params = &inference.Params{Temperature: 1.2, RepeatPenalty: 1.2, LogProbs: 3}
			}
		}
		return r
	}
	tried := []inferencetest.Options{{Arch: "llama", Type: "Q4_0"}, {Arch: "qwen2", Type: "F32", Seed: 5}}
	if testing.Short() {
		tried = tried[:1]
	}
	for _, o := range tried {
		m := tiny(t, o)
		const n = 40
		alone, _ := written(t, m, n, 1, request)
		together, _ := written(t, m, n, n, request)
		undone := 0
		for i := range n {
			if !reflect.DeepEqual(alone[i], together[i]) {
				t.Errorf("row %d alone:\n%+v\namong others:\n%+v", i, alone[i], together[i])
			}
			undone += alone[i].Generated
			for _, s := range alone[i].Slots {
				undone -= s.Tokens
			}
		}
		if undone < n {
			t.Errorf("only %d tokens were taken back in %d rows: the test shows nothing", undone, n)
		}
	}
}
