package kernel

import (
	"encoding/binary"

	"shelftalk/inference/internal/quant"
)

// Packing a whole panel: the words of 16 rows are turned, so that a word of all rows stands together as it will in the panel,
// two rows to an integer. What follows is the same arithmetic as for a row, on 16 of them.

// turned holds eight words of 16 rows: word w of rows 2p and 2p+1 at [w][p], the even row in the low half.
type turned [8][8]uint64

const (
	nibbleLanes = 0x0f0f0f0f_0f0f0f0f
	pairLanes   = 0x03030303_03030303
	bitLanes    = 0x01010101_01010101
	lowRow      = 0xffffffff
)

// gather reads 32 bytes of each row; a row's begin stride bytes behind the last one's.
func (t *turned) gather(src []byte, stride int) {
	for p := range 8 {
		even, odd := (*[32]byte)(src[2*p*stride:]), (*[32]byte)(src[(2*p+1)*stride:])
		for i := range 4 {
			x, y := binary.LittleEndian.Uint64(even[8*i:]), binary.LittleEndian.Uint64(odd[8*i:])
			t[2*i][p], t[2*i+1][p] = x&lowRow|y<<32, x>>32|y&^lowRow
		}
	}
}

// gatherHalf reads 16 bytes of each row, into the first four words.
func (t *turned) gatherHalf(src []byte, stride int) {
	for p := range 8 {
		even, odd := (*[16]byte)(src[2*p*stride:]), (*[16]byte)(src[(2*p+1)*stride:])
		for i := range 2 {
			x, y := binary.LittleEndian.Uint64(even[8*i:]), binary.LittleEndian.Uint64(odd[8*i:])
			t[2*i][p], t[2*i+1][p] = x&lowRow|y<<32, x>>32|y&^lowRow
		}
	}
}

// put8 stores a vector.
func put8(u []byte, v *[8]uint64) {
	b := (*[groupSize]byte)(u)
	binary.LittleEndian.PutUint64(b[0:], v[0])
	binary.LittleEndian.PutUint64(b[8:], v[1])
	binary.LittleEndian.PutUint64(b[16:], v[2])
	binary.LittleEndian.PutUint64(b[24:], v[3])
	binary.LittleEndian.PutUint64(b[32:], v[4])
	binary.LittleEndian.PutUint64(b[40:], v[5])
	binary.LittleEndian.PutUint64(b[48:], v[6])
	binary.LittleEndian.PutUint64(b[56:], v[7])
}

// lowNibblesOf stores the low nibbles of words a and b, highNibblesOf the high ones: a's in the low nibbles of the vector.
func lowNibblesOf(u []byte, a, b *[8]uint64, flip uint64) {
	var v [8]uint64
	for p := range v {
		v[p] = (a[p]&nibbleLanes | b[p]&nibbleLanes<<4) ^ flip
	}
	put8(u, &v)
}

func highNibblesOf(u []byte, a, b *[8]uint64, flip uint64) {
	var v [8]uint64
	for p := range v {
		v[p] = (a[p]>>4&nibbleLanes | b[p]&^nibbleLanes) ^ flip
	}
	put8(u, &v)
}

// splitLow stores a block of the low nibbles of eight words, splitHigh one of the high nibbles.
func (t *turned) splitLow(u []byte) {
	for v := range 4 {
		lowNibblesOf(u[v*groupSize:], &t[2*v], &t[2*v+1], 0)
	}
}

func (t *turned) splitHigh(u []byte) {
	for v := range 4 {
		highNibblesOf(u[v*groupSize:], &t[2*v], &t[2*v+1], 0)
	}
}

// halves stores a block of four words: the low nibbles before the high ones, each changed by flip.
func (t *turned) halves(u []byte, flip uint64) {
	for v := range 2 {
		lowNibblesOf(u[v*groupSize:], &t[2*v], &t[2*v+1], flip)
		highNibblesOf(u[(v+2)*groupSize:], &t[2*v], &t[2*v+1], flip)
	}
}

// pairs stores the two bits at shift of eight words.
func (t *turned) pairs(u []byte, shift uint) {
	for h := range 2 {
		a, b, c, d := &t[4*h], &t[4*h+1], &t[4*h+2], &t[4*h+3]
		var v [8]uint64
		for p := range v {
			v[p] = a[p]>>shift&pairLanes | b[p]>>shift&pairLanes<<2 | c[p]>>shift&pairLanes<<4 | d[p]>>shift&pairLanes<<6
		}
		put8(u[h*groupSize:], &v)
	}
}

// tops stores the highest bits of the nibbles of four words as fifth bits.
func (t *turned) tops(u []byte) {
	var v [8]uint64
	for p := range v {
		for g := range 4 {
			v[p] |= t[g][p]>>3&bitLanes<<g | t[g][p]>>7&bitLanes<<(4+g)
		}
	}
	put8(u, &v)
}

