package token

import (
	"fmt"

	"shelftalk/inference/internal/gguf"
)

// FromFile makes the tokenizer that a model file describes.
func FromFile(f *gguf.File) (*Tokenizer, error) {
	s, err := specOf(f)
	if err != nil {
		return nil, fmt.Errorf("tokenizer: %w", err)
	}
	t, err := New(s)
	if err != nil {
		return nil, fmt.Errorf("tokenizer: %w", err)
	}
	return t, nil
}

func specOf(f *gguf.File) (Spec, error) {
	var s Spec
	model, err := f.Text("tokenizer.ggml.model")
	if err != nil {
		return s, err
	}
	if model != "gpt2" {
		return s, fmt.Errorf("kind %q: %w", model, ErrModel)
	}
	if s.Pattern, err = f.TextOr("tokenizer.ggml.pre", ""); err != nil {
		return s, err
	}
	if s.Tokens, err = f.Texts("tokenizer.ggml.tokens"); err != nil {
		return s, err
	}
	if s.Merges, err = f.Texts("tokenizer.ggml.merges"); err != nil {
		return s, err
	}
	if s.AddBOS, err = f.BoolOr("tokenizer.ggml.add_bos_token", false); err != nil {
		return s, err
	}
	kinds, err := f.Ints("tokenizer.ggml.token_type")
	if err != nil {
		return s, err
	}
	if kinds != nil {
		s.Kinds = make([]Kind, len(kinds))
		for i, k := range kinds {
			if k < 0 || k > int32(Byte) {
				return s, fmt.Errorf("token %d is of kind %d: %w", i, k, ErrVocabulary)
			}
			s.Kinds[i] = Kind(k)
		}
	}
	for _, id := range []struct {
		key string
		to  *int32
	}{{"bos", &s.BOS}, {"eos", &s.EOS}, {"eot", &s.EOT}} {
		n, err := f.IntOr("tokenizer.ggml."+id.key+"_token_id", -1)
		if err != nil {
			return s, err
		}
		if n < -1 || n >= len(s.Tokens) {
			return s, fmt.Errorf("%s is %d of %d: %w", id.key, n, len(s.Tokens), ErrSpecial)
		}
		*id.to = int32(n)
	}
	return s, nil
}
