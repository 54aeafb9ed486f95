// Package hf reads a model folder as the Hugging Face hub publishes it: config.json, weights in safetensors files, and
// tokenizer.json. Open presents it as if it had been converted to GGUF, with that format's keys, tensor names and
// conventions, so that the rest of the engine knows one kind of model:
//
//   - llama's rows of queries and keys are interleaved, because GGUF's llama turns neighbouring elements;
//   - Gemma's norm weights, stored less one, are given in full;
//   - GPT-2's matrices, stored inputs × outputs, are transposed;
//   - BERT's tokens carry the mark of a word's beginning instead of a word's continuation;
//   - positions scaled as Llama 3 does become a tensor of divisors.
//
// Nothing is converted ahead: a tensor's rows are read, changed and quantised when they are asked for, so that opening
// takes no memory beyond the settings and the vocabulary.
//
// The folder is a stranger's. Weights come from safetensors files only, whose heads are checked in full; a pickle is a
// program and is never opened. A tensor that no part of the network uses is a refusal, not a part left out.
package hf

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"shelftalk/inference/internal/gguf"
	"shelftalk/inference/internal/quant"
)

// Weights says how the matrices of a folder are presented.
type Weights string

// The choices. Matrices whose rows aren't whole blocks stay F32; norms, biases and tables of positions always are.
const (
	Q8    Weights = "q8"    // Q8_0: as good as the original
	Q4    Weights = "q4"    // Q4_1, and Q8_0 for the embedding and the output
	Exact Weights = "exact" // the type that the folder has
)

// Known reports whether w is one of the choices.
func (w Weights) Known() bool { return w == Q8 || w == Q4 || w == Exact }

// typeOf chooses the type of a matrix with rows of cols values.
func (w Weights) typeOf(name string, d dtype, cols int) quant.Type {
	t := quant.Q8_0
	switch {
	case w == Exact && d == "F16":
		t = quant.F16
	case w == Exact && d == "BF16":
		t = quant.BF16
	case w == Exact:
		t = quant.F32
	case w == Q4 && name != "token_embd.weight" && name != "output.weight":
		t = quant.Q4_1
	}
	if elems, _ := t.Block(); cols%elems != 0 {
		return quant.F32
	}
	return t
}

// Folder is an open model folder. Close it when its weights have been read.
type Folder struct {
	// File presents the folder.
	File *gguf.File
	// Bytes is the size of the weight files.
	Bytes int64

	closer io.Closer
}

// Close closes the weight files: File can't be read from then on.
func (f *Folder) Close() error { return f.closer.Close() }

// family is how an architecture's folders are read.
type family struct {
	arch    string // GGUF's name
	keys    func(settings, *keys)
	tensors func(settings, *layout)
	rename  func(string) string
	text    func(settings) settings // the part of config.json that describes the writing model; nil: the whole
}

// families is the table, by the name of the model's class.
func families() map[string]family {
	llama := family{"llama", llamaKeys, llamaTensors, decoderName, nil}
	bert := family{"bert", bertKeys, bertTensors, bertName, nil}
	return map[string]family{
		"LlamaForCausalLM":   llama,
		"MistralForCausalLM": llama,
		"SmolLM3ForCausalLM": {"smollm3", smollm3Keys, llamaTensors, decoderName, nil},
		"Qwen2ForCausalLM":   {"qwen2", qwenKeys, qwenTensors, decoderName, nil},
		"Qwen3ForCausalLM":   {"qwen3", qwenKeys, qwenTensors, decoderName, nil},
		"Gemma3ForCausalLM":  {"gemma3", gemmaKeys, gemmaTensors, decoderName, nil},
		// Gemma 3 with eyes, which stay closed.
		"Gemma3ForConditionalGeneration": {"gemma3", gemmaKeys, gemmaTensors, pictureName, gemmaText},
		"Phi3ForCausalLM":                {"phi3", phiKeys, phiTensors, decoderName, nil},
		"GPT2LMHeadModel":                {"gpt2", gpt2Keys, gpt2Tensors, gpt2Name, nil},
		"BertModel":                      bert,
		"BertForMaskedLM":                bert,
		"BertForPreTraining":             bert,
	}
}

