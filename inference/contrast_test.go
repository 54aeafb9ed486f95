package inference

import (
	"math"
	"slices"
	"strings"
	"testing"

	"shelftalk/inference/inferencetest"
	"shelftalk/inference/internal/kv"
	"shelftalk/inference/internal/nn"
)

// Context-aware decoding, computed the long way: both texts whole for every token, the contrast's with what it borrows.
func TestContrastTheLongWay(t *testing.T) {
	m, err := Open(inferencetest.File(t, inferencetest.SmolLM2), Context(512), Rows(2))
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	const alpha, n = 0.7, 40
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
	w := contrasting{prompt: promptOf(t, m, r.Messages), contrast: promptOf(t, m, r.Contrast)}
	asked, changed := 0, 0
	for len(w.answer) < n {
		with := lastLogits(t, m, slices.Concat(w.prompt, w.answer))
		best := top(with)
		if candidates(with) > 1 {
			asked++
			w.own = append(w.own, len(w.answer)-1)
			if c := contrasted(with, w.logits(t, m), alpha); c != best {
				best = c
				changed++
			}
		}
		if m.tokens.IsEnd(best) {
			break
		}
		w.answer = append(w.answer, best)
	}
	// a space at the end waits for what follows it, which here is nothing
	if want := strings.TrimRight(m.tokens.Decode(w.answer), " "); got != want {
		t.Errorf("engine %q\nthe long way %q", got, want)
	}
	if changed == 0 || asked == len(w.answer) {
		t.Errorf("asked for %d of %d tokens, the contrast changed %d: the test shows nothing", asked, len(w.answer), changed)
	}
}

func promptOf(t *testing.T, m *Model, messages []Message) []int32 {
	t.Helper()
	ids, err := m.prompt(messages)
	if err != nil {
		t.Fatal(err)
	}
	return ids
}

// contrasting is a row with a contrast.
type contrasting struct {
	prompt, contrast, answer []int32
	own                      []int // tokens of the answer that are computed behind the contrast's prompt
}

// logits are the contrast's behind the answer: its prompt is computed, and of the answer own; the rest is borrowed.
func (w contrasting) logits(t *testing.T, m *Model) []float32 {
	t.Helper()
	var out []float32
	err := m.loop.Do(func(net *nn.Net, cache *kv.Cache) {
		compute := func(s *kv.Seq, ids []int32) {
			if err := s.Reserve(len(ids)); err != nil {
				t.Error(err)
				return
			}
			net.Forward([]nn.Row{{Seq: s, Tokens: ids, Logits: 1}})
		}
		with, without := cache.Open(nil), cache.Open(nil)
		defer with.Close()
		defer without.Close()
		compute(with, slices.Concat(w.prompt, w.answer))
		without.Hide(len(w.contrast))
		compute(without, w.contrast)
		for i := range w.answer {
			if one := w.answer[i : i+1]; slices.Contains(w.own, i) {
				compute(without, one)
			} else if err := without.Reserve(1); err != nil {
				t.Error(err)
			} else {
				net.Lend([]nn.Loan{{To: without, From: with, At: len(w.prompt) + i, Tokens: one}})
			}
		}
		out = make([]float32, net.Config.Vocab)
		ids := make([]int32, len(out))
		for i := range ids {
			ids[i] = int32(i)
		}
		net.LogitsOf(out, 0, ids, make([]float32, 2*net.Width()))
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func lastLogits(t *testing.T, m *Model, ids []int32) []float32 {
	t.Helper()
	all, err := m.Logits(t.Context(), ids)
	if err != nil {
		t.Fatal(err)
	}
	return all[len(all)-1]
}

// candidates is the number of tokens that the contrast could choose from.
func candidates(logits []float32) int {
	n, least := 0, slices.Max(logits)+float32(math.Log(0.1))
	for _, l := range logits {
		if l >= least {
			n++
		}
	}
	return n
}

// contrasted is the token that the formula of Request.Contrast puts first.
func contrasted(with, without []float32, alpha float64) int32 {
	p, q := logProbsOf(with), logProbsOf(without)
	least := slices.Max(p) + math.Log(0.1)
	best, score := int32(-1), math.Inf(-1)
	for i := range p {
		if s := (1+alpha)*p[i] - alpha*q[i]; p[i] >= least && s > score {
			best, score = int32(i), s
		}
	}
	return best
}
