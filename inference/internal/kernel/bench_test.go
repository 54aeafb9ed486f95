//go:build unix

package kernel

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"golang.org/x/sys/unix"

	"shelftalk/inference/internal/quant"
)

// cpuSeconds is the processor time used so far: a measure that other programs on the machine disturb less than the clock.
func cpuSeconds() float64 {
	var u unix.Rusage
	if unix.Getrusage(unix.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return float64(u.Utime.Sec+u.Stime.Sec) + float64(u.Utime.Usec+u.Stime.Usec)/1e6
}

// bankBytes is more than any cache holds: weights must come from memory, as they do in a model.
const bankBytes = 192 << 20

// bank is enough equal matrices to fill bankBytes.
func bank(b *testing.B, typ quant.Type, rows, cols int) []*Matrix {
	b.Helper()
	rng := rand.New(rand.NewPCG(1, 1))
	src := randomRows(rng, typ, 16, cols)
	var ms []*Matrix
	for n := 0; n < bankBytes; n += ms[0].Bytes() {
		m, err := NewMatrix(typ, rows, cols)
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(m.Free)
		for r := 0; r < rows; r += 16 {
			k := min(16, rows-r)
			if r > 0 && k == 16 {
				copy(m.panel(r/16), m.panel(0))
				continue
			}
			if err := m.Pack(src[:k*len(src)/16], r, k); err != nil {
				b.Fatal(err)
			}
		}
		ms = append(ms, m)
	}
	return ms
}

func BenchmarkMatMul(b *testing.B) {
	for _, c := range []struct {
		typ        quant.Type
		rows, cols int
	}{
		{quant.Q4_K, 8960, 1536},
		{quant.Q4_K, 1536, 8960},
		{quant.Q6_K, 1536, 8960},
		{quant.Q5_0, 4864, 896},
		{quant.Q8_0, 4864, 896},
		{quant.Q4_1, 1536, 576},
		{quant.Q5_1, 1536, 576},
		{quant.F32, 1536, 576},
	} {
		b.Run(fmt.Sprintf("%v/%dx%d", c.typ, c.rows, c.cols), func(b *testing.B) {
			var ms []*Matrix
			for _, workers := range []int{1, 2} {
				for _, tokens := range []int{1, 4, 8, 12, 32, 256, 512} {
					b.Run(fmt.Sprintf("T%d/W%d", tokens, workers), func(t *testing.B) {
						if ms == nil {
							ms = bank(b, c.typ, c.rows, c.cols)
						}
						benchMatMul(t, ms, tokens, workers)
					})
				}
			}
		})
	}
}

// BenchmarkTiers compares the tiers of this machine.
func BenchmarkTiers(b *testing.B) {
	was := Tier()
	for _, typ := range []quant.Type{quant.Q4_K, quant.Q6_K, quant.Q8_0, quant.F32} {
		ms := bank(b, typ, 1536, 1536)
		for _, name := range Tiers() {
			for _, tokens := range []int{1, 32} {
				b.Run(fmt.Sprintf("%v/%s/T%d", typ, name, tokens), func(b *testing.B) {
					if err := SetTier(name); err != nil {
						b.Fatal(err)
					}
					benchMatMul(b, ms, tokens, 1)
				})
			}
		}
	}
	if err := SetTier(was); err != nil {
		b.Fatal(err)
	}
}

func benchMatMul(b *testing.B, ms []*Matrix, tokens, workers int) {
	m := ms[0]
	rng := rand.New(rand.NewPCG(2, 2))
	a := NewActs(tokens, m.Cols())
	a.Reset(tokens, m.Cols())
	x := inputs(rng, tokens, m.Cols(), m.Cols())
	for i := range a.Tiles() {
		a.Quantise(i, x, m.Cols())
	}
	dst := make([]float32, tokens*m.Rows())
	MatMul(dst, m.Rows(), m, a, 0, m.Panels())
	cpu := cpuSeconds()
	b.ResetTimer()
	if workers == 1 {
		for i := range b.N {
			MatMul(dst, m.Rows(), ms[i%len(ms)], a, 0, m.Panels())
		}
	} else {
		var wg sync.WaitGroup
		for w := range workers {
			wg.Go(func() {
				for i := range b.N {
					MatMul(dst, m.Rows(), ms[i%len(ms)], a, m.Panels()*w/workers, m.Panels()*(w+1)/workers)
				}
			})
		}
		wg.Wait()
	}
	b.ReportMetric(float64(b.N)/(cpuSeconds()-cpu)/1e9*float64(m.Rows())*float64(m.Cols())*float64(tokens), "GMAC/s/core")
	n := float64(b.N) / b.Elapsed().Seconds() / 1e9
	b.ReportMetric(n*float64(m.Rows())*float64(m.Cols())*float64(tokens), "GMAC/s")
	b.ReportMetric(n*float64(m.Bytes()), "GB/s")
	b.ReportMetric(0, "ns/op")
}

func BenchmarkLimits(b *testing.B) {
	for _, threads := range []int{1, 2} {
		b.Run(fmt.Sprintf("W%d", threads), func(b *testing.B) {
			for range b.N {
				l, err := MeasureLimits(threads)
				if err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(l.ReadGB, "GB/s")
				b.ReportMetric(l.DotGMAC, "GMAC/s")
				b.ReportMetric(l.FMAG, "GFMA/s")
			}
		})
	}
}

func BenchmarkAttendPage(b *testing.B) {
	for _, hd := range []int{64, 128} {
		for _, rows := range []int{1, 6, 7, 12, 60, 192} {
			b.Run(fmt.Sprintf("hd%d/R%d", hd, rows), func(b *testing.B) { benchAttend(b, hd, rows, 8, PageLen) })
		}
	}
	for _, seen := range []int{12, 24, 48, PageLen} { // private pages, from memory
		b.Run(fmt.Sprintf("hd128/R6/cold%d", seen), func(b *testing.B) { benchAttend(b, 128, 6, 4096, seen) })
	}
}

// benchAttend lets rows see the first positions of many pages.
func benchAttend(b *testing.B, hd, rows, pages, seen int) {
	rng := rand.New(rand.NewPCG(39, 40))
	q := normal(rng, rows*hd, 1)
	k, v := page(rng, hd)
	all, free, err := Halves(pages * 2 * len(k))
	if err != nil {
		b.Fatal(err)
	}
	defer free()
	keys := func(i int) []uint16 { return all[i%pages*2*len(k):][:len(k)] }
	values := func(i int) []uint16 { return all[(i%pages*2+1)*len(k):][:len(k)] }
	for i := range pages {
		copy(keys(i), k)
		copy(values(i), v)
	}
	spans := slices.Repeat([]Span{{0, seen}}, rows)
	var st Attn
	st.Reset(rows, hd)
	cpu := cpuSeconds()
	b.ResetTimer()
	for i := range b.N {
		next := keys(i + 1)[:(seen+KeyBlock-1)/KeyBlock*hd*KeyBlock]
		AttendPage(&st, q, rows, hd, KVPage{Keys: keys(i), Values: values(i), Next: next}, spans, 0.1)
	}
	b.ReportMetric(2*float64(b.N)*float64(rows*hd*seen)/(cpuSeconds()-cpu)/1e9, "GFMA/s/core")
}

func BenchmarkVectors(b *testing.B) {
	rng := rand.New(rand.NewPCG(41, 42))
	x, y, w := normal(rng, 8960, 2), normal(rng, 8960, 2), normal(rng, 8960, 1)
	dst := make([]float32, 8960)
	logits := normal(rng, 151936, 3)
	halves := make([]uint16, 1536)
	acts := NewActs(12, 8960)
	acts.Reset(12, 8960)
	many := normal(rng, 12*8960, 1)
	var found []int32
	for _, c := range []struct {
		name string
		f    func()
	}{
		{"SiluMul8960", func() { SiluMul(dst, x, y) }},
		{"GeluMul8960", func() { GeluMul(dst, x, y) }},
		{"GeluErf8960", func() { GeluErf(dst, x) }},
		{"LayerNorm1536", func() { LayerNorm(dst[:1536], x[:1536], w, w, 1e-6) }},
		{"RMSNorm1536", func() { RMSNorm(dst[:1536], x[:1536], w, 1e-6) }},
		{"Add1536", func() { Add(dst[:1536], x[:1536]) }},
		{"Rope128", func() { RopeNeox(dst[:128], w[:64], w[64:128]) }},
		{"RopeNorm128", func() { RopeNorm(dst[:128], w[:64], w[64:128]) }},
		{"ToHalf1536", func() { ToHalf(halves, x[:1536]) }},
		{"Quantise12x8960", func() { acts.Quantise(0, many, 8960) }},
		{"Max151936", func() { Max(logits) }},
		{"SumExp151936", func() { SumExp(logits, 12) }},
		{"Above151936", func() { found = Above(found[:0], logits, 9) }},
	} {
		b.Run(c.name, func(b *testing.B) {
			cpu := cpuSeconds()
			for range b.N {
				c.f()
			}
			b.ReportMetric((cpuSeconds()-cpu)*1e9/float64(b.N), "cpu-ns/op")
		})
	}
}

func BenchmarkPack(b *testing.B) {
	rng := rand.New(rand.NewPCG(43, 44))
	for _, typ := range everyType {
		b.Run(typ.String(), func(b *testing.B) {
			const rows, cols = 64, 1536
			src := randomRows(rng, typ, rows, cols)
			m, err := NewMatrix(typ, rows, cols)
			if err != nil {
				b.Fatal(err)
			}
			defer m.Free()
			b.SetBytes(int64(len(src)))
			cpu := cpuSeconds()
			for range b.N {
				if err := m.Pack(src, 0, rows); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(len(src))*float64(b.N)/(cpuSeconds()-cpu)/1e6, "MB/cpu-s")
		})
	}
}
