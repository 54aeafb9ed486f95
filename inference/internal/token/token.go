// Package token turns text into the ids that a model reads, and ids back into bytes.
//
// Encoding has four stages. The text is cut at special tokens (only where the caller asks: text from outside must never
// be able to spell a control token). Each piece is cleaned: made valid UTF-8, and what else the kind of vocabulary wants.
// It is cut into words. Each word becomes tokens. There are three kinds:
//
//   - Byte-level byte-pair encoding (GPT-2, Llama 3, Qwen): a scanner finds the words, as the regular expression of the
//     model's family does; a word's bytes are merged pair by pair, the pair of the lowest rank first and the leftmost
//     among equals, until no known pair is left.
//   - SentencePiece's byte-pair encoding (Llama 2, Mistral, Phi-3, Gemma): spaces are written ▁, a word ends before a ▁,
//     and its characters are merged by the scores of what they become. Such a vocabulary often puts a space in front of a
//     text: LeadingSpace, AppendMore and Decode know about it, Bytes doesn't.
//   - WordPiece (BERT): small letters without accents; a word becomes the longest pieces that the vocabulary has.
//
// The ids are those of Hugging Face's tokenizers for the same vocabulary, for every text. No input makes Encode
// quadratic, and none makes it panic.
//
// The parts plug into the interfaces of github.com/sugarme/tokenizer, whose pipeline Encode runs.
package token

import (
	"fmt"
	"slices"
	"strings"
	"sync"
)

// Kind says what a token is for.
type Kind uint8

// The kinds, numbered as in GGUF files.
const (
	Normal  Kind = 1 // text
	Unknown Kind = 2
	Control Kind = 3 // steers the model; has no text
	User    Kind = 4 // text that is one token as a whole, in trusted text only
	Unused  Kind = 5 // fills the vocabulary up
	Byte    Kind = 6
)

// The models, by their names in GGUF files.
const (
	modelBPE       = "gpt2"
	modelSPM       = "llama"
	modelWordPiece = "bert"
)

// Spec is what a tokenizer is made of.
type Spec struct {
	// Model is the kind: "gpt2" (byte-level byte-pair encoding), "llama" (SentencePiece) or "bert" (WordPiece).
	Model string
	// Pattern names the word pattern of a gpt2 model as GGUF's tokenizer.ggml.pre does: "gpt-2", "smollm", "qwen2",
	// "llama-bpe", ….
	Pattern string
	// Tokens of a gpt2 model are in the byte-level alphabet (a space is "Ġ"). Those of a llama model have ▁ for a space,
	// and names such as <0x0A> for bytes. Those of a bert model have a ▁ in front of what begins a word, and no ## in front
	// of what goes on with one. Control and user tokens are plain text.
	Tokens []string
	// Kinds has an entry per token, or is nil: all Normal.
	Kinds []Kind
	// Scores of a llama model, an entry per token: the pair that becomes the token of the highest merges first.
	Scores []float32
	// Merges are pairs of tokens with a space between, by rank. A llama model may have them instead of scores.
	Merges []string
	// BOS, EOS and EOT are ids, or -1. Unknown stands for text that no token can write. Separator ends a text of a bert
	// model, and BOS begins it.
	BOS, EOS, EOT, Unknown, Separator int32
	// Ends are further ids that end a generation.
	Ends []int32
	// AddBOS says that a text begins with BOS.
	AddBOS bool
	// SpacePrefix says that a llama model reads a text with a space in front; TrimSpaces that it leaves out spaces at the
	// ends and repeated ones.
	SpacePrefix, TrimSpaces bool
	// Lower and StripAccents say that a bert model reads small letters without accents.
	Lower, StripAccents bool
}

// scheme is how a kind of tokenizer reads plain text.
type scheme interface {
	// clean prepares a text. start says that it begins the whole, or stands behind a special token.
	clean(text string, start bool) string
	// next returns the length of the first word of a cleaned text that isn't empty; at least 1.
	next(text string) int
	// appendWord appends the tokens of one word of a cleaned text.
	appendWord(dst []int32, word string) []int32
}

