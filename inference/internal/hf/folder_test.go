package hf

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"maps"
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

// header returns the entries of a weight file, and the rest of it.
func header(t testing.TB, path string) (map[string]any, []byte) {
	t.Helper()
	data := unpack(t, path)
	n := binary.LittleEndian.Uint64(data)
	var entries map[string]any
	if err := json.Unmarshal(data[8:8+n], &entries); err != nil {
		t.Fatal(err)
	}
	return entries, data[8+n:]
}

// rewrite stores a weight file again with other names.
func rewrite(t testing.TB, path string, rename func(string) string) {
	t.Helper()
	entries, data := header(t, path)
	renamed := map[string]any{}
	for name, e := range entries {
		if name != "__metadata__" {
			renamed[rename(name)] = e
		}
	}
	text, err := json.Marshal(renamed)
	if err != nil {
		t.Fatal(err)
	}
	b := binary.LittleEndian.AppendUint64(nil, uint64(len(text)))
	if err := os.WriteFile(path, slices.Concat(b, text, data), 0o600); err != nil {
		t.Fatal(err)
	}
}

// extend adds a vector of zeros to a weight file.
func extend(t testing.TB, path, name, dtype string, n, size int) {
	t.Helper()
	entries, data := header(t, path)
	entries[name] = map[string]any{"dtype": dtype, "shape": []int{n}, "data_offsets": []int{len(data), len(data) + size}}
	text, err := json.Marshal(entries)
	if err != nil {
		t.Fatal(err)
	}
	b := binary.LittleEndian.AppendUint64(nil, uint64(len(text)))
	if err := os.WriteFile(path, slices.Concat(b, text, data, make([]byte, size)), 0o600); err != nil {
		t.Fatal(err)
	}
}

