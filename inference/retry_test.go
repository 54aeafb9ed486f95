package inference_test

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"shelftalk/inference"
	"shelftalk/inference/inferencetest"
)

// seen remembers what a judge was asked.
type seen struct {
	mu    sync.Mutex
	texts []string
}

// judge returns wrong, and remembers the text.
func (s *seen) judge(wrong func(nth int, text string) float64) func(string) float64 {
	return func(text string) float64 {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.texts = append(s.texts, strings.Clone(text))
		return wrong(len(s.texts)-1, text)
	}
}

// tried is a request of two slots. The first is judged; what the second says follows from the text before it alone.
func tried(seed uint64, contrast bool, judge func(string) float64) inference.Request {
	r := describe(&inference.Slot{
		Name: "text", MaxTokens: 24, Length: inference.Length{Max: 90}, Rules: inference.Rules{SentenceEnd: true, MaxSentences: 1},
		Judge: judge, Tries: 3, Warmer: 0.3,
	})
	r.Frame = append(r.Frame, inference.Part{Text: "\nUse: "}, inference.Part{Slot: &inference.Slot{Name: "use", MaxTokens: 12, Params: &inference.Params{}}})
	r.Params, r.Seed = inference.Params{Temperature: 0.7, LogProbs: 2}, seed
	if contrast {
		r.Alpha = 0.5
		r.Contrast = []inference.Message{{Role: inference.User, Content: "Describe a mug."}}
	}
	return r
}

func whole(t *testing.T, m *inference.Model, requests ...inference.Request) []inference.Result {
	t.Helper()
	out := make([]inference.Result, len(requests))
	for r, err := range m.Batch(t.Context(), slices.Values(requests), inference.BatchOptions{}) {
		if err != nil || r.Err != nil {
			t.Fatal(err, r.Err)
		}
		out[r.Index] = r
	}
	return out
}

// A slot is written again until its judge is content, and at most as often as it may be.
func TestSlotIsTriedAgain(t *testing.T) {
	m := smol(t)
	for _, contrast := range []bool{false, true} {
		for refused := range 5 {
			var asked seen
			got := whole(t, m, tried(2, contrast, asked.judge(func(nth int, _ string) float64 {
				if nth < refused {
					return 5 - float64(nth) // the last is the best
				}
				return 0
			})))[0]
			if want := min(refused+1, 4); len(asked.texts) != want {
				t.Errorf("contrast %v, %d refused: the judge was asked %d times, want %d", contrast, refused, len(asked.texts), want)
			}
			if last := asked.texts[len(asked.texts)-1]; got.Slot("text") != last || !strings.HasPrefix(got.Text, "Description: "+last+"\nUse:") {
				t.Errorf("contrast %v: %q stands in %q, last tried was %q", contrast, got.Slot("text"), got.Text, last)
			}
			if len(asked.texts) == 4 && len(slices.Compact(slices.Sorted(slices.Values(asked.texts)))) < 2 {
				t.Errorf("contrast %v: all tries write %q", contrast, asked.texts[0])
			}
		}
	}
}

// Where no try is good, the best of them stands, and everything behind it is as if it had been taken at once.
func TestBestTryStands(t *testing.T) {
	m := smol(t)
	for _, contrast := range []bool{false, true} {
		for best := range 4 {
			grade := func(nth int, _ string) float64 {
				if nth == best {
					return 1
				}
				return 2
			}
			var asked seen
			got := whole(t, m, tried(4, contrast, asked.judge(grade)))[0]
			if len(asked.texts) != 4 || got.Slot("text") != asked.texts[best] {
				t.Fatalf("contrast %v: %q stands, tried were %q, the best is the %d. of them", contrast, got.Slot("text"), asked.texts, best+1)
			}
			var until seen
			want := whole(t, m, tried(4, contrast, until.judge(func(nth int, _ string) float64 { return float64(best - nth) })))[0]
			for i, s := range got.Slots {
				if w := want.Slots[i]; s.Text != w.Text || s.LogProb != w.LogProb || s.Tokens != w.Tokens || s.Reason != w.Reason || len(s.Probs) != len(w.Probs) {
					t.Errorf("contrast %v, best %d: slot %d is %q (%v), taken at once %q (%v)", contrast, best, i, s.Text, s.LogProb, w.Text, w.LogProb)
				}
			}
		}
	}
}

