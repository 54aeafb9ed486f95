package kv

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func heap(n int) ([]uint16, func(), error) { return make([]uint16, n), func() {}, nil }

// text is a sequence with what it ought to hold.
type text struct {
	seq    *Seq
	tokens []int32
}

// digest stands for the keys of the last of tokens: they depend on all tokens before.
func digest(tokens []int32) uint16 {
	h := uint32(17)
	for _, t := range tokens {
		h = h*31 + uint32(t) + 7
	}
	return uint16(h>>16 ^ h)
}

// compute does what a network does: reserve, write the page, commit.
func (x *text) compute(c *Cache, tokens []int32) error {
	if err := x.seq.Reserve(len(tokens)); err != nil {
		return err
	}
	for _, t := range tokens {
		x.tokens = append(x.tokens, t)
		i := len(x.tokens) - 1
		c.Keys(x.seq.Pages()[i/PageTokens], 1, 0)[i%PageTokens] = digest(x.tokens)
		c.Values(x.seq.Pages()[i/PageTokens], 0, 1)[i%PageTokens*2] = ^digest(x.tokens)
	}
	x.seq.Commit(tokens)
	return nil
}

func (x *text) check(c *Cache) error {
	if x.seq.Len() != len(x.tokens) {
		return fmt.Errorf("length %d, want %d", x.seq.Len(), len(x.tokens))
	}
	for i := range x.tokens {
		page := x.seq.Pages()[i/PageTokens]
		want := digest(x.tokens[:i+1])
		if got := c.Keys(page, 1, 0)[i%PageTokens]; got != want {
			return fmt.Errorf("keys of token %d of %d are %x, want %x", i, len(x.tokens), got, want)
		}
		if got := c.Values(page, 0, 1)[i%PageTokens*2]; got != ^want {
			return fmt.Errorf("values of token %d are %x, want %x", i, got, ^want)
		}
	}
	return nil
}

// accounts checks that every page is free, idle or walked, as the counters say.
func (c *Cache) accounts(texts []*text) error {
	walked := map[*node]int{}
	for _, x := range texts {
		for _, n := range x.seq.path {
			walked[n]++
		}
	}
	idle := 0
	for i := range c.nodes {
		n := &c.nodes[i]
		switch {
		case n.refs != walked[n]:
			return fmt.Errorf("page %d: %d references, %d walks", i, n.refs, walked[n])
		case n.refs == 0 && n.parent != nil:
			idle++
		}
	}
	if idle != c.idle || idle+len(walked)+len(c.free) != len(c.nodes) {
		return fmt.Errorf("%d idle (counted %d), %d walked, %d free of %d", idle, c.idle, len(walked), len(c.free), len(c.nodes))
	}
	return nil
}

// Whatever sequences do beside each other, each finds its own keys and values again.
func TestSequencesKeepTheirOwn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := New(Layout{Layers: 2, Heads: 2, Dim: 2}, 24, 8, heap)
		var texts []*text
		// Few different tokens, so that texts begin alike.
		draw := rapid.SliceOfN(rapid.Int32Range(0, 1), 1, 150)
		run := func(at *rapid.T) []int32 {
			if rapid.Bool().Draw(at, "common") {
				return slices.Repeat([]int32{1}, rapid.IntRange(1, 150).Draw(at, "n"))
			}
			return draw.Draw(at, "tokens")
		}
		pick := func(at *rapid.T) *text {
			if len(texts) == 0 {
				at.Skip("no text")
			}
			return texts[rapid.IntRange(0, len(texts)-1).Draw(at, "text")]
		}
		full := func(at *rapid.T, err error) {
			if err != nil && !errors.Is(err, ErrFull) {
				at.Fatal(err)
			}
		}
		t.Repeat(map[string]func(*rapid.T){
			"open": func(at *rapid.T) {
				tokens := run(at)
				cached := c.Cached(tokens[:len(tokens)-1])
				x := &text{seq: c.Open(tokens)}
				if n := x.seq.Len(); n > cached || n >= len(tokens) {
					at.Fatalf("%d tokens found of %d, %d cached", n, len(tokens), cached)
				}
				x.tokens = slices.Clone(tokens[:x.seq.Len()])
				texts = append(texts, x)
				full(at, x.compute(c, tokens[x.seq.Len():]))
			},
			"grow": func(at *rapid.T) { full(at, pick(at).compute(c, run(at))) },
			"fork": func(at *rapid.T) {
				x := pick(at)
				f := x.seq.Fork()
				texts = append(texts, &text{f, slices.Clone(x.tokens[:f.Len()])})
			},
			"truncate": func(at *rapid.T) {
				x := pick(at)
				full(at, x.seq.Truncate(rapid.IntRange(0, len(x.tokens)).Draw(at, "to")))
				x.tokens = x.tokens[:x.seq.Len()]
			},
			"close": func(at *rapid.T) {
				x := pick(at)
				if rapid.Bool().Draw(at, "discard") {
					x.seq.Discard()
				} else {
					x.seq.Close()
				}
				texts = slices.DeleteFunc(texts, func(y *text) bool { return y == x })
			},
			"": func(at *rapid.T) {
				for i, x := range texts {
					if err := x.check(c); err != nil {
						at.Fatalf("text %d: %v", i, err)
					}
				}
				if err := c.accounts(texts); err != nil {
					at.Fatal(err)
				}
			},
		})
	})
}

