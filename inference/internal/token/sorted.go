package token

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"slices"
	"sort"
)

// sort orders the tokens that write something by what they write, equal ones by id.
func (t *Tokenizer) sort() {
	// The first eight bytes as a number decide nearly always.
	type keyed struct {
		head uint64
		id   int32
	}
	list := make([]keyed, 0, len(t.kinds))
	for id := range t.kinds {
		if b := t.Bytes(int32(id)); len(b) > 0 {
			var head [8]byte
			copy(head[:], b)
			list = append(list, keyed{binary.BigEndian.Uint64(head[:]), int32(id)})
			t.longest = max(t.longest, len(b))
		}
	}
	slices.SortFunc(list, func(a, b keyed) int {
		if a.head != b.head {
			return cmp.Compare(a.head, b.head)
		}
		return cmp.Or(bytes.Compare(t.Bytes(a.id), t.Bytes(b.id)), cmp.Compare(a.id, b.id))
	})
	t.sorted = make([]int32, len(list))
	for i, k := range list {
		t.sorted[i] = k.id
	}
}

// Sorted returns the ids of all tokens that write something, by their bytes. The slice is the Tokenizer's own.
func (t *Tokenizer) Sorted() []int32 { return t.sorted }

// WithPrefix returns the ids of the tokens whose bytes begin with prefix, by their bytes: what can continue a text whose
// last, unfinished token is prefix. The slice is the Tokenizer's own.
func (t *Tokenizer) WithPrefix(prefix []byte) []int32 {
	from := t.search(prefix)
	n := sort.Search(len(t.sorted)-from, func(i int) bool {
		return !bytes.HasPrefix(t.Bytes(t.sorted[from+i]), prefix)
	})
	return t.sorted[from : from+n]
}

// AppendPrefixesOf appends the ids of the tokens that text begins with, the shortest first: every first step of a way to
// write text.
func (t *Tokenizer) AppendPrefixesOf(dst []int32, text []byte) []int32 {
	for n := 1; n <= min(len(text), t.longest); n++ {
		for i := t.search(text[:n]); i < len(t.sorted) && bytes.Equal(t.Bytes(t.sorted[i]), text[:n]); i++ {
			dst = append(dst, t.sorted[i])
		}
	}
	return dst
}

// ID returns the text token that writes exactly b.
func (t *Tokenizer) ID(b []byte) (int32, bool) {
	i := t.search(b)
	if len(b) == 0 || i == len(t.sorted) || !bytes.Equal(t.Bytes(t.sorted[i]), b) {
		return 0, false
	}
	return t.sorted[i], true
}

// search returns the place of the first token in sorted order that isn't before b.
func (t *Tokenizer) search(b []byte) int {
	return sort.Search(len(t.sorted), func(i int) bool { return bytes.Compare(t.Bytes(t.sorted[i]), b) >= 0 })
}
