package kernel

import (
	"encoding/binary"

	"shelftalk/inference/internal/quant"
)

// putNibble, putPair and putBit store parts of code e of row r into vectors that start at u; the bytes were zero.
func putNibble(u []byte, r, e int, q byte) {
	g, i := e/4, r*4+e%4
	u[g/2*groupSize+i] |= q & 15 << (g % 2 * 4)
}

func putPair(u []byte, r, e int, q byte) {
	g, i := e/4, r*4+e%4
	u[g/4*groupSize+i] |= q & 3 << (g % 4 * 2)
}

func putBit(u []byte, r, e int, q byte) {
	g, i := e/4, r*4+e%4
	u[i] |= q & 1 << g
}

// What follows handles four codes of a row at once, as they lie together in a group.

const (
	lowNibbles = 0x0f0f0f0f
	lowPairs   = 0x03030303
)

func word(b []byte) uint32 { return binary.LittleEndian.Uint32(b) }

// putWord stores row r of vector v.
func putWord(u []byte, v, r int, w uint32) { binary.LittleEndian.PutUint32(u[v*groupSize+4*r:], w) }

// packNibbles stores 32 codes given as 16 bytes, low nibbles first.
func packNibbles(u []byte, r int, qs []byte) {
	for v := range 2 {
		a, b := word(qs[8*v:]), word(qs[8*v+4:])
		putWord(u, v, r, a&lowNibbles|b&lowNibbles<<4)
		putWord(u, v+2, r, a>>4&lowNibbles|b>>4&lowNibbles<<4)
	}
}

// packSplit stores 32 codes given as one nibble, at bit shift, of 32 bytes.
func packSplit(u []byte, r int, qs []byte, shift int) {
	for v := range 4 {
		a, b := word(qs[8*v:])>>shift, word(qs[8*v+4:])>>shift
		putWord(u, v, r, a&lowNibbles|b&lowNibbles<<4)
	}
}

// packPairs stores the two high bits, at bit shift, of 32 bytes.
func packPairs(u []byte, r int, qh []byte, shift int) {
	for v := range 2 {
		var w uint32
		for g := range 4 {
			w |= word(qh[16*v+4*g:]) >> shift & lowPairs << (2 * g)
		}
		putWord(u, v, r, w)
	}
}

// packFifths stores the fifth bits of 32 codes: bit 4g+k becomes bit g of byte k.
func packFifths(u []byte, r int, qh uint32) {
	var w uint32
	for k := range 4 {
		x := qh >> k & 0x11111111
		x = (x | x>>3) & 0x03030303
		x = (x | x>>6) & 0x000f000f
		x = (x | x>>12) & 0xff
		w |= x << (8 * k)
	}
	putWord(u, 0, r, w)
}

// packBlock stores a block of 32 weights of row r.
func packBlock(u []byte, t quant.Type, r int, b []byte) bool {
	switch t {
	case quant.Q4_0: // q−8 = (q+8)−16
		clearRow(u, r, 5)
		for e := range blockCols {
			q := legacyNibble(b[2:], e) + 8
			putNibble(u, r, e, q)
			putBit(u[q50High:], r, e, q>>4)
		}
		return putHalf(u, q50D, r, b)
	case quant.Q5_0:
		packNibbles(u, r, b[6:])
		packFifths(u[q50High:], r, word(b[2:]))
		return putHalf(u, q50D, r, b)
	case quant.Q4_1:
		packNibbles(u, r, b[4:])
		return putHalf(u, q41D, r, b) && putHalf(u, q41M, r, b[2:])
	case quant.Q8_0:
		for g := range 8 {
			putWord(u, g, r, word(b[2+4*g:])^0x80808080)
		}
		return putHalf(u, q80D, r, b)
	case quant.IQ4NL:
		book := quant.Codebook()
		for e := range blockCols {
			putByte(u, r, e, byte(book[legacyNibble(b[2:], e)])^0x80)
		}
		return putHalf(u, q80D, r, b)
	}
	for e := range blockCols { // Q5_1
		putByte(u, r, e, legacyFive(b[4:], e))
	}
	return putFloat(u, w8Scale, r, halfAt(b, 0, 0)) && putFloat(u, w8Min, r, halfAt(b, 2, 0))
}

