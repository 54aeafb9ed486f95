package token

import (
	"fmt"
	"math"
	"strings"
)

// shortWord is the length in bytes up to which a word is merged by looking for the best pair again and again, which is
// quadratic but fast; longer words use a heap.
const shortWord = 48

// noRank stands for a pair that doesn't merge.
const noRank = math.MaxInt32

// merge is the token that a pair becomes, and its rank: lower merges first.
type merge struct{ rank, id int32 }

type bpe struct {
	// bytes holds the token of every single byte; -1 where the vocabulary has none. Such a byte is dropped, as the
	// reference does: SmolLM2's vocabulary, for one, lacks some control characters.
	bytes  [256]int32
	merges map[uint64]merge
	// whole maps words that are taken as one token before any merging; nil for families that don't.
	whole map[string]int32
	cache *wordCache
}

func pair(a, b int32) uint64 { return uint64(uint32(a))<<32 | uint64(uint32(b)) }

func newBPE(s Spec, kinds []Kind, wholeWords bool) (bpe, error) {
	b := bpe{merges: make(map[uint64]merge, len(s.Merges)), cache: newWordCache()}
	ids := make(map[string]int32, len(s.Tokens))
	for id, tok := range s.Tokens {
		if kinds[id] != Normal && kinds[id] != Byte {
			continue
		}
		if _, ok := ids[tok]; ok {
			return b, fmt.Errorf("token %q appears twice: %w", tok, ErrVocabulary)
		}
		ids[tok] = int32(id)
	}
	for i := range b.bytes {
		b.bytes[i] = -1
		if id, ok := ids[string(letter(byte(i)))]; ok {
			b.bytes[i] = id
		} else if ' ' <= i && i <= '~' {
			return b, fmt.Errorf("no token for %q: %w", rune(i), ErrVocabulary)
		}
	}
	if err := b.addMerges(s.Merges, ids); err != nil {
		return b, err
	}
	if wholeWords {
		b.whole = make(map[string]int32, len(ids))
		for tok, id := range ids {
			b.whole[string(appendRaw(nil, tok))] = id
		}
	}
	return b, nil
}

func (b *bpe) addMerges(lines []string, ids map[string]int32) error {
	var joined []byte
	for rank, line := range lines {
		if len(line) < 3 {
			return fmt.Errorf("merge %d is %q: %w", rank, line, ErrMerges)
		}
		i := strings.IndexByte(line[1:], ' ') + 1
		if i == 0 || i == len(line)-1 {
			return fmt.Errorf("merge %d is %q: %w", rank, line, ErrMerges)
		}
		left, right := line[:i], line[i+1:]
		joined = append(append(joined[:0], left...), right...)
		l, ok1 := ids[left]
		r, ok2 := ids[right]
		id, ok3 := ids[string(joined)]
		if !ok1 || !ok2 || !ok3 {
			return fmt.Errorf("merge %d, %q, isn't of the vocabulary: %w", rank, line, ErrMerges)
		}
		if _, ok := b.merges[pair(l, r)]; !ok {
			b.merges[pair(l, r)] = merge{int32(rank), id}
		}
	}
	return nil
}

// appendWord appends the tokens of one word.
func (b *bpe) appendWord(dst []int32, word string) []int32 {
	if len(word) == 1 {
		if id := b.bytes[word[0]]; id >= 0 {
			dst = append(dst, id)
		}
		return dst
	}
	if len(word) > maxCached {
		return b.merge(dst, word)
	}
	if ids, ok := b.cache.get(word); ok {
		return append(dst, ids...)
	}
	start := len(dst)
	dst = b.merge(dst, word)
	b.cache.put(word, dst[start:])
	return dst
}

func (b *bpe) merge(dst []int32, word string) []int32 {
	if id, ok := b.whole[word]; ok {
		return append(dst, id)
	}
	start := len(dst)
	for i := range len(word) {
		if id := b.bytes[word[i]]; id >= 0 {
			dst = append(dst, id)
		}
	}
	if len(dst)-start <= shortWord {
		return dst[:start+b.mergeShort(dst[start:])]
	}
	return dst[:start+b.mergeLong(dst[start:])]
}

