package inference

import (
	"io/fs"
	"math"
	"os"
	"path"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// machineMemory is the memory that this process could have at most: the machine's, or its container's.
func machineMemory() (int64, error) {
	var info unix.Sysinfo_t
	if err := unix.Sysinfo(&info); err != nil {
		return 0, err
	}
	total := int64(info.Totalram) * int64(info.Unit)
	if limit := containerMemory(os.DirFS("/")); limit > 0 {
		total = min(total, limit)
	}
	return total, nil
}

// containerMemory is the least limit of the control groups that this process is in, in a file system that has /proc and /sys;
// 0: none. A group is limited by those above it, too. Of the old kind, memory has a hierarchy of its own.
func containerMemory(root fs.FS) int64 {
	least := int64(math.MaxInt64)
	for line := range strings.Lines(read(root, "proc/self/cgroup")) {
		_, rest, _ := strings.Cut(strings.TrimSpace(line), ":")
		kind, group, _ := strings.Cut(rest, ":")
		folder, file := "sys/fs/cgroup", "memory.max"
		switch kind {
		case "":
		case "memory":
			folder, file = "sys/fs/cgroup/memory", "memory.limit_in_bytes"
		default:
			continue
		}
		for group = path.Clean("/" + group); ; group = path.Dir(group) {
			n, err := strconv.ParseInt(read(root, path.Join(folder, group, file)), 10, 64)
			if err == nil && n > 0 {
				least = min(least, n)
			}
			if group == "/" {
				break
			}
		}
	}
	if least >= math.MaxInt64-1<<20 { // the old kind's way to say "none"
		return 0
	}
	return least
}
