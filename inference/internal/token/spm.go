package token

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// blankMark stands for a space in the vocabularies of SentencePiece and WordPiece.
const blankMark = "▁"

// Bounds of a SentencePiece vocabulary: what is merged into what is found by cutting every piece at every place.
const (
	maxPiece  = 1 << 10 // bytes
	maxPieces = 16 << 20
)

// spm is SentencePiece's byte-pair encoding: a text's characters are merged, the pair whose token has the highest score
// first. A space is written ▁, and a character without a token becomes the tokens of its bytes.
type spm struct {
	merges
	pieces  map[string]int32
	bytes   [256]int32 // -1 where the vocabulary has none
	unknown int32      // for a character that nothing else stands for; -1: it is dropped
	prefix  bool       // a text begins with a space that isn't its own
	trim    bool       // spaces at the ends and repeated ones are left out
	// bridges are the characters that some token has in front of an inner ▁. Everywhere else words end before a ▁, for no
	// token reaches over.
	bridges map[rune]bool
	cache   *wordCache
}

func newSPM(s Spec, kinds []Kind) (*spm, error) {
	m := &spm{unknown: s.Unknown, prefix: s.SpacePrefix, trim: s.TrimSpaces, bridges: map[rune]bool{}, cache: newWordCache()}
	order, err := m.addPieces(s, kinds)
	if err != nil {
		return nil, err
	}
	if len(s.Merges) > 0 {
		foreign := map[string]bool{}
		for _, tok := range s.Tokens {
			foreign[tok] = true
		}
		m.merges, err = newMerges(s.Merges, s.Tokens, kinds, m.pieces, foreign)
	} else {
		err = m.deriveMerges(s, kinds, order)
	}
	return m, err
}

// piece is a token that texts are made of.
type piece struct {
	text string
	id   int32
}

// addPieces finds the tokens of texts, by id, and of bytes.
func (m *spm) addPieces(s Spec, kinds []Kind) (order []piece, err error) {
	if m.pieces, err = textTokens(s.Tokens, kinds); err != nil {
		return nil, err
	}
	total, missing := 0, 256
	for i := range m.bytes {
		m.bytes[i] = -1
	}
	for id, tok := range s.Tokens {
		switch {
		case kinds[id] == Byte:
			delete(m.pieces, tok)
			b, ok := byteOf(tok)
			if !ok || m.bytes[b] >= 0 {
				return nil, fmt.Errorf("token %d, %q, isn't a byte, or not the only one: %w", id, tok, ErrVocabulary)
			}
			m.bytes[b] = int32(id)
			missing--
			continue
		case kinds[id] == User && spaces(tok):
			tok = strings.ReplaceAll(tok, " ", blankMark)
			if _, ok := m.pieces[tok]; !ok {
				m.pieces[tok] = int32(id)
			}
		case kinds[id] != Normal:
			continue
		}
		if total += len(tok); len(tok) > maxPiece || total > maxPieces {
			return nil, fmt.Errorf("a token of %d bytes, %d up to it: %w", len(tok), total, ErrVocabulary)
		}
		if m.pieces[tok] == int32(id) && tok != "" {
			order = append(order, piece{tok, int32(id)})
		}
		m.addBridges(tok)
	}
	if missing > 0 && m.unknown < 0 {
		return nil, fmt.Errorf("%d bytes have no token, and there is none for unknown text: %w", missing, ErrVocabulary)
	}
	return order, nil
}

func (m *spm) addBridges(tok string) {
	for at := 1; at < len(tok); at++ {
		if strings.HasPrefix(tok[at:], blankMark) {
			if r, _ := utf8.DecodeLastRuneInString(tok[:at]); !strings.HasSuffix(tok[:at], blankMark) {
				m.bridges[r] = true
			}
		}
	}
}

// byteOf reads the name of a byte's token, such as <0x0A>.
func byteOf(name string) (byte, bool) {
	if len(name) != len("<0x0A>") || name[:3] != "<0x" || name[5] != '>' {
		return 0, false
	}
	b, err := strconv.ParseUint(name[3:5], 16, 8)
	return byte(b), err == nil
}

