package packed

import (
	"runtime"

	"golang.org/x/sys/unix"
)

// What setpriority is told on macOS to move the calling thread to the background.
const (
	threadPriority = 3
	background     = 0x1000
)

// Quieten ties the goroutine to a thread and gives that the lowest priority, for good: the thread ends with the goroutine.
func Quieten() {
	runtime.LockOSThread()
	_ = unix.Setpriority(threadPriority, 0, background) // else at the usual one
}

// present is the system's start that the program runs in.
func present() (s started) {
	id, err := unix.Sysctl("kern.bootsessionuuid")
	if err == nil && len(id) == len(s) {
		copy(s[:], id)
	}
	return s
}
