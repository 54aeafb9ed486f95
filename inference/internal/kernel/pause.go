package kernel

// Pause tells the processor that its caller waits in a loop.
func Pause() {}
