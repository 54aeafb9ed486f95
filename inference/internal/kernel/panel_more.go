package kernel

import "shelftalk/inference/internal/quant"

// Panels of the types that are changed most on their way: to bytes, or to codes of another width.

// bytesOf stores a block of bytes: the nibbles of t, shifted, with bit number bit of high as their fifth bit.
func (t *turned) bytesOf(u []byte, shift uint, high *turned, bit uint) {
	for g := range t {
		var v [8]uint64
		for p := range v {
			v[p] = t[g][p]>>shift&nibbleLanes | high[g][p]>>bit&bitLanes<<4
		}
		put8(u[g*groupSize:], &v)
	}
}

func panelQ5K(u, src []byte, stride int) bool {
	var t, high turned
	high.gather(src[16:], stride)
	for i := range 4 {
		t.gather(src[48+32*i:], stride)
		t.bytesOf(u[2*i*w8Size:], 0, &high, uint(2*i))
		t.bytesOf(u[(2*i+1)*w8Size:], 4, &high, uint(2*i+1))
	}
	finite := true
	for r := range panelRows {
		b := src[r*stride:]
		d, dmin := halfAt(b, 0, 0), -halfAt(b, 2, 0)
		for j := range 8 {
			scale, minimum := quant.ScaleMin(b[4:16], j)
			v := u[j*w8Size:]
			finite = putFloat(v, w8Scale, r, d*float32(scale)) && putFloat(v, w8Min, r, dmin*float32(minimum)) && finite
		}
	}
	return finite
}

func panelQ51(u, src []byte, stride int) bool {
	var t turned
	t.gatherHalf(src[8:], stride)
	var high [8]uint64
	for p := range high {
		high[p] = uint64(word(src[2*p*stride+4:])) | uint64(word(src[(2*p+1)*stride+4:]))<<32
	}
	for g := range 8 {
		var v [8]uint64
		for p := range v {
			four := high[p] >> (4 * g) & 0x0000000f_0000000f
			v[p] = t[g%4][p]>>(g/4*4)&nibbleLanes | four*0x00204081&bitLanes<<4
		}
		put8(u[g*groupSize:], &v)
	}
	finite := true
	for r := range panelRows {
		b := src[r*stride:]
		finite = putFloat(u, w8Scale, r, halfAt(b, 0, 0)) && putFloat(u, w8Min, r, halfAt(b, 2, 0)) && finite
	}
	return finite
}

func panelQ2K(u, src []byte, stride int) bool {
	var t turned
	for h := range 2 {
		t.gather(src[16+32*h:], stride)
		for i := range 4 {
			t.pairs(u[(4*h+i)*q2kBlock:], uint(2*i))
		}
	}
	finite := true
	for r := range panelRows {
		b := src[r*stride:]
		putColumn(u[q2kSub:], r, word(b), word(b[4:]))
		putColumn(u[q2kSub+8*panelRows:], r, word(b[8:]), word(b[12:]))
		finite = putHalf(u, q2kD, r, b[80:]) && putHalf(u, q2kDMin, r, b[82:]) && finite
	}
	return finite
}

func panelQ3K(u, src []byte, stride int) bool {
	var t, high, codes turned
	high.gather(src, stride)
	for j := range uint(8) {
		if j%4 == 0 {
			t.gather(src[32+8*j:], stride)
		}
		for g := range codes {
			for p := range codes[g] { // q + 4 with the high bit, of codes from −4 on; six bits are q + 32
				c := t[g][p]>>(j%4*2)&pairLanes | high[g][p]>>j&bitLanes<<2
				codes[g][p] = c + 28*bitLanes
			}
		}
		v := u[j*q6kBlock:]
		codes.splitLow(v)
		codes.pairs(v[256:], 4)
	}
	finite := true
	for r := range panelRows {
		b := src[r*stride:]
		for j := range 16 {
			u[q6kScale+j*panelRows+r] = byte(quant.ScaleQ3(b[96:108], j))
		}
		finite = putHalf(u, q6kD, r, b[108:]) && finite
	}
	return finite
}
