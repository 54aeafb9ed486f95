package packed

import (
	"os"

	"golang.org/x/sys/unix"
)

// adviseHuge asks for pieces of the size of huge pages where a mapping has to be read from the disk.
func adviseHuge(b []byte) { _ = unix.Madvise(b, unix.MADV_HUGEPAGE) }

// present is the system's start that the program runs in.
func present() (s started) {
	id, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err == nil && len(id) >= len(s) {
		copy(s[:], id)
	}
	return s
}
