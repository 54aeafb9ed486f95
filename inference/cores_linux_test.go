package inference

import (
	"fmt"
	"testing"
	"testing/fstest"
)

// machine is a /sys/devices with processors of given siblings and capacities.
func machine(siblings []string, capacities []int) fstest.MapFS {
	files := fstest.MapFS{}
	for i, s := range siblings {
		folder := fmt.Sprintf("system/cpu/cpu%d/", i)
		files[folder+"topology/thread_siblings_list"] = &fstest.MapFile{Data: []byte(s + "\n")}
		if capacities != nil {
			files[folder+"cpu_capacity"] = &fstest.MapFile{Data: fmt.Appendln(nil, capacities[i])}
		}
	}
	return files
}

func TestCores(t *testing.T) {
	hybrid := machine([]string{"0-1", "0-1", "2-3", "2-3", "4", "5", "6", "7"}, nil)
	hybrid["cpu_core/cpus"] = &fstest.MapFile{Data: []byte("0-3\n")}
	broken := machine([]string{"0", "1"}, nil)
	broken["cpu_core/cpus"] = &fstest.MapFile{Data: []byte("0-x\n")}
	all := func(int) bool { return true }
	for _, test := range []struct {
		name    string
		files   fstest.MapFS
		allowed func(int) bool
		want    int
	}{
		{"two plain cores", machine([]string{"0", "1"}, nil), all, 2},
		{"two threads per core", machine([]string{"0,4", "1,5", "2,6", "3,7", "0,4", "1,5", "2,6", "3,7"}, nil), all, 4},
		{"confined to one core and a half", machine([]string{"0-1", "0-1", "2-3", "2-3"}, nil), func(i int) bool { return i < 3 }, 2},
		{"fast and slow, Intel", hybrid, all, 2},
		{"fast and slow, Arm", machine([]string{"0", "1", "2", "3", "4", "5"}, []int{380, 380, 380, 380, 1024, 1024}), all, 2},
		{"a list that is none", broken, all, 2},
		{"nothing known", fstest.MapFS{}, all, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := coresIn(test.files, test.allowed); got != test.want {
				t.Errorf("%d cores, want %d", got, test.want)
			}
		})
	}
}

func TestMemoryOfContainers(t *testing.T) {
	file := func(s string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(s + "\n")} }
	for _, test := range []struct {
		name  string
		files fstest.MapFS
		want  int64
	}{
		{"none", fstest.MapFS{}, 0},
		{"one hierarchy, unlimited", fstest.MapFS{"proc/self/cgroup": file("0::/a/b"), "sys/fs/cgroup/a/b/memory.max": file("max")}, 0},
		{"one hierarchy, limited above", fstest.MapFS{
			"proc/self/cgroup": file("0::/a/b"), "sys/fs/cgroup/a/b/memory.max": file("max"), "sys/fs/cgroup/a/memory.max": file("5000"),
		}, 5000},
		{"seen from inside", fstest.MapFS{"proc/self/cgroup": file("0::/"), "sys/fs/cgroup/memory.max": file("7000")}, 7000},
		{"the path of outside", fstest.MapFS{"proc/self/cgroup": file("0::/docker/x"), "sys/fs/cgroup/memory.max": file("7000")}, 7000},
		{"old hierarchies", fstest.MapFS{
			"proc/self/cgroup": file("5:cpu:/x\n4:memory:/a"), "sys/fs/cgroup/memory/a/memory.limit_in_bytes": file("6000"),
			"sys/fs/cgroup/memory/memory.limit_in_bytes": file("9223372036854771712"),
		}, 6000},
		{"nonsense", fstest.MapFS{"proc/self/cgroup": file("::::"), "sys/fs/cgroup/memory.max": file("-3")}, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := containerMemory(test.files); got != test.want {
				t.Errorf("%d, want %d", got, test.want)
			}
		})
	}
}
