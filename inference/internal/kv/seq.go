package kv

import "slices"

// Seq is a text in the cache: a way down the tree.
type Seq struct {
	cache *Cache
	path  []*node
	pages []int32
	n     int // tokens computed
	named int // tokens that others may find; negative: all
}

// nameless stands in a node for a token that nobody finds.
const nameless = -1

// worthCopying is the number of tokens from which on copying a page beats computing them again.
const worthCopying = 4

// Cached is the number of leading tokens that Open would find computed.
func (c *Cache) Cached(tokens []int32) int {
	n, _, _ := c.walk(tokens, nil)
	return n
}

// walk follows tokens from the root as far as whole nodes go, then into the child that has most of the rest. It returns
// the tokens found, and that child with the tokens found in it.
func (c *Cache) walk(tokens []int32, visit func(*node)) (n int, partial *node, in int) {
	at := &c.root
	for {
		var best *node
		most := 0
		for _, child := range at.children {
			if k := common(child.tokens[:child.n], tokens[n:]); k > most {
				best, most = child, k
			}
		}
		if most < PageTokens {
			return n + most, best, most
		}
		if visit != nil {
			visit(best)
		}
		n += PageTokens
		at = best
	}
}

func common(a, b []int32) int {
	n := min(len(a), len(b))
	for i := range n {
		if a[i] != b[i] {
			return i
		}
	}
	return n
}

// Open returns a sequence that begins with as many of tokens as are computed already, but not all: the last one is left
// for the caller to compute. Len tells how many they are. It never fails for want of pages: then it shares less.
func (c *Cache) Open(tokens []int32) *Seq {
	s := &Seq{cache: c, named: -1}
	if len(tokens) == 0 {
		return s
	}
	_, partial, in := c.walk(tokens[:len(tokens)-1], func(n *node) { s.push(n); c.hold(n) })
	s.n = len(s.path) * PageTokens
	switch {
	case partial == nil:
	case in == partial.n && partial.refs == 0 && len(partial.children) == 0:
		c.hold(partial)
		partial.owner = s
		s.push(partial)
		s.n += in
	case in >= worthCopying:
		c.hold(partial) // not to be evicted for its own copy
		s.copyOf(partial, in)
		c.release(partial, nil)
	}
	return s
}

func (s *Seq) push(n *node) {
	s.path = append(s.path, n)
	s.pages = append(s.pages, n.page)
}

func (s *Seq) parent() *node {
	if len(s.path) == 0 {
		return &s.cache.root
	}
	return s.path[len(s.path)-1]
}

// copyOf appends a page with the first k tokens of n. It reports whether there was a page for it.
func (s *Seq) copyOf(n *node, k int) bool {
	own, err := s.cache.take(s.parent())
	if err != nil {
		return false
	}
	size := s.cache.layout.words()
	from, to := int(n.page%slabPages)*size, int(own.page%slabPages)*size
	copy(s.cache.slabs[own.page/slabPages][to:to+size], s.cache.slabs[n.page/slabPages][from:from+size])
	own.n = copy(own.tokens[:k], n.tokens[:k])
	own.owner = s
	s.push(own)
	s.n += k
	return true
}

// Len is the number of tokens computed.
func (s *Seq) Len() int { return s.n }

// Pages lists the sequence's pages; token i lies in the (i/PageTokens)-th. The slice is the sequence's own.
func (s *Seq) Pages() []int32 { return s.pages }

// Reserve makes room for n more tokens, to be computed and then committed. It returns ErrFull without a page.
func (s *Seq) Reserve(n int) error {
	for len(s.path)*PageTokens < s.n+n {
		own, err := s.cache.take(s.parent())
		if err != nil {
			return err
		}
		own.owner = s
		s.push(own)
	}
	return nil
}

// Hide keeps what is computed behind the first n tokens from others: its keys and values don't follow from the tokens alone.
func (s *Seq) Hide(n int) { s.named = n }

// Commit tells that the keys and values of tokens, reserved before, are computed.
func (s *Seq) Commit(tokens []int32) {
	for len(tokens) > 0 {
		i := s.n / PageTokens
		n := s.path[i]
		k := copy(n.tokens[n.n:], tokens)
		if s.named >= 0 {
			for j := max(0, s.named-s.n); j < k; j++ {
				n.tokens[n.n+j] = nameless
			}
		}
		n.n += k
		s.n += k
		tokens = tokens[k:]
		if n.n == PageTokens {
			n.owner = nil
			s.unite(i)
		}
	}
}

// unite replaces the i-th node, just filled, by another that holds the same text, if there is one.
func (s *Seq) unite(i int) {
	n := s.path[i]
	if len(n.children) > 0 || n.refs != 1 || n.tokens[PageTokens-1] == nameless {
		return
	}
	for _, twin := range n.parent.children {
		if twin != n && twin.n == PageTokens && twin.tokens == n.tokens {
			s.cache.hold(twin)
			s.path[i], s.pages[i] = twin, twin.page
			n.refs = 0
			s.cache.drop(n)
			return
		}
	}
}

// Truncate forgets all tokens behind the first n. It returns ErrFull if that needs a page and there is none.
func (s *Seq) Truncate(n int) error {
	if n >= s.n {
		return nil
	}
	keep := (n + PageTokens - 1) / PageTokens
	for len(s.path) > keep {
		s.pop()
	}
	s.n = n
	k := n - (keep-1)*PageTokens
	if keep == 0 || k == PageTokens {
		return nil
	}
	last := s.path[keep-1]
	if last.refs == 1 && len(last.children) == 0 {
		last.n, last.owner = k, s
		return nil
	}
	s.path, s.pages, s.n = s.path[:keep-1], s.pages[:keep-1], n-k
	if !s.copyOf(last, k) {
		s.cache.release(last, s)
		return ErrFull
	}
	s.cache.release(last, s)
	return nil
}

func (s *Seq) pop() {
	last := len(s.path) - 1
	n := s.path[last]
	s.path, s.pages = s.path[:last], s.pages[:last]
	s.cache.release(n, s)
}

// Close gives the pages back. Those that are computed stay as a cache for texts that begin alike.
func (s *Seq) Close() {
	for len(s.path) > 0 {
		s.pop()
	}
	s.n = 0
	for s.cache.idle > s.cache.keep && s.cache.evict() {
	}
}

// ComparePages orders sequences so that those with common pages are neighbours.
func ComparePages(a, b *Seq) int { return slices.Compare(a.pages, b.pages) }

// Fork returns another sequence of the same text. Its pages are shared; a last one that isn't full is copied, which fails
// silently to a shorter text for want of a page: see Len.
func (s *Seq) Fork() *Seq {
	f := &Seq{cache: s.cache, named: s.named}
	for i, n := range s.path {
		k := min(PageTokens, s.n-i*PageTokens)
		if k == PageTokens {
			s.cache.hold(n)
			f.push(n)
			f.n += k
		} else if k > 0 {
			f.copyOf(n, k)
		}
	}
	return f
}

// Discard closes a sequence whose text won't be wanted again: what nobody else walks is freed.
func (s *Seq) Discard() {
	for len(s.path) > 0 {
		n := s.path[len(s.path)-1]
		s.pop()
		if n.parent != nil && n.refs == 0 && len(n.children) == 0 {
			s.cache.idle--
			s.cache.drop(n)
		}
	}
	s.n = 0
}
