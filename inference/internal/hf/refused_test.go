package hf

import (
	"encoding/binary"
	"errors"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// damage spoils a folder.
type damage func(*testing.T, string)

func config(change func(map[string]any)) damage {
	return func(t *testing.T, folder string) { edit(t, folder, "config.json", change) }
}

func set(name string, v any) damage { return config(func(m map[string]any) { m[name] = v }) }

func remove(file string) damage {
	return func(t *testing.T, folder string) {
		if err := os.Remove(filepath.Join(folder, file)); err != nil {
			t.Fatal(err)
		}
	}
}

func write(file, text string) damage {
	return func(t *testing.T, folder string) {
		if err := os.WriteFile(filepath.Join(folder, file), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func rename(from, to string) damage {
	return func(t *testing.T, folder string) {
		if err := os.Rename(filepath.Join(folder, from), filepath.Join(folder, to)); err != nil {
			t.Fatal(err)
		}
	}
}

func tensor(from, to string) damage {
	return func(t *testing.T, folder string) {
		rewrite(t, filepath.Join(folder, single), func(n string) string {
			if n == from {
				return to
			}
			return n
		})
	}
}

func extra(name, dtype string, n, size int) damage {
	return func(t *testing.T, folder string) { extend(t, filepath.Join(folder, single), name, dtype, n, size) }
}

// refusal is a damaged folder, and what is said about it.
type refusal struct {
	name, model string
	damage      damage
	want        error
	says        string
}

func refusals(t *testing.T, list []refusal) {
	t.Helper()
	for _, c := range list {
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
}

func TestSettingsRefused(t *testing.T) {
	refusals(t, []refusal{
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
		{"a decoder", "bert", set("is_decoder", true), ErrUnsupported, "is_decoder"},
	})
	if _, err := Open(t.TempDir(), "q5"); !errors.Is(err, ErrUnsupported) {
		t.Errorf("weights as q5: %v", err)
	}
}

func TestFilesRefused(t *testing.T) {
	refusals(t, []refusal{
		{"no config", "llama", remove("config.json"), ErrMissing, "config.json"},
		{"no weights", "llama", remove(single), ErrMissing, single},
		{"a pickle", "llama", rename(single, "pytorch_model.bin"), ErrPickle, "save_pretrained"},
		{"a GGUF file beside", "llama", rename(single, "m.gguf"), ErrMissing, "m.gguf"},
		{"no tokenizer", "llama", remove("tokenizer.json"), ErrMissing, "tokenizer.json"},
		{"a part of another network", "llama", tensor("model.layers.0.mlp.up_proj.weight", "model.layers.0.mlp.extra.weight"), ErrMissing, "up_proj"},
		{"two spellings of one tensor", "llama", tensor("lm_head.weight", "norm.weight"), ErrSafetensors, "norm.weight"},
		{"a quantised tensor", "llama", extra("model.layers.0.self_attn.q_proj.bias", "I32", 64, 256), ErrQuantised, "q_proj.bias"},
		{"a tensor beside", "llama", extra("model.layers.0.self_attn.sinks", "F32", 1, 4), ErrUnsupported, "sinks"},
		{"a shard is missing", "qwen2", remove("model-00002-of-00004.safetensors"), ErrMissing, "00002"},
		{"a shard is out of the folder", "qwen2", write(index, `{"weight_map": {"a": "../a.safetensors"}}`), ErrConfig, "../a"},
		{"a shard is a pickle", "qwen2", write(index, `{"weight_map": {"a": "a.bin"}}`), ErrConfig, "a.bin"},
		{"an index of nothing", "qwen2", write(index, `{"weight_map": {}}`), ErrConfig, index},
		{"an index of others", "qwen2", write(index, `{"weight_map": {"a": "model-00001-of-00004.safetensors"}}`), ErrMissing, `"a"`},
		{"damaged weights", "llama", write(single, "not a weight file"), ErrLimit, single},
		{"a dense module", "bert", write("modules.json", `[{"type": "sentence_transformers.models.Dense", "path": "2_Dense"}]`), ErrUnsupported, "Dense"},
		{"pooling out of the folder", "bert", write("modules.json", `[{"type": "x.Pooling", "path": "../1"}]`), ErrConfig, "../1"},
		{"another pooling", "bert", write("1_Pooling/config.json", `{"pooling_mode_max_tokens": true}`), ErrUnsupported, "max_tokens"},
	})
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
			if fam.text != nil {
				c = fam.text(c)
			}
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
