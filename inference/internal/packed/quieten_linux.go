package packed

import (
	"runtime"

	"golang.org/x/sys/unix"
)

// Quieten ties the goroutine to a thread and gives that the lowest priority, for good: the thread ends with the goroutine.
func Quieten() {
	runtime.LockOSThread()
	_ = unix.Setpriority(unix.PRIO_PROCESS, unix.Gettid(), 19) // else at the usual one
}
