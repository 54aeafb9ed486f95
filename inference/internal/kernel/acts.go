package kernel

import (
	"math"
	"runtime"
	"slices"
	"sync/atomic"
)

// maxTile is the largest number of tokens of a tile: twelve integer and twelve float accumulators are what the registers hold.
const maxTile = 12

// A block of a tile of T tokens holds 56·T bytes: signed codes [T][32] (see codeAt), then, each [T] wide, the float32 scale, the scale times
// the sum of the codes, and four integers from which accumulators start (magicBits less an offset times the sum of the codes):
// for offset 16, for offset 128, for offset 32 over the first and over the last 16 codes.
//
// An accumulator that starts at magicBits is, read as a float32, 3·2^22 plus the dot product, exactly, since no dot product of
// 32 codes reaches 2^22: a subtraction converts it.
const (
	actToken  = 56 // bytes per token and block
	magicBits = 0x4B400000
	tinyAmax  = 1e-25 // a block whose largest value is below counts as zero, so that no product becomes subnormal
)

// Inputs of matrices of the usual kinds (see TakesPowers) are scaled by powers of two where the tier has kernels that gain by it:
// an accumulator that starts at 3·2^22 in units of the scale s, its bits being those of s plus pow2Bits, converts to s times the
// dot product. The seeds for offsets 16 and 32 start there too. A scale is up to twice as large as it need be, 1.4 times on
// average; that is finer than a scale per 256 columns, and weights of six bits or less are coarser still.
//
// The minima of q4k are multiplied with the sums of blocks, as integers. There a tile ends in 20·T bytes per superblock: a unit,
// the power of two in which the largest of its eight sums comes to 4,064 to 8,128, [T] wide; then the sums in that unit, rounded
// to even, as pairs of int16, four times [T] wide. Under the largest scale a sum is exact, and with some scales below; what others
// lose is nothing beside what quantising did to the values under the largest. Eight sums times 63, a minimum, stay below 2^22.
const (
	pow2Bits   = magicBits - 0x3F800000
	pow2Top    = 0x71800000 // the largest scale, 2^100
	superToken = 20
	superBlock = superCols / blockCols
	superTop   = 8128 // the largest sum in its unit
)

// offsets within a block of a tile of T tokens, in units of T bytes.
const (
	actScale, actSum, actSeed16, actSeed128, actSeed32 = 32, 36, 40, 44, 48
)

// codeAt is where a block holds the code of token t of T and column e. On arm64 tokens lie in pairs, eight columns of the one beside
// eight of the other, as its matrix products take them.
func codeAt(t, e, T int) int {
	if runtime.GOARCH == "arm64" && T > 1 {
		return t/2*2*blockCols + e/8*16 + t%2*8 + e%8
	}
	return t*blockCols + e
}

// Acts holds the inputs of a linear layer for the tokens of a step: quantised, in tiles, and as floats for float matrices.
// One goroutine calls Reset; then Quantise may run for different tiles at once, and MatMul after that.
type Acts struct {
	tokens, cols int
	blocks       int
	codes        []byte
	floats       []float32
	keep         bool
	fine         bool  // scales are never powers of two
	pow2         bool  // scales are powers of two in this step
	starts       []int // first token of each tile, and the number of tokens at the end

	// The sums of superblocks are made by those who first need them: tiles that are taken, and that are done.
	summing, summed atomic.Int32
}

// NewActs makes room for steps of up to maxTokens tokens with inputs of up to maxCols columns.
func NewActs(maxTokens, maxCols int) *Acts {
	blocks := (maxCols + blockCols - 1) / blockCols
	return &Acts{
		codes:  alignedBytes(maxTokens * (blocks*actToken + blocks/superBlock*superToken)),
		floats: make([]float32, maxTokens*maxCols),
		keep:   true,
		starts: make([]int, 0, maxTokens+1),
	}
}

// DropFloats saves the memory and the time of keeping unquantised inputs; right for a model in which no matrix NeedsFloats.
func (a *Acts) DropFloats() { a.keep, a.floats = false, nil }

// KeepFine keeps every scale as fine as it can be; right for a model in which no matrix TakesPowers.
func (a *Acts) KeepFine() { a.fine = true }

// Reset sets the shape of the next step: tokens ≥ 1 inputs of cols columns.
func (a *Acts) Reset(tokens, cols int) {
	a.tokens, a.cols, a.blocks = tokens, cols, cols/blockCols
	a.pow2 = !a.fine && active.pow2()
	a.summing.Store(0)
	a.summed.Store(0)
	a.starts = a.starts[:0]
	for t := 0; t < tokens; {
		a.starts = append(a.starts, t)
		t += tileSize(min(tokens-t, active.tileTokens()))
	}
	a.starts = append(a.starts, tokens)
}

// tileSize is the size of the next tile when n tokens are left: 12, 8, 4, 2 or 1.
func tileSize(n int) int {
	switch {
	case n >= 12:
		return 12
	case n >= 8:
		return 8
	case n >= 4:
		return 4
	case n >= 2:
		return 2
	}
	return 1
}

// Tokens is the number of tokens of the step.
func (a *Acts) Tokens() int { return a.tokens }

// Tiles is the number of tiles of the step.
func (a *Acts) Tiles() int { return len(a.starts) - 1 }

// Tile is the range of tokens of a tile.
func (a *Acts) Tile(tile int) (start, end int) { return a.starts[tile], a.starts[tile+1] }

// tile is the quantised inputs of a tile.
func (a *Acts) tile(i int) []byte {
	size := a.blocks * actToken
	if a.pow2 {
		size += a.blocks / superBlock * superToken
	}
	return a.codes[a.starts[i]*size : a.starts[i+1]*size]
}

