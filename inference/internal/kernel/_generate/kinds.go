package main

// kindInfo describes the panels of a kind to the generator; the numbers are those of ../layout.go.
type kindInfo struct {
	name   string
	blocks int // blocks of 32 columns in a unit
	size   int // bytes of a unit
	stride int // bytes from block to block within a unit
	bits   int // bits of a code: 2, 4, 5, 6 or 8
	seed   int // field of the activations from which accumulators start, in bytes per token; 0: the constant
	min    int // sign of the minimum that is added: 0 when there is none
}

var kinds = []kindInfo{
	{name: "Q4K", blocks: 8, size: 2368, stride: 256, bits: 4, min: -1},
	{name: "Q2K", blocks: 8, size: 1344, stride: 128, bits: 2, min: -1},
	{name: "Q6K", blocks: 8, size: 3392, stride: 384, bits: 6, seed: 48},
	{name: "Q50", blocks: 1, size: 352, bits: 5, seed: 40},
	{name: "Q41", blocks: 1, size: 320, bits: 4, min: 1},
	{name: "Q80", blocks: 1, size: 544, bits: 8, seed: 44},
	{name: "W8", blocks: 1, size: 640, bits: 8, min: 1},
}

// fields of the activations, in bytes per token of the tile.
const (
	actToken  = 56
	actScale  = 32
	actSum    = 36
	actSeed8  = 44 // for offset 128
	actSeed32 = 48 // for offset 32, of the halves

	superToken = 20 // bytes per token and superblock, after the blocks: a scale, and eight sums in units of it
)

// halves reports whether the halves of a block have scales of their own.
func (k kindInfo) halves() bool { return k.bits == 6 || k.bits == 2 }

// lines is the number of cache lines of a block, rounded up.
func (k kindInfo) lines() int { return (k.size + 64*k.blocks - 1) / (64 * k.blocks) }
