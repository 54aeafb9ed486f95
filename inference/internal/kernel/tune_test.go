package kernel

import (
	"testing"
	"time"
)

// The way that is clearly shorter at its best is found, whatever else the machine does meanwhile.
func TestShorter(t *testing.T) {
	const ms = time.Millisecond
	for _, test := range []struct {
		name         string
		usual, other []time.Duration // of the rounds, in turn
		want         bool
	}{
		{"half as long", []time.Duration{10 * ms}, []time.Duration{5 * ms}, true},
		{"twice as long", []time.Duration{10 * ms}, []time.Duration{20 * ms}, false},
		{"as long", []time.Duration{10 * ms}, []time.Duration{10 * ms}, false},
		{"hardly shorter", []time.Duration{100 * ms}, []time.Duration{99 * ms}, false},
		{"shorter, but often held up", []time.Duration{10 * ms}, []time.Duration{50 * ms, 70 * ms, 8 * ms}, true},
		{"longer, the usual way often held up", []time.Duration{90 * ms, 10 * ms, 80 * ms}, []time.Duration{12 * ms}, false},
	} {
		var now time.Duration
		next := func(list []time.Duration) func() {
			i := 0
			return func() { now += list[i%len(list)]; i++ }
		}
		if got := shorter(tuneRounds, func() time.Duration { return now }, next(test.usual), next(test.other)); got != test.want {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
	}
}