// Tries are the same whatever is written beside them, and whether anybody watches.
func TestTriesDependOnTheRowAlone(t *testing.T) {
	m := smol(t)
	never := regexp.MustCompile(`(?i)\b(a|tea|mug|the)\b`)
	judge := func(text string) float64 { return math.Abs(float64(len(text) - 60)) }
	var requests []inference.Request
	for i := range uint64(12) {
		r := tried(i, i%3 == 0, judge)
		r.Frame[1].Slot.Rules.Never = inference.NewPhrases([]string{"a", "tea", "mug", "the"}) // words are taken back within a try
		requests = append(requests, r)
	}
	together := whole(t, m, requests...)
	for i, r := range requests {
		alone := whole(t, m, r)[0]
		if alone.Text != together[i].Text || alone.Generated != together[i].Generated {
			t.Errorf("row %d: alone %q, beside others %q", i, alone.Text, together[i].Text)
		}
		if never.MatchString(alone.Slot("text")) {
			t.Errorf("%q holds a forbidden word", alone.Slot("text"))
		}
		streamed := map[string]string{}
		for c, err := range m.Generate(t.Context(), r) {
			if err != nil {
				t.Fatal(err)
			}
			streamed[c.Slot] += c.Text
		}
		for _, s := range alone.Slots {
			if streamed[s.Name] != s.Text {
				t.Errorf("row %d, %s: streamed %q, in a batch %q", i, s.Name, streamed[s.Name], s.Text)
			}
		}
	}
}

// Without warmth a greedy slot comes out the same each time; a grade that isn't a number takes the text.
func TestTriesOfGreedySlots(t *testing.T) {
	m := tiny(t, inferencetest.Options{})
	for _, test := range []struct {
		wrong float64
		asked int
	}{{1, 4}, {0, 1}, {-1, 1}, {math.NaN(), 1}} {
		var asked seen
		r := tried(1, false, asked.judge(func(int, string) float64 { return test.wrong }))
		r.Params, r.Frame[1].Slot.Warmer = inference.Params{}, 0
		got := whole(t, m, r)[0]
		if len(asked.texts) != test.asked || len(slices.Compact(asked.texts)) != 1 || got.Slot("text") != asked.texts[0] {
			t.Errorf("%v wrong: asked %q, %q stands", test.wrong, asked.texts, got.Slot("text"))
		}
	}
}

// A row that gives its pages to others in the middle of a try goes on as if it had kept them.
func TestTriesWithFewPages(t *testing.T) {
	o := inferencetest.Options{Type: "Q8_0", Context: 2048}
	rows := 7
	if testing.Short() { // at 1,300 tokens each still more than the pages hold, which is 4,100
		rows = 5
	}
	write := func(m *inference.Model) (texts [7]string, asked [7]int) {
		var requests []inference.Request
		for i := range rows {
			r := tried(uint64(i), i%2 == 0, func(text string) float64 {
				asked[i]++
				return 1 + float64(len(text)%7)
			})
			r.Messages[0].Content = fmt.Sprint("the ", i)
			slot := r.Frame[1].Slot
			slot.MaxTokens, slot.Length, slot.Rules, slot.Tries = 0, inference.Length{Min: 1200}, inference.Rules{}, 2
			requests = append(requests, r)
		}
		for i, r := range whole(t, m, requests...) {
			texts[i] = r.Text
		}
		return texts, asked
	}
	want, asked := write(tiny(t, o, inference.Rows(1)))
	got, again := write(tiny(t, o, inference.CacheBytes(1)))
	if got != want || again != asked {
		t.Errorf("with few pages, asked %v:\n%q\none by one, asked %v:\n%q", again, got, asked, want)
	}
}
