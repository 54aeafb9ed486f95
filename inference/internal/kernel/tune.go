package kernel

import "time"

// The sizes of what Tune measures: as many weights as lie in a second-level cache, a batch's tokens, and how often.
const (
	tuneRows   = 512
	tuneCols   = 1536
	tuneTokens = 32
	tuneRounds = 12
)

// tuneGain is how much less time the way that isn't the usual one must take to be chosen.
const tuneGain = 0.98

// shorter reports whether work takes clearly less time when it's done the other way: in rounds, both ways in turn, the best of
// each way against the other's, so that what else the machine does counts little.
func shorter(rounds int, clock func() time.Duration, usual, other func()) bool {
	least := [2]time.Duration{}
	for round := range rounds {
		for way, work := range []func(){usual, other} {
			begin := clock()
			work()
			if d := clock() - begin; round == 0 || d < least[way] {
				least[way] = d
			}
		}
	}
	return float64(least[1]) < tuneGain*float64(least[0])
}
