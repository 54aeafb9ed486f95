package kernel

import (
	"sync"
	"time"
)

// Limits are what this machine can do at most, measured: nothing computed here can be faster.
type Limits struct {
	Threads int
	ReadGB  float64 // gigabytes read from memory in a second
	DotGMAC float64 // billions of 8-bit multiply-adds in a second, in the tier's instructions
	FMAG    float64 // billions of float32 multiply-adds in a second
}

const limitBytes = 256 << 20 // beyond any cache

// MeasureLimits takes about a second and 256 MiB of memory. In a tier without assembly the rates are those of plain Go.
func MeasureLimits(threads int) (Limits, error) {
	threads = max(1, threads)
	mem, err := mapMemory(limitBytes)
	if err != nil {
		return Limits{}, ErrMemory
	}
	defer mem.free()
	for i := 0; i < len(mem.bytes); i += 4096 {
		mem.bytes[i] = 1
	}
	share := limitBytes / threads &^ 4095
	l := Limits{Threads: threads}
	l.ReadGB = rate(threads, func(i int) float64 {
		readAll(mem.bytes[i*share:][:share])
		return float64(share)
	})
	l.DotGMAC = rate(threads, func(int) float64 { return dotLoop(loopRounds) })
	l.FMAG = rate(threads, func(int) float64 { return fmaLoop(loopRounds) })
	return l, nil
}

// loopRounds keeps one call below a tenth of a millisecond: assembly can't be preempted.
const loopRounds = 4000

// rate is the best of some measurements of threads goroutines that each do work for a while, in billions per second.
func rate(threads int, work func(i int) float64) float64 {
	var best float64
	for range 5 {
		var wg sync.WaitGroup
		done := make([]float64, threads)
		start := time.Now()
		for i := range threads {
			wg.Go(func() {
				for time.Since(start) < 40*time.Millisecond {
					done[i] += work(i)
				}
			})
		}
		wg.Wait()
		var sum float64
		for _, d := range done {
			sum += d
		}
		best = max(best, sum/time.Since(start).Seconds()/1e9)
	}
	return best
}

// readAllGeneric adds up words, so that the compiler can't leave the reads out.
func readAllGeneric(b []byte) (sum byte) {
	for i := 0; i < len(b); i += 64 {
		sum += b[i]
	}
	return sum
}

// dotLoopGeneric does n·64 multiply-adds of bytes and returns their number.
func dotLoopGeneric(n int) float64 {
	var codes, x [64]byte
	var sum int32
	for range n {
		for i := range codes {
			sum += int32(codes[i]) * int32(int8(x[i]))
		}
		codes[0] = byte(sum)
	}
	return float64(n * len(codes))
}

// fmaLoopGeneric does n·16 multiply-adds of floats and returns their number.
func fmaLoopGeneric(n int) float64 {
	var a, b [16]float32
	for range n {
		for i := range a {
			a[i] = fma32(a[i], b[i], 1)
		}
	}
	return float64(n * len(a))
}