// edit changes a folder's JSON file.
func edit(t testing.TB, folder, file string, change func(map[string]any)) {
	t.Helper()
	path := filepath.Join(folder, file)
	var m map[string]any
	if err := json.Unmarshal(unpack(t, path), &m); err != nil {
		t.Fatal(err)
	}
	change(m)
	data, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// Names and settings as older programs wrote them mean the same.
func TestOldSpellings(t *testing.T) {
	for _, c := range []struct {
		name, what string
		rename     func(string) string
		config     func(map[string]any)
		extra      []string
	}{
		{"gpt2", "no prefix", func(n string) string { return strings.TrimPrefix(n, "transformer.") }, func(c map[string]any) {
			c["n_ctx"] = c["n_positions"]
			delete(c, "n_positions")
			delete(c, "tie_word_embeddings")
		}, []string{"h.0.attn.bias", "h.1.attn.masked_bias", "lm_head.weight"}},
		{"bert", "a prefix", func(n string) string { return "bert." + n }, nil, []string{"bert.pooler.dense.bias", "cls.predictions.bias", "bert.embeddings.position_ids"}},
		{"bert", "gamma and beta", func(n string) string {
			n = strings.Replace(n, "LayerNorm.weight", "LayerNorm.gamma", 1)
			return strings.Replace(n, "LayerNorm.bias", "LayerNorm.beta", 1)
		}, func(c map[string]any) { delete(c, "architectures") }, nil},
		{"llama", "no prefix", func(n string) string { return strings.TrimPrefix(n, "model.") }, nil, []string{"layers.0.self_attn.rotary_emb.inv_freq"}},
		{"llama", "rope_scaling", nil, func(c map[string]any) {
			scaling := c["rope_parameters"].(map[string]any)
			c["rope_theta"] = scaling["rope_theta"]
			delete(scaling, "rope_theta")
			scaling["type"] = scaling["rope_type"]
			delete(scaling, "rope_type")
			c["rope_scaling"] = scaling
			delete(c, "rope_parameters")
		}, nil},
		{"gemma3", "rope_local_base_freq", nil, func(c map[string]any) {
			both := c["rope_parameters"].(map[string]any)
			c["rope_local_base_freq"] = both["sliding_attention"].(map[string]any)["rope_theta"]
			full := both["full_attention"].(map[string]any)
			c["rope_theta"], c["rope_scaling"] = full["rope_theta"], full
			c["sliding_window_pattern"] = 6
			delete(c, "rope_parameters")
			delete(c, "layer_types")
			delete(c, "tie_word_embeddings")
		}, nil},
		{"phi3", "original context", nil, func(c map[string]any) {
			scaling := c["rope_parameters"].(map[string]any)
			c["rope_theta"] = scaling["rope_theta"]
			scaling["type"] = "su"
			for _, name := range []string{"rope_theta", "rope_type", "partial_rotary_factor", "original_max_position_embeddings"} {
				delete(scaling, name)
			}
			c["rope_scaling"] = scaling
			delete(c, "rope_parameters")
		}, nil},
	} {
		t.Run(c.name+" "+c.what, func(t *testing.T) {
			new, old := saved(t, c.name), saved(t, c.name)
			if c.rename != nil {
				rewrite(t, filepath.Join(old, single), c.rename)
			}
			for _, name := range c.extra {
				extend(t, filepath.Join(old, single), name, "U8", 4, 4)
			}
			if c.config != nil {
				edit(t, old, "config.json", c.config)
			}
			a, err := Open(new, Q8)
			if err != nil {
				t.Fatal(err)
			}
			defer a.Close()
			b, err := Open(old, Q8)
			if err != nil {
				t.Fatal(err)
			}
			defer b.Close()
			if !slices.Equal(a.File.Keys, b.File.Keys) {
				t.Errorf("keys %q, not %q", b.File.Keys, a.File.Keys)
			}
			for _, key := range a.File.Keys {
				x, errA := a.File.Float(key)
				y, errB := b.File.Float(key)
				if errA == nil && (errB != nil || x != y) {
					t.Errorf("%s is %v, not %v", key, y, x)
				}
			}
			for _, tensor := range a.File.Tensors {
				if !slices.Equal(values(t, a.File, tensor.Name), values(t, b.File, tensor.Name)) {
					t.Errorf("%s differs", tensor.Name)
				}
			}
		})
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

func TestFoldersRefused(t *testing.T) {
	config := func(change func(map[string]any)) func(*testing.T, string) {
		return func(t *testing.T, folder string) { edit(t, folder, "config.json", change) }
	}
	set := func(name string, v any) func(*testing.T, string) {
		return config(func(m map[string]any) { m[name] = v })
	}
	remove := func(file string) func(*testing.T, string) {
		return func(t *testing.T, folder string) {
			if err := os.Remove(filepath.Join(folder, file)); err != nil {
				t.Fatal(err)
			}
		}
	}
	write := func(file, text string) func(*testing.T, string) {
		return func(t *testing.T, folder string) {
			if err := os.WriteFile(filepath.Join(folder, file), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	rename := func(from, to string) func(*testing.T, string) {
		return func(t *testing.T, folder string) {
			if err := os.Rename(filepath.Join(folder, from), filepath.Join(folder, to)); err != nil {
				t.Fatal(err)
			}
		}
	}
	tensor := func(from, to string) func(*testing.T, string) {
		return func(t *testing.T, folder string) {
			rewrite(t, filepath.Join(folder, single), func(n string) string {
				if n == from {
					return to
				}
				return n
			})
		}
	}
	for _, c := range []struct {
		name, model string
		damage      func(*testing.T, string)
		want        error
		says        string
	}{
		{"no config", "llama", remove("config.json"), ErrMissing, "config.json"},
		{"no weights", "llama", remove(single), ErrMissing, single},
		{"a pickle", "llama", rename(single, "pytorch_model.bin"), ErrPickle, "save_pretrained"},
		{"a GGUF file beside", "llama", rename(single, "m.gguf"), ErrMissing, "m.gguf"},
		{"no tokenizer", "llama", remove("tokenizer.json"), ErrMissing, "tokenizer.json"},
		{"GPTQ", "llama", set("quantization_config", map[string]any{"quant_method": "gptq"}), ErrQuantised, "gptq"},
		{"another architecture", "llama", set("architectures", []string{"MambaForCausalLM"}), ErrUnsupported, "MambaForCausalLM"},
		{"no architecture", "llama", config(func(m map[string]any) { delete(m, "architectures"); delete(m, "model_type") }), ErrUnsupported, "architecture"},
		{"config is a list", "llama", write("config.json", "[]"), ErrConfig, "config.json"},
		{"config isn't JSON", "llama", write("config.json", "{"), ErrConfig, "config.json"},
		{"two configs", "llama", write("config.json", "{}{}"), ErrConfig, "config.json"},
		{"a figure is text", "llama", set("hidden_size", "64"), ErrConfig, "hidden_size"},
		{"a figure isn't whole", "llama", set("hidden_size", 64.5), ErrConfig, "hidden_size"},
		{"a figure is negative", "llama", set("num_hidden_layers", -1), ErrLimit, "num_hidden_layers"},
		{"a figure is huge", "llama", set("num_hidden_layers", 1e18), ErrLimit, "num_hidden_layers"},
		{"a figure is missing", "llama", config(func(m map[string]any) { delete(m, "hidden_size") }), ErrConfig, "hidden_size"},
		{"no heads", "llama", set("num_attention_heads", 0), ErrConfig, "heads"},
		{"heads that don't divide", "llama", set("num_attention_heads", 3), ErrConfig, "q_proj"},
		{"too many layers", "llama", set("num_hidden_layers", 3), ErrMissing, "layers.2"},
		{"too few layers", "llama", set("num_hidden_layers", 1), ErrUnsupported, "layers.1"},
		{"another activation", "llama", set("hidden_act", "relu"), ErrUnsupported, "relu"},
		{"another scaling", "llama", set("rope_parameters", map[string]any{"rope_type": "dynamic"}), ErrUnsupported, "dynamic"},
		{"scaling between nowhere", "llama", set("rope_parameters", map[string]any{"rope_type": "llama3", "factor": -1}), ErrConfig, "factor"},
		{"other layers without rotation", "smollm3", set("no_rope_layers", []int{0, 1, 1, 1}), ErrUnsupported, "no_rope_layers"},
		{"irregular windows", "gemma3", set("layer_types", []string{"full_attention", "sliding_attention", "full_attention"}), ErrUnsupported, "layer_types"},
		{"a window", "qwen2", set("use_sliding_window", true), ErrUnsupported, "use_sliding_window"},
		{"a part of another network", "llama", tensor("model.layers.0.mlp.up_proj.weight", "model.layers.0.mlp.extra.weight"), ErrMissing, "up_proj"},
		{"two spellings of one tensor", "llama", tensor("lm_head.weight", "norm.weight"), ErrSafetensors, "norm.weight"},
		{"a quantised tensor", "llama", func(t *testing.T, folder string) {
			extend(t, filepath.Join(folder, single), "model.layers.0.self_attn.q_proj.bias", "I32", 64, 256)
		}, ErrQuantised, "q_proj.bias"},
		{"a tensor beside", "llama", func(t *testing.T, folder string) {
			extend(t, filepath.Join(folder, single), "model.layers.0.self_attn.sinks", "F32", 1, 4)
		}, ErrUnsupported, "sinks"},
		{"a shard is missing", "qwen2", remove("model-00002-of-00004.safetensors"), ErrMissing, "00002"},
		{"a shard is out of the folder", "qwen2", write(index, `{"weight_map": {"a": "../a.safetensors"}}`), ErrConfig, "../a"},
		{"a shard is a pickle", "qwen2", write(index, `{"weight_map": {"a": "a.bin"}}`), ErrConfig, "a.bin"},
		{"an index of nothing", "qwen2", write(index, `{"weight_map": {}}`), ErrConfig, index},
		{"an index of others", "qwen2", write(index, `{"weight_map": {"a": "model-00001-of-00004.safetensors"}}`), ErrMissing, `"a"`},
		{"damaged weights", "llama", write(single, "not a weight file"), ErrLimit, single},
		{"a dense module", "bert", write("modules.json", `[{"type": "sentence_transformers.models.Dense", "path": "2_Dense"}]`), ErrUnsupported, "Dense"},
		{"pooling out of the folder", "bert", write("modules.json", `[{"type": "x.Pooling", "path": "../1"}]`), ErrConfig, "../1"},
		{"another pooling", "bert", write("1_Pooling/config.json", `{"pooling_mode_max_tokens": true}`), ErrUnsupported, "max_tokens"},
		{"a decoder", "bert", set("is_decoder", true), ErrUnsupported, "is_decoder"},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := saved(t, c.model)
			c.damage(t, path)
			f, err := Open(path, Q8)
			if err == nil {
				f.Close()
			}
			if !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%v", err)
			}
		})
	}
	if _, err := Open(t.TempDir(), "q5"); !errors.Is(err, ErrUnsupported) {
		t.Errorf("weights as q5: %v", err)
	}
}

// A weight that isn't a number is found when it is read, and a file that becomes shorter as well.
func TestDamageFoundWhileReading(t *testing.T) {
	path := saved(t, "gpt2")
	weights := filepath.Join(path, single)
	data := unpack(t, weights)
	entries, _ := header(t, weights)
	e := entries["transformer.h.0.mlp.c_fc.weight"].(map[string]any)
	at := int64(binary.LittleEndian.Uint64(data)) + 8 + int64(e["data_offsets"].([]any)[0].(float64))
	binary.LittleEndian.PutUint32(data[at:], math.Float32bits(float32(math.NaN())))
	if err := os.WriteFile(weights, data, 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := Open(path, Q8)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	read := func() error {
		tensor, _ := f.File.Tensor("blk.0.ffn_up.weight")
		return f.File.ReadAt(tensor, make([]byte, tensor.Size), 0)
	}
	if err := read(); !errors.Is(err, ErrValue) {
		t.Errorf("a NaN: %v", err)
	}
	if err := os.Truncate(weights, at); err != nil {
		t.Fatal(err)
	}
	if err := read(); !errors.Is(err, ErrTruncated) {
		t.Errorf("a shorter file: %v", err)
	}
}

func FuzzConfig(f *testing.F) {
	for _, name := range []string{"llama", "gemma3", "phi3", "gpt2", "bert", "smollm3", "qwen2"} {
		f.Add(unpack(f, filepath.Join("..", "..", "testdata", "folders", name, "config.json")))
	}
	f.Add([]byte(`{"architectures":["LlamaForCausalLM"],"num_attention_heads":1e9,"hidden_size":1,"rope_scaling":{"type":"llama3"}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		c, err := parseSettings("config.json", text)
		if err != nil {
			return
		}
		_, _ = familyOf(c)
		all := families()
		for _, name := range slices.Sorted(maps.Keys(all)) {
			c, _ := parseSettings("config.json", text)
			fam, k := all[name], &keys{arch: all[name].arch}
			fam.keys(c, k)
			l, err := newLayout(&shards{}, Q8, fam.rename)
			if err != nil {
				t.Fatal(err)
			}
			fam.tensors(c, l)
			if _, err := l.finish(); err == nil && c.err() == nil {
				t.Fatal("a network without tensors")
			}
		}
	})
}
