package nn

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"shelftalk/inference/inferencetest"
	"shelftalk/inference/internal/arch"
	"shelftalk/inference/internal/gguf"
	"shelftalk/inference/internal/kernel"
	"shelftalk/inference/internal/kv"
)

// network opens a tiny network.
func network(t testing.TB, o inferencetest.Options, workers int) (*Net, *kv.Cache) {
	t.Helper()
	data := inferencetest.Tiny(t, o)
	file, err := gguf.Read(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	c, err := arch.Read(file)
	if err != nil {
		t.Fatal(err)
	}
	plan, err := NewPlan(file, c)
	if err != nil {
		t.Fatal(err)
	}
	w, err := plan.Load(workers, nil)
	if err != nil {
		t.Fatal(err)
	}
	cache := kv.New(kv.Layout{Layers: c.Layers, Heads: c.KVHeads, Dim: c.HeadDim}, 64, 32, kernel.Halves)
	n := New(w, cache, workers, 128, 16, max(512, o.Context))
	t.Cleanup(func() {
		n.Close()
		cache.Close()
		w.Free()
	})
	return n, cache
}

func ids(n, seed int) []int32 {
	out := make([]int32, n)
	for i := range out {
		out[i] = int32((i*i*7 + i*3 + seed*31) % 250)
	}
	return out
}

// read computes tokens in runs of at most step and returns the logits behind the last.
func read(t testing.TB, n *Net, seq *kv.Seq, tokens []int32, step int) []float32 {
	t.Helper()
	for len(tokens) > 0 {
		k := min(step, len(tokens))
		if err := seq.Reserve(k); err != nil {
			t.Fatal(err)
		}
		if n.Forward([]Row{{Seq: seq, Tokens: tokens[:k], Logits: 1}}) != 1 {
			t.Fatal("no residual was kept")
		}
		tokens = tokens[k:]
	}
	n.Logits(0, 1)
	return slices.Clone(n.Row(0))
}

// Logits are the same bits however a prompt is cut into passes, and with any number of workers.
func TestPassesDoNotMatter(t *testing.T) {
	for _, typ := range []string{"F32", "Q8_0", "Q4_K", "Q6_K", "Q5_0", "Q4_1"} {
		t.Run(typ, func(t *testing.T) {
			tokens := ids(150, 1)
			var want []float32
			for _, workers := range []int{1, 2, 3} {
				n, cache := network(t, inferencetest.Options{Arch: "qwen2", Type: typ, Seed: 5}, workers)
				for _, step := range []int{1, 7, 64, 128} {
					seq := cache.Open(nil)
					got := read(t, n, seq, tokens, step)
					seq.Discard()
					if want == nil {
						want = got
					}
					if !slices.Equal(got, want) {
						t.Errorf("%d workers, runs of %d: other logits", workers, step)
					}
				}
			}
			if slices.Max(want) == slices.Min(want) || math.IsNaN(float64(want[0])) {
				t.Error("the logits say nothing")
			}
		})
	}
}

// A sequence's logits are the same bits alone and among others with which it shares pages, or doesn't.
func TestRowsDoNotMatter(t *testing.T) {
	n, cache := network(t, inferencetest.Options{Type: "Q4_0"}, 2)
	head := cache.Open(nil)
	read(t, n, head, ids(64, 2), 64)
	const rows = 9
	var want [rows][]float32
	for i := range want {
		seq := head.Fork()
		want[i] = read(t, n, seq, ids(20+i, i), 128)
		seq.Discard()
	}
	other := cache.Open(nil)
	if err := other.Reserve(30); err != nil {
		t.Fatal(err)
	}
	batch := []Row{{Seq: other, Tokens: ids(30, 99), Logits: 2}}
	for i := range rows - 1 {
		seq := head.Fork()
		read(t, n, seq, ids(20+i, i)[:19+i], 128)
		if err := seq.Reserve(1); err != nil {
			t.Fatal(err)
		}
		batch = append(batch, Row{Seq: seq, Tokens: ids(20+i, i)[19+i:], Logits: 1})
	}
	slices.Reverse(batch)
	if kept := n.Forward(batch); kept != rows+1 {
		t.Fatalf("%d residuals kept, want %d", kept, rows+1)
	}
	n.Logits(0, rows+1)
	for i := range rows - 1 {
		if !slices.Equal(n.Row(i), want[rows-2-i]) {
			t.Errorf("row %d has other logits among others", rows-2-i)
		}
	}
}

// Where few tokens have long contexts, their attention is split among the workers: the logits are the same bits as in a
// prompt's pass, which isn't.
func TestLongContextsAreSplit(t *testing.T) {
	const long, rows = 2200, 3
	tokens := ids(long+1, 7)
	var want []float32
	for _, workers := range []int{1, 2, 3, 5, 8} {
		n, cache := network(t, inferencetest.Options{Context: 4096, Type: "Q8_0", Seed: 3}, workers)
		seq := cache.Open(nil)
		read(t, n, seq, tokens[:long-40], 128)
		other := seq.Fork()
		got := read(t, n, other, tokens[long-40:], 128)
		other.Discard()
		if want == nil {
			want = got
		}
		if !slices.Equal(got, want) {
			t.Errorf("%d workers: other logits", workers)
		}
		read(t, n, seq, tokens[long-40:long], 128)
		var batch [rows]Row
		for count := 1; count <= rows; count++ {
			for i := range count {
				batch[i] = Row{Seq: seq.Fork(), Tokens: tokens[long:], Logits: 1}
				if err := batch[i].Seq.Reserve(1); err != nil {
					t.Fatal(err)
				}
			}
			n.Forward(batch[:count])
			if split := workers > 2 && count == 1; split && n.split != 3 {
				t.Errorf("%d workers, one row: split in %d parts", workers, n.split)
			}
			n.Logits(0, count)
			for i := range count {
				if !slices.Equal(n.Row(i), want) {
					t.Errorf("%d workers: row %d of %d has other logits", workers, i, count)
				}
				batch[i].Seq.Discard()
			}
		}
	}
}

// A pass that is interrupted leaves nothing behind: done again, it gives the same logits.
func TestInterrupt(t *testing.T) {
	n, cache := network(t, inferencetest.Options{Type: "Q8_0"}, 3)
	tokens := ids(120, 3)
	seq := cache.Open(nil)
	want := read(t, n, seq, tokens, 128)
	seq.Discard()
	seq = cache.Open(nil)
	if err := seq.Reserve(len(tokens)); err != nil {
		t.Fatal(err)
	}
	rows := []Row{{Seq: seq, Tokens: tokens, Logits: 1}}
	n.Interrupt()
	if kept, ok := n.Try(rows); ok || kept != 0 || seq.Len() != 0 {
		t.Errorf("an interrupted pass kept %d residuals of %d tokens", kept, seq.Len())
	}
	n.Resume()
	begun := make(chan struct{})
	go func() {
		close(begun)
		n.Interrupt()
	}()
	<-begun
	for {
		if kept, ok := n.Try(rows); ok {
			if kept != 1 {
				t.Errorf("%d residuals kept", kept)
			}
			break
		}
		n.Resume()
	}
	n.Logits(0, 1)
	if !slices.Equal(n.Row(0), want) {
		t.Error("other logits after an interruption")
	}
}

// The runs that taper hands out are all panels, each once, in pairs, whoever asks how often; one worker alone gets everything,
// its own share first.
func TestTaper(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, workers := rapid.IntRange(0, 600).Draw(t, "panels"), rapid.IntRange(1, 7).Draw(t, "workers")
		p := pool{workers: workers, taken: make([]taken, workers)}
		got := make([]bool, n)
		alone := rapid.Bool().Draw(t, "alone")
		for {
			worker := 0
			if !alone {
				worker = rapid.IntRange(0, workers-1).Draw(t, "worker")
			}
			from, to, ok := p.taper(worker, n)
			if !ok {
				break
			}
			if to <= from || to-from > maxGrain || from%2 != 0 || to%2 != 0 && to != n {
				t.Fatalf("%d to %d of %d", from, to, n)
			}
			for i := from; i < to; i++ {
				if got[i] {
					t.Fatalf("panel %d twice", i)
				}
				got[i] = true
			}
		}
		if i := slices.Index(got, false); i >= 0 {
			t.Fatalf("panel %d of %d is left", i, n)
		}
	})
}