// spaces reports whether a token is a run of spaces.
func spaces(tok string) bool { return strings.Trim(tok, " "+blankMark) == "" }

// deriveMerges ranks the ways to join two pieces to a third: by the third's score, then by the first's and the second's
// id. Runs of spaces that are tokens come before everything else, the shortest first.
func (m *spm) deriveMerges(s Spec, kinds []Kind, order []piece) error {
	if len(s.Scores) != len(s.Tokens) {
		return fmt.Errorf("%d scores for %d tokens: %w", len(s.Scores), len(s.Tokens), ErrVocabulary)
	}
	score := func(id int32) float64 {
		if kinds[id] == User {
			return math.Inf(1)
		}
		return float64(s.Scores[id])
	}
	for _, p := range order {
		if math.IsNaN(score(p.id)) {
			return fmt.Errorf("token %d has no score: %w", p.id, ErrVocabulary)
		}
	}
	slices.SortFunc(order, func(a, b piece) int {
		return cmp.Or(cmp.Compare(score(b.id), score(a.id)), cmp.Compare(a.id, b.id))
	})
	m.merges = make(merges, 2*len(order))
	var splits []uint64
	for _, p := range order {
		splits = splits[:0]
		for at := range p.text {
			if l, ok := m.pieces[p.text[:at]]; ok {
				if r, ok := m.pieces[p.text[at:]]; ok {
					splits = append(splits, pair(l, r))
				}
			}
		}
		slices.Sort(splits)
		for _, split := range splits {
			m.merges[split] = merge{int32(len(m.merges)), p.id}
		}
	}
	return nil
}

// clean writes spaces as ▁, behind one more where the vocabulary wants that.
func (m *spm) clean(text string, start bool) string {
	if !utf8.ValidString(text) {
		text = replaceInvalid(text)
	}
	if m.trim {
		text = squeeze(text)
	}
	if text == "" {
		return ""
	}
	text = strings.ReplaceAll(text, " ", blankMark)
	if start && m.prefix {
		text = blankMark + text
	}
	return text
}

// squeeze leaves out the spaces at the ends of text, and all but one of those in a row.
func squeeze(text string) string {
	text = strings.Trim(text, " ")
	if !strings.Contains(text, "  ") {
		return text
	}
	var b strings.Builder
	for i := range len(text) {
		if text[i] != ' ' || text[i-1] != ' ' {
			b.WriteByte(text[i])
		}
	}
	return b.String()
}

// next ends a word before a ▁ that no token reaches over.
func (m *spm) next(text string) int {
	at := 0
	for strings.HasPrefix(text[at:], blankMark) {
		at += len(blankMark)
	}
	for at < len(text) {
		i := strings.Index(text[at:], blankMark)
		if i < 0 {
			return len(text)
		}
		at += i
		if r, _ := utf8.DecodeLastRuneInString(text[:at]); i > 0 && !m.bridges[r] {
			return at
		}
		at += len(blankMark)
	}
	return len(text)
}

func (m *spm) appendWord(dst []int32, word string) []int32 {
	return m.cache.append(dst, word, m.encode)
}

func (m *spm) encode(dst []int32, word string) []int32 {
	start := len(dst)
	for at := 0; at < len(word); {
		_, n := utf8.DecodeRuneInString(word[at:])
		c := word[at : at+n]
		at += n
		if id, ok := m.pieces[c]; ok {
			dst = append(dst, id)
			continue
		}
		dst = m.appendBytes(dst, c, len(dst) > start)
	}
	return dst[:start+m.merge(dst[start:])]
}

// appendBytes appends the tokens of a character's bytes, or the unknown token where one is missing, once for a run of
// such characters.
func (m *spm) appendBytes(dst []int32, c string, inside bool) []int32 {
	from := len(dst)
	for i := range len(c) {
		id := m.bytes[c[i]]
		if id < 0 {
			dst = dst[:from]
			if m.unknown >= 0 && (!inside || dst[from-1] != m.unknown) {
				dst = append(dst, m.unknown)
			}
			return dst
		}
		dst = append(dst, id)
	}
	return dst
}
