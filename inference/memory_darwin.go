package inference

import "golang.org/x/sys/unix"

// machineMemory is the machine's memory.
func machineMemory() (int64, error) {
	n, err := unix.SysctlUint64("hw.memsize")
	return int64(n), err
}
