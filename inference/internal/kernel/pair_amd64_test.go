//go:build !noasm

package kernel

import (
	"math/rand/v2"
	"testing"
)

// TestPairsAreSinglePanels: two panels at once give the bits of one after the other, for every number of panels and tile.
func TestPairsAreSinglePanels(t *testing.T) {
	was, tier := pairing, Tier()
	defer func() { pairing, _ = was, SetTier(tier) }()
	if SetTier(TierAVX512) != nil {
		return // nothing here pairs panels
	}
	rng := rand.New(rand.NewPCG(13, 14))
	for _, typ := range everyType {
		for _, rows := range []int{32, 50, 96, 112} {
			cols := 768
			if elems, _ := typ.Block(); elems < superCols {
				cols = 864
			}
			m := packed(t, typ, rows, cols, randomRows(rng, typ, rows, cols))
			for _, tokens := range []int{8, 12, 27, 63} {
				x := inputs(rng, tokens, cols, cols)
				pairing = false
				want := multiply(m, x, tokens, cols)
				pairing = true
				if i := differ(multiply(m, x, tokens, cols), want); i >= 0 {
					t.Fatalf("%v, %d rows, %d tokens: paired panels differ at %d", typ, rows, tokens, i)
				}
			}
		}
	}
}
