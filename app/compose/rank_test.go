package compose

import (
	"slices"
	"strings"
	"testing"

	"shelftalk/inference"
)

func TestSentencesWithWordsOfTheirOwnAreTriedAgain(t *testing.T) {
	const (
		padded = "The Harbour mug is made of stoneware with a sea green glaze, where visitors notice ships, gulls and sails."
		loose  = "The Harbour mug is made of stoneware with a sea green glaze, where visitors notice ships."
		plain  = "The Harbour mug is made of stoneware with a sea green glaze."
	)
	for _, test := range []struct {
		name    string
		careful float64
		texts   []string // in turn; the last again and again
		asked   int
		want    string
	}{
		{"careful", 1, []string{loose, plain}, 2, plain},
		{"between", 0.5, []string{loose, plain}, 2, plain},
		{"lively", 0, []string{loose, plain}, 1, loose},
		{"lively, but too much", 0, []string{padded, plain}, 2, plain},
		{"to the end", 0.5, []string{padded}, 1 + maxTries, padded},
	} {
		t.Run(test.name, func(t *testing.T) {
			asked := 0
			g := &script{answer: func(r inference.Request, slot string) string {
				if slot != "description.0" {
					return honest(r, slot)
				}
				asked++
				return test.texts[min(asked, len(test.texts))-1]
			}}
			b := brief(mug("A-1"))
			b.Ruleset.Careful = test.careful
			out, err := drafts(t, composer(t), g, slices.Values([]Brief{b}))
			if err != nil {
				t.Fatal(err)
			}
			if got := out[0].Draft.Current().Text(FieldDescription); !strings.HasPrefix(got, test.want) {
				t.Errorf("delivered %q, want %q first", got, test.want)
			}
			if asked != test.asked || len(g.seen) != 1 {
				t.Errorf("written %d times in %d requests, want %d in one: it's no reason for a repair", asked, len(g.seen), test.asked)
			}
		})
	}
}

func TestContrast(t *testing.T) {
	for _, test := range []struct {
		language Language
		careful  float64
		tuning   Tuning
		want     float64
	}{
		{English, 1, Tuning{}, 0},
		{English, 0.5, Tuning{Contrast: true}, 0.7},
		{Chinese, 0, Tuning{}, 0},
		{Chinese, 0.5, Tuning{}, 0.7},
		{Chinese, 0.5, Tuning{NoContrast: true}, 0},
	} {
		b := brief(mug("A-1"))
		b.Language, b.Ruleset.Careful = test.language, test.careful
		j, err := composer(t).Tuned(test.tuning).prepare(b)
		if err != nil {
			t.Fatal(err)
		}
		r := j.request(j.pieces, 0, 0, nil)
		if r.Alpha != 0 || (len(r.Contrast) > 0) != (test.want > 0) {
			t.Errorf("%+v: α is %v beside the slots, with %d messages", test, r.Alpha, len(r.Contrast))
		}
		for _, p := range r.Frame {
			if p.Slot == nil {
				continue
			}
			alpha, want := 0.0, test.want
			if p.Slot.Alpha != nil {
				alpha = *p.Slot.Alpha
			}
			if fieldOf(p.Slot.Name) != FieldDescription {
				want = 0
			}
			if alpha != want {
				t.Errorf("%+v: α of %s is %v, want %v", test, p.Slot.Name, alpha, want)
			}
		}
	}
}