func putByte(u []byte, r, e int, q byte) { u[e/4*groupSize+r*4+e%4] = q }

// clearRow zeroes row r of the first n vectors.
func clearRow(u []byte, r, n int) {
	for g := range n {
		binary.LittleEndian.PutUint32(u[g*groupSize+4*r:], 0)
	}
}

// legacyNibble is code e of 32 codes in 16 bytes: low nibbles first.
func legacyNibble(qs []byte, e int) byte { return qs[e%16] >> (e / 16 * 4) & 15 }

// legacyFive is the same with fifth bits in four bytes before them.
func legacyFive(b []byte, e int) byte {
	return legacyNibble(b[4:], e) | byte(word(b)>>e&1<<4)
}

// packSuper stores a block of 256 weights of row r in panels of the kinds q2k, q4k and q6k.
func packSuper(u []byte, t quant.Type, r int, b []byte) bool {
	switch t {
	case quant.Q4_K:
		for j := range 8 {
			packSplit(u[j*256:], r, b[16+j/2*32:], j%2*4)
			u[q4kSub+j*panelRows+r], u[q4kMin+j*panelRows+r] = quant.ScaleMin(b[4:16], j)
		}
		return putHalf(u, q4kD, r, b) && putHalf(u, q4kDMin, r, b[2:])
	case quant.Q6_K:
		for j := range 8 { // block j: half h of the columns, run i of four that share high bits
			h, i := j/4, j%4
			packSplit(u[j*q6kBlock:], r, b[h*64+i%2*32:], i/2*4)
			packPairs(u[j*q6kBlock+256:], r, b[128+h*32:], i*2)
		}
		for j := range 16 {
			u[q6kScale+j*panelRows+r] = b[192+j]
		}
		return putHalf(u, q6kD, r, b[208:])
	case quant.Q2_K:
		for j := range 8 {
			packPairs(u[j*q2kBlock:], r, b[16+j/4*32:], j%4*2)
		}
		for j := range 16 {
			u[q2kSub+j*panelRows+r] = b[j]
		}
		return putHalf(u, q2kD, r, b[80:]) && putHalf(u, q2kDMin, r, b[82:])
	}
	clearRow(u, r, 48)
	for i := range superCols { // Q3_K
		putSix(u[i/blockCols*q6kBlock:], r, i%blockCols, byte(quant.CodeQ3(b, i)+32))
	}
	for j := range 16 {
		u[q6kScale+j*panelRows+r] = byte(quant.ScaleQ3(b[96:108], j))
	}
	return putHalf(u, q6kD, r, b[108:])
}

func putSix(u []byte, r, e int, q byte) {
	putNibble(u, r, e, q)
	putPair(u[256:], r, e, q>>4)
}

// packWide stores a block of 256 weights of row r in eight blocks of the kind w8.
func packWide(u []byte, t quant.Type, r int, b []byte) bool {
	d, book := halfAt(b, 0, 0), quant.Codebook()
	for j := range 8 {
		v := u[j*w8Size:]
		var scale, minimum float32
		if t == quant.Q5_K {
			sc, mn := quant.ScaleMin(b[4:16], j)
			scale, minimum = d*float32(sc), -halfAt(b, 2, 0)*float32(mn)
			for e := range blockCols {
				putByte(v, r, e, b[48+j/2*32+e]>>(j%2*4)&15|b[16+e]>>j&1<<4)
			}
		} else { // IQ4_XS
			scale = d * float32(quant.ScaleIQ4XS(b, j))
			minimum = -128 * scale
			for e := range blockCols {
				putByte(v, r, e, byte(book[legacyNibble(b[8+j*16:], e)])^0x80)
			}
		}
		if !putFloat(v, w8Scale, r, scale) || !putFloat(v, w8Min, r, minimum) {
			return false
		}
	}
	return true
}