// Tokenizer is immutable after New, but for a cache that minds its own locking: use it from any goroutine.
type Tokenizer struct {
	scheme   scheme
	text     []byte  // all tokens' bytes, joined
	ends     []int32 // token id's bytes are text[ends[id]:ends[id+1]]
	kinds    []Kind
	names    map[int32]string // control, user and unused tokens as they are spelled
	sorted   []int32          // ids of tokens with text, by their bytes
	longest  int              // bytes of the longest of them
	trusted  specials         // only trusted text spells them
	anywhere specials         // any text spells them
	swallows map[int32]bool   // the white space behind these is dropped
	library  pipeline

	bos, eos, separator int32
	addBOS, space       bool
	stops               []int32 // the end-of-generation set
}

// maxVocabulary bounds the token list: the largest known has a quarter of it.
const maxVocabulary = 1 << 20

// New makes a tokenizer. The Spec's slices aren't kept.
func New(s Spec) (*Tokenizer, error) {
	n := len(s.Tokens)
	if n == 0 || n > maxVocabulary {
		return nil, fmt.Errorf("%d tokens: %w", n, ErrVocabulary)
	}
	if s.Kinds != nil && len(s.Kinds) != n {
		return nil, fmt.Errorf("%d token kinds for %d tokens: %w", len(s.Kinds), n, ErrVocabulary)
	}
	for _, id := range append([]int32{s.BOS, s.EOS, s.EOT, s.Unknown, s.Separator}, s.Ends...) {
		if id < -1 || int(id) >= n {
			return nil, fmt.Errorf("id %d of %d: %w", id, n, ErrSpecial)
		}
	}
	t := &Tokenizer{
		bos: s.BOS, eos: s.EOS, separator: -1, addBOS: s.AddBOS && s.BOS >= 0, space: s.Model == modelSPM && s.SpacePrefix,
	}
	if err := t.addTokens(s); err != nil {
		return nil, err
	}
	var sorting sync.WaitGroup // takes as long as the rest
	sorting.Go(t.sort)
	err := t.addScheme(s)
	if err == nil {
		err = t.collectSpecials(s.Model)
	}
	if sorting.Wait(); err != nil {
		return nil, err
	}
	t.collectEnds(s)
	t.library = newPipeline(t)
	return t, nil
}

func (t *Tokenizer) addScheme(s Spec) (err error) {
	switch s.Model {
	case modelBPE:
		t.scheme, err = newBPE(s, t.kinds)
	case modelSPM:
		t.scheme, err = newSPM(s, t.kinds)
	case modelWordPiece:
		t.separator = s.Separator
		t.scheme, err = newWordPiece(s, t.kinds)
	default:
		err = fmt.Errorf("kind %q: %w", s.Model, ErrModel)
	}
	return err
}

// addTokens lays out the tokens' bytes.
func (t *Tokenizer) addTokens(s Spec) error {
	t.kinds = make([]Kind, len(s.Tokens))
	t.ends = make([]int32, 1, len(s.Tokens)+1)
	t.names = map[int32]string{}
	total := 0
	for _, tok := range s.Tokens {
		total += len(tok)
	}
	if total > 1<<30 {
		return fmt.Errorf("%d bytes of tokens: %w", total, ErrVocabulary)
	}
	t.text = make([]byte, 0, total)
	for id, tok := range s.Tokens {
		k := Normal
		if s.Kinds != nil {
			k = s.Kinds[id]
		}
		if k < Normal || k > Byte {
			return fmt.Errorf("token %d is of kind %d: %w", id, k, ErrVocabulary)
		}
		t.kinds[id] = k
		switch k {
		case Normal, Byte:
			t.text = appendWritten(t.text, tok, s.Model, k)
		case User:
			if s.Model == modelSPM && spaces(tok) {
				tok = strings.ReplaceAll(tok, blankMark, " ")
			}
			t.text = append(t.text, tok...)
			t.names[int32(id)] = tok
		default:
			t.names[int32(id)] = tok
		}
		t.ends = append(t.ends, int32(len(t.text)))
	}
	return nil
}