// packPanel packs 16 rows of a type whose whole panels are packed at once; ok says whether it is one. A row begins stride bytes
// behind the last one; finite is false when a scale isn't.
func (m *Matrix) packPanel(panel, src []byte, stride int) (finite, ok bool) {
	var pack func(u, src []byte, stride int) bool
	switch m.typ {
	case quant.Q4_K:
		pack = panelQ4K
	case quant.Q6_K:
		pack = panelQ6K
	case quant.Q5_0:
		pack = panelQ50
	case quant.Q4_0:
		pack = panelQ40
	case quant.Q4_1:
		pack = panelQ41
	case quant.Q8_0:
		pack = panelQ80
	case quant.Q2_K:
		pack = panelQ2K
	case quant.Q3_K:
		pack = panelQ3K
	case quant.Q5_K:
		pack = panelQ5K
	case quant.Q5_1:
		pack = panelQ51
	default:
		return false, false
	}
	elems, size := m.typ.Block()
	unitCols, unit := m.kind.unit()
	unit *= elems / unitCols
	finite = true
	for c := range m.cols / elems {
		finite = pack(panel[c*unit:][:unit], src[c*size:], stride) && finite
	}
	return finite, true
}

func panelQ4K(u, src []byte, stride int) bool {
	var t turned
	for i := range 4 {
		t.gather(src[16+32*i:], stride)
		t.splitLow(u[2*i*256:])
		t.splitHigh(u[(2*i+1)*256:])
	}
	finite := true
	for r := range panelRows {
		b := (*[16]byte)(src[r*stride:])
		x, y, z := word(b[4:]), word(b[8:]), word(b[12:]) // as quant.ScaleMin, four at a time
		putColumn(u[q4kSub:], r, x&0x3f3f3f3f, z&lowNibbles|x>>6&lowPairs<<4)
		putColumn(u[q4kMin:], r, y&0x3f3f3f3f, z>>4&lowNibbles|y>>6&lowPairs<<4)
		finite = putHalf(u, q4kD, r, b[:]) && putHalf(u, q4kDMin, r, b[2:]) && finite
	}
	return finite
}

// putColumn stores eight bytes of row r, each in a vector of 16.
func putColumn(u []byte, r int, a, b uint32) {
	c := (*[7*panelRows + 1]byte)(u[r:])
	for i := range 4 {
		c[i*panelRows], c[(i+4)*panelRows] = byte(a>>(8*i)), byte(b>>(8*i))
	}
}

func panelQ6K(u, src []byte, stride int) bool {
	var a, b, high turned
	for h := range 2 {
		a.gather(src[64*h:], stride)
		b.gather(src[64*h+32:], stride)
		high.gather(src[128+32*h:], stride)
		u := u[4*h*q6kBlock:]
		a.splitLow(u)
		b.splitLow(u[q6kBlock:])
		a.splitHigh(u[2*q6kBlock:])
		b.splitHigh(u[3*q6kBlock:])
		for i := range 4 {
			high.pairs(u[i*q6kBlock+256:], uint(2*i))
		}
	}
	finite := true
	for r := range panelRows {
		b := src[r*stride:]
		putColumn(u[q6kScale:], r, word(b[192:]), word(b[196:]))
		putColumn(u[q6kScale+8*panelRows:], r, word(b[200:]), word(b[204:]))
		finite = putHalf(u, q6kD, r, b[208:]) && finite
	}
	return finite
}

func panelQ50(u, src []byte, stride int) bool {
	var t turned
	t.gatherHalf(src[6:], stride)
	t.halves(u, 0)
	var v [8]uint64
	for p := range v {
		x := uint64(word(src[2*p*stride+2:])) | uint64(word(src[(2*p+1)*stride+2:]))<<32
		v[p] = fifths(x)
	}
	put8(u[q50High:], &v)
	return putHalves(u[q50D:], src, stride)
}

// fifths is packFifths for two rows: the five bits of a bit's place, three of the group and two of the byte, are exchanged
// two by two until those of the byte stand first.
func fifths(x uint64) uint64 {
	x = exchange(x, 14, 0x0000cccc_0000cccc)
	x = exchange(x, 7, 0x00aa00aa_00aa00aa)
	x = exchange(x, 2, 0x0c0c0c0c_0c0c0c0c)
	return exchange(x, 1, 0x22222222_22222222)
}

// exchange exchanges the bits in mask with those d places higher.
func exchange(x uint64, d uint, mask uint64) uint64 {
	t := (x ^ x>>d) & mask
	return x ^ t ^ t<<d
}

func panelQ40(u, src []byte, stride int) bool { // q−8 = (q+8)−16
	var t turned
	t.gatherHalf(src[2:], stride)
	t.halves(u, 8*bitLanes|8*bitLanes<<4)
	t.tops(u[q50High:])
	return putHalves(u[q50D:], src, stride)
}

func panelQ41(u, src []byte, stride int) bool {
	var t turned
	t.gatherHalf(src[4:], stride)
	t.halves(u, 0)
	finite := putHalves(u[q41D:], src, stride)
	return putHalves(u[q41M:], src[2:], stride) && finite
}

func panelQ80(u, src []byte, stride int) bool {
	var t turned
	t.gather(src[2:], stride)
	for g := range t {
		v := &t[g]
		for p := range v {
			v[p] ^= 0x80 * bitLanes
		}
		put8(u[g*groupSize:], v)
	}
	return putHalves(u[q80D:], src, stride)
}

// putHalves copies a binary16 scale of each row; false when one isn't finite.
func putHalves(u, src []byte, stride int) bool {
	finite := true
	for r := range panelRows {
		finite = putHalf(u, 0, r, src[r*stride:]) && finite
	}
	return finite
}
