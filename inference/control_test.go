package inference_test

import (
	"math"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"shelftalk/inference"
)

// Free text is held to the same rules as a slot, streamed and in a batch alike.
func TestRulesOnFreeText(t *testing.T) {
	m := smol(t)
	never := []string{"best", "perfect", "the", "dishwasher safe"}
	banned := regexp.MustCompile(`(?i)\b(best|perfect|the|dishwasher[\s-]*safe)\b`)
	for seed := range uint64(4) {
		r := describe(nil)
		r.Frame, r.Seed = nil, seed
		r.Params = inference.Params{Temperature: 1, MaxTokens: 60}
		r.Length = inference.Length{Min: 30, Max: 150}
		r.Rules = inference.Rules{
			Never: inference.NewPhrases(never), Numbers: []string{"350", "9.5"}, Script: inference.Latin, SentenceEnd: true, MaxSentences: 2, NoRepeat: true,
		}
		var streamed string
		for c, err := range m.Generate(t.Context(), r) {
			if err != nil {
				t.Fatal(err)
			}
			streamed += c.Text
		}
		text := one(t, m, r).Text
		if streamed != text {
			t.Errorf("streamed %q, in a batch %q", streamed, text)
		}
		if banned.MatchString(text) {
			t.Errorf("%q holds a banned phrase", text)
		}
		if n := utf8.RuneCountInString(text); n < 30 || n > 150 {
			t.Errorf("%q has %d characters", text, n)
		}
		for _, n := range regexp.MustCompile(`\d+(?:[.,]\d+)*`).FindAllString(text, -1) {
			if n != "350" && n != "9.5" {
				t.Errorf("%q holds the number %s", text, n)
			}
		}
		if strings.IndexFunc(text, func(c rune) bool { return unicode.IsLetter(c) && !unicode.Is(unicode.Latin, c) }) >= 0 {
			t.Errorf("%q holds letters of another script", text)
		}
	}
}

// A word that only begins with a forbidden one may be written, the forbidden one itself never; what was shown stays.
func TestForbiddenWordsEndAtBorders(t *testing.T) {
	m := smol(t)
	longer := 0
	for seed := uint64(0); seed < 6 || longer == 0 && seed < 40; seed++ {
		r := describe(nil)
		r.Frame, r.Seed = nil, seed
		r.Messages[0].Content = "Write about keeping: keep, keeper, keeps, keeping, tea, teapot, teacup, mug, mugs."
		r.Params = inference.Params{Temperature: 0.8, MaxTokens: 40}
		r.Rules.Never = inference.NewPhrases([]string{"keep", "tea", "mug"})
		var shown string
		for c, err := range m.Generate(t.Context(), r) {
			if err != nil {
				t.Fatal(err)
			}
			shown += c.Text
		}
		if regexp.MustCompile(`(?i)\b(keep|tea|mug)\b`).MatchString(shown) {
			t.Errorf("%q holds a forbidden word", shown)
		}
		if text := one(t, m, r).Text; text != shown {
			t.Errorf("shown %q, written %q", shown, text)
		}
		longer += len(regexp.MustCompile(`(?i)\b(keep|tea|mug)\w+`).FindAllString(shown, -1))
	}
	if longer == 0 {
		t.Error("no longer word was written")
	}
}

// Log-probabilities are those of the plain prompt, whatever steers the choice; alternatives come likeliest first.
func TestLogProbs(t *testing.T) {
	m := smol(t)
	r := describe(&inference.Slot{Name: "text", MaxTokens: 20})
	r.Params = inference.Params{Temperature: 1.3, RepeatPenalty: 1.4, Bias: map[int32]float64{5: -3}, LogProbs: 4}
	r.Seed = 3
	got := one(t, m, r)
	if len(got.Probs) < 5 {
		t.Fatalf("%d log-probabilities for %q", len(got.Probs), got.Text)
	}
	sum, text := 0.0, ""
	for _, p := range got.Probs {
		sum += p.LogProb
		text += p.Text
		if len(p.Top) != 3 || !slices.IsSortedFunc(p.Top, func(a, b inference.Alternative) int { return int(math.Copysign(1, b.LogProb-a.LogProb)) }) {
			t.Errorf("alternatives of %q: %+v", p.Text, p.Top)
		}
		for _, a := range p.Top {
			if a.Text == p.Text && a.LogProb != p.LogProb || a.LogProb < p.LogProb-1e-9 && p.LogProb > p.Top[0].LogProb {
				t.Errorf("%q has %v, among the alternatives %+v", p.Text, p.LogProb, a)
			}
		}
	}
	if math.Abs(sum-got.LogProb) > 1e-6 {
		t.Errorf("they sum up to %v, LogProb is %v", sum, got.LogProb)
	}
	if strings.TrimSpace(text) != got.Text {
		t.Errorf("the tokens write %q, the text is %q", text, got.Text)
	}
	streamed := []inference.TokenProb{}
	for c, err := range m.Generate(t.Context(), r) {
		if err != nil {
			t.Fatal(err)
		}
		streamed = append(streamed, c.Probs...)
	}
	if len(streamed) != len(got.Probs) || streamed[0].LogProb != got.Probs[0].LogProb {
		t.Errorf("%d log-probabilities were streamed, %d are in the result", len(streamed), len(got.Probs))
	}
	r.Params.LogProbs = 0
	if without := one(t, m, r); without.Probs != nil || without.Text != got.Text {
		t.Errorf("unasked: %v, %q instead of %q", without.Probs, without.Text, got.Text)
	}
}

// What steers sampling reaches it from a request.
func TestParamsSteer(t *testing.T) {
	m := smol(t)
	r := describe(&inference.Slot{Name: "text", MaxTokens: 16, Stop: []string{"\x00"}})
	r.Frame[0].Text = "Words: mug, tea, glaze, mug, tea, glaze, mug, tea,"
	plain := one(t, m, r).Text
	for name, p := range map[string]inference.Params{
		"frequency": {FrequencyPenalty: 2}, "presence": {PresencePenalty: 5}, "repeat": {RepeatPenalty: 2},
		"dry": {DRY: inference.DRY{Multiplier: 8, Allowed: 1}}, "xtc": {XTC: inference.XTC{Probability: 1}},
		"typical": {Temperature: 1, Typical: 0.2}, "sigma": {Temperature: 3, TopNSigma: 1}, "mirostat": {Temperature: 1, Mirostat: inference.Mirostat{Tau: 6}},
		"bias": {Bias: map[int32]float64{m.Tokens(plain)[0]: -50, m.Tokens(" " + plain)[0]: -50}},
	} {
		r.Params = p
		if got := one(t, m, r).Text; got == plain {
			t.Errorf("%s changed nothing", name)
		}
	}
	for name, p := range map[string]inference.Params{
		"a bias for no token": {Bias: map[int32]float64{-1: 1}}, "an empty breaker": {DRY: inference.DRY{Multiplier: 1, Breakers: []string{""}}},
		"a base below one": {DRY: inference.DRY{Base: 0.5}}, "too many alternatives": {LogProbs: 1000},
	} {
		r.Params = p
		for result, err := range m.Batch(t.Context(), slices.Values([]inference.Request{r}), inference.BatchOptions{}) {
			if err != nil || result.Err == nil {
				t.Errorf("%s: %v, %v", name, err, result.Err)
			}
		}
	}
}
