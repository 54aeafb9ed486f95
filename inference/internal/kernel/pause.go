package kernel

// Pause tells the processor that its caller waits in a loop. Call it from Go: a loop in assembly couldn't be preempted.
func Pause() { pause() }
