package inferencetest

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"shelftalk/inference/internal/gguf"
	"shelftalk/inference/internal/quant"
)

// Options choose a tiny model. The zero value is a llama of F32 weights.
type Options struct {
	Arch    string // "llama" (default) or "qwen2"
	Type    string // of the weights: one of Types; default "F32"
	Layers  int    // default 2
	Context int    // default 512
	Tied    bool   // no output matrix: the embedding's is used
	Pieces  bool   // a SentencePiece vocabulary, which reads a text with a space in front
	Seed    uint64 // of the weights
}

// Types lists the weight types that Tiny makes.
func Types() []string {
	var names []string
	for _, t := range types() {
		names = append(names, t.String())
	}
	return names
}

func types() []quant.Type {
	return []quant.Type{
		quant.F32, quant.F16, quant.BF16, quant.Q8_0, quant.Q4_0, quant.Q4_1, quant.Q5_0, quant.Q5_1,
		quant.Q4_K, quant.Q5_K, quant.Q6_K, quant.Q2_K, quant.Q3_K, quant.IQ4NL, quant.IQ4XS,
	}
}

// Tiny returns a model file's bytes.
func Tiny(t testing.TB, o Options) []byte {
	t.Helper()
	data, err := Bytes(o)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// TinyFile writes a tiny model into a folder of the test's own and returns its path.
func TinyFile(t testing.TB, o Options) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "tiny.gguf")
	if err := os.WriteFile(path, Tiny(t, o), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// Bytes is Tiny outside a test.
func Bytes(o Options) ([]byte, error) {
	m, err := newModel(o)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = gguf.Write(&b, m.keys(), m.tensors())
	return b.Bytes(), err
}

// model holds the sizes of a tiny model. Heads are width/heads wide; a head of keys serves two of queries.
type model struct {
	Options
	typ                          quant.Type
	width, hidden, heads, kv, hd int
	tokens, merges               []string
	kinds                        []int32
	scores                       []float32 // of pieces, instead of merges
	random                       *rand.Rand
}

func newModel(o Options) (*model, error) {
	if o.Arch == "" {
		o.Arch = "llama"
	}
	if o.Type == "" {
		o.Type = "F32"
	}
	if o.Layers == 0 {
		o.Layers = 2
	}
	if o.Context == 0 {
		o.Context = 512
	}
	if o.Arch != "llama" && o.Arch != "qwen2" {
		return nil, fmt.Errorf("tiny model of architecture %q", o.Arch)
	}
	m := &model{Options: o, heads: 4, kv: 2, width: 64, random: rand.New(rand.NewPCG(o.Seed, 0x5E1F7A1C))}
	known := false
	for _, t := range types() {
		if t.String() == o.Type {
			m.typ, known = t, true
		}
	}
	if !known {
		return nil, fmt.Errorf("tiny model of type %q", o.Type)
	}
	if elems, _ := m.typ.Block(); elems > m.width {
		m.width = elems
	}
	m.hidden, m.hd = 2*m.width, m.width/m.heads
	if m.tokens, m.merges = vocabulary(); m.Pieces {
		m.tokens, m.kinds, m.scores = pieces()
		return m, nil
	}
	m.kinds = make([]int32, len(m.tokens))
	for i := range m.kinds {
		m.kinds[i] = 1
		if i >= len(m.tokens)-len(controls()) {
			m.kinds[i] = 3
		}
	}
	return m, nil
}

func (m *model) keys() []gguf.Key {
	end := uint32(len(m.tokens))
	key := func(name string) string { return m.Arch + "." + name }
	pattern := map[string]string{"llama": "smollm", "qwen2": "qwen2"}[m.Arch]
	kind, ranks := "gpt2", gguf.Key{Name: "tokenizer.ggml.merges", Value: m.merges}
	if m.Pieces {
		kind, ranks = "llama", gguf.Key{Name: "tokenizer.ggml.scores", Value: m.scores}
	}
	return []gguf.Key{
		{Name: "general.architecture", Value: m.Arch},
		{Name: "general.name", Value: "Tiny " + m.Arch + " " + m.Type},
		{Name: key("block_count"), Value: uint32(m.Layers)},
		{Name: key("context_length"), Value: uint32(m.Context)},
		{Name: key("embedding_length"), Value: uint32(m.width)},
		{Name: key("feed_forward_length"), Value: uint32(m.hidden)},
		{Name: key("attention.head_count"), Value: uint32(m.heads)},
		{Name: key("attention.head_count_kv"), Value: uint32(m.kv)},
		{Name: key("attention.layer_norm_rms_epsilon"), Value: float32(1e-6)},
		{Name: key("rope.freq_base"), Value: float32(10000)},
		{Name: "tokenizer.ggml.model", Value: kind},
		{Name: "tokenizer.ggml.pre", Value: pattern},
		{Name: "tokenizer.ggml.tokens", Value: m.tokens},
		{Name: "tokenizer.ggml.token_type", Value: m.kinds},
		ranks,
		{Name: "tokenizer.ggml.bos_token_id", Value: end - 3},
		{Name: "tokenizer.ggml.eos_token_id", Value: end - 1},
		{Name: "tokenizer.ggml.add_bos_token", Value: false},
		{Name: "tokenizer.chat_template", Value: template},
	}
}

// template is ChatML with a greeting.
const template = `{% for message in messages %}{% if loop.first and messages[0]['role'] != 'system' %}` +
	`{{ '<|im_start|>system\nYou are tiny.<|im_end|>\n' }}{% endif %}` +
	`{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n' }}{% endfor %}` +
	`{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}`

func (m *model) tensors() []gguf.Data {
	list := []gguf.Data{m.matrix("token_embd.weight", m.width, len(m.tokens), 0.5)}
	if !m.Tied {
		list = append(list, m.matrix("output.weight", m.width, len(m.tokens), 2.5/math.Sqrt(float64(m.width))))
	}
	list = append(list, m.norm("output_norm.weight"))
	kv := m.kv * m.hd
	for i := range m.Layers {
		name := func(part string) string { return fmt.Sprintf("blk.%d.%s", i, part) }
		layer := func(part string, cols, rows int) gguf.Data {
			return m.matrix(name(part+".weight"), cols, rows, 1/math.Sqrt(float64(cols)))
		}
		list = append(list,
			m.norm(name("attn_norm.weight")),
			layer("attn_q", m.width, m.width),
			layer("attn_k", m.width, kv),
			layer("attn_v", m.width, kv),
			layer("attn_output", m.width, m.width),
			m.norm(name("ffn_norm.weight")),
			layer("ffn_gate", m.width, m.hidden),
			layer("ffn_up", m.width, m.hidden),
			layer("ffn_down", m.hidden, m.width),
		)
		if m.Arch == "qwen2" {
			list = append(list,
				m.vector(name("attn_q.bias"), m.width, 0, 0.2),
				m.vector(name("attn_k.bias"), kv, 0, 0.2),
				m.vector(name("attn_v.bias"), kv, 0, 0.2),
			)
		}
	}
	return list
}

func (m *model) norm(name string) gguf.Data { return m.vector(name, m.width, 1, 0.1) }

func (m *model) vector(name string, n int, mean, deviation float64) gguf.Data {
	return gguf.Data{Name: name, Type: quant.F32, Dims: []int{n}, Bytes: m.values(quant.F32, n, mean, deviation)}
}

func (m *model) matrix(name string, cols, rows int, deviation float64) gguf.Data {
	return gguf.Data{Name: name, Type: m.typ, Dims: []int{cols, rows}, Bytes: m.values(m.typ, cols*rows, 0, deviation)}
}
