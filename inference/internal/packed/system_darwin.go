package packed

import "golang.org/x/sys/unix"

// present is the system's start that the program runs in.
func present() (s started) {
	id, err := unix.Sysctl("kern.bootsessionuuid")
	if err == nil && len(id) == len(s) {
		copy(s[:], id)
	}
	return s
}

// adviseHuge does nothing: pages are large enough by themselves.
func adviseHuge([]byte) {}
