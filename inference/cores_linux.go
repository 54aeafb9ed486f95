package inference

import (
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// fastCores is the number of fast cores that this process may run on; 0 where the system doesn't tell.
func fastCores() int {
	var set unix.CPUSet
	if unix.SchedGetaffinity(0, &set) != nil {
		return 0
	}
	return coresIn(os.DirFS("/sys/devices"), set.IsSet)
}

// maxProcessors bounds the search for processors.
const maxProcessors = 1024

// coresIn counts the cores of allowed processors in /sys/devices. Where cores are of two kinds, Intel's are listed by kind,
// and Arm's tell their capacity.
func coresIn(devices fs.FS, allowed func(int) bool) int {
	list, mixed := processors(read(devices, "cpu_core/cpus"))
	capacities := map[int]int{}
	most := 0
	cores := map[string]int{} // by the processors that share them, the greatest capacity
	for i := range maxProcessors {
		folder := fmt.Sprintf("system/cpu/cpu%d/", i)
		siblings := read(devices, folder+"topology/thread_siblings_list")
		if siblings == "" || !allowed(i) || mixed && !list[i] {
			continue
		}
		capacities[i], _ = strconv.Atoi(read(devices, folder+"cpu_capacity"))
		cores[siblings] = max(cores[siblings], capacities[i])
		most = max(most, capacities[i])
	}
	n := 0
	for _, capacity := range cores {
		if 4*capacity >= 3*most {
			n++
		}
	}
	return n
}

func read(devices fs.FS, name string) string {
	text, err := fs.ReadFile(devices, name)
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(text))
}

// processors reads a list such as "0-3,8"; false when it is none.
func processors(text string) (map[int]bool, bool) {
	list := map[int]bool{}
	for part := range strings.SplitSeq(text, ",") {
		first, last, isRange := strings.Cut(part, "-")
		if !isRange {
			last = first
		}
		from, err := strconv.Atoi(first)
		to, err2 := strconv.Atoi(last)
		if err != nil || err2 != nil || from < 0 || to >= maxProcessors {
			return nil, false
		}
		for i := from; i <= to; i++ {
			list[i] = true
		}
	}
	return list, true
}