// A text that begins as another did shares its pages, also up to the middle of one.
func TestSharing(t *testing.T) {
	c := New(Layout{Layers: 2, Heads: 2, Dim: 2}, 16, 8, heap)
	tokens := make([]int32, 200)
	for i := range tokens {
		tokens[i] = int32(i)
	}
	first := &text{seq: c.Open(tokens)}
	if err := first.compute(c, tokens); err != nil {
		t.Fatal(err)
	}
	second := c.Open(append(slices.Clone(tokens[:150]), 999, 1000))
	if second.Len() != 150 {
		t.Errorf("%d tokens found, want 150", second.Len())
	}
	if !slices.Equal(second.Pages()[:2], first.seq.Pages()[:2]) {
		t.Errorf("pages %v beside %v: whole ones aren't shared", second.Pages(), first.seq.Pages())
	}
	if second.Pages()[2] == first.seq.Pages()[2] {
		t.Error("the page in which the texts part is shared")
	}
	again := c.Open(tokens)
	if again.Len() != 199 {
		t.Errorf("the same text again: %d tokens found, want all but the last", again.Len())
	}
}

// Pages that nobody needs go in the order of their last use.
func TestEviction(t *testing.T) {
	c := New(Layout{Layers: 2, Heads: 2, Dim: 2}, 3, 3, heap)
	write := func(start int32) []int32 {
		tokens := slices.Repeat([]int32{start}, PageTokens)
		x := &text{seq: c.Open(append(slices.Clone(tokens), 0))}
		if err := x.compute(c, tokens[x.seq.Len():]); err != nil {
			t.Fatal(err)
		}
		x.seq.Close()
		return append(tokens, 0)
	}
	a, b, d := write(1), write(2), write(3)
	write(1) // used again
	e := write(4)
	for i, test := range []struct {
		tokens []int32
		want   int
	}{{a, PageTokens}, {b, 0}, {d, PageTokens}, {e, PageTokens}} {
		if got := c.Cached(test.tokens); got != test.want {
			t.Errorf("text %d: %d tokens cached, want %d", i+1, got, test.want)
		}
	}
}

// What is hidden isn't found by others, whole pages or parts, and its pages are free when it is closed.
func TestHide(t *testing.T) {
	for _, prompt := range []int{1, 40, 64, 100, 128} {
		c := New(Layout{2, 2, 16}, 16, 16, heap)
		tokens := make([]int32, 300)
		for i := range tokens {
			tokens[i] = int32(i)
		}
		s := c.Open(tokens)
		s.Hide(prompt)
		x := text{seq: s}
		for _, n := range []int{prompt / 2, prompt - prompt/2 + 3, 90, 64} {
			if err := x.compute(c, tokens[len(x.tokens):len(x.tokens)+n]); err != nil {
				t.Fatal(err)
			}
		}
		if err := x.check(c); err != nil {
			t.Error(err)
		}
		if n := c.Cached(tokens); n != prompt {
			t.Errorf("%d tokens are found, want the %d that aren't hidden", n, prompt)
		}
		other := text{seq: c.Open(tokens)}
		other.seq.Hide(prompt)
		other.tokens = tokens[:other.seq.Len()]
		if other.seq.Len() > prompt || other.seq.Len() < prompt/PageTokens*PageTokens {
			t.Errorf("another begins with %d of %d tokens", other.seq.Len(), prompt)
		}
		if err := other.compute(c, tokens[other.seq.Len():290]); err != nil {
			t.Fatal(err)
		}
		if x.seq.Pages()[2] == other.seq.Pages()[2] {
			t.Error("hidden pages were united")
		}
		other.seq.Close()
		s.Close()
		held := 16 - len(c.free)
		if most := (prompt + PageTokens - 1) / PageTokens; held > 2*most {
			t.Errorf("%d pages stay for a prompt of %d tokens", held, prompt)
		}
	}
}
