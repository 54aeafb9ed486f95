// Package token turns text into the ids that a model reads, and ids back into bytes: byte-level byte-pair encoding.
//
// Encoding has four stages. The text is cut at special tokens (only where the caller asks: text from outside must never
// be able to spell a control token). Each piece is made valid UTF-8 and, for some models, composed (NFC). A scanner cuts
// it into words, as the regular expression of the model's family does. Each word's bytes are merged pair by pair, the
// pair of the lowest rank first and the leftmost among equals, until no known pair is left.
//
// The ids are those of Hugging Face's tokenizers for the same vocabulary, for every text. No input makes Encode
// quadratic, and none makes it panic.
//
// The parts plug into the interfaces of github.com/sugarme/tokenizer, whose pipeline Encode runs.
package token

import (
	"fmt"
	"slices"
	"unicode/utf8"
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

// Spec is what a tokenizer is made of.
type Spec struct {
	// Pattern names the word pattern as GGUF's tokenizer.ggml.pre does: "gpt-2", "smollm", "qwen2", "llama-bpe", ….
	Pattern string
	// Tokens are in the byte-level alphabet (a space is "Ġ"), except control and user tokens, which are plain text.
	Tokens []string
	// Kinds has an entry per token, or is nil: all Normal.
	Kinds []Kind
	// Merges are pairs of tokens with a space between, by rank.
	Merges []string
	// BOS, EOS and EOT are ids, or -1.
	BOS, EOS, EOT int32
	// AddBOS says that a text begins with BOS.
	AddBOS bool
}

// Tokenizer is immutable after New, but for a cache that minds its own locking: use it from any goroutine.
type Tokenizer struct {
	pattern  pattern
	text     []byte  // all tokens' bytes, joined
	ends     []int32 // token id's bytes are text[ends[id]:ends[id+1]]
	kinds    []Kind
	names    map[int32]string // control, user and unused tokens as they are spelled
	sorted   []int32          // ids of tokens with text, by their bytes
	longest  int              // bytes of the longest of them
	bpe      bpe
	specials specials
	library  pipeline
	bos, eos int32
	addBOS   bool
	stops    []int32 // the end-of-generation set
}

// maxVocabulary bounds the token list: the largest known has a quarter of it.
const maxVocabulary = 1 << 20

// New makes a tokenizer. The Spec's slices aren't kept.
func New(s Spec) (*Tokenizer, error) {
	p, err := patternOf(s.Pattern)
	if err != nil {
		return nil, err
	}
	n := len(s.Tokens)
	if n == 0 || n > maxVocabulary {
		return nil, fmt.Errorf("%d tokens: %w", n, ErrVocabulary)
	}
	if s.Kinds != nil && len(s.Kinds) != n {
		return nil, fmt.Errorf("%d token kinds for %d tokens: %w", len(s.Kinds), n, ErrVocabulary)
	}
	for _, id := range []int32{s.BOS, s.EOS, s.EOT} {
		if id < -1 || int(id) >= n {
			return nil, fmt.Errorf("id %d of %d: %w", id, n, ErrSpecial)
		}
	}
	t := &Tokenizer{pattern: p, bos: s.BOS, eos: s.EOS, addBOS: s.AddBOS && s.BOS >= 0}
	if err := t.addTokens(s); err != nil {
		return nil, err
	}
	if t.bpe, err = newBPE(s, t.kinds, p.wholeWords); err != nil {
		return nil, err
	}
	t.specials = newSpecials(t.names, t.kinds)
	t.sort()
	t.collectEnds(s)
	t.library = newPipeline(t)
	return t, nil
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
			t.text = appendRaw(t.text, tok)
		case User:
			t.text = append(t.text, tok...)
			t.names[int32(id)] = tok
		default:
			t.names[int32(id)] = tok
		}
		t.ends = append(t.ends, int32(len(t.text)))
	}
	return nil
}

// collectEnds gathers the tokens that end a generation: the file's own and those known by their spelling.
func (t *Tokenizer) collectEnds(s Spec) {
	for id, name := range t.names {
		switch name {
		case "<|im_end|>", "<|endoftext|>", "<|eot_id|>", "<|eom_id|>", "<|end|>", "<end_of_turn>", "<|end_of_text|>":
			t.stops = append(t.stops, id)
		}
	}
	for _, id := range []int32{s.EOS, s.EOT} {
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

// Decode returns what ids write, joined. Cut inside a character, it isn't valid UTF-8.
func (t *Tokenizer) Decode(ids []int32) string {
	var b []byte
	for _, id := range ids {
		b = t.AppendBytes(b, id)
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
	id, ok := t.specials.ids[name]
	return id, ok
}

// Encode returns the ids of text. With specials, control and user tokens that are spelled in text become themselves: for
// trusted text, such as a chat template's own. Without, everything is text.
//
// Plain text of moderate length goes through the library's pipeline over this package's parts; Append is the direct way
// to the same ids, many times as fast.
func (t *Tokenizer) Encode(text string, specials bool) []int32 {
	if !specials && len(text) <= maxPiped && utf8.ValidString(text) {
		if ids, err := t.library.encode(text); err == nil {
			return ids
		}
	}
	return t.Append(nil, text, specials)
}

// Append appends the ids of text, as Encode finds them.
func (t *Tokenizer) Append(dst []int32, text string, specials bool) []int32 {
	if dst == nil {
		dst = make([]int32, 0, len(text)/3+4)
	}
	if !specials {
		return t.appendText(dst, text)
	}
	for text != "" {
		at, id, n := t.specials.find(text)
		dst = t.appendText(dst, text[:at])
		if n == 0 {
			break
		}
		dst = append(dst, id)
		text = text[at+n:]
	}
	return dst
}

func (t *Tokenizer) appendText(dst []int32, text string) []int32 {
	text = t.pattern.clean(text)
	for text != "" {
		n := t.pattern.next(text)
		dst = t.bpe.appendWord(dst, text[:n])
		text = text[n:]
	}
	return dst
}
