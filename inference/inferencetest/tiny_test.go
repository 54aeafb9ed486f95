package inferencetest

import (
	"bytes"
	"math"
	"slices"
	"testing"

	"shelftalk/inference/internal/arch"
	"shelftalk/inference/internal/gguf"
	"shelftalk/inference/internal/quant"
	"shelftalk/inference/internal/token"
)

// Every tiny model is a sound file: it parses, its network is one the engine knows, its tokenizer reads any text, and its
// weights are of the size that its type and shape ask for.
func TestTinyModelsAreSound(t *testing.T) {
	for _, architecture := range []string{"llama", "qwen2"} {
		for _, typ := range Types() {
			t.Run(architecture+" "+typ, func(t *testing.T) {
				data := Tiny(t, Options{Arch: architecture, Type: typ, Tied: architecture == "llama"})
				f, err := gguf.Read(bytes.NewReader(data), int64(len(data)))
				if err != nil {
					t.Fatal(err)
				}
				c, err := arch.Read(f)
				if err != nil {
					t.Fatal(err)
				}
				tok, err := token.FromFile(f)
				if err != nil {
					t.Fatal(err)
				}
				if tok.Size() != c.Vocab {
					t.Errorf("%d tokens, vocabulary of %d", tok.Size(), c.Vocab)
				}
				text := "the title 不锈钢\n\x00"
				ids := tok.Encode(text, false)
				if tok.Decode(ids) != text || len(ids) > 2*len(text)/3 {
					t.Errorf("%v reads %q", ids, tok.Decode(ids))
				}
				checkWeights(t, f)
			})
		}
	}
}

func checkWeights(t *testing.T, f *gguf.File) {
	t.Helper()
	for _, tensor := range f.Tensors {
		raw := make([]byte, tensor.Size)
		if err := f.ReadAt(tensor, raw, 0); err != nil {
			t.Fatal(err)
		}
		w := make([]float32, tensor.Rows()*tensor.Cols())
		if !quant.Dequantise(tensor.Type, w, raw) || len(tensor.Dims) == 1 {
			continue
		}
		var sum, squares float64
		for _, x := range w {
			sum += float64(x)
			squares += float64(x) * float64(x)
		}
		n := float64(len(w))
		deviation := math.Sqrt(squares / n)
		if got := deviation * math.Sqrt(float64(tensor.Cols())); !(got > 0.5 && got < 16) || math.Abs(sum/n) > deviation/4 {
			t.Errorf("%s: mean %v, deviation %v", tensor.Name, sum/n, deviation)
		}
	}
}

func TestTinyIsTheSameEveryTime(t *testing.T) {
	a, b := Tiny(t, Options{Seed: 1}), Tiny(t, Options{Seed: 1})
	if !slices.Equal(a, b) {
		t.Error("the same options give other bytes")
	}
	if slices.Equal(a, Tiny(t, Options{Seed: 2})) {
		t.Error("the seed doesn't matter")
	}
	if _, err := Bytes(Options{Type: "Q9_9"}); err == nil {
		t.Error("an unknown type was made")
	}
}
