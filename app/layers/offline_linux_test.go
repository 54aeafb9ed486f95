package layers

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
)

// runWithoutSockets, set in a child's environment, makes TestMain forbid sockets to itself and become the program that it
// names, with the child's arguments.
const runWithoutSockets = "SHELFTALK_TEST_WITHOUT_SOCKETS"

// The words that make this program a small one of its own: an interpreter from the machine would do more than it is asked
// (a version manager's wrapper is a shell script, and a shell may ask a name service over a socket).
const (
	liveQuietly  = "live-quietly"
	openASocket  = "open-a-socket"
	sayWhenAlive = "alive"
)

func TestMain(m *testing.M) {
	if program := os.Getenv(runWithoutSockets); program != "" {
		if err := forbidSockets(); err != nil {
			_, _ = os.Stderr.WriteString("forbid sockets: " + err.Error() + "\n")
			os.Exit(99)
		}
		if err := os.Unsetenv(runWithoutSockets); err != nil {
			os.Exit(99)
		}
		err := syscall.Exec(program, append([]string{program}, os.Args[1:]...), os.Environ())
		_, _ = os.Stderr.WriteString("exec: " + err.Error() + "\n")
		os.Exit(99)
	}
	if len(os.Args) == 2 && (os.Args[1] == liveQuietly || os.Args[1] == openASocket) {
		if os.Args[1] == openASocket {
			_, _ = unix.Socket(unix.AF_INET, unix.SOCK_STREAM, 0)
		}
		_, _ = os.Stdout.WriteString(sayWhenAlive)
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// forbidSockets has the kernel kill this process, and whatever it becomes, at its first socket(2): a seccomp filter
// (man 2 seccomp) of four instructions on the system call's number.
func forbidSockets() error {
	const numberOffset = 0 // of seccomp_data.nr
	filter := []unix.SockFilter{
		{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: numberOffset},
		{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: unix.SYS_SOCKET, Jt: 0, Jf: 1},
		{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_KILL_PROCESS},
		{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ALLOW},
	}
	runtime.LockOSThread()
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return err
	}
	program := unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	_, _, errno := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, unix.SECCOMP_FILTER_FLAG_TSYNC, uintptr(unsafe.Pointer(&program)))
	if errno != 0 {
		return errno
	}
	return nil
}

func withoutSockets(t *testing.T, program string, args ...string) (string, error) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, args...)
	cmd.Env = append(os.Environ(), runWithoutSockets+"="+program)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// The filter must bite, or the next test proves nothing.
func TestTheFilterKillsASocket(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if out, err := withoutSockets(t, self, liveQuietly); err != nil || out != sayWhenAlive {
		t.Fatalf("a program without sockets should live: %v\n%s", err, out)
	}
	out, err := withoutSockets(t, self, openASocket)
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.Sys().(syscall.WaitStatus).Signal() != unix.SIGSYS || out != "" {
		t.Fatalf("a program with a socket should die of it, got %v\n%s", err, out)
	}
}

// Import a spreadsheet, write copy, store it and export it: with every socket forbidden by the kernel.
func TestTheMainJobOpensNoSocket(t *testing.T) {
	dir := t.TempDir()
	cli := filepath.Join(dir, "shelftalk-cli")
	build := exec.Command("go", "build", "-o", cli, "../cli")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	out := filepath.Join(dir, "drafts.xlsx")
	said, err := withoutSockets(t, cli, "batch", "--in", "../../assets/samples/sample-catalogue.xlsx", "--out", out,
		"--model", "light", "--language", "en", "--limit", "2", "--seed", "1", "--data", filepath.Join(dir, "data"))
	if err != nil {
		t.Fatalf("batch without sockets: %v\n%s", err, said)
	}
	if info, err := os.Stat(out); err != nil || info.Size() == 0 {
		t.Fatalf("no drafts were written: %v\n%s", err, said)
	}
}
