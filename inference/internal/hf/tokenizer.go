package hf

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// maxVocab bounds the token list: the largest known has a quarter of it.
const maxVocab = 1 << 20

// The kinds of tokens, numbered as in GGUF files.
const (
	normal  int32 = 1
	unknown int32 = 2
	control int32 = 3
	user    int32 = 4
	unused  int32 = 5
	single8 int32 = 6 // one byte
)

// tokenizer is tokenizer.json, as far as it matters here.
//
// https://huggingface.co/docs/tokenizers
type tokenizer struct {
	Added      []addedToken `json:"added_tokens"`
	Normalizer *stage       `json:"normalizer"`
	Pre        *stage       `json:"pre_tokenizer"`
	Post       *stage       `json:"post_processor"`
	Model      struct {
		Type         string          `json:"type"`
		Vocab        json.RawMessage `json:"vocab"`
		Merges       json.RawMessage `json:"merges"`
		Unknown      *string         `json:"unk_token"`
		Prefix       *string         `json:"continuing_subword_prefix"`
		Suffix       *string         `json:"end_of_word_suffix"`
		ByteFallback bool            `json:"byte_fallback"`
		IgnoreMerges bool            `json:"ignore_merges"`
	} `json:"model"`
}

// addedToken is a token that is found before text is cut into words.
type addedToken struct {
	ID      int    `json:"id"`
	Content string `json:"content"`
	Special bool   `json:"special"`
}

// stage is a normaliser, pre-tokenizer or post-processor, or a sequence of them.
type stage struct {
	Type string `json:"type"`

	Normalizers   []stage `json:"normalizers"`
	Pretokenizers []stage `json:"pretokenizers"`
	Processors    []stage `json:"processors"`

	Pattern *struct {
		String *string
		Regex  *string
	} `json:"pattern"`
	Content          string  `json:"content"`
	Prepend          string  `json:"prepend"`
	Separators       string  `json:"behavior"` //nolint:misspell // the format's spelling
	Invert           bool    `json:"invert"`
	AddPrefixSpace   *bool   `json:"add_prefix_space"`
	PrependScheme    string  `json:"prepend_scheme"`
	Replacement      string  `json:"replacement"`
	Split            *bool   `json:"split"`
	UseRegex         *bool   `json:"use_regex"`
	IndividualDigits bool    `json:"individual_digits"`
	Lowercase        *bool   `json:"lowercase"`
	StripAccents     *bool   `json:"strip_accents"`
	CleanText        *bool   `json:"clean_text"`
	Chinese          *bool   `json:"handle_chinese_chars"`
	Single           []piece `json:"single"`
}

// piece is an element of a template that frames a text.
type piece struct {
	Special *struct {
		ID string `json:"id"`
	} `json:"SpecialToken"`
}

// flat returns the stages in their order, sequences opened.
func (s *stage) flat() []stage {
	if s == nil {
		return nil
	}
	if s.Type != "Sequence" {
		return []stage{*s}
	}
	var list []stage
	for _, inner := range [][]stage{s.Normalizers, s.Pretokenizers, s.Processors} {
		for i := range inner {
			list = append(list, inner[i].flat()...)
		}
	}
	return list
}

// vocabulary is a token list with kinds.
type vocabulary struct {
	tokens []string
	kinds  []int32
	ids    map[string]int
}

// parseTokenizer reads tokenizer.json.
func parseTokenizer(text []byte) (*tokenizer, error) {
	var t tokenizer
	if err := json.Unmarshal(text, &t); err != nil {
		return nil, fmt.Errorf("tokenizer.json: %w: %w", ErrConfig, err)
	}
	if t.Model.Type == "" { // files of the first versions don't say
		switch {
		case len(t.Model.Merges) > 0:
			t.Model.Type = "BPE"
		case t.Model.Prefix != nil:
			t.Model.Type = "WordPiece"
		}
	}
	return &t, nil
}

// list lays the vocabulary out by id, for a model with rows embeddings. Ids without a token are unused.
func (t *tokenizer) list(rows int) (*vocabulary, error) {
	var vocab map[string]int
	if err := json.Unmarshal(t.Model.Vocab, &vocab); err != nil {
		return nil, fmt.Errorf("tokenizer.json, vocabulary: %w: %w", ErrConfig, err)
	}
	if rows > 0 { // Gemma 3 adds a token for pictures that its writing models have no row for
		t.Added = slices.DeleteFunc(t.Added, func(a addedToken) bool { return a.ID >= rows })
	}
	size, most := 0, min(maxVocab, max(rows, 2*(len(vocab)+len(t.Added))+1024))
	place := func(token string, id int) error {
		if id < 0 || id >= most {
			return fmt.Errorf("tokenizer.json: token %q has the id %d: %w", token, id, ErrLimit)
		}
		size = max(size, id+1)
		return nil
	}
	for token, id := range vocab {
		if err := place(token, id); err != nil {
			return nil, err
		}
	}
	for _, a := range t.Added {
		if err := place(a.Content, a.ID); err != nil {
			return nil, err
		}
	}
	if size == 0 {
		return nil, fmt.Errorf("tokenizer.json has no tokens: %w", ErrConfig)
	}
	size = max(size, min(rows, maxVocab)) // a model may have more rows than tokens
	v := &vocabulary{tokens: make([]string, size), kinds: make([]int32, size), ids: make(map[string]int, size)}
	for token, id := range vocab {
		if v.kinds[id] != 0 {
			return nil, fmt.Errorf("tokenizer.json: tokens %q and %q both have the id %d: %w", v.tokens[id], token, id, ErrConfig)
		}
		v.tokens[id], v.kinds[id], v.ids[token] = token, normal, id
	}
	for _, a := range t.Added {
		if v.kinds[a.ID] != 0 && v.tokens[a.ID] != a.Content {
			return nil, fmt.Errorf("tokenizer.json: tokens %q and %q both have the id %d: %w", v.tokens[a.ID], a.Content, a.ID, ErrConfig)
		}
		kind := user
		if a.Special {
			kind = control
		}
		v.tokens[a.ID], v.kinds[a.ID], v.ids[a.Content] = a.Content, kind, a.ID
	}
	for id := range v.kinds {
		if v.kinds[id] == 0 {
			v.tokens[id], v.kinds[id] = fmt.Sprintf("[PAD%d]", id), unused
		}
	}
	return v, nil
}

