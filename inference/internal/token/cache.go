package token

import (
	"hash/maphash"
	"strings"
	"sync/atomic"
)

const (
	maxCached  = 64      // bytes of a word
	cacheSlots = 1 << 14 // a power of two
)

// wordCache remembers the tokens of recent words. It never grows: a word has one slot, and a newcomer takes it over.
type wordCache struct {
	seed  maphash.Seed
	slots [cacheSlots]atomic.Pointer[cachedWord]
}

type cachedWord struct {
	word string
	ids  []int32
}

func newWordCache() *wordCache { return &wordCache{seed: maphash.MakeSeed()} }

func (c *wordCache) slot(word string) *atomic.Pointer[cachedWord] {
	return &c.slots[maphash.String(c.seed, word)&(cacheSlots-1)]
}

func (c *wordCache) get(word string) ([]int32, bool) {
	w := c.slot(word).Load()
	if w == nil || w.word != word {
		return nil, false
	}
	return w.ids, true
}

func (c *wordCache) put(word string, ids []int32) {
	c.slot(word).Store(&cachedWord{strings.Clone(word), append([]int32(nil), ids...)})
}

// append appends the tokens of word: those it remembers, or what encode appends.
func (c *wordCache) append(dst []int32, word string, encode func([]int32, string) []int32) []int32 {
	if len(word) > maxCached {
		return encode(dst, word)
	}
	if ids, ok := c.get(word); ok {
		return append(dst, ids...)
	}
	start := len(dst)
	dst = encode(dst, word)
	c.put(word, dst[start:])
	return dst
}
