package batch

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

func TestTimeLeftIsHonest(t *testing.T) {
	tests := []struct {
		name                      string
		elapsed                   time.Duration
		finished, flight, pending int
		want                      time.Duration
	}{
		{"nothing measured", time.Minute, 0, 8, 100, 0},
		{"too little measured", time.Minute, 2, 1, 100, 0},
		{"too little for so many at once", time.Minute, 15, 32, 100, 0},
		{"one by one", 10 * time.Second, 10, 0, 5, 5 * time.Second},
		{"nothing left", time.Minute, 60, 0, 0, 0},
	}
	for _, tt := range tests {
		if got := timeLeft(tt.elapsed, tt.finished, tt.flight, tt.pending); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

// In a simulated batch of 32 rows at once, of uneven length, the estimate is a quarter off at most, give or take seconds.
// A step of the simulated machine takes longer the more rows it has, but not in proportion.
func TestTimeLeftOfASimulatedBatch(t *testing.T) {
	const total, width = 300, 32
	rng := rand.New(rand.NewPCG(1, 2))
	steps := func() int { return 100 + rng.IntN(100) }
	type moment struct {
		at                        float64
		finished, flight, pending int
	}
	var moments []moment
	var flight []int // steps left of each row
	claimed, finished, now := 0, 0, 0.0
	for finished < total {
		for len(flight) < width && claimed < total {
			flight = append(flight, steps())
			claimed++
		}
		now += 0.05 + 0.15*float64(len(flight))/width
		for i := range flight {
			flight[i]--
		}
		if rest := slices.DeleteFunc(flight, func(n int) bool { return n == 0 }); len(rest) < len(flight) {
			flight, finished = rest, claimed-len(rest)
			moments = append(moments, moment{now, finished, len(rest), total - finished})
		}
	}
	said := 0
	for _, m := range moments {
		left := timeLeft(time.Duration(m.at*float64(time.Second)), m.finished, m.flight, m.pending).Seconds()
		if left == 0 {
			continue
		}
		said++
		if off := math.Abs(left - (now - m.at)); off > 0.25*(now-m.at)+5 {
			t.Errorf("after %.0f s: said %.0f s, took %.0f s", m.at, left, now-m.at)
		}
	}
	if said < len(moments)*8/10 {
		t.Errorf("an estimate was given only %d times of %d", said, len(moments))
	}
}
