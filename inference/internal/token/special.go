package token

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// maxSpecial bounds the spelling of a token that is looked for in texts.
const maxSpecial = 256

// specials finds tokens by their spelling: the leftmost in a text, and the longest among those that begin there.
type specials struct {
	ids     map[string]int32
	lengths [256][]int  // of the spellings that begin with a byte, the longest first
	second  [256][]bool // the bytes that follow it in one of them; nil where it is one by itself
}

func (s *specials) add(name string, id int32) error {
	if name == "" {
		return nil
	}
	if len(name) > maxSpecial {
		return fmt.Errorf("special token %d is spelled with %d bytes: %w", id, len(name), ErrVocabulary)
	}
	if s.ids == nil {
		s.ids = map[string]int32{}
	}
	if old, ok := s.ids[name]; ok && old < id {
		return nil
	}
	s.ids[name] = id
	s.addSecond(name)
	list := &s.lengths[name[0]]
	if at, ok := slices.BinarySearchFunc(*list, len(name), func(a, b int) int { return cmp.Compare(b, a) }); !ok {
		*list = slices.Insert(*list, at, len(name))
	}
	return nil
}

func (s *specials) addSecond(name string) {
	list := &s.second[name[0]]
	switch {
	case len(name) == 1:
		*list = nil
	case len(s.lengths[name[0]]) == 0:
		*list = make([]bool, 256)
		fallthrough
	case *list != nil:
		(*list)[name[1]] = true
	}
}

// find returns where the next special token begins, its id and its length; length 0 and len(text) where there is none.
func (s *specials) find(text string) (at int, id int32, n int) {
	if len(s.ids) == 0 {
		return len(text), 0, 0
	}
	for i := range len(text) {
		if second := s.second[text[i]]; second != nil && (i+1 == len(text) || !second[text[i+1]]) {
			continue
		}
		for _, n := range s.lengths[text[i]] {
			if n > len(text)-i {
				continue
			}
			if id, ok := s.ids[text[i:i+n]]; ok {
				return i, id, n
			}
		}
	}
	return len(text), 0, 0
}

// collectSpecials sorts the tokens that are looked for by their spelling into those that only trusted text can spell and
// those that any text can.
func (t *Tokenizer) collectSpecials(model string) error {
	for id, name := range t.names {
		var err error
		switch {
		case t.kinds[id] == User && model == modelSPM && harmless(name):
			// Spaces are pieces of words; what is written ▁ in a text is looked for.
			err = t.anywhere.add(strings.ReplaceAll(name, " ", blankMark), id)
		case t.kinds[id] == Control || t.kinds[id] == User:
			err = t.trusted.add(name, id)
		}
		if err != nil {
			return err
		}
	}
	if _, ok := t.trusted.ids["<|user|>"]; ok && model == modelSPM {
		t.swallows = swallowers(t.trusted.ids)
	}
	return nil
}

// harmless reports whether a user token is a piece of text like any other, which only the training's authors wanted whole:
// white space, or an HTML tag. One that could be a mark of a turn isn't.
func harmless(name string) bool {
	if strings.Trim(name, " \t\n\r"+blankMark) == "" {
		return true
	}
	tag, ok := strings.CutPrefix(name, "<")
	if !ok || !strings.HasSuffix(tag, ">") {
		return false
	}
	tag = strings.TrimPrefix(tag[:len(tag)-1], "/")
	switch tag {
	case "table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote",
		"strong", "em", "b", "i", "u", "s", "sub", "sup", "code", "a", "html", "body", "img", "span", "bbox", "ul", "ol", "li",
		"p", "div", "iframe", "footer":
		return true
	}
	return false
}

// swallowers returns the ids of the marks that take the white space behind them away. Files don't tell; the vocabulary
// that has this is Phi-3's, where all marks but the first ones do.
func swallowers(ids map[string]int32) map[int32]bool {
	if _, ok := ids["<|end|>"]; !ok {
		return nil
	}
	set := map[int32]bool{}
	for name, id := range ids {
		if name != "<unk>" && name != "<s>" && name != "<|endoftext|>" {
			set[id] = true
		}
	}
	return set
}
