package token

import (
	"runtime"
	"time"

	"golang.org/x/sys/unix"
)

// taken is the processor's time that f takes: other programs that keep the machine busy don't count.
func taken(f func()) time.Duration {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var from, to unix.Timespec
	if unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &from) != nil {
		panic("no clock of this thread")
	}
	f()
	_ = unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &to)
	return time.Duration(to.Nano() - from.Nano())
}
