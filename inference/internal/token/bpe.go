package token

import "fmt"

// bpe is byte-level byte-pair encoding: a word's bytes are merged.
type bpe struct {
	pattern
	merges
	// bytes holds the token of every single byte; -1 where the vocabulary has none. Such a byte is dropped, as the
	// reference does: SmolLM2's vocabulary, for one, lacks some control characters.
	bytes [256]int32
	// whole maps words that are taken as one token before any merging; nil for families that don't.
	whole map[string]int32
	cache *wordCache
}

func newBPE(s Spec, kinds []Kind) (*bpe, error) {
	p, err := patternOf(s.Pattern)
	if err != nil {
		return nil, err
	}
	ids, err := textTokens(s.Tokens, kinds)
	if err != nil {
		return nil, err
	}
	b := &bpe{pattern: p, cache: newWordCache()}
	for i := range b.bytes {
		b.bytes[i] = -1
		if id, ok := ids[string(letter(byte(i)))]; ok {
			b.bytes[i] = id
		} else if ' ' <= i && i <= '~' {
			return nil, fmt.Errorf("no token for %q: %w", rune(i), ErrVocabulary)
		}
	}
	if b.merges, err = newMerges(s.Merges, s.Tokens, kinds, ids, nil); err != nil {
		return nil, err
	}
	if p.wholeWords {
		b.whole = make(map[string]int32, len(ids))
		for tok, id := range ids {
			b.whole[string(appendRaw(nil, tok))] = id
		}
	}
	return b, nil
}

// textTokens returns the ids of the tokens that texts are made of, by their spelling in the file.
func textTokens(tokens []string, kinds []Kind) (map[string]int32, error) {
	ids := make(map[string]int32, len(tokens))
	for id, tok := range tokens {
		if kinds[id] != Normal && kinds[id] != Byte || tok == "" {
			continue
		}
		if _, ok := ids[tok]; ok {
			return nil, fmt.Errorf("token %q appears twice: %w", tok, ErrVocabulary)
		}
		ids[tok] = int32(id)
	}
	return ids, nil
}

func (b *bpe) clean(text string, _ bool) string { return b.pattern.clean(text) }

func (b *bpe) next(text string) int { return b.pattern.next(text) }

// appendWord appends the tokens of one word.
func (b *bpe) appendWord(dst []int32, word string) []int32 {
	if len(word) == 1 {
		if id := b.bytes[word[0]]; id >= 0 {
			dst = append(dst, id)
		}
		return dst
	}
	return b.cache.append(dst, word, b.encode)
}

func (b *bpe) encode(dst []int32, word string) []int32 {
	if id, ok := b.whole[word]; ok {
		return append(dst, id)
	}
	start := len(dst)
	for i := range len(word) {
		if id := b.bytes[word[i]]; id >= 0 {
			dst = append(dst, id)
		}
	}
	return dst[:start+b.merge(dst[start:])]
}
