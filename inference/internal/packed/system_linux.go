package packed

import (
	"os"
	"runtime"

	"golang.org/x/sys/unix"
)

// Quieten ties the goroutine to a thread and gives that the lowest priority, for good: the thread ends with the goroutine.
func Quieten() {
	runtime.LockOSThread()
	_ = unix.Setpriority(unix.PRIO_PROCESS, unix.Gettid(), 19) // else at the usual one
}

// present is the system's start that the program runs in.
func present() (s started) {
	id, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err == nil && len(id) >= len(s) {
		copy(s[:], id)
	}
	return s
}
