package token

import (
	"cmp"
	"fmt"
	"math"
	"strings"
	"sync"
)

// shortWord is the length in tokens up to which a word is merged by looking for the best pair again and again, which is
// quadratic but fast; longer words use a heap.
const shortWord = 48

// noRank stands for a pair that doesn't merge.
const noRank = math.MaxInt32

// merge is the token that a pair becomes, and its rank: lower merges first.
type merge struct{ rank, id int32 }

// merges says which pairs of tokens become one.
type merges map[uint64]merge

func pair(a, b int32) uint64 { return uint64(uint32(a))<<32 | uint64(uint32(b)) }

// newMerges reads pairs of tokens with a space between, by rank. ids are those of tokens; a pair with a token of foreign, and
// not of ids, is left out: text doesn't use it.
func newMerges(lines, tokens []string, kinds []Kind, ids map[string]int32, foreign map[string]bool) (merges, error) {
	r := mergeReader{tokens, kinds, ids, foreign}
	found := make([]mergeOf, len(lines))
	half := len(lines) / 2
	var (
		wait          sync.WaitGroup
		first, second error
	)
	wait.Go(func() { second = r.read(found[half:], lines[half:], half) })
	first = r.read(found[:half], lines[:half], 0)
	if wait.Wait(); first != nil || second != nil {
		return nil, cmp.Or(first, second)
	}
	m := make(merges, len(lines))
	for rank, f := range found {
		if _, ok := m[f.pair]; !ok && f.known {
			m[f.pair] = merge{int32(rank), f.id}
		}
	}
	return m, nil
}

// mergeOf is what a line says: the pair and what it becomes.
type mergeOf struct {
	pair  uint64
	id    int32
	known bool // else it is left out
}

// mergeReader is what lines are read by. Any number of goroutines may use it.
type mergeReader struct {
	tokens  []string
	kinds   []Kind
	ids     map[string]int32
	foreign map[string]bool
}

// read fills found with what lines say. The first of them is of a rank.
func (r *mergeReader) read(found []mergeOf, lines []string, rank int) error {
	var joined []byte
	id := int32(-1)
	for i, line := range lines {
		if len(line) < 3 {
			return fmt.Errorf("merge %d is %q: %w", rank+i, line, ErrMerges)
		}
		at := strings.IndexByte(line[1:], ' ') + 1
		if at == 0 || at == len(line)-1 {
			return fmt.Errorf("merge %d is %q: %w", rank+i, line, ErrMerges)
		}
		left, right := line[:at], line[at+1:]
		joined = append(append(joined[:0], left...), right...)
		a, ok1 := r.ids[left]
		b, ok2 := r.ids[right]
		// Most often the merged tokens are listed in the order of the merges.
		id++
		ok3 := int(id) < len(r.tokens) && r.kinds[id] == Normal && r.tokens[id] == string(joined)
		if !ok3 {
			id, ok3 = r.ids[string(joined)]
		}
		if ok1 && ok2 && ok3 {
			found[i] = mergeOf{pair(a, b), id, true}
			continue
		}
		okLeft, okRight, okJoined := ok1 || r.foreign[left], ok2 || r.foreign[right], ok3 || r.foreign[string(joined)]
		if !okLeft || !okRight || !okJoined {
			return fmt.Errorf("merge %d, %q, isn't of the vocabulary: %w", rank+i, line, ErrMerges)
		}
	}
	return nil
}

func (m merges) lookup(left, right int32) merge {
	if into, ok := m[pair(left, right)]; ok {
		return into
	}
	return merge{rank: noRank}
}

// merge merges ids in place, the pair of the lowest rank first and the leftmost among equals, and returns how many are
// left.
func (m merges) merge(ids []int32) int {
	if len(ids) <= shortWord {
		return m.mergeShort(ids)
	}
	return m.mergeLong(ids)
}

// mergeShort merges ids in place and returns how many are left. At most shortWord ids.
func (m merges) mergeShort(ids []int32) int {
	var buf [shortWord]merge
	pairs := buf[:max(len(ids)-1, 0)] // pairs[i] is what ids[i] and ids[i+1] become
	for i := range pairs {
		pairs[i] = m.lookup(ids[i], ids[i+1])
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
			pairs[at-1] = m.lookup(ids[at-1], ids[at])
		}
		if at < len(pairs) {
			pairs[at] = m.lookup(ids[at], ids[at+1])
		}
	}
}

// mergeLong is mergeShort for any length, in n log n steps. ids becomes a linked list; the heap holds candidate pairs as
// rank<<32|position, and an entry that the list has moved past is recognised by its rank.
func (m merges) mergeLong(ids []int32) int {
	n := len(ids)
	next, prev := make([]int32, n), make([]int32, n)
	h := make(pairHeap, 0, n)
	for i := range n {
		next[i], prev[i] = int32(i+1), int32(i-1)
		if i+1 < n {
			if next := m.lookup(ids[i], ids[i+1]); next.rank != noRank {
				h = append(h, uint64(next.rank)<<32|uint64(i))
			}
		}
	}
	h.init()
	push := func(i, j int32) {
		if next := m.lookup(ids[i], ids[j]); next.rank != noRank {
			h.push(uint64(next.rank)<<32 | uint64(i))
		}
	}
	for len(h) > 0 {
		top := h.pop()
		i := int32(uint32(top))
		j := next[i]
		if ids[i] < 0 || int(j) >= n {
			continue
		}
		now := m.lookup(ids[i], ids[j])
		if now.rank != int32(top>>32) {
			continue
		}
		ids[i], ids[j] = now.id, -1
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
