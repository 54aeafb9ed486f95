package hf

import (
	"bytes"
	"compress/gzip"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"shelftalk/inference/internal/gguf"
	"shelftalk/inference/internal/quant"
)

// unpack returns a file's bytes, decompressed if its name ends in .gz.
func unpack(t testing.TB, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasSuffix(path, ".gz") {
		return data
	}
	z, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	if data, err = io.ReadAll(z); err != nil {
		t.Fatal(err)
	}
	return data
}

// saved copies one of inference's folders, as transformers saved it, into one of the test's own.
func saved(t testing.TB, name string) string {
	t.Helper()
	from, to := filepath.Join("..", "..", "testdata", "folders", name), t.TempDir()
	err := filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		if d.IsDir() {
			return os.MkdirAll(filepath.Join(to, rel), 0o700)
		}
		return os.WriteFile(filepath.Join(to, strings.TrimSuffix(rel, ".gz")), unpack(t, path), 0o600)
	})
	if err != nil {
		t.Fatal(err)
	}
	return to
}

// values reads a tensor of f.
func values(t testing.TB, f *gguf.File, name string) []float32 {
	t.Helper()
	tensor, ok := f.Tensor(name)
	if !ok {
		t.Fatalf("no tensor %q", name)
	}
	raw := make([]byte, tensor.Size)
	if err := f.ReadAt(tensor, raw, 0); err != nil {
		t.Fatal(err)
	}
	x := make([]float32, tensor.Rows()*tensor.Cols())
	if !quant.Dequantise(tensor.Type, x, raw) {
		t.Fatalf("tensor %q of type %v", name, tensor.Type)
	}
	return x
}

// converted is the same model as a GGUF file, made by inference/_reference/models.py.
func converted(t testing.TB, name string) *gguf.File {
	t.Helper()
	data := unpack(t, filepath.Join("..", "..", "testdata", "arch", name+".gguf.gz"))
	f, err := gguf.Read(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// A folder presents what a conversion of the same model holds: the same figures, and the same tensors.
func TestFoldersPresentWhatConversionGives(t *testing.T) {
	for _, name := range []string{"llama", "mistral", "qwen2", "qwen3", "gemma3", "phi3", "smollm3", "gpt2", "bert"} {
		t.Run(name, func(t *testing.T) {
			folder, err := Open(saved(t, name), Exact)
			if err != nil {
				t.Fatal(err)
			}
			defer folder.Close()
			got, want := folder.File, converted(t, name)
			for _, key := range want.Keys {
				if strings.HasPrefix(key, "tokenizer.") || key == "general.name" {
					continue
				}
				if a, errA := got.Float(key); errA == nil {
					if b, errB := want.Float(key); errB != nil || math.Abs(a-b) > 1e-6*math.Abs(b) {
						t.Errorf("%s is %v, want %v", key, a, b)
					}
				} else if a, errA := got.TextOr(key, ""); errA == nil {
					if b, _ := want.TextOr(key, ""); a != b {
						t.Errorf("%s is %q, want %q", key, a, b)
					}
				} else if a, errA := got.BoolOr(key, true); errA != nil {
					t.Errorf("%s: %v", key, errA)
				} else if b, _ := want.BoolOr(key, true); a != b {
					t.Errorf("%s is %v, want %v", key, a, b)
				}
			}
			if len(got.Tensors) != len(want.Tensors) {
				t.Errorf("%d tensors, want %d", len(got.Tensors), len(want.Tensors))
			}
			for _, tensor := range want.Tensors {
				if g, _ := got.Tensor(tensor.Name); !slices.Equal(g.Dims, tensor.Dims) {
					t.Errorf("%s is %v, want %v", tensor.Name, g.Dims, tensor.Dims)
				} else if !slices.EqualFunc(values(t, got, tensor.Name), values(t, want, tensor.Name), func(a, b float32) bool {
					return math.Abs(float64(a-b)) < 1e-7 // the conversion holds halves, of which the smallest are coarse
				}) {
					t.Errorf("%s differs", tensor.Name)
				}
			}
		})
	}
}

// Bytes of a quantised tensor are the same wherever a read begins and ends.
func TestReadsAtAnyPlace(t *testing.T) {
	for _, w := range []Weights{Q8, Q4, Exact} {
		for _, name := range []string{"llama", "gpt2"} {
			folder, err := Open(saved(t, name), w)
			if err != nil {
				t.Fatal(err)
			}
			defer folder.Close()
			for _, part := range []string{"token_embd.weight", "blk.0.attn_q.weight", "blk.0.attn_qkv.weight", "blk.1.ffn_down.weight", "output_norm.weight"} {
				tensor, ok := folder.File.Tensor(part)
				if !ok {
					continue
				}
				whole := make([]byte, tensor.Size)
				if err := folder.File.ReadAt(tensor, whole, 0); err != nil {
					t.Fatal(err)
				}
				for _, at := range []int64{1, 33, tensor.Size / 3, tensor.Size - 7} {
					p := make([]byte, min(5000, tensor.Size-at))
					if err := folder.File.ReadAt(tensor, p, at); err != nil || !bytes.Equal(p, whole[at:at+int64(len(p))]) {
						t.Errorf("%s %s of %s at %d: %v", w, part, name, at, err)
					}
				}
			}
		}
	}
}

func TestTypesOfWeights(t *testing.T) {
	for _, c := range []struct {
		w     Weights
		name  string
		dtype dtype
		cols  int
		want  quant.Type
	}{
		{Q8, "blk.0.attn_q.weight", "BF16", 64, quant.Q8_0},
		{Q8, "blk.0.attn_q.weight", "BF16", 65, quant.F32},
		{Q4, "blk.0.attn_q.weight", "F32", 64, quant.Q4_1},
		{Q4, "token_embd.weight", "F32", 64, quant.Q8_0},
		{Exact, "blk.0.attn_q.weight", "BF16", 64, quant.BF16},
		{Exact, "blk.0.attn_q.weight", "F16", 65, quant.F16},
		{Exact, "blk.0.attn_q.weight", "F32", 64, quant.F32},
	} {
		if got := c.w.typeOf(c.name, c.dtype, c.cols); got != c.want {
			t.Errorf("%s, %s of %s × %d: %v, want %v", c.w, c.name, c.dtype, c.cols, got, c.want)
		}
	}
}

// A sentence encoder reads no more than its folder says.
func TestSentenceLimits(t *testing.T) {
	path := saved(t, "bert")
	if err := os.WriteFile(filepath.Join(path, "sentence_bert_config.json"), []byte(`{"max_seq_length": 100}`), 0o600); err != nil {
		t.Fatal(err)
	}
	edit(t, path, "1_Pooling/config.json", func(m map[string]any) {
		m["pooling_mode_mean_tokens"], m["pooling_mode_cls_token"] = false, true
	})
	f, err := Open(path, Q8)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	context, _ := f.File.Int("bert.context_length")
	table, _ := f.File.Tensor("position_embd.weight")
	pooling, _ := f.File.Int("bert.pooling_type")
	if context != 100 || table.Rows() != 100 || pooling != poolFirst {
		t.Errorf("context %d, %d positions, pooling %d", context, table.Rows(), pooling)
	}
}
