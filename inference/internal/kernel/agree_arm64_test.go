//go:build !noasm

package kernel

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// TestArmTiersAgree: matrix products and dot products give the same bits.
func TestArmTiersAgree(t *testing.T) {
	if !slices.Contains(Tiers(), TierI8MM) {
		t.Skip("this processor has no matrix products")
	}
	was := Tier()
	defer func() {
		if err := SetTier(was); err != nil {
			t.Fatal(err)
		}
	}()
	rng := rand.New(rand.NewPCG(81, 82))
	for _, typ := range everyType {
		const rows, cols, tokens = 40, 512, 27
		m := packed(t, typ, rows, cols, randomRows(rng, typ, rows, cols))
		x := inputs(rng, tokens, cols, cols)
		var results [2][]float32
		for i, name := range []string{TierI8MM, TierDotProd} {
			if err := SetTier(name); err != nil {
				t.Fatal(err)
			}
			results[i] = multiply(m, x, tokens, cols)
		}
		if i := differ(results[0], results[1]); i >= 0 {
			t.Errorf("%v: result %d is %v or %v", typ, i, results[0][i], results[1][i])
		}
	}
}
