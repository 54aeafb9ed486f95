package hf

import (
	"encoding/binary"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

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

// spelling is a folder as an older program would have written it.
type spelling struct {
	name, what string
	rename     func(string) string
	config     func(map[string]any)
	extra      []string
}

func spellings() []spelling {
	return []spelling{
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
		{"gemma3", "with eyes", func(n string) string { return "language_model." + n }, func(c map[string]any) {
			text := maps.Clone(c)
			clear(c)
			c["architectures"], c["text_config"] = []string{"Gemma3ForConditionalGeneration"}, text
			c["bos_token_id"], c["eos_token_id"] = text["bos_token_id"], text["eos_token_id"]
		}, []string{"vision_tower.embeddings", "multi_modal_projector.weight"}},
		{"gemma3", "with eyes, later", func(n string) string { return strings.Replace(n, "model.", "model.language_model.", 1) }, func(c map[string]any) {
			text := maps.Clone(c)
			clear(c)
			c["architectures"], c["text_config"] = []string{"Gemma3ForConditionalGeneration"}, text
			c["bos_token_id"], c["eos_token_id"] = text["bos_token_id"], text["eos_token_id"]
		}, []string{"model.vision_tower.embeddings"}},
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
	}
}

// Names and settings as older programs wrote them mean the same.
func TestOldSpellings(t *testing.T) {
	for _, c := range spellings() {
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
