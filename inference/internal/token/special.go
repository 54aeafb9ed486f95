package token

import (
	"cmp"
	"slices"
	"strings"
)

// specials finds control and user tokens in trusted text: the leftmost, and the longest among those that begin there.
type specials struct {
	ids    map[string]int32
	first  [256]bool
	byByte map[byte][]string // by first byte, longest first
}

func newSpecials(names map[int32]string, kinds []Kind) specials {
	s := specials{ids: map[string]int32{}, byByte: map[byte][]string{}}
	for id, name := range names {
		if name == "" || kinds[id] != Control && kinds[id] != User {
			continue
		}
		if old, ok := s.ids[name]; ok && old < id {
			continue
		} else if !ok {
			s.first[name[0]] = true
			s.byByte[name[0]] = append(s.byByte[name[0]], name)
		}
		s.ids[name] = id
	}
	for _, list := range s.byByte {
		slices.SortFunc(list, func(a, b string) int { return cmp.Compare(len(b), len(a)) })
	}
	return s
}

// find returns where the next special token begins, its id and its length; length 0 and len(text) where there is none.
func (s *specials) find(text string) (at int, id int32, n int) {
	for i := range len(text) {
		if !s.first[text[i]] {
			continue
		}
		for _, name := range s.byByte[text[i]] {
			if strings.HasPrefix(text[i:], name) {
				return i, s.ids[name], len(name)
			}
		}
	}
	return len(text), 0, 0
}
