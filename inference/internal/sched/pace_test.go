package sched

import (
	"bytes"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"shelftalk/inference/inferencetest"
	"shelftalk/inference/internal/arch"
	"shelftalk/inference/internal/gguf"
	"shelftalk/inference/internal/kernel"
	"shelftalk/inference/internal/kv"
	"shelftalk/inference/internal/nn"
	"shelftalk/inference/internal/sample"
	"shelftalk/inference/internal/token"
)

// try shows a pace steps of as many rows as it lets in, or as there are, each as long as seconds says.
func try(p *pace, there, steps int, seconds func(rows, step int) float64, plain bool) {
	for i := range steps {
		n := min(p.limit(), there)
		p.observe(n, seconds(n, i), plain)
	}
}

func TestPace(t *testing.T) {
	// A step takes as long as the weights take to be read, or as the rows take to be multiplied.
	machine := func(read, row float64) func(int, int) float64 {
		return func(rows, _ int) float64 { return max(read, row*float64(rows)) }
	}
	for _, test := range []struct {
		name        string
		most, there int
		seconds     func(rows, step int) float64
		plain       bool
		want        int
	}{
		{"bound by the weights", 32, 99, machine(1, 0.01), true, 32},
		{"bound by the weights, many places", 100, 999, machine(1, 0.001), true, 100},
		{"bound by the rows from 16 on", 32, 99, machine(1, 1.0/16), true, 16},
		{"bound by the rows from the first on", 32, 99, machine(0, 1), true, 8},
		{"a little faster together", 32, 99, func(rows, _ int) float64 { return float64(rows) + 0.2 }, true, 8},
		{"slower together", 32, 99, func(rows, _ int) float64 { return float64(rows * rows) }, true, 8},
		{"another program in between", 32, 99, func(rows, step int) float64 { return 1 + float64(step%3) }, true, 32},
		{"never a plain step", 32, 99, machine(0, 1), false, 32},
		{"few places", 6, 99, machine(0, 1), true, 6},
		{"no more than 12 rows fit", 32, 12, machine(0, 1), true, 16},
	} {
		p := newPace(test.most)
		try(p, test.there, paceAgain/2, test.seconds, test.plain)
		if got := p.limit(); got != test.want {
			t.Errorf("%s: %d rows together, want %d", test.name, got, test.want)
		}
	}
}

// A number that was chosen while something else kept the machine busy isn't kept for ever.
func TestPaceDoubts(t *testing.T) {
	p := newPace(32)
	try(p, 99, paceAgain, func(rows, step int) float64 {
		if step < 100 && rows > paceFirst {
			return 100
		}
		return 1
	}, true)
	if p.limit() != paceFirst {
		t.Fatalf("%d rows together while more are slow", p.limit())
	}
	try(p, 99, 100, func(int, int) float64 { return 1 }, true)
	if p.limit() != 32 {
		t.Errorf("%d rows together long after", p.limit())
	}
}

// tinyLoop starts a loop over a tiny model that the test closes.
func tinyLoop(t *testing.T, rows int, clock func() time.Duration) *Loop {
	t.Helper()
	data := inferencetest.Tiny(t, inferencetest.Options{Type: "Q8_0"})
	file, err := gguf.Read(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	config, err := arch.Read(file)
	if err != nil {
		t.Fatal(err)
	}
	plan, err := nn.NewPlan(file, config)
	if err != nil {
		t.Fatal(err)
	}
	tokens, err := token.FromFile(file)
	if err != nil {
		t.Fatal(err)
	}
	weights, err := plan.Load(1, nil)
	if err != nil {
		t.Fatal(err)
	}
	cache := kv.New(nn.Layout(config), 512, 64, kernel.Halves)
	net := nn.New(weights, cache, 2, 256, 32, 256)
	l := New(Config{Net: net, Cache: cache, Tokens: tokens, Context: 256, Rows: rows, Clock: clock})
	t.Cleanup(func() {
		l.Close()
		net.Close()
		cache.Close()
		weights.Free()
	})
	return l
}

// A batch that leaves the number of rows to the loop is written by as many as the machine gains by, and its texts are the
// same whatever that is. A batch that names a number has it.
func TestBatchesFindTheirPace(t *testing.T) {
	const most, jobs = 32, 96
	var texts [][]string
	for _, test := range []struct {
		name    string
		seconds func(rows int) float64 // that a step takes
		auto    bool
		want    int // rows written together at the end
	}{
		{"rows are free", func(int) float64 { return 1 }, true, most},
		{"nothing gained", func(rows int) float64 { return float64(rows) }, true, paceFirst},
		{"asked for", func(rows int) float64 { return float64(rows) }, false, most},
	} {
		t.Run(test.name, func(t *testing.T) {
			var l *Loop
			var now time.Duration
			begun := false
			l = tinyLoop(t, most, func() time.Duration {
				if begun = !begun; !begun {
					now += time.Duration(test.seconds(len(l.choosers)) * float64(time.Second))
				}
				return now
			})
			out, active := make([]string, jobs), []int{}
			group := &Group{Auto: test.auto}
			group.OnStep = func(g *Group) { active = append(active, g.Active) }
			var done sync.WaitGroup
			for i := range jobs {
				done.Add(1)
				slot := &Slot{Name: "text", MaxTokens: 40, Params: sample.Params{Temperature: 1}}
				err := l.Submit(Job{
					Prompt: l.tokens.Append(nil, fmt.Sprintf("Product %d: ", i), false),
					Parts:  []Part{{Slot: slot}}, Seed: uint64(i), Group: group,
					OnDone: func(d Done) { out[i] = d.Text; done.Done() },
				})
				if err != nil {
					t.Fatal(err)
				}
			}
			done.Wait()
			l.Close() // the last step ends
			texts = append(texts, out)
			if !slices.Equal(out, texts[0]) {
				t.Error("the texts depend on how many were written together")
			}
			if got := slices.Max(active[len(active)/2:]); got != test.want {
				t.Errorf("%d rows together in the end, want %d (%v)", got, test.want, active)
			}
		})
	}
}
