package sample

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

func randomLogits(seed uint64, n int) []float32 {
	random := rand.New(rand.NewPCG(seed, 9))
	logits := make([]float32, n)
	for i := range logits {
		logits[i] = float32(random.NormFloat64() * 3)
	}
	return logits
}

func all(int32) bool { return true }

func TestGreedyTakesTheBestLegal(t *testing.T) {
	logits := randomLogits(1, 500)
	order := make([]int32, len(logits))
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortFunc(order, func(a, b int32) int {
		if logits[a] > logits[b] {
			return -1
		}
		return 1
	})
	for refused := range 490 {
		s := NewSampler(0)
		id, ok := s.Pick(Input{Logits: slices.Clone(logits), Try: func(id int32) bool { return slices.Index(order, id) >= refused }})
		if !ok || id != order[refused] {
			t.Fatalf("with %d tokens refused: %d, want %d", refused, id, order[refused])
		}
	}
	if _, ok := NewSampler(0).Pick(Input{Logits: slices.Clone(logits), Try: func(int32) bool { return false }}); ok {
		t.Error("a token was found where none is legal")
	}
}

// Draws follow the distribution: chi-square against the exact probabilities, those of illegal tokens shared out.
func TestDrawsFollowTheDistribution(t *testing.T) {
	logits := randomLogits(2, 40)
	legal := func(id int32) bool { return id%3 != 0 }
	for _, p := range []Params{{Temperature: 1}, {Temperature: 0.6}, {Temperature: 1, TopK: 10}, {Temperature: 1, TopP: 0.8}, {Temperature: 1.4, MinP: 0.05}} {
		want := exact(logits, p, legal)
		s := NewSampler(7)
		const n = 20000
		got := make([]float64, len(logits))
		for range n {
			id, _ := s.Pick(Input{Logits: slices.Clone(logits), Params: p, Try: legal})
			got[id]++
		}
		var chi float64
		free := -1
		for i := range want {
			if want[i] == 0 {
				if got[i] > 0 {
					t.Errorf("%+v: token %d was drawn, its probability is 0", p, i)
				}
				continue
			}
			if want[i]*n >= 5 {
				chi += (got[i] - want[i]*n) * (got[i] - want[i]*n) / (want[i] * n)
				free++
			}
		}
		if bound := float64(free) + 4*math.Sqrt(2*float64(free)) + 4; chi > bound {
			t.Errorf("%+v: chi-square %.1f with %d degrees of freedom", p, chi, free)
		}
	}
}

// exact computes the distribution the slow way.
func exact(logits []float32, p Params, legal func(int32) bool) []float64 {
	type entry struct {
		id   int
		prob float64
	}
	var list []entry
	var sum float64
	for i, l := range logits {
		list = append(list, entry{i, math.Exp(float64(l))})
		sum += math.Exp(float64(l))
	}
	slices.SortFunc(list, func(a, b entry) int {
		if a.prob > b.prob {
			return -1
		}
		return 1
	})
	if p.TopK > 0 {
		list = list[:p.TopK]
	}
	if p.TopP > 0 {
		left := p.TopP * sum
		for i := range list {
			if left -= list[i].prob; left <= 0 {
				list = list[:i+1]
				break
			}
		}
	}
	out := make([]float64, len(logits))
	var total float64
	for _, e := range list {
		if e.prob < p.MinP*list[0].prob || !legal(int32(e.id)) {
			continue
		}
		out[e.id] = math.Pow(e.prob, 1/p.Temperature)
		total += out[e.id]
	}
	for i := range out {
		out[i] /= total
	}
	return out
}

func TestPenalty(t *testing.T) {
	logits := []float32{3, 2.9, -1, -1.1}
	id, _ := NewSampler(0).Pick(Input{Logits: slices.Clone(logits), Recent: []int32{0, 0, 2}, Params: Params{Penalty: 1.2}, Try: all})
	if id != 1 {
		t.Errorf("token %d, want 1: token 0 was written before", id)
	}
	changed := slices.Clone(logits)
	penalise(changed, []int32{0, 0, 2}, 1.2)
	if want := []float32{2.5, 2.9, -1.2, -1.1}; !slices.Equal(changed, want) {
		t.Errorf("%v, want %v", changed, want)
	}
}

func TestOnly(t *testing.T) {
	logits := randomLogits(3, 100)
	id, ok := NewSampler(0).Pick(Input{Logits: logits, Only: []int32{5, 17, 80}, Try: func(id int32) bool { return id == 17 }})
	if !ok || id != 17 {
		t.Errorf("token %d, %v", id, ok)
	}
}