// merges reads the pairs, which are stored either as two texts or as one with a space between.
func (t *tokenizer) merges() ([]string, error) {
	var joined []string
	if json.Unmarshal(t.Model.Merges, &joined) == nil {
		return joined, nil
	}
	var pairs [][]string
	if err := json.Unmarshal(t.Model.Merges, &pairs); err != nil {
		return nil, fmt.Errorf("tokenizer.json, merges: %w: %w", ErrConfig, err)
	}
	joined = make([]string, len(pairs))
	for i, p := range pairs {
		if len(p) != 2 || strings.Contains(p[0], " ") || strings.Contains(p[1], " ") {
			return nil, fmt.Errorf("tokenizer.json: merge %d is %q: %w", i, p, ErrConfig)
		}
		joined[i] = p[0] + " " + p[1]
	}
	return joined, nil
}

// add sets the keys that all kinds have.
func (v *vocabulary) add(k *keys, model string) {
	k.set("tokenizer.ggml.model", model)
	k.set("tokenizer.ggml.tokens", v.tokens)
	k.set("tokenizer.ggml.token_type", v.kinds)
}

// addVocabulary translates the folder's tokenizer, for a model with rows embeddings.
func addVocabulary(folder string, c settings, rows int, k *keys) error {
	raw, err := readFile(folder, "tokenizer.json")
	if err != nil {
		return fmt.Errorf("%w (Python's transformers writes it: `AutoTokenizer.from_pretrained(folder).save_pretrained(folder)`)", err)
	}
	t, err := parseTokenizer(raw)
	if err != nil {
		return err
	}
	v, err := t.list(rows)
	if err != nil {
		return err
	}
	switch {
	case t.Model.Type == "BPE" && t.Model.ByteFallback:
		err = t.sentencePieces(v, k)
	case t.Model.Type == "BPE":
		err = t.bytePairs(v, k)
	case t.Model.Type == "WordPiece":
		err = t.wordPieces(v, k)
	default:
		err = fmt.Errorf("tokenizer.json: a model of type %q: %w", t.Model.Type, ErrTokenizer)
	}
	if err != nil {
		return err
	}
	return addSpecials(folder, c, t, v, k)
}

// bytePairs translates byte-level BPE.
func (t *tokenizer) bytePairs(v *vocabulary, k *keys) error {
	if text(t.Model.Prefix) != "" || text(t.Model.Suffix) != "" {
		return fmt.Errorf("tokenizer.json: tokens marked inside words: %w", ErrTokenizer)
	}
	pattern, err := t.pattern()
	if err != nil {
		return err
	}
	merges, err := t.merges()
	if err != nil {
		return err
	}
	v.add(k, "gpt2")
	k.set("tokenizer.ggml.pre", pattern)
	k.set("tokenizer.ggml.merges", merges)
	return nil
}

// text is what s points to, if it does.
func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// pattern names how text is cut into words before merging, as GGUF files do. What isn't known is refused: other words give
// other tokens, and ruin every prompt unseen.
func (t *tokenizer) pattern() (string, error) {
	composed := false
	for _, n := range t.Normalizer.flat() {
		if n.Type != "NFC" {
			return "", fmt.Errorf("tokenizer.json: a normaliser of type %q: %w", n.Type, ErrTokenizer)
		}
		composed = true
	}
	stages := t.Pre.flat()
	digits := len(stages) > 0 && stages[0].Type == "Digits" && stages[0].IndividualDigits
	if digits {
		stages = stages[1:]
	}
	words := ""
	if len(stages) > 0 && stages[0].Type == "Split" {
		s := stages[0]
		// Words are what the expression matches: kept apart, or what is left when all else is taken away.
		matches := s.Separators == "Isolated" && !s.Invert || s.Separators == "Removed" && s.Invert
		if s.Pattern == nil || s.Pattern.Regex == nil || !matches {
			return "", fmt.Errorf("tokenizer.json: a split of another kind: %w", ErrTokenizer)
		}
		words, stages = *s.Pattern.Regex, stages[1:]
	}
	if len(stages) != 1 || stages[0].Type != "ByteLevel" || isTrue(stages[0].AddPrefixSpace, true) {
		return "", fmt.Errorf("tokenizer.json: words are cut in an unknown way: %w", ErrTokenizer)
	}
	if isTrue(stages[0].UseRegex, true) {
		if words != "" {
			return "", fmt.Errorf("tokenizer.json: words are cut twice: %w", ErrTokenizer)
		}
		words = wordsGPT2
	}
	for _, p := range patterns() {
		if p.expression == words && p.digits == digits && p.whole == t.Model.IgnoreMerges && (p.composed || !composed) {
			return p.name, nil
		}
	}
	return "", fmt.Errorf("tokenizer.json: words are cut by %q: %w", words, ErrTokenizer)
}

func isTrue(b *bool, absent bool) bool {
	if b == nil {
		return absent
	}
	return *b
}
