package inference

import "runtime"

// DefaultThreads is the number of workers of a model that isn't told another: one for each processor core of the fast kind.
// The second thread of a core adds nothing to arithmetic that keeps the core busy, and work that is shared out evenly waits
// for slow cores. Of four and more, one is left free for the rest of the program.
func DefaultThreads() int {
	n := runtime.GOMAXPROCS(0)
	if cores := fastCores(); cores > 0 {
		n = min(n, cores)
	}
	if n >= 4 {
		n--
	}
	return n
}
