package hf

import (
	"fmt"
	"strings"
)

// space is what stands for a space in SentencePiece's vocabularies.
const space = "▁"

// sentencePieces translates BPE over characters with bytes as the last resort: SentencePiece, as Llama 2, Mistral, Phi 3 and
// Gemma use it.
func (t *tokenizer) sentencePieces(v *vocabulary, k *keys) error {
	prefix, err := t.spacePrefix()
	if err != nil {
		return err
	}
	merges, err := t.merges()
	if err != nil {
		return err
	}
	for id, token := range v.tokens {
		switch {
		case v.kinds[id] == normal && isByte(token):
			v.kinds[id] = single8
		case t.Model.Unknown != nil && token == *t.Model.Unknown:
			v.kinds[id] = unknown
		}
	}
	v.add(k, "llama")
	k.set("tokenizer.ggml.pre", "default")
	k.set("tokenizer.ggml.scores", v.scores(merges))
	k.set("tokenizer.ggml.merges", merges)
	k.set("tokenizer.ggml.add_space_prefix", prefix)
	return nil
}

// spacePrefix checks that spaces become ▁ and nothing else changes, and reports whether a text gets one in front.
func (t *tokenizer) spacePrefix() (bool, error) {
	prefix, replaced := false, false
	for _, n := range t.Normalizer.flat() {
		switch {
		case n.Type == "Prepend" && n.Prepend == space:
			prefix = true
		case n.Type == "Replace" && n.Content == space && n.Pattern != nil && n.Pattern.String != nil && *n.Pattern.String == " ":
			replaced = true
		default:
			return false, fmt.Errorf("tokenizer.json: a normaliser of type %q: %w", n.Type, ErrTokenizer)
		}
	}
	for _, p := range t.Pre.flat() {
		switch {
		case p.Type == "Metaspace" && (p.Replacement == space || p.Replacement == "") && !isTrue(p.Split, true):
			replaced = true
			prefix = prefix || p.PrependScheme == "always" || p.PrependScheme == "first" || p.PrependScheme == "" && isTrue(p.AddPrefixSpace, true)
		case p.Type == "Split" && p.Pattern != nil && p.Pattern.String != nil && *p.Pattern.String == " ":
			// Gemma's: its normaliser has left no spaces to split at.
		default:
			return false, fmt.Errorf("tokenizer.json: words are cut by a %q: %w", p.Type, ErrTokenizer)
		}
	}
	if !replaced {
		return false, fmt.Errorf("tokenizer.json: spaces aren't written as %q: %w", space, ErrTokenizer)
	}
	return prefix, nil
}

// isByte reports whether a token is spelled <0xNN>.
func isByte(token string) bool {
	if len(token) != 6 || !strings.HasPrefix(token, "<0x") || token[5] != '>' {
		return false
	}
	const digits = "0123456789ABCDEFabcdef"
	return strings.IndexByte(digits, token[3]) >= 0 && strings.IndexByte(digits, token[4]) >= 0
}

// scores gives every token the rank of the first merge that makes it, below zero.
func (v *vocabulary) scores(merges []string) []float32 {
	scores := make([]float32, len(v.tokens))
	for i := range scores {
		scores[i] = -1e6
	}
	for rank := len(merges) - 1; rank >= 0; rank-- {
		left, right, _ := strings.Cut(merges[rank], " ")
		if id, ok := v.ids[left+right]; ok {
			scores[id] = -float32(rank)
		}
	}
	return scores
}

// wordPieces translates WordPiece, as BERT uses it.
func (t *tokenizer) wordPieces(v *vocabulary, k *keys) error {
	if t.Model.Prefix != nil && *t.Model.Prefix != "##" {
		return fmt.Errorf("tokenizer.json: pieces inside words are marked with %q: %w", *t.Model.Prefix, ErrTokenizer)
	}
	lower, accents := false, false
	for _, n := range t.Normalizer.flat() {
		if n.Type != "BertNormalizer" || !isTrue(n.CleanText, true) || !isTrue(n.Chinese, true) {
			return fmt.Errorf("tokenizer.json: a normaliser of type %q: %w", n.Type, ErrTokenizer)
		}
		lower = isTrue(n.Lowercase, true)
		accents = isTrue(n.StripAccents, lower)
	}
	for _, p := range t.Pre.flat() {
		if p.Type != "BertPreTokenizer" {
			return fmt.Errorf("tokenizer.json: words are cut by a %q: %w", p.Type, ErrTokenizer)
		}
	}
	for id, token := range v.tokens {
		if v.kinds[id] != normal {
			continue
		}
		if inside, ok := strings.CutPrefix(token, "##"); ok {
			v.tokens[id] = inside
		} else {
			v.tokens[id] = space + token
		}
	}
	v.add(k, "bert")
	k.set("tokenizer.ggml.normalizer.lowercase", lower)
	k.set("tokenizer.ggml.normalizer.strip_accents", accents)
	return nil
}
