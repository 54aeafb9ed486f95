// Package kv keeps the keys and values of every token that was computed, in pages of 64 tokens, and shares them.
//
// The pages form a tree: a node is a page with the tokens in it, and the way from the root to a node spells the text
// whose keys and values the pages on that way hold. A sequence is such a way. Texts that begin alike walk the same nodes,
// so what they have in common is computed once and stored once; where a text leaves another in the middle of a page, the
// page is copied up to there. A node that no sequence walks any more stays as a cache until its page is needed, the one
// that was used longest ago first.
//
// All layers of a token lie in one page, those too that see a window of the text only. Giving their part of it back behind
// the window would save a single text of Gemma 3 (270M, a window of 512) 22 of 38 MB at 2,048 tokens and 116 of 151 MB at
// 8,192, but a batch nothing: what its rows write is shorter than the window, and of their common beginning the last window
// must stay for the next row. Without it a text that goes on from the beginning would have to be read again as a whole.
//
// Only one goroutine may use a Cache and its sequences. The words of a page may be read and written by others while
// that goroutine waits for them.
package kv

import (
	"errors"
	"fmt"
)

// PageTokens is the number of tokens in a page.
const PageTokens = 64

// slabPages is the number of pages that are allocated together.
const slabPages = 16

// ErrFull means that every page is held by a sequence.
var ErrFull = errors.New("no page left for keys and values")

// Layout is the shape of a page: Layers x Heads blocks of keys and of values, each PageTokens x Dim half floats.
type Layout struct{ Layers, Heads, Dim int }

// block is the number of words of one head's keys in a page.
func (l Layout) block() int { return PageTokens * l.Dim }

// words is the number of words of a page.
func (l Layout) words() int { return 2 * l.Layers * l.Heads * l.block() }

// PageBytes is the memory of a page.
func (l Layout) PageBytes() int64 { return 2 * int64(l.words()) }

// Alloc returns n words of memory, and what frees them.
type Alloc func(n int) ([]uint16, func(), error)

// Cache owns the pages.
type Cache struct {
	layout Layout
	alloc  Alloc
	slabs  [][]uint16
	frees  []func()
	nodes  []node  // by page
	free   []int32 // pages that hold nothing
	root   node
	clock  uint64
	idle   int // pages of nodes that no sequence walks
	keep   int // idle pages kept as a cache
}

// node is a page in the tree. Its tokens are those whose keys and values are computed.
type node struct {
	page     int32
	n        int
	tokens   [PageTokens]int32
	parent   *node
	children []*node
	refs     int  // sequences that walk it
	owner    *Seq // the one that may write to it; nil when it is full, or its writer is gone
	used     uint64
}

// New makes a cache of at most pages pages, of which keep may stay filled when no sequence needs them.
func New(l Layout, pages, keep int, alloc Alloc) *Cache {
	c := &Cache{layout: l, alloc: alloc, keep: keep, nodes: make([]node, pages), free: make([]int32, pages)}
	for i := range c.nodes {
		c.nodes[i].page = int32(i)
		c.free[i] = int32(pages - 1 - i)
	}
	c.root.page = -1
	return c
}

// Close frees the memory. No sequence may be used afterwards.
func (c *Cache) Close() {
	for _, free := range c.frees {
		free()
	}
	c.slabs, c.frees = nil, nil
}

// Available is the number of pages that a sequence could get.
func (c *Cache) Available() int { return len(c.free) + c.idle }

// Keys returns the keys of a page's head: the half floats of PageTokens keys, laid out as the one who writes them likes.
func (c *Cache) Keys(page int32, layer, head int) []uint16 {
	return c.at(page, 2*(layer*c.layout.Heads+head))
}

// Values returns the values of a page's head: PageTokens rows of Dim.
func (c *Cache) Values(page int32, layer, head int) []uint16 {
	return c.at(page, 2*(layer*c.layout.Heads+head)+1)
}

func (c *Cache) at(page int32, block int) []uint16 {
	size := c.layout.block()
	from := int(page%slabPages)*c.layout.words() + block*size
	return c.slabs[page/slabPages][from : from+size : from+size]
}

// take returns an empty page as a node below parent, evicting the one used longest ago if it must.
func (c *Cache) take(parent *node) (*node, error) {
	if len(c.free) == 0 && !c.evict() {
		return nil, ErrFull
	}
	page := c.free[len(c.free)-1]
	for int(page/slabPages) >= len(c.slabs) {
		words, free, err := c.alloc(slabPages * c.layout.words())
		if err != nil {
			return nil, fmt.Errorf("memory for keys and values: %w: %w", err, ErrFull)
		}
		c.slabs, c.frees = append(c.slabs, words), append(c.frees, free)
	}
	c.free = c.free[:len(c.free)-1]
	n := &c.nodes[page]
	n.n, n.parent, n.refs = 0, parent, 1
	parent.children = append(parent.children, n)
	return n, nil
}

// drop gives a node's page back. Nobody walks it, and it has no children.
func (c *Cache) drop(n *node) {
	siblings := n.parent.children
	for i, s := range siblings {
		if s == n {
			siblings[i] = siblings[len(siblings)-1]
			siblings[len(siblings)-1] = nil
			n.parent.children = siblings[:len(siblings)-1]
			break
		}
	}
	n.parent, n.owner, n.n = nil, nil, 0
	c.free = append(c.free, n.page)
}

// evict drops the idle leaf that was used longest ago.
func (c *Cache) evict() bool {
	var oldest *node
	for i := range c.nodes {
		n := &c.nodes[i]
		if n.parent != nil && n.refs == 0 && len(n.children) == 0 && (oldest == nil || n.used < oldest.used) {
			oldest = n
		}
	}
	if oldest == nil {
		return false
	}
	c.idle--
	c.drop(oldest)
	return true
}

// hold lets a sequence walk n.
func (c *Cache) hold(n *node) {
	if n.refs == 0 {
		c.idle--
	}
	n.refs++
}

// release ends a sequence's walk over n. An empty node, and one that nobody would find, goes at once.
func (c *Cache) release(n *node, s *Seq) {
	if n.owner == s {
		n.owner = nil
	}
	n.refs--
	if n.refs > 0 {
		return
	}
	c.clock++
	n.used = c.clock
	if (n.n == 0 || n.tokens[0] == nameless) && len(n.children) == 0 {
		c.drop(n)
		return
	}
	c.idle++
}
