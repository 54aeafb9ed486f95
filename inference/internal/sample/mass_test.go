package sample

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"shelftalk/inference/internal/kernel"
)

// A sampler that was told the total lists what one lists that looks for itself, whatever bias and penalties do; and Undo
// leaves the logits as they came.
func TestTotal(t *testing.T) {
	random := rand.New(rand.NewPCG(4, 4))
	for i := range 400 {
		logits := randomLogits(uint64(i), 3000)
		p := Params{Temperature: 1, TopP: 0.5 + random.Float64()/2, Repeat: 1 + random.Float64(), Presence: 20 * random.Float64() * float64(i%2), Last: 64}
		if i%3 == 0 {
			p.TopK = 1 + random.IntN(80)
		}
		in := Input{Params: &p}
		order := make([]int32, len(logits))
		for id := range order {
			order[id] = int32(id)
		}
		slices.SortFunc(order, func(a, b int32) int { return byScore(candidate{a, logits[a]}, candidate{b, logits[b]}) })
		for range random.IntN(30) {
			in.Written = append(in.Written, order[random.IntN(300)])
		}
		if i%5 == 0 { // what is nearly certain is taken away
			logits[order[0]] += 20
			in.Banned = order[:1]
		}
		if i%7 == 0 {
			p.Bias = []Bias{{order[random.IntN(len(order))], float32(40*random.Float64() - 10)}}
		}
		told, not := NewSampler(1), NewSampler(1)
		a, b := in, in
		a.Logits, b.Logits = slices.Clone(logits), slices.Clone(logits)
		if got := told.Total(a.Logits); got != LogSum(logits) {
			t.Fatalf("total %v, want %v", got, LogSum(logits))
		}
		told.Prepare(&a)
		not.Prepare(&b)
		if !slices.Equal(told.list, not.list) {
			t.Fatalf("case %d: %d tokens with a total, %d without", i, len(told.list), len(not.list))
		}
		refusing := func(id int32) bool { return id%7 == 0 }
		got, _ := told.Draw(&a, legal(refusing))
		if want, _ := not.Draw(&b, legal(refusing)); got != want {
			t.Fatalf("case %d: token %d with a total, %d without", i, got, want)
		}
		told.Undo(a.Logits)
		if !slices.Equal(a.Logits, logits) {
			t.Fatalf("case %d: the logits aren't what they were", i)
		}
	}
}

// The sum follows changes to where a new sum would come.
func TestMassFollowsChanges(t *testing.T) {
	logits := randomLogits(3, 5000)
	s := NewSampler(0)
	s.Total(logits)
	for id := range int32(60) {
		s.change(logits, 80*id, logits[80*id]-float32(id%5))
	}
	s.top, _ = s.likeliest(logits)
	got, want := s.mass(logits), float64(kernel.SumExp(logits, s.top))
	if math.Abs(got-want) > 1e-5*want {
		t.Errorf("sum %v, want %v", got, want)
	}
}