// appendWritten appends the bytes that a token writes.
func appendWritten(dst []byte, tok, model string, k Kind) []byte {
	if model == modelBPE {
		return appendRaw(dst, tok)
	}
	if k == Byte {
		if b, ok := byteOf(tok); ok {
			return append(dst, b)
		}
	}
	return append(dst, strings.ReplaceAll(tok, blankMark, " ")...)
}

// collectEnds gathers the tokens that end a generation: the file's own and those known by their spelling.
func (t *Tokenizer) collectEnds(s Spec) {
	for id, name := range t.names {
		switch name {
		case "<|im_end|>", "<|endoftext|>", "<|eot_id|>", "<|eom_id|>", "<|end|>", "<end_of_turn>", "<|end_of_text|>":
			t.stops = append(t.stops, id)
		}
	}
	for _, id := range append([]int32{s.EOS, s.EOT}, s.Ends...) {
		if id >= 0 && !slices.Contains(t.stops, id) {
			t.stops = append(t.stops, id)
		}
	}
	slices.Sort(t.stops)
}

// Size is the number of tokens. Ids are 0 to Size()-1.
func (t *Tokenizer) Size() int { return len(t.kinds) }

// Kind returns a token's kind, or 0 for an id that isn't one.
func (t *Tokenizer) Kind(id int32) Kind {
	if !t.valid(id) {
		return 0
	}
	return t.kinds[id]
}

func (t *Tokenizer) valid(id int32) bool { return id >= 0 && int(id) < len(t.kinds) }

// BOS returns the token that begins a text, or -1.
func (t *Tokenizer) BOS() int32 { return t.bos }

// EOS returns the token that the file calls the end of a sequence, or -1.
func (t *Tokenizer) EOS() int32 { return t.eos }

// AddBOS reports whether a prompt must begin with BOS. Encode doesn't add it.
func (t *Tokenizer) AddBOS() bool { return t.addBOS }

// Ends returns the ids that end a generation, ascending. The slice is the Tokenizer's own.
func (t *Tokenizer) Ends() []int32 { return t.stops }

// IsEnd reports whether id ends a generation.
func (t *Tokenizer) IsEnd(id int32) bool {
	_, ok := slices.BinarySearch(t.stops, id)
	return ok
}

// Bytes returns what a token writes: nothing for control and unused tokens and for ids out of range. It may be a part of
// a character. The slice is the Tokenizer's own; its capacity ends with it.
func (t *Tokenizer) Bytes(id int32) []byte {
	if !t.valid(id) {
		return nil
	}
	a, b := t.ends[id], t.ends[id+1]
	return t.text[a:b:b]
}

// AppendBytes appends what a token writes.
func (t *Tokenizer) AppendBytes(dst []byte, id int32) []byte { return append(dst, t.Bytes(id)...) }

// LeadingSpace reports whether the tokens of a text write a space in front of it that isn't the text's own.
func (t *Tokenizer) LeadingSpace() bool { return t.space }

// Decode returns what ids write, joined, without a LeadingSpace. Cut inside a character, it isn't valid UTF-8.
func (t *Tokenizer) Decode(ids []int32) string {
	var b []byte
	for _, id := range ids {
		b = t.AppendBytes(b, id)
	}
	if t.space && len(b) > 0 && b[0] == ' ' {
		b = b[1:]
	}
	return string(b)
}

// Name returns a token in words: a control token as it is spelled, any other as its text.
func (t *Tokenizer) Name(id int32) string {
	if name, ok := t.names[id]; ok {
		return name
	}
	return string(t.Bytes(id))
}

// Special returns the id of a control or user token by its spelling.
func (t *Tokenizer) Special(name string) (int32, bool) {
	if id, ok := t.trusted.ids[name]; ok {
		return id, true
	}
	id, ok := t.anywhere.ids[name]
	return id, ok
}
