package arch

import (
	"bytes"
	"errors"
	"math"
	"testing"
	"unicode/utf8"

	"shelftalk/inference/internal/gguf"
	"shelftalk/inference/internal/quant"
)

// file writes a model's head with some values changed; a nil value leaves its key out.
func file(t *testing.T, changes map[string]any) *gguf.File {
	t.Helper()
	var keys []gguf.Key
	for _, k := range []gguf.Key{
		{Name: "general.architecture", Value: "qwen2"},
		{Name: "qwen2.block_count", Value: uint32(2)},
		{Name: "qwen2.context_length", Value: uint32(512)},
		{Name: "qwen2.embedding_length", Value: uint32(64)},
		{Name: "qwen2.feed_forward_length", Value: uint32(128)},
		{Name: "qwen2.attention.head_count", Value: uint32(4)},
		{Name: "qwen2.attention.head_count_kv", Value: uint32(2)},
		{Name: "qwen2.attention.layer_norm_rms_epsilon", Value: float32(1e-6)},
		{Name: "qwen2.rope.freq_base", Value: float32(1e6)},
	} {
		v, changed := changes[k.Name]
		delete(changes, k.Name)
		if changed && v == nil {
			continue
		}
		if changed {
			k.Value = v
		}
		keys = append(keys, k)
	}
	for name, v := range changes {
		keys = append(keys, gguf.Key{Name: name, Value: v})
	}
	var b bytes.Buffer
	embedding := gguf.Data{Name: "token_embd.weight", Type: quant.F32, Dims: []int{64, 10}, Bytes: make([]byte, 64*10*4)}
	if err := gguf.Write(&b, keys, []gguf.Data{embedding}); err != nil {
		t.Fatal(err)
	}
	f, err := gguf.Read(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestRead(t *testing.T) {
	got, err := Read(file(t, nil))
	if err != nil {
		t.Fatal(err)
	}
	want := Config{
		Arch: "qwen2", Layers: 2, Width: 64, Heads: 4, KVHeads: 2, HeadDim: 16, Hidden: 128, Vocab: 10, Context: 512,
		NormEps: 1e-6, Scale: 0.25, Turns: Turns{Dims: 16, Base: 1e6, Factor: 1, Gain: 1},
		Traits: Traits{Rope: RopeHalves, QKVBias: true},
	}
	if got != want {
		t.Errorf("%+v\nwant %+v", got, want)
	}
}

func TestReadRefuses(t *testing.T) {
	for _, test := range []struct {
		name  string
		key   string
		value any
		want  error
	}{
		{"another architecture", "general.architecture", "mamba", ErrUnsupported},
		{"no architecture", "general.architecture", nil, gguf.ErrMissing},
		{"no layers", "qwen2.block_count", uint32(0), gguf.ErrLimit},
		{"too many layers", "qwen2.block_count", uint32(513), gguf.ErrLimit},
		{"layers as text", "qwen2.block_count", "2", gguf.ErrKind},
		{"no heads", "qwen2.attention.head_count", uint32(0), gguf.ErrLimit},
		{"heads that don't divide", "qwen2.attention.head_count_kv", uint32(3), ErrShape},
		{"no heads of keys", "qwen2.attention.head_count_kv", uint32(0), ErrShape},
		{"more heads of keys", "qwen2.attention.head_count_kv", uint32(8), ErrShape},
		{"odd width of heads", "qwen2.attention.key_length", uint32(17), ErrUnsupported},
		{"huge heads", "qwen2.attention.key_length", uint32(1024), gguf.ErrLimit},
		{"values of another width", "qwen2.attention.value_length", uint32(32), ErrUnsupported},
		{"no epsilon", "qwen2.attention.layer_norm_rms_epsilon", nil, gguf.ErrMissing},
		{"epsilon zero", "qwen2.attention.layer_norm_rms_epsilon", float32(0), gguf.ErrLimit},
		{"epsilon that is no number", "qwen2.attention.layer_norm_rms_epsilon", float32(math.NaN()), gguf.ErrLimit},
		{"negative base", "qwen2.rope.freq_base", float32(-1), gguf.ErrLimit},
		{"half a pair turns", "qwen2.rope.dimension_count", uint32(7), ErrShape},
		{"more turns than there is", "qwen2.rope.dimension_count", uint32(32), ErrShape},
		{"nothing turns", "qwen2.rope.dimension_count", uint32(0), ErrShape},
		{"another rotation", "qwen2.rope.scaling.type", "dynamic", ErrUnsupported},
		{"stretched from nowhere", "qwen2.rope.scaling.type", "yarn", ErrShape},
		{"a negative window", "qwen2.attention.sliding_window", int32(-1), ErrShape},
		{"attention scaled away", "qwen2.attention.scale", float32(0), gguf.ErrLimit},
		{"experts", "qwen2.expert_count", uint32(8), ErrUnsupported},
		{"not causal", "qwen2.attention.causal", false, ErrUnsupported},
		{"bound attention", "qwen2.attn_logit_softcapping", float32(50), ErrUnsupported},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := Read(file(t, map[string]any{test.key: test.value}))
			if !errors.Is(err, test.want) {
				t.Errorf("%v, want %v", err, test.want)
			}
		})
	}
}

// Whatever a key holds, Read refuses it or gives figures that the engine can allocate by and compute with.
func FuzzRead(f *testing.F) {
	for _, key := range []string{
		"block_count", "context_length", "attention.head_count_kv", "attention.key_length", "rope.freq_base", "rope.dimension_count",
		"rope.scaling.factor", "attention.sliding_window", "attention.scale", "final_logit_softcapping",
	} {
		f.Add(key, int64(1)<<31, 1e300, "yarn", uint8(0))
		f.Add(key, int64(-1), math.Inf(1), "linear", uint8(1))
	}
	f.Fuzz(func(t *testing.T, key string, n int64, x float64, text string, kind uint8) {
		if !utf8.ValidString(key) || len(key) > 100 {
			return
		}
		value := []any{n, x, text}[kind%3]
		c, err := Read(file(t, map[string]any{"qwen2." + key: value, "qwen2.rope.scaling.type": text}))
		if err != nil {
			return
		}
		if c.Layers > maxLayers || c.HeadDim > maxHeadDim || c.Heads%c.KVHeads != 0 || c.Turns.Dims > c.HeadDim || c.WindowOf(0) < 0 || c.WindowOf(0) > maxContext {
			t.Errorf("%+v", c)
		}
		for _, y := range []float64{float64(c.Scale), float64(c.SoftCap), c.Turns.Base, c.Turns.Factor, c.Turns.Gain} {
			if math.IsNaN(y) || math.IsInf(y, 0) || y < 0 {
				t.Errorf("%+v", c)
			}
		}
	})
}