// superSums sees to it that the sums of superblocks are there; whoever comes meanwhile shares the work.
func (a *Acts) superSums() {
	tiles := int32(a.Tiles())
	if a.summed.Load() == tiles {
		return
	}
	for {
		i := a.summing.Add(1) - 1
		if i >= tiles {
			break
		}
		start, end := a.Tile(int(i))
		tile, T := a.tile(int(i)), end-start
		sumSupers(tile[a.blocks*actToken*T:], tile, a.blocks/superBlock, T)
		a.summed.Add(1)
	}
	for n := 1; a.summed.Load() < tiles; n++ {
		if n%1024 == 0 {
			runtime.Gosched()
		}
		Pause()
	}
}

// sumSupersGeneric makes the sums of a tile's superblocks from its blocks.
func sumSupersGeneric(dst, blocks []byte, supers, T int) {
	for s := range supers {
		in, out := blocks[s*superBlock*actToken*T:], dst[s*superToken*T:][:superToken*T]
		for t := range T {
			var most float32
			for j := range superBlock {
				most = max(most, float32(math.Abs(float64(getFloat(in[j*actToken*T:], actSum, t, T)))))
			}
			unit := (math.Float32bits(most*(1.0/superTop)) + 0x7FFFFF) &^ 0x7FFFFF
			putBits(out, 0, t, T, unit)
			inverse := math.Float32frombits(0x7F000000 - unit)
			var sums [superBlock]uint32
			for j := range sums {
				sums[j] = uint32(int32(math.RoundToEven(float64(getFloat(in[j*actToken*T:], actSum, t, T) * inverse))))
			}
			for j := 0; j < superBlock; j += 2 {
				putBits(out, 4+2*j, t, T, sums[j]&0xFFFF|sums[j+1]<<16)
			}
		}
	}
}

// quantiseRun is the number of blocks that all tokens of a tile write before the next ones, so that the lines they share stay in
// the first-level cache.
const quantiseRun = 32

// Quantise stores the inputs of a tile's tokens: token t of the step (not of the tile) is x[t·stride : t·stride+cols]. Columns
// past the last whole block of 32 are kept as floats only.
func (a *Acts) Quantise(tile int, x []float32, stride int) {
	from, to := a.Tile(tile)
	a.quantiseTile(tile, from, to, 0, x[from*stride:], stride, a.cols)
}

// QuantiseRange stores columns col … col+n−1 of the tokens from … to−1: those of token t are x[(t−from)·stride:][:n]. col is a
// multiple of 32, and so is n unless the inputs end there. Ranges that don't overlap may be stored at once.
func (a *Acts) QuantiseRange(from, to, col, n int, x []float32, stride int) {
	for tile := a.tileOf(from); from < to; tile++ {
		end := min(to, a.starts[tile+1])
		a.quantiseTile(tile, from, end, col, x, stride, n)
		if end < to {
			x = x[(end-from)*stride:]
		}
		from = end
	}
}

// tileOf is the tile of a token.
func (a *Acts) tileOf(t int) int {
	tile, found := slices.BinarySearch(a.starts, t)
	if !found {
		tile--
	}
	return tile
}

// quantiseTile is QuantiseRange within a tile.
func (a *Acts) quantiseTile(tile, from, to, col int, x []float32, stride, n int) {
	start, end := a.Tile(tile)
	T, first, blocks := end-start, col/blockCols, n/blockCols
	dst := a.tile(tile)[first*actToken*T:]
	for b := 0; b < blocks; b += quantiseRun {
		run := min(quantiseRun, blocks-b)
		out := dst[b*actToken*T:][:run*actToken*T]
		for t := from; t < to; t++ {
			quantise(out, x[(t-from)*stride+b*blockCols:][:run*blockCols], t-start, T, a.pow2)
		}
	}
	for t := from; a.keep && t < to; t++ {
		copy(a.floats[t*a.cols+col:][:n], x[(t-from)*stride:])
	}
}

// quantiseGeneric writes token t of a tile of T tokens. Per block of 32: scale = max|x|/127, code = round to
// even(x/scale); with pow2, the scale is the next power of two. An input that isn't finite, or with pow2 beyond 1e32, gives
// meaningless numbers, but no harm.
func quantiseGeneric(dst []byte, x []float32, t, T int, pow2 bool) {
	for b := 0; b < len(x)/blockCols; b++ {
		v := x[b*blockCols:][:blockCols]
		out := dst[b*actToken*T:][:actToken*T]
		var amax float32
		for _, f := range v {
			amax = max(amax, float32(math.Abs(float64(f))))
		}
		var scale, inverse float32
		if amax >= tinyAmax {
			scale = amax * (1.0 / 127)
			if pow2 {
				scale = math.Float32frombits(min((math.Float32bits(scale)+0x7FFFFF)&^0x7FFFFF, pow2Top))
			}
			inverse = 1 / scale
		}
		var sums [2]int32
		for e, f := range v {
			q := int32(math.RoundToEven(float64(f * inverse)))
			q = min(max(q, -127), 127)
			out[codeAt(t, e, T)] = byte(int8(q))
			sums[e/16] += q
		}
		sum, start := sums[0]+sums[1], int32(magicBits)
		if pow2 {
			start = int32(math.Float32bits(scale) + pow2Bits)
		}
		putBits(out, actScale, t, T, math.Float32bits(scale))
		putBits(out, actSum, t, T, math.Float32bits(scale*float32(sum)))
		putBits(out, actSeed16, t, T, uint32(start-16*sum))
		putBits(out, actSeed128, t, T, uint32(magicBits-128*sum))
		putBits(out, actSeed32, t, T, uint32(start-32*sums[0]))
		putBits(out, actSeed32+4, t, T, uint32(start-32*sums[1]))
	}
}
