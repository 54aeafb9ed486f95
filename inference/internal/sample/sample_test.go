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

// legal is a Judge without anything else.
type legal func(id int32) bool

func (l legal) Try(id int32) bool { return l(id) }

func (l legal) Legal() []int32 { return nil }

func all(int32) bool { return true }

// pick draws once from a copy of logits.
func pick(s *Sampler, logits []float32, p Params, f func(int32) bool) (int32, bool) {
	return s.Pick(&Input{Logits: slices.Clone(logits), Params: &p}, legal(f))
}

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
		id, ok := pick(s, logits, Params{}, func(id int32) bool { return slices.Index(order, id) >= refused })
		if !ok || id != order[refused] {
			t.Fatalf("with %d tokens refused: %d, want %d", refused, id, order[refused])
		}
	}
	if _, ok := pick(NewSampler(0), logits, Params{}, func(int32) bool { return false }); ok {
		t.Error("a token was found where none is legal")
	}
}

// Draws follow the distribution: chi-square against the exact probabilities, those of illegal tokens shared out.
func TestDrawsFollowTheDistribution(t *testing.T) {
	logits := randomLogits(2, 40)
	third := func(id int32) bool { return id%3 != 0 }
	for _, p := range []Params{{Temperature: 1}, {Temperature: 0.6}, {Temperature: 1, TopK: 10}, {Temperature: 1, TopP: 0.8}, {Temperature: 1.4, MinP: 0.05}} {
		want := exact(logits, p, third)
		s := NewSampler(7)
		const n = 20000
		got := make([]float64, len(logits))
		for range n {
			id, _ := pick(s, logits, p, third)
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

func TestOnly(t *testing.T) {
	in := &Input{Logits: randomLogits(3, 100), Only: []int32{5, 17, 80}, Params: &Params{}}
	id, ok := NewSampler(0).Pick(in, legal(func(id int32) bool { return id == 17 }))
	if !ok || id != 17 {
		t.Errorf("token %d, %v", id, ok)
	}
}

// Nothing is allocated for a token, and the vocabulary isn't sorted, whatever is switched on.
func TestPickAllocatesNothing(t *testing.T) {
	logits := randomLogits(4, 20_000)
	written := make([]int32, 200)
	for i := range written {
		written[i] = int32(i * 7 % 40)
	}
	pick := legal(func(id int32) bool { return id%2 == 0 })
	scratch := make([]float32, len(logits))
	for _, p := range []Params{
		{},
		{Temperature: 1},
		{Temperature: 0.8, TopP: 0.95},
		{Temperature: 5, TopK: 40, MinP: 0.05},
		{Temperature: 1, Typical: 0.9},
		{Temperature: 1, Repeat: 1.1, Frequency: 0.1, Last: 64, Sigma: 2, XTC: XTC{1, 0.01}, Bias: []Bias{{5, 2}}},
		{Temperature: 1, Mirostat: Mirostat{5, 0.1}},
		{DRY: DRY{Multiplier: 1, Base: 1.75, Allowed: 2, Breakers: []string{"x"}, Bytes: func(int32) []byte { return nil }}},
	} {
		s := NewSampler(1)
		in := &Input{Params: &p, Written: written}
		once := func() {
			in.Logits = append(scratch[:0], logits...)
			s.Pick(in, pick)
		}
		for range 20 {
			once() // grow
		}
		if n := testing.AllocsPerRun(20, once); n > 0 {
			t.Errorf("%+v: %v allocations", p, n)
		}
	}
}

// otherLogits are the logits of a text without the evidence.
type otherLogits []float32

func (o otherLogits) LogitsOf(dst []float32, ids []int32) {
	for i, id := range ids {
		dst[i] = o[id]
	}
}

// With all classes at weight one the choice is the plain formula's, and a class without weight keeps its plain score.
func TestContrastByClass(t *testing.T) {
	logits, without := []float32{5, 4.6, 4.2, 3.9, 0}, otherLogits{5, 3, 4, 3.8, -9}
	score := func(w *Weights) []float64 {
		s := NewSampler(0)
		in := &Input{Logits: slices.Clone(logits), Contrast: without, Alpha: 0.7, Weights: w, Params: &Params{}}
		if s.Prepare(in) {
			s.Compare(in)
		}
		out := make([]float64, len(logits))
		for _, c := range s.list {
			out[c.id] = float64(c.score)
		}
		return out
	}
	class := []Class{Content, Function, Number, Name, Content}
	plain, even := score(nil), score(&Weights{class, [classes]float64{1, 1, 1, 1}})
	for i := range 3 {
		if a, b := plain[i]-plain[i+1], even[i]-even[i+1]; math.Abs(a-b) > 1e-5 {
			t.Errorf("tokens %d and %d lie %v apart, with equal weights %v", i, i+1, a, b)
		}
	}
	if plain[4] != 0 || even[4] != 0 {
		t.Error("a token of a tenth of the top's probability was considered")
	}
	off := score(&Weights{Class: class})
	for i := range 3 {
		if a, b := float64(logits[i]-logits[i+1]), off[i]-off[i+1]; math.Abs(a-b) > 1e-5 {
			t.Errorf("without weights tokens %d and %d lie %v apart, want %v", i, i+1, b, a)
		}
	}
	if only := score(&Weights{class, [classes]float64{Function: 1}}); !(only[1]-only[0] > off[1]-off[0]) {
		t.Error("the contrast didn't lift the token of its class")
	}
}

func TestClasses(t *testing.T) {
	words := []string{" the", "the", " mug", "mug", " Portugal", "12", " 3", ",", " -", "", "的", " 的", "棉", "\xe6", "\n", " The"}
	want := []Class{Function, Content, Content, Content, Name, Number, Number, Function, Function, Function, Function, Function, Content, Content, Function, Function}
	got := NewClasses(len(words), func(id int32) []byte { return []byte(words[id]) })
	for i := range words {
		if got[i] != want[i] {
			t.Errorf("%q is of class %d, want %d", words[i], got[i], want[i])
		}
	}
}

// BenchmarkPick draws from logits as a model gives them: a few likely tokens over a broad base.
func BenchmarkPick(b *testing.B) {
	logits := randomLogits(5, 150_000)
	for i := range logits {
		logits[i] /= 2
		if i%3001 == 0 {
			logits[i] += float32(20 - i/10_000)
		}
	}
	scratch := make([]float32, len(logits))
	for _, c := range []struct {
		name string
		p    Params
	}{{"greedy", Params{}}, {"top-p", Params{Temperature: 0.7, TopP: 0.95}}, {"llama.cpp's defaults", Params{Temperature: 0.8, TopK: 40, TopP: 0.95, MinP: 0.05}}} {
		b.Run(c.name, func(b *testing.B) {
			s := NewSampler(1)
			in := &Input{Params: &c.p}
			b.ReportAllocs()
			for b.Loop() {
				in.Logits = append(scratch[:0], logits...)
				s.Pick(in, legal(all))
			}
		})
	}
}
