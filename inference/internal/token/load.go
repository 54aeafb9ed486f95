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
	model, err := f.Text("tokenizer.ggml.model")
	if err != nil {
		return Spec{}, err
	}
	if model != modelBPE && model != modelSPM && model != modelWordPiece {
		return Spec{}, fmt.Errorf("kind %q: %w", model, ErrModel)
	}
	s := Spec{Model: model}
	if err := s.readTokens(f); err != nil {
		return s, err
	}
	if err := s.readFlags(f); err != nil {
		return s, err
	}
	return s, s.readSpecials(f)
}

func (s *Spec) readTokens(f *gguf.File) (err error) {
	if s.Pattern, err = f.TextOr("tokenizer.ggml.pre", ""); err != nil {
		return err
	}
	if s.Tokens, err = f.Texts("tokenizer.ggml.tokens"); err != nil {
		return err
	}
	if s.Merges, err = f.Texts("tokenizer.ggml.merges"); err != nil {
		return err
	}
	if s.Scores, err = f.Floats("tokenizer.ggml.scores"); err != nil {
		return err
	}
	kinds, err := f.Ints("tokenizer.ggml.token_type")
	if err != nil || kinds == nil {
		return err
	}
	s.Kinds = make([]Kind, len(kinds))
	for i, k := range kinds {
		if k < 0 || k > int32(Byte) {
			return fmt.Errorf("token %d is of kind %d: %w", i, k, ErrVocabulary)
		}
		s.Kinds[i] = Kind(k)
	}
	return nil
}

// readFlags reads what a file may say about its texts; what it doesn't say depends on the kind.
func (s *Spec) readFlags(f *gguf.File) (err error) {
	for _, flag := range []struct {
		key    string
		absent bool
		to     *bool
	}{
		{"add_bos_token", s.Model == modelSPM, &s.AddBOS},
		{"add_space_prefix", true, &s.SpacePrefix},
		{"remove_extra_whitespaces", false, &s.TrimSpaces},
		{"normalizer.lowercase", true, &s.Lower},
	} {
		if *flag.to, err = f.BoolOr("tokenizer.ggml."+flag.key, flag.absent); err != nil {
			return err
		}
	}
	s.StripAccents, err = f.BoolOr("tokenizer.ggml.normalizer.strip_accents", s.Lower)
	return err
}

func (s *Spec) readSpecials(f *gguf.File) error {
	var eom int32
	// What a file leaves out is where the kind's first vocabulary had it.
	for _, id := range []struct {
		key       string
		to        *int32
		spm, bert int
	}{
		{"bos", &s.BOS, 1, 101},
		{"eos", &s.EOS, 2, -1},
		{"eot", &s.EOT, -1, -1},
		{"eom", &eom, -1, -1},
		{"unknown", &s.Unknown, 0, 100},
		{"seperator", &s.Separator, -1, 102}, //nolint:misspell // the format's spelling
	} {
		absent := map[string]int{modelSPM: id.spm, modelWordPiece: id.bert, modelBPE: -1}[s.Model]
		n, err := f.IntOr("tokenizer.ggml."+id.key+"_token_id", min(absent, len(s.Tokens)-1))
		if err != nil {
			return err
		}
		if n < -1 || n >= len(s.Tokens) {
			return fmt.Errorf("%s is %d of %d: %w", id.key, n, len(s.Tokens), ErrSpecial)
		}
		*id.to = int32(n)
	}
	more, err := f.Ints("tokenizer.ggml.eog_token_ids")
	s.Ends = append(append(s.Ends, eom), more...)
	return err
}
