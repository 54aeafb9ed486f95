package nn

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"testing"

	"shelftalk/inference/internal/arch"
	"shelftalk/inference/internal/gguf"
	"shelftalk/inference/internal/kernel"
	"shelftalk/inference/internal/kv"
	"shelftalk/inference/internal/quant"
)

// decoders are the random models of inference/testdata/arch that write.
func decoders() []string {
	return []string{"llama", "mistral", "qwen2", "qwen3", "gemma3", "phi3", "smollm3", "gpt2"}
}

func unpacked(t *testing.T, name string) []byte {
	t.Helper()
	f, err := os.Open("../../testdata/arch/" + name + ".gz")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// random opens a random model for a context, its matrices quantised as typ and, if plain, made floats again.
func random(t *testing.T, name string, typ quant.Type, plain bool, context int) (*Net, *kv.Cache) {
	t.Helper()
	data := unpacked(t, name+".gguf")
	file, err := gguf.Read(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	c, err := arch.Read(file)
	if err != nil {
		t.Fatal(err)
	}
	if typ != quant.F16 {
		file = converted(t, file, quant.F16, typ)
	}
	if plain {
		file = converted(t, file, typ, quant.F32)
	}
	plan, err := NewPlan(file, c)
	if err != nil {
		t.Fatal(err)
	}
	w, err := plan.Load(2, nil)
	if err != nil {
		t.Fatal(err)
	}
	cache := kv.New(Layout(c), 96, 32, kernel.Halves)
	n := New(w, cache, 2, 256, 40, context)
	t.Cleanup(func() {
		n.Close()
		cache.Close()
		w.Free()
	})
	return n, cache
}

// converted replaces a file's matrices of one type by ones of another.
func converted(t *testing.T, f *gguf.File, from, to quant.Type) *gguf.File {
	t.Helper()
	var tensors []gguf.Tensor
	contents := map[string][]byte{}
	for _, m := range f.Tensors {
		if m.Type != from {
			continue
		}
		raw := make([]byte, m.Size)
		if err := f.ReadAt(m, raw, 0); err != nil {
			t.Fatal(err)
		}
		x := make([]float32, m.Rows()*m.Cols())
		row, _ := to.RowBytes(m.Cols())
		contents[m.Name] = make([]byte, row*m.Rows())
		if !quant.Dequantise(m.Type, x, raw) || !quant.Quantise(to, contents[m.Name], x) {
			t.Fatalf("%s can't be made %s", m.Name, to)
		}
		tensors = append(tensors, gguf.Tensor{Name: m.Name, Type: to, Dims: m.Dims})
	}
	g, err := f.Replace(tensors, func(m gguf.Tensor, p []byte, off int64) error {
		copy(p, contents[m.Name][off:])
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// sequence is a text with transformers' logits behind some of its tokens.
type sequence struct {
	Context int
	IDs     []int32
	At      []int
	Logits  [][]float64
}

// logits computes those behind the positions that a sequence has.
func (s sequence) logits(t *testing.T, n *Net, cache *kv.Cache) [][]float32 {
	t.Helper()
	var list [][]float32
	seq := cache.Open(nil)
	defer seq.Discard()
	from := 0
	for _, at := range s.At {
		list = append(list, read(t, n, seq, s.IDs[from:at+1], 256))
		from = at + 1
	}
	return list
}

// Quantised matrices compute what their weights say: beside the same weights as floats, eight-bit activations cost little.
// What the weights' own rounding costs is logged: random ones suffer more than trained ones.
func TestQuantisedArchitectures(t *testing.T) {
	for _, name := range decoders() {
		var file struct{ Sequences []sequence }
		if err := json.Unmarshal(unpacked(t, name+".json"), &file); err != nil {
			t.Fatal(err)
		}
		for _, typ := range []quant.Type{quant.Q8_0, quant.Q4_1, quant.Q4_0} {
			t.Run(fmt.Sprint(name, " ", typ), func(t *testing.T) {
				var whole, own, worst float64
				count := 0
				for _, s := range file.Sequences {
					n, cache := random(t, name, typ, false, s.Context)
					got := s.logits(t, n, cache)
					n, cache = random(t, name, typ, true, s.Context)
					for i, plain := range s.logits(t, n, cache) {
						kl := divergence(plain, got[i])
						own, worst = own+kl, max(worst, kl)
						whole += divergence(s.Logits[i], got[i])
						count++
					}
				}
				own, whole = own/float64(count), whole/float64(count)
				t.Logf("KL %.2g from transformers, %.2g from the same weights as floats (worst %.2g)", whole, own, worst)
				if !(own < 0.01 && worst < 0.1) {
					t.Errorf("KL %.2g from the same weights as floats, worst %.2g", own, worst)
				}
			})
		}
	}
}

// divergence is the KL divergence of ours from the reference, in nats.
func divergence[T float32 | float64](want []T, ours []float32) float64 {
	var a, b, kl float64
	for i, x := range want {
		a += math.Exp(float64(x))
		b += math.Exp(float64(ours[i]))
	}
	for i, x := range want {
		kl += math.Exp(float64(x)) / a * (float64(x) - math.Log(a) - float64(ours[i]) + math.Log(b))
	}
	return kl
}

// In every architecture a row's logits are the same bits alone and as one of 8 or 32, read at once or token by token.
func TestArchitecturesDoNotMindCompany(t *testing.T) {
	for _, name := range decoders() {
		for _, typ := range []quant.Type{quant.F16, quant.Q8_0} {
			t.Run(fmt.Sprint(name, " ", typ), func(t *testing.T) {
				n, cache := random(t, name, typ, false, 256)
				head := cache.Open(nil)
				read(t, n, head, ids(70, 2), 64)
				text := func(i int) []int32 { return ids(3+i*i%60, i) } // up to a third page
				var want [32][]float32
				for i := range want {
					seq := head.Fork()
					want[i] = read(t, n, seq, text(i), 256)
					seq.Discard()
				}
				for _, rows := range []int{1, 8, 32} {
					checkCompany(t, n, head, text, want[32-rows:], 32-rows)
				}
			})
		}
	}
}

// checkCompany computes rows behind head token by token, all together, and compares the logits behind their last tokens.
// The i-th row's text is that of first+i.
func checkCompany(t *testing.T, n *Net, head *kv.Seq, text func(int) []int32, want [][]float32, first int) {
	t.Helper()
	seqs := make([]*kv.Seq, len(want))
	for i := range seqs {
		seqs[i] = head.Fork()
		defer seqs[i].Discard()
	}
	for at, left := 0, len(want); left > 0; at++ {
		var batch []Row
		var who []int
		for i, seq := range seqs {
			tokens := text(first + i)
			if at >= len(tokens) {
				continue
			}
			if err := seq.Reserve(1); err != nil {
				t.Fatal(err)
			}
			batch = append(batch, Row{Seq: seq, Tokens: tokens[at : at+1], Logits: 1})
			who = append(who, i)
		}
		n.Logits(0, n.Forward(batch))
		for k, i := range who {
			if at != len(text(first+i))-1 {
				continue
			}
			left--
			if !slices.Equal(n.Row(k), want[i]) {
				t.Errorf("%d rows: row %d has other logits than alone", len(want), i)
			}
		}
	}
}

// A file whose tensors aren't those of its architecture is refused before anything is read.
func TestPlanRefusesOtherTensors(t *testing.T) {
	vector := func(name string, n int) gguf.Tensor { return gguf.Tensor{Name: name, Type: quant.F32, Dims: []int{n}} }
	matrix := func(name string, cols, rows int) gguf.Tensor {
		return gguf.Tensor{Name: name, Type: quant.F32, Dims: []int{cols, rows}}
	}
	for _, test := range []struct {
		name, model, without string
		with                 gguf.Tensor
		want                 error
	}{
		{"a stranger", "llama", "", matrix("blk.0.ffn_gate_inp.weight", 64, 8), arch.ErrUnsupported},
		{"a norm of another family", "llama", "", vector("blk.1.attn_q_norm.weight", 16), arch.ErrUnsupported},
		{"a bias that isn't used", "llama", "", vector("output_norm.bias", 64), arch.ErrUnsupported},
		{"no norm of queries", "qwen3", "blk.0.attn_q_norm.weight", gguf.Tensor{}, gguf.ErrMissing},
		{"no bias", "qwen2", "blk.1.attn_k.bias", gguf.Tensor{}, gguf.ErrMissing},
		{"no second norm", "gemma3", "blk.5.post_ffw_norm.weight", gguf.Tensor{}, gguf.ErrMissing},
		{"factors for long contexts only", "phi3", "rope_factors_short.weight", gguf.Tensor{}, gguf.ErrMissing},
		{"too few factors", "phi3", "rope_factors_short.weight", vector("rope_factors_short.weight", 11), arch.ErrShape},
		{"queries and keys without values", "phi3", "blk.0.attn_qkv.weight", matrix("blk.0.attn_qkv.weight", 64, 96), arch.ErrShape},
		{"a gate without its half", "phi3", "blk.0.ffn_up.weight", matrix("blk.0.ffn_up.weight", 64, 128), arch.ErrShape},
		{"no positions", "gpt2", "position_embd.weight", gguf.Tensor{}, gguf.ErrMissing},
		{"too few positions", "gpt2", "position_embd.weight", matrix("position_embd.weight", 64, 255), arch.ErrShape},
		{"a vocabulary behind an encoder", "bert", "", matrix("output.weight", 64, 115), arch.ErrUnsupported},
	} {
		t.Run(test.name, func(t *testing.T) {
			data := unpacked(t, test.model+".gguf")
			f, err := gguf.Read(bytes.NewReader(data), int64(len(data)))
			if err != nil {
				t.Fatal(err)
			}
			c, err := arch.Read(f)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := NewPlan(f, c); err != nil {
				t.Fatal(err)
			}
			tensors := slices.DeleteFunc(slices.Clone(f.Tensors), func(m gguf.Tensor) bool { return m.Name == test.without })
			if test.with.Name != "" {
				tensors = append(tensors, test.with)
			}
			g, err := gguf.New(nil, tensors, f.ReadAt)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := NewPlan(g, c); !errors.Is(err, test.want) {
				t.Errorf("%v, want %v", err, test.want)
			}
		})
	}
}
