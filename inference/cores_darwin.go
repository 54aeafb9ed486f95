package inference

import "golang.org/x/sys/unix"

// fastCores is the number of fast cores; 0 where the system doesn't tell.
func fastCores() int {
	for _, name := range []string{"hw.perflevel0.physicalcpu", "hw.physicalcpu"} {
		if n, err := unix.SysctlUint32(name); err == nil && n > 0 {
			return int(n)
		}
	}
	return 0
}
