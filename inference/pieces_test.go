package inference_test

import (
	"slices"
	"testing"

	"shelftalk/inference"
	"shelftalk/inference/inferencetest"
)

// A model whose vocabulary reads a text with a space in front writes that space, but nobody sees it: neither at the
// beginning of an answer nor behind fixed text.
func TestSpaceInFrontIsNotText(t *testing.T) {
	m, err := inference.Load(inferencetest.Tiny(t, inferencetest.Options{Pieces: true}))
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	ask := inference.Request{Messages: []inference.Message{{Role: inference.User, Content: "the title"}}}
	answers := []string{"yes", "no"}
	for seed := range uint64(8) {
		r := ask
		r.Seed, r.Params = seed, inference.Params{Temperature: 2}
		slot := func(name string) inference.Part {
			return inference.Part{Slot: &inference.Slot{Name: name, Rules: inference.Rules{OneOf: answers}}}
		}
		r.Frame = []inference.Part{slot("first"), {Text: ", "}, slot("second"), {Text: "\n"}, slot("third")}
		for r, err := range m.Batch(t.Context(), slices.Values([]inference.Request{r}), inference.BatchOptions{}) {
			if err != nil || r.Err != nil {
				t.Fatal(err, r.Err)
			}
			for _, s := range r.Slots {
				if !slices.Contains(answers, s.Text) {
					t.Errorf("slot %q is %q", s.Name, s.Text)
				}
			}
		}
	}
	// A free answer's first token begins with the space, which its text lacks.
	free := ask
	free.Params = inference.Params{MaxTokens: 1, Temperature: 2}
	for seed := range uint64(8) {
		free.Seed = seed
		if text := one(t, m, free).Text; !slices.Contains([]string{"t", "the", "a", "an", "and", "s", "no", "yes", " ", ""}, text) {
			t.Errorf("%q", text)
		}
	}
}
