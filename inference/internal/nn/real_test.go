package nn

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"testing"

	"shelftalk/inference/inferencetest"
	"shelftalk/inference/internal/arch"
	"shelftalk/inference/internal/gguf"
	"shelftalk/inference/internal/kernel"
	"shelftalk/inference/internal/kv"
)

// realModel is the model of TestRealRowsDoNotMatter: -model light or standard takes longer, and more memory.
var realModel = flag.String("model", inferencetest.SmolLM2, "the real model whose rows are compared")

// realNetworks opens a real model once, with a network for each number of workers.
func realNetworks(t *testing.T, workers ...int) []*Net {
	t.Helper()
	f, err := os.Open(inferencetest.File(t, *realModel))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	file, err := gguf.Read(f, st.Size())
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
	w, err := plan.Load(2, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Free)
	nets := make([]*Net, len(workers))
	for i, n := range workers {
		cache := kv.New(Layout(c), 128, 64, kernel.Halves)
		nets[i] = New(w, cache, n, 256, 32, 512)
		t.Cleanup(func() {
			nets[i].Close()
			cache.Close()
		})
	}
	return nets
}

// A real model's logits are the same bits in a batch of 1, 8 and 32 rows, with any number of workers, whether the prompt was
// read at once or in runs, and whether its beginning was computed for the row or found in the cache.
func TestRealRowsDoNotMatter(t *testing.T) {
	const rows, prefix = 32, 150
	head := ids(prefix, 4)
	text := func(i int) []int32 { return slices.Concat(head, ids(3+i*5%40, i)) }
	var want [rows][]float32
	for _, n := range realNetworks(t, 1, 2, 3) {
		for i := range want {
			if i%8 > 0 && want[i] != nil {
				continue
			}
			seq := n.cache.Open(nil)
			got := read(t, n, seq, text(i), []int{256, 64, 7}[i%3])
			seq.Discard()
			if want[i] == nil {
				want[i] = got
			} else if !slices.Equal(got, want[i]) {
				t.Errorf("%d workers: row %d alone has other logits", n.pool.workers, i)
			}
		}
		for _, count := range []int{1, 8, rows} {
			t.Run(fmt.Sprintf("%d workers, %d rows", n.pool.workers, count), func(t *testing.T) {
				compareTogether(t, n, count, text, want[:])
			})
		}
	}
}

// compareTogether computes the last tokens of count texts in one pass and compares the logits.
func compareTogether(t *testing.T, n *Net, count int, text func(int) []int32, want [][]float32) {
	batch := make([]Row, count)
	for i := range batch {
		tokens := text(i)
		last := len(tokens) - 1
		seq := n.cache.Open(tokens) // finds what rows before it have computed
		defer seq.Close()
		read(t, n, seq, tokens[seq.Len():last], 100)
		if err := seq.Reserve(1); err != nil {
			t.Fatal(err)
		}
		batch[i] = Row{Seq: seq, Tokens: tokens[last:], Logits: 1}
	}
	n.Forward(batch)
	n.Logits(0, count)
	for i := range batch {
		if !slices.Equal(n.Row(i), want[i]) {
			t.Errorf("row %d has other logits among %d", i, count)
		}
	}
}
