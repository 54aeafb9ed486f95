package kernel

import (
	"encoding/binary"
	"math"
	"unsafe"
)

// address is where a slice begins.
func address(b []byte) int { return int(uintptr(unsafe.Pointer(unsafe.SliceData(b)))) }

// alignedBytes is n zero bytes that begin on a cache line.
func alignedBytes(n int) []byte {
	b := make([]byte, n+63)
	return b[(64-address(b)%64)%64:][:n:n]
}

// putBits writes a value of token t into a field of a block of a tile of T tokens.
func putBits(out []byte, field, t, T int, bits uint32) {
	binary.LittleEndian.PutUint32(out[field*T+4*t:], bits)
}

func getBits(out []byte, field, t, T int) uint32 {
	return binary.LittleEndian.Uint32(out[field*T+4*t:])
}

func getFloat(out []byte, field, t, T int) float32 {
	return math.Float32frombits(getBits(out, field, t, T))
}

// firstByte points at the first float of x as bytes.
func firstByte(x []float32) *byte { return (*byte)(unsafe.Pointer(unsafe.SliceData(x))) }
