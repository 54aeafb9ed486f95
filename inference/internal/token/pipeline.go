package token

import (
	"errors"
	"fmt"
	"strings"

	"github.com/sugarme/tokenizer"
	"github.com/sugarme/tokenizer/normalizer"
	"github.com/sugarme/tokenizer/pretokenizer"
)

// maxPiped bounds the text that goes through the library: it keeps a record for every byte.
const maxPiped = 16 << 10

// pipeline is the library's pipeline over a Tokenizer's parts: cleaning as its normalizer, the words as its
// pre-tokenizer, their tokens as its model, and the decoder. The library's own parts give other ids than the models were
// trained with (it lacks the look-ahead of the patterns, and orders merges differently); its pipeline doesn't.
type pipeline struct{ library *tokenizer.Tokenizer }

func newPipeline(t *Tokenizer) pipeline {
	library := tokenizer.NewTokenizer(model{t})
	library.WithNormalizer(cleaner{t.scheme})
	library.WithPreTokenizer(pretokenizer.NewSplit(words{t.scheme}, normalizer.IsolatedBehavior, false))
	library.WithDecoder(decoder{})
	return pipeline{library}
}

// encode returns the tokens of valid text. The library panics on what it doesn't expect: here that is an error.
func (p pipeline) encode(text string) (ids []int32, err error) {
	defer func() {
		if r := recover(); r != nil {
			ids, err = nil, fmt.Errorf("tokenizer library: %v", r)
		}
	}()
	if text == "" {
		return nil, nil
	}
	encoding, err := p.library.EncodeSingle(text)
	if err != nil {
		return nil, fmt.Errorf("tokenizer library: %w", err)
	}
	ids = make([]int32, len(encoding.Ids))
	for i, id := range encoding.Ids {
		ids[i] = int32(id)
	}
	return ids, nil
}

// model is tokenizer.Model. A token's text is its bytes as they are, not the byte-level alphabet.
type model struct{ t *Tokenizer }

func (m model) Tokenize(word string) ([]tokenizer.Token, error) {
	ids := m.t.scheme.appendWord(nil, word)
	list := make([]tokenizer.Token, len(ids))
	at := 0
	for i, id := range ids {
		b := m.t.Bytes(id)
		end := min(at+len(b), len(word))
		list[i] = tokenizer.NewToken(int(id), string(b), []int{at, end})
		at = end
	}
	return list, nil
}

func (m model) TokenToId(text string) (int, bool) {
	id, ok := m.t.ID([]byte(text))
	return int(id), ok
}

func (m model) IdToToken(id int) (string, bool) {
	if !m.t.valid(int32(id)) {
		return "", false
	}
	return string(m.t.Bytes(int32(id))), true
}

func (m model) GetVocab() map[string]int {
	vocab := make(map[string]int, len(m.t.sorted))
	for _, id := range m.t.sorted {
		vocab[string(m.t.Bytes(id))] = int(id)
	}
	return vocab
}

func (m model) GetVocabSize() int { return m.t.Size() }

func (m model) Save(string, ...string) error {
	return fmt.Errorf("a tokenizer is a part of its model file: %w", errors.ErrUnsupported)
}

// cleaner is normalizer.Normalizer.
type cleaner struct{ s scheme }

func (c cleaner) Normalize(n *normalizer.NormalizedString) (*normalizer.NormalizedString, error) { //nolint:misspell // the library's spelling
	before := n.GetNormalized()
	after := c.s.clean(before, true)
	if after == before {
		return n, nil
	}
	return normalizer.NewNormalizedFrom(after), nil
}

// words is normalizer.Pattern: every word is a match.
type words struct{ s scheme }

func (w words) FindMatches(text string) []normalizer.OffsetsMatch {
	var list []normalizer.OffsetsMatch
	for at := 0; at < len(text); {
		n := w.s.next(text[at:])
		list = append(list, normalizer.OffsetsMatch{Offsets: []int{at, at + n}, Match: true})
		at += n
	}
	return list
}

// decoder is tokenizer.Decoder: tokens are bytes, and need only be joined.
type decoder struct{}

func (decoder) DecodeChain(tokens []string) []string { return tokens }

func (decoder) Decode(tokens []string) string { return strings.Join(tokens, "") }
