package kernel

import "golang.org/x/sys/unix"

// adviseHuge asks for huge pages; a kernel without them says no, and all is well.
func adviseHuge(b []byte) { _ = unix.Madvise(b, unix.MADV_HUGEPAGE) }
