package inference_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
	"slices"
	"testing"

	"shelftalk/inference"
	"shelftalk/inference/inferencetest"
	"shelftalk/inference/internal/gguf"
)

// patch overwrites the value of a key in a model file's bytes; the kind stays.
func patch(t *testing.T, data []byte, key string, value any) []byte {
	t.Helper()
	name := binary.LittleEndian.AppendUint64(nil, uint64(len(key)))
	at := bytes.Index(data, append(name, key...))
	if at < 0 {
		t.Fatalf("no key %q", key)
	}
	data = slices.Clone(data)
	at += 8 + len(key) + 4
	if _, err := binary.Encode(data[at:], binary.LittleEndian, value); err != nil {
		t.Fatal(err)
	}
	return data
}

// Files that are sound as files, but whose figures would lead an engine astray, and files that are something else.
func TestHostileFiles(t *testing.T) {
	good := inferencetest.Tiny(t, inferencetest.Options{Type: "Q8_0"})
	f, err := gguf.Read(bytes.NewReader(good), int64(len(good)))
	if err != nil {
		t.Fatal(err)
	}
	output, _ := f.Tensor("output.weight")
	scale := slices.Clone(good)
	binary.LittleEndian.PutUint16(scale[output.Offset:], 0x7E00)
	tied := slices.Clone(inferencetest.Tiny(t, inferencetest.Options{Tied: true}))
	rows := bytes.Index(tied, []byte("token_embd.weight")) + len("token_embd.weight") + 4 + 8
	binary.LittleEndian.PutUint64(tied[rows:], binary.LittleEndian.Uint64(tied[rows:])-1)
	text := func(s string) []byte { return append([]byte(s), make([]byte, 4096)...) }
	for _, test := range []struct {
		name string
		data []byte
		want error
	}{
		{"513 layers", patch(t, good, "llama.block_count", uint32(513)), inference.ErrTooLarge},
		{"more layers than tensors", patch(t, good, "llama.block_count", uint32(9)), inference.ErrFormat},
		{"another width than the tensors'", patch(t, good, "llama.embedding_length", uint32(128)), inference.ErrFormat},
		{"heads that don't divide", patch(t, good, "llama.attention.head_count_kv", uint32(3)), inference.ErrFormat},
		{"no heads", patch(t, good, "llama.attention.head_count", uint32(0)), inference.ErrTooLarge},
		{"a billion heads", patch(t, good, "llama.attention.head_count", uint32(1<<30)), inference.ErrTooLarge},
		{"epsilon NaN", patch(t, good, "llama.attention.layer_norm_rms_epsilon", float32(math.NaN())), inference.ErrTooLarge},
		{"epsilon below zero", patch(t, good, "llama.attention.layer_norm_rms_epsilon", float32(-1)), inference.ErrTooLarge},
		{"infinite base", patch(t, good, "llama.rope.freq_base", float32(math.Inf(1))), inference.ErrTooLarge},
		{"base zero", patch(t, good, "llama.rope.freq_base", float32(0)), inference.ErrTooLarge},
		{"no context", patch(t, good, "llama.context_length", uint32(0)), inference.ErrTooLarge},
		{"EOS beyond the vocabulary", patch(t, good, "tokenizer.ggml.eos_token_id", uint32(1<<20)), inference.ErrFormat},
		{"EOS below zero", patch(t, good, "tokenizer.ggml.eos_token_id", int32(-2)), inference.ErrFormat},
		{"a foreign tokenizer", bytes.Replace(good, []byte("\x04\x00\x00\x00\x00\x00\x00\x00gpt2"), []byte("\x04\x00\x00\x00\x00\x00\x00\x00rwkv"), 1), inference.ErrUnsupported},
		{"a foreign word pattern", bytes.Replace(good, []byte("smollm"), []byte("smallm"), 1), inference.ErrUnsupported},
		{"a merge of foreign tokens", bytes.Replace(good, []byte("Ġ t"), []byte("Ġ \x01"), 1), inference.ErrFormat},
		{"more tokens than vectors", tied, inference.ErrFormat},
		{"a scale that is no number", scale, inference.ErrFormat},
		{"a text", text("Dear customer, the model that you asked for will be sent tomorrow."), inference.ErrFormat},
		{"a web page", text("<!DOCTYPE html><html><body>Please log in</body></html>"), inference.ErrFormat},
		{"zero bytes", make([]byte, 4096), inference.ErrFormat},
	} {
		t.Run(test.name, func(t *testing.T) {
			m, err := inference.Load(test.data)
			if !errors.Is(err, test.want) || m != nil {
				t.Errorf("%v, want %v", err, test.want)
			}
		})
	}
}
