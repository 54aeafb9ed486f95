package token

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// maxWord is the length of a word in characters beyond which WordPiece doesn't look for its pieces.
const maxWord = 100

// wordPiece cuts words and punctuation apart and each word into the longest pieces that the vocabulary has, from the left.
// A word that can't be cut up is unknown as a whole. BERT's models use it.
type wordPiece struct {
	begins, rests map[string]int32 // pieces that begin a word, and that go on with one
	longest       int              // bytes of a piece
	unknown       int32
	lower, strip  bool // capitals become small letters; accents are dropped
	late          late
	cache         *wordCache
}

// newWordPiece reads a vocabulary in which pieces that begin a word are marked with ▁, and those that go on aren't.
func newWordPiece(s Spec, kinds []Kind) (*wordPiece, error) {
	w := &wordPiece{
		begins: map[string]int32{}, rests: map[string]int32{}, unknown: s.Unknown,
		lower: s.Lower, strip: s.StripAccents, late: newLate(), cache: newWordCache(),
	}
	for id, tok := range s.Tokens {
		if kinds[id] != Normal {
			if w.unknown < 0 && tok == "[UNK]" {
				w.unknown = int32(id)
			}
			continue
		}
		into := w.rests
		if piece, ok := strings.CutPrefix(tok, blankMark); ok {
			into, tok = w.begins, piece
		}
		if tok == "" {
			continue
		}
		if _, ok := into[tok]; ok {
			return nil, fmt.Errorf("token %d, %q, appears twice: %w", id, tok, ErrVocabulary)
		}
		into[tok] = int32(id)
		w.longest = max(w.longest, len(tok))
	}
	if w.unknown < 0 {
		return nil, fmt.Errorf("no token for unknown words: %w", ErrVocabulary)
	}
	return w, nil
}

// clean drops control characters, sets Chinese characters apart, and drops accents and capitals where the vocabulary has
// none.
func (w *wordPiece) clean(text string, _ bool) string {
	if !utf8.ValidString(text) {
		text = replaceInvalid(text)
	}
	var b strings.Builder
	b.Grow(len(text) + len(text)/2)
	for _, r := range text {
		switch {
		case r == '\t' || r == '\n' || r == '\r':
			b.WriteByte(' ')
		case r == utf8.RuneError || unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co) && !w.late.mark(r):
		case unicode.IsSpace(r):
			b.WriteByte(' ')
		case ideograph(r):
			b.WriteByte(' ')
			b.WriteRune(r)
			b.WriteByte(' ')
		default:
			b.WriteRune(r)
		}
	}
	text = b.String()
	if w.strip {
		b.Reset()
		for _, r := range norm.NFD.String(text) {
			if !w.late.accent(r) {
				b.WriteRune(r)
			}
		}
		text = b.String()
	}
	if w.lower {
		text = strings.ToLower(strings.ReplaceAll(text, "İ", "i̇")) // a small letter of two characters
	}
	return text
}

// ideograph reports whether BERT's vocabularies take r for a word of its own.
func ideograph(r rune) bool {
	switch {
	case r < 0x3400:
		return false
	case r <= 0x4DBF, 0x4E00 <= r && r <= 0x9FFF, 0xF900 <= r && r <= 0xFAFF, 0x20000 <= r && r <= 0x2A6DF,
		0x2A700 <= r && r <= 0x2B81F, 0x2B920 <= r && r <= 0x2CEAF, 0x2F800 <= r && r <= 0x2FA1F:
		return true
	}
	return false
}

// The classes of characters that words are cut by.
const (
	wordBlank = iota
	wordMark
	wordLetter
)

func (w *wordPiece) class(r rune) int {
	switch {
	case unicode.IsSpace(r):
		return wordBlank
	case r < utf8.RuneSelf && (unicode.IsPunct(r) || unicode.IsSymbol(r)), w.late.punctuation(r):
		return wordMark
	}
	return wordLetter
}

// next returns a run of white space, a punctuation mark, or a run of anything else.
func (w *wordPiece) next(text string) int {
	r, n := utf8.DecodeRuneInString(text)
	class := w.class(r)
	if class == wordMark {
		return n
	}
	for n < len(text) {
		r, size := utf8.DecodeRuneInString(text[n:])
		if w.class(r) != class {
			break
		}
		n += size
	}
	return n
}

func (w *wordPiece) appendWord(dst []int32, word string) []int32 {
	if r, _ := utf8.DecodeRuneInString(word); w.class(r) == wordBlank {
		return dst
	}
	return w.cache.append(dst, word, w.encode)
}

func (w *wordPiece) encode(dst []int32, word string) []int32 {
	if len(word) > maxWord && utf8.RuneCountInString(word) > maxWord {
		return append(dst, w.unknown)
	}
	from, pieces := len(dst), w.begins
	for word != "" {
		id, n := longest(pieces, word, w.longest)
		if n == 0 {
			return append(dst[:from], w.unknown)
		}
		dst = append(dst, id)
		word, pieces = word[n:], w.rests
	}
	return dst
}

// longest returns the longest piece that word begins with, and its length; 0 where there is none.
func longest(pieces map[string]int32, word string, most int) (id int32, n int) {
	for n := min(len(word), most); n > 0; n-- {
		if n < len(word) && !utf8.RuneStart(word[n]) {
			continue
		}
		if id, ok := pieces[word[:n]]; ok {
			return id, n
		}
	}
	return 0, 0
}
