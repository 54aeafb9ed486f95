package packed

import "os"

// present is the system's start that the program runs in.
func present() (s started) {
	id, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err == nil && len(id) >= len(s) {
		copy(s[:], id)
	}
	return s
}
