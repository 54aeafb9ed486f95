package token

import "errors"

// Every refusal of New and FromFile wraps one of these.
var (
	// ErrModel means a tokenizer that isn't byte-level BPE.
	ErrModel = errors.New("the tokenizer's kind isn't supported")
	// ErrPattern means a way of splitting words that this package doesn't know. Guessing would ruin every prompt silently.
	ErrPattern = errors.New("the tokenizer's word pattern isn't supported")
	// ErrVocabulary means a token list that can't write every text, or that contradicts itself.
	ErrVocabulary = errors.New("the tokenizer's vocabulary is damaged")
	// ErrMerges means a merge of tokens that aren't in the vocabulary.
	ErrMerges = errors.New("the tokenizer's merges are damaged")
	// ErrSpecial means a special token's id beyond the vocabulary.
	ErrSpecial = errors.New("a special token isn't in the vocabulary")
)
