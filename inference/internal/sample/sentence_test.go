package sample

import (
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

func TestFreshSentences(t *testing.T) {
	g := NewGuard(Rules{Fresh: true})
	g.Accept([]byte("It keeps tea warm. It is blue. It keeps tea warm"))
	if g.Token([]byte(". ")).OK || g.Token([]byte(".")).OK && func() bool { g.Accept([]byte(".")); return g.End().OK }() {
		t.Error("a sentence was written twice")
	}
	if !g.Token([]byte(" enough. ")).OK {
		t.Error("another sentence was refused")
	}
}

func TestSentences(t *testing.T) {
	for _, test := range []struct {
		text string
		n    int
		end  string // the text's beginning up to the n-th sentence's end; "" if it doesn't go so far
	}{
		{"One. Two.", 1, "One."},
		{"One. Two.", 2, ""},
		{"One. Two. ", 2, "One. Two."},
		{"It holds 1.5 l. Good.", 1, "It holds 1.5 l."},
		{"Approx. 3 cups. More", 1, "Approx. 3 cups."},
		{"She said “stop.” Then", 1, "She said “stop.”"},
		{"好杯子。很轻。", 1, "好杯子。"},
		{"好杯子。很轻。", 2, "好杯子。很轻。"},
		{"他说“好。", 1, ""},
		{"他说“好。”", 1, "他说“好。”"},
		{"Wait... what? No", 2, "Wait... what?"},
	} {
		want := len(test.end)
		if test.end == "" {
			want = -1
		}
		if got := sentenceEnd(test.text, test.n); got != want {
			t.Errorf("sentence %d of %q ends at %d, want %d", test.n, test.text, got, want)
		}
	}
	for text, want := range map[string]bool{
		"A mug.": true, "A mug": false, "A mug!)": true, "杯子。": true, "杯子": false, "holds approx.": false, "": false, ".": false, "A mug, ": false,
	} {
		if endsSentence(text) != want {
			t.Errorf("%q ends a sentence: %v", text, !want)
		}
	}
}

func TestSentenceRules(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 3).Draw(t, "sentences")
		g := NewGuard(Rules{Stop: []string{"\n"}, SentenceEnd: true, MaxSentences: n})
		text, ended := write(g, rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 4)), 80)
		if ended && !endsSentence(text) {
			t.Fatalf("%q ended in the middle of a sentence", text)
		}
		if n > 0 && sentenceEnd(text+" x", n) >= 0 && sentenceEnd(text+" x", n+1) >= 0 {
			t.Fatalf("%q has more than %d sentences", text, n)
		}
	})
}
