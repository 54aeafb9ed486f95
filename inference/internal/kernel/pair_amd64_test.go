//go:build !noasm

package kernel

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"shelftalk/inference/internal/quant"
)

// TestPairsAreSinglePanels: two panels at once give the bits of one after the other, for every number of panels and tile,
// whatever the scales are, and whether the columns go in one part or in several.
func TestPairsAreSinglePanels(t *testing.T) {
	was, tier := pairing, Tier()
	defer func() { pairing, _ = was, SetTier(tier) }()
	if SetTier(TierAVX512) != nil {
		return // nothing here pairs panels
	}
	rng := rand.New(rand.NewPCG(13, 14))
	for _, typ := range everyType {
		for i, rows := range []int{32, 50, 96, 112} {
			cols := []int{768, 4352}[i%2]
			if elems, _ := typ.Block(); elems < superCols {
				cols += 96
			}
			m := packed(t, typ, rows, cols, randomRows(rng, typ, rows, cols))
			for _, tokens := range []int{8, 12, 27, 63} {
				x := inputs(rng, tokens, cols, cols)
				for _, fine := range []bool{false, true} {
					if fine && m.TakesPowers() {
						continue
					}
					a := NewActs(tokens, cols)
					a.fine = fine
					pairing = false
					want := multiplyActs(a, m, x, tokens, cols)
					pairing = true
					if i := differ(multiplyActs(a, m, x, tokens, cols), want); i >= 0 {
						t.Fatalf("%v, %d rows, %d tokens, fine %v: paired panels differ at %d", typ, rows, tokens, fine, i)
					}
				}
			}
		}
	}
}

// TestSumsOfSuperblocksEqualTheirTwin: the same bytes, be the scales of a superblock alike or not, and for zeros.
func TestSumsOfSuperblocksEqualTheirTwin(t *testing.T) {
	tier := Tier()
	defer func() { _ = SetTier(tier) }()
	if SetTier(TierAVX512) != nil {
		return // nothing here needs them
	}
	rng := rand.New(rand.NewPCG(15, 16))
	for _, T := range []int{1, 2, 4, 8, 12} {
		const supers = 5
		blocks := alignedBytes(supers * superBlock * actToken * T)
		for tok := range T {
			x := normal(rng, supers*superCols, 1)
			for i := range x {
				switch {
				case i < superCols: // every block of its own size
					x[i] *= float32(int(1) << (i / blockCols * 3))
				case i < 2*superCols:
					x[i] = 0
				case i < 3*superCols:
					x[i] = 1e30
				case i < 4*superCols:
					x[i] *= 1e-24
				}
			}
			quantise(blocks, x, tok, T, true)
		}
		got, want := alignedBytes(supers*superToken*T), alignedBytes(supers*superToken*T)
		sumSupers(got, blocks, supers, T)
		sumSupersGeneric(want, blocks, supers, T)
		if !bytes.Equal(got, want) {
			t.Fatalf("T %d: bytes differ", T)
		}
	}
}

// TestMinimaEqualTheirTwin: kernels of one panel give the bits of plain Go for sums of superblocks, too.
func TestMinimaEqualTheirTwin(t *testing.T) {
	tier := Tier()
	defer func() { _ = SetTier(tier) }()
	if SetTier(TierAVX512) != nil {
		return
	}
	rng := rand.New(rand.NewPCG(17, 18))
	const cols, tokens = 768, 27
	m := packed(t, quant.Q4_K, panelRows, cols, randomRows(rng, quant.Q4_K, panelRows, cols))
	a := NewActs(tokens, cols)
	a.Reset(tokens, cols)
	x := inputs(rng, tokens, cols, cols)
	for i := range a.Tiles() {
		a.Quantise(i, x, cols)
	}
	got, want := make([]float32, tokens*panelRows), make([]float32, tokens*panelRows)
	MatMul(got, panelRows, m, a, 0, 1)
	for i := range a.Tiles() {
		start, _ := a.Tile(i)
		tileGeneric(want[start*panelRows:], panelRows, m, 0, a, i)
	}
	for i := range got {
		if d := got[i] - want[i]; d > 1e-4 || d < -1e-4 {
			t.Fatalf("element %d is %v, in plain Go %v", i, got[i], want[i])
		}
	}
}