func (b *bpe) lookup(left, right int32) merge {
	if m, ok := b.merges[pair(left, right)]; ok {
		return m
	}
	return merge{rank: noRank}
}

// mergeShort merges ids in place and returns how many are left. At most shortWord ids.
func (b *bpe) mergeShort(ids []int32) int {
	var buf [shortWord]merge
	pairs := buf[:max(len(ids)-1, 0)] // pairs[i] is what ids[i] and ids[i+1] become
	for i := range pairs {
		pairs[i] = b.lookup(ids[i], ids[i+1])
	}
	for {
		best, at := int32(noRank), -1
		for i := range pairs {
			if pairs[i].rank < best {
				best, at = pairs[i].rank, i
			}
		}
		if at < 0 {
			return len(ids)
		}
		ids[at] = pairs[at].id
		copy(ids[at+1:], ids[at+2:])
		copy(pairs[at:], pairs[at+1:])
		ids, pairs = ids[:len(ids)-1], pairs[:len(pairs)-1]
		if at > 0 {
			pairs[at-1] = b.lookup(ids[at-1], ids[at])
		}
		if at < len(pairs) {
			pairs[at] = b.lookup(ids[at], ids[at+1])
		}
	}
}

// mergeLong is mergeShort for any length, in n log n steps. ids becomes a linked list; the heap holds candidate pairs as
// rank<<32|position, and an entry that the list has moved past is recognised by its rank.
func (b *bpe) mergeLong(ids []int32) int {
	n := len(ids)
	next, prev := make([]int32, n), make([]int32, n)
	h := make(pairHeap, 0, n)
	for i := range n {
		next[i], prev[i] = int32(i+1), int32(i-1)
		if i+1 < n {
			if m := b.lookup(ids[i], ids[i+1]); m.rank != noRank {
				h = append(h, uint64(m.rank)<<32|uint64(i))
			}
		}
	}
	h.init()
	push := func(i, j int32) {
		if m := b.lookup(ids[i], ids[j]); m.rank != noRank {
			h.push(uint64(m.rank)<<32 | uint64(i))
		}
	}
	for len(h) > 0 {
		top := h.pop()
		i := int32(uint32(top))
		j := next[i]
		if ids[i] < 0 || int(j) >= n {
			continue
		}
		m := b.lookup(ids[i], ids[j])
		if m.rank != int32(top>>32) {
			continue
		}
		ids[i], ids[j] = m.id, -1
		next[i] = next[j]
		if k := next[i]; int(k) < n {
			prev[k] = i
			push(i, k)
		}
		if k := prev[i]; k >= 0 {
			push(k, i)
		}
	}
	kept := 0
	for i := 0; i < n; i = int(next[i]) {
		ids[kept] = ids[i]
		kept++
	}
	return kept
}

// pairHeap is a binary heap, the least on top.
type pairHeap []uint64

func (h pairHeap) init() {
	for i := len(h)/2 - 1; i >= 0; i-- {
		h.down(i)
	}
}

func (h *pairHeap) push(v uint64) {
	*h = append(*h, v)
	s := *h
	i := len(s) - 1
	for i > 0 {
		up := (i - 1) / 2
		if s[up] <= v {
			break
		}
		s[i] = s[up]
		i = up
	}
	s[i] = v
}

func (h *pairHeap) pop() uint64 {
	s := *h
	top := s[0]
	last := len(s) - 1
	s[0] = s[last]
	*h = s[:last]
	(*h).down(0)
	return top
}

func (h pairHeap) down(i int) {
	if i >= len(h) {
		return
	}
	v := h[i]
	for {
		c := 2*i + 1
		if c >= len(h) {
			break
		}
		if c+1 < len(h) && h[c+1] < h[c] {
			c++
		}
		if v <= h[c] {
			break
		}
		h[i] = h[c]
		i = c
	}
	h[i] = v
}
