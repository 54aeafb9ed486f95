package sample

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"testing"
)

// reference is a case of testdata/samplers.json, which _reference/samplers.py makes with llama.cpp.
type reference struct {
	Logits, Written []int32
	Params          struct {
		Bias                        [][2]float64
		Repeat, Frequency, Presence float64
		Last                        int
		DRY, XTC, Mirostat          []float64
		Sigma, Typical, Temperature float64
		TopP                        float64 `json:"top_p"`
		MinP                        float64 `json:"min_p"`
		TopK                        int     `json:"top_k"`
	}
	Left  [][2]float64
	Steps []struct {
		Left  [][2]float64
		Share float64
	}
}

func (r reference) params() *Params {
	q := r.Params
	p := &Params{
		Repeat: q.Repeat, Frequency: q.Frequency, Presence: q.Presence, Last: q.Last,
		Sigma: q.Sigma, TopK: q.TopK, Typical: q.Typical, TopP: q.TopP, MinP: q.MinP, Temperature: q.Temperature,
	}
	for _, b := range q.Bias {
		p.Bias = append(p.Bias, Bias{int32(b[0]), float32(b[1])})
	}
	if d := q.DRY; d != nil {
		p.DRY = DRY{
			Multiplier: d[0], Base: d[1], Allowed: int(d[2]), Last: int(d[3]), Breakers: []string{"\n", ":"},
			Bytes: func(id int32) []byte { return []byte([]string{"a", "b\n", ": ", "d"}[min(id, 3)]) },
		}
	}
	if x := q.XTC; x != nil {
		p.XTC = XTC{x[0], x[1]}
	}
	if m := q.Mirostat; m != nil {
		p.Mirostat = Mirostat{m[0], m[1]}
	}
	return p
}

func (r reference) input() *Input {
	in := &Input{Written: r.Written, Params: r.params()}
	for _, l := range r.Logits {
		in.Logits = append(in.Logits, float32(l)/64)
	}
	return in
}

// What is left before the draw is what llama.cpp's chain of samplers leaves, with the same probabilities.
func TestSamplersEqualLlama(t *testing.T) {
	data, err := os.ReadFile("testdata/samplers.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []reference
	if err := json.Unmarshal(data, &cases); err != nil {
		t.Fatal(err)
	}
	for i, r := range cases {
		name := fmt.Sprintf("case %d, %d tokens, %+v", i, len(r.Logits), r.Params)
		s := NewSampler(1)
		if r.Steps == nil {
			s.Prepare(r.input())
			compareLeft(t, name, s, r.Params.Temperature, r.Left)
			continue
		}
		for _, step := range r.Steps {
			in := r.input()
			s.Prepare(in)
			compareLeft(t, name, s, in.Params.Temperature, step.Left)
			s.adapt(in.Params.Mirostat, step.Share)
		}
	}
}

// compareLeft compares the sampler's list with the tokens and probabilities that should be left.
func compareLeft(t *testing.T, name string, s *Sampler, temperature float64, want [][2]float64) {
	t.Helper()
	got, sum := map[int32]float64{}, 0.0
	for _, c := range s.list {
		got[c.id] = math.Exp(float64(c.score-s.best()) / temperature)
		sum += got[c.id]
	}
	for _, w := range want {
		if p := got[int32(w[0])] / sum; math.Abs(p-w[1]) > 2e-6+1e-4*w[1] {
			t.Errorf("%s: token %v has the probability %v, want %v", name, w[0], p, w[1])
		}
		delete(got, int32(w[0]))
	}
	for id, w := range got {
		if w/sum > 1e-6 {
			t.Errorf("%s: token %d is left with the probability %v", name, id, w/sum)
		}
	}
}
