package main

// Two-bit codes are unlike the others: four groups share a vector, and every half of a block has
// a scale and a minimum of its own. The minimum's share is the half's sum of activations, which the start for offset 32 tells.

// avx512TwoBits unpacks the codes of groups g and g+1.
func avx512TwoBits(a *asm, g int) {
	for i, z := range []string{zLow, zHigh} {
		down := 2 * ((g + i) % 4)
		if down == 0 {
			a.op("VPANDD %d(SI), %s, %s", g/4*64, zMask, z)
			continue
		}
		a.op("VPSRLW $%d, %d(SI), %s", down, g/4*64, z)
		a.op("VPANDD %s, %s, %s", zMask, z, z)
	}
}

// avx512TwoBitScales loads the scales of a half, and its minima over 32.
func avx512TwoBitScales(a *asm, half int) {
	a.op("VPMOVZXBD %d(R9), %s", 16*half, zW)
	a.op("MOVL $15, AX")
	a.op("VPBROADCASTD AX, %s", zLow)
	a.op("MOVL $0x3d000000, AX") // 1/32
	a.op("VPBROADCASTD AX, %s", zHigh)
	a.op("VPSRLD $4, %s, %s", zW, zMin)
	a.op("VPANDD %s, %s, %s", zLow, zW, zW)
	a.op("VCVTDQ2PS %s, %s", zW, zW)
	a.op("VCVTDQ2PS %s, %s", zMin, zMin)
	a.op("VMULPS %s, %s, %s", zHigh, zMin, zMin)
	a.op("VMULPS %s, %s, %s", zScale, zW, zW)
	a.op("VMULPS %s, %s, %s", zSuper, zMin, zMin)
}

// avx512TwoBitSum scales the integer sums of a half and adds them. 3·2^22 in units of the activations' scale, less the start, is
// the half's sum times 32 and the scale.
func avx512TwoBitSum(a *asm, T, half int) {
	a.op("MOVL $0x0bc00000, AX")
	a.op("VPBROADCASTD AX, %s", zHigh)
	for t := range T {
		a.op("VSUBPS %s, Z%d, Z%d", zBase, t, t)
		a.op("VMULPS.BCST %d(DX), Z%d, Z%d", actScale*T+4*t-bias, t, t)
		a.op("VPADDD.BCST %d(DX), %s, %s", actScale*T+4*t-bias, zHigh, zLow)
		a.op("VSUBPS.BCST %d(DX), %s, %s", (actSeed32+4*half)*T+4*t-bias, zLow, zLow)
		a.op("VFMADD231PS %s, Z%d, Z%d", zW, t, 12+t)
		a.op("VFNMADD231PS %s, %s, Z%d", zMin, zLow, 12+t)
	}
}

// avx2TwoBits unpacks the codes of groups g and g+1.
func avx2TwoBits(a *asm, g, half int) {
	a.op("VMOVDQU %d(SI), %s", g/4*64+32*half, yTmp)
	for i, y := range []string{yLow, yHigh} {
		from := yTmp
		if down := 2 * ((g + i) % 4); down > 0 {
			a.op("VPSRLW $%d, %s, %s", down, yTmp, y)
			from = y
		}
		a.op("VPAND lowPair<>(SB), %s, %s", from, y)
	}
}

// avx2TwoBitScales loads the scales of part of a block, and its minima over 32.
func avx2TwoBitScales(a *asm, part, half int) {
	a.op("VPMOVZXBD %d(R9), %s", 16*part+8*half, yLow)
	a.op("VCVTPH2PS %d(R12), %s", 256+16*half, yD)
	a.op("VCVTPH2PS %d(R12), %s", 288+16*half, yDMin)
	a.op("VPSRLD $4, %s, %s", yLow, yHigh)
	a.op("VPSLLD $28, %s, %s", yLow, yLow)
	a.op("VPSRLD $28, %s, %s", yLow, yLow)
	a.op("VCVTDQ2PS %s, %s", yLow, yLow)
	a.op("VCVTDQ2PS %s, %s", yHigh, yHigh)
	a.op("VMULPS part32<>(SB), %s, %s", yHigh, yHigh)
	a.op("VMULPS %s, %s, %s", yD, yLow, yLow)
	a.op("VMULPS %s, %s, %s", yDMin, yHigh, yHigh)
}

// avx2TwoBitSum scales the integer sums of part of a block and adds them.
func avx2TwoBitSum(a *asm, T, part int) {
	a.op("VMOVUPS base<>(SB), %s", yD)
	for t := range T {
		a.op("VBROADCASTSS %d(DX), %s", actScale*T+4*t, yX)
		a.op("VBROADCASTSS %d(DX), %s", (actSeed32+4*part)*T+4*t, yTmp)
		a.op("VSUBPS %s, Y%d, Y%d", yD, t, t)
		a.op("VSUBPS %s, %s, %s", yTmp, yD, yTmp)
		a.op("VMULPS %s, Y%d, Y%d", yX, t, t)
		a.op("VMULPS %s, %s, %s", yX, yTmp, yTmp)
		a.op("VFMADD231PS %s, Y%d, Y%d", yLow, t, 4+t)
		a.op("VFNMADD231PS %s, %s, Y%d", yHigh, yTmp, 4+t)
	}
}