func TestForwardAllocatesNothing(t *testing.T) {
	for _, rows := range []int{1, 8, 40} {
		t.Run(fmt.Sprint(rows), func(t *testing.T) {
			n, cache := network(t, inferencetest.Options{Type: "Q4_K"}, 2)
			batch := make([]Row, rows)
			for i := range batch {
				batch[i] = Row{Seq: cache.Open(nil), Tokens: []int32{int32(i)}, Logits: 1}
				if err := batch[i].Seq.Reserve(60); err != nil {
					t.Fatal(err)
				}
			}
			if got := testing.AllocsPerRun(20, func() {
				n.Forward(batch)
				n.Logits(0, min(rows, n.MaxLogits()))
			}); got != 0 {
				t.Errorf("%v allocations per pass", got)
			}
		})
	}
}

func TestPlanRefuses(t *testing.T) {
	data := inferencetest.Tiny(t, inferencetest.Options{})
	file, err := gguf.Read(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	good, err := arch.Read(file)
	if err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*arch.Config){
		"a layer too many":  func(c *arch.Config) { c.Layers++ },
		"wider":             func(c *arch.Config) { c.Width *= 2 },
		"more heads":        func(c *arch.Config) { c.Heads *= 2 },
		"fewer key heads":   func(c *arch.Config) { c.KVHeads = 1 },
		"longer vocabulary": func(c *arch.Config) { c.Vocab++ },
		"biases":            func(c *arch.Config) { c.QKVBias = true },
	} {
		c := good
		change(&c)
		if _, err := NewPlan(file, c); err == nil {
			t.Errorf("%s: the plan was accepted", name)
		}
	}
}
