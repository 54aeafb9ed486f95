//go:build !noasm

package kernel

import (
	"sync"
	"time"

	"shelftalk/inference/internal/quant"
)

var tuned sync.Once

// Tune chooses, where it isn't known, whether panels go in pairs: it measures both ways for a few milliseconds, once in a
// process. Results don't depend on the choice. It is called before any matrix is multiplied.
func Tune() {
	tuned.Do(func() {
		if active == avx512 && !pairing {
			pairing = pairsGain()
		}
	})
}

// pairsGain reports whether a batch's product is computed clearly faster in pairs. Without memory to measure in it is not.
func pairsGain() bool {
	m, err := NewMatrix(quant.Q4_K, tuneRows, tuneCols)
	if err != nil {
		return false
	}
	defer m.Free()
	x, a := make([]float32, tuneTokens*tuneCols), NewActs(tuneTokens, tuneCols)
	a.Reset(tuneTokens, tuneCols)
	for i := range a.Tiles() {
		a.Quantise(i, x, tuneCols)
	}
	dst, was, start := make([]float32, tuneTokens*tuneRows), pairing, time.Now()
	defer func() { pairing = was }()
	way := func(pairs bool) func() {
		return func() {
			pairing = pairs
			MatMul(dst, tuneRows, m, a, 0, m.Panels())
		}
	}
	return shorter(tuneRounds, func() time.Duration { return time.Since(start) }, way(false), way(true))
}