// classes names the class of models whose config.json only says their type.
func classes() map[string]string {
	return map[string]string{
		"llama": "LlamaForCausalLM", "mistral": "MistralForCausalLM", "smollm3": "SmolLM3ForCausalLM",
		"qwen2": "Qwen2ForCausalLM", "qwen3": "Qwen3ForCausalLM", "gemma3_text": "Gemma3ForCausalLM",
		"phi3": "Phi3ForCausalLM", "gpt2": "GPT2LMHeadModel", "bert": "BertModel",
	}
}

// Open reads the folder's settings and the heads of its weight files.
func Open(folder string, w Weights) (*Folder, error) {
	if !w.Known() {
		return nil, fmt.Errorf("weights as %q: %w", w, ErrUnsupported)
	}
	c, err := readSettings(folder, "config.json")
	if errors.Is(err, ErrMissing) {
		return nil, fmt.Errorf("config.json isn't there, so this isn't a model folder; choose the folder that holds it: %w", ErrMissing)
	}
	if err != nil {
		return nil, err
	}
	fam, err := familyOf(c)
	if err != nil {
		return nil, err
	}
	s, err := openShards(folder)
	if err != nil {
		return nil, err
	}
	f, err := present(folder, c, fam, s, w)
	if err != nil {
		s.Close()
		return nil, err
	}
	return &Folder{File: f, Bytes: s.bytes, closer: s}, nil
}

// familyOf finds the architecture, and refuses weights that aren't plain numbers.
func familyOf(c settings) (family, error) {
	if c.has("quantization_config") {
		method := c.object("quantization_config").text("a format of its own", "quant_method")
		return family{}, fmt.Errorf("the folder is quantised as %s; take the model's original folder (the engine quantises it "+
			"when it opens) or its GGUF file: %w", method, ErrQuantised)
	}
	names := c.texts("architectures")
	if len(names) == 0 {
		if class, ok := classes()[c.text("", "model_type")]; ok {
			names = []string{class}
		}
	}
	if err := c.err(); err != nil {
		return family{}, err
	}
	for _, name := range names {
		if fam, ok := families()[name]; ok {
			return fam, nil
		}
	}
	var known []string
	for name := range families() {
		known = append(known, name)
	}
	slices.Sort(known)
	return family{}, fmt.Errorf("config.json: architecture %q (supported: %s): %w",
		strings.Join(names, ", "), strings.Join(known, ", "), ErrUnsupported)
}

// present lays the folder out as a GGUF file.
func present(folder string, c settings, fam family, s *shards, w Weights) (*gguf.File, error) {
	k := &keys{arch: fam.arch}
	k.set("general.architecture", fam.arch)
	k.set("general.type", "model")
	k.set("general.name", nameOf(folder))
	text := c
	if fam.text != nil {
		text = fam.text(c)
	}
	fam.keys(text, k)
	if err := c.err(); err != nil {
		return nil, err
	}
	if err := addVocabulary(folder, c, text.countOr(0, "vocab_size"), k); err != nil {
		return nil, err
	}
	l, err := newLayout(s, w, fam.rename)
	if err != nil {
		return nil, err
	}
	fam.tensors(text, l)
	if err := c.err(); err != nil {
		return nil, err
	}
	items, err := l.finish()
	if err != nil {
		return nil, err
	}
	if fam.arch == "bert" {
		if err := addPooling(folder, k, items); err != nil {
			return nil, err
		}
	}
	tensors := make([]gguf.Tensor, len(items))
	for i, it := range items {
		tensors[i] = it.tensor
	}
	return gguf.New(k.list, tensors, newSource(items).read)
}

// nameOf is the folder's own name. A folder of the hub's cache is called after a commit, two levels below the model's.
func nameOf(folder string) string {
	abs, err := filepath.Abs(folder)
	if err != nil {
		return filepath.Base(folder)
	}
	name := filepath.Base(abs)
	if parent := filepath.Dir(abs); filepath.Base(parent) == "snapshots" {
		parts := strings.Split(filepath.Base(filepath.Dir(parent)), "--")
		return parts[len(parts)-1]
	}
	return name
}
