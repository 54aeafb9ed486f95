//go:build linux || darwin

package packed

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// mapFile maps the first size bytes of a file. Parts that other programs use already are in memory once.
func mapFile(file *os.File, size int) ([]byte, func() error, error) {
	b, err := unix.Mmap(int(file.Fd()), 0, size, unix.PROT_READ, unix.MAP_SHARED)
	if err != nil {
		return nil, nil, err
	}
	adviseHuge(b)
	return b, func() error { return unix.Munmap(b) }, nil
}

// lock takes the lock file, without waiting. The system gives it back if the program dies.
func lock(path string) (unlock func(), err error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := unix.Flock(int(file.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		_ = file.Close()
		if errors.Is(err, unix.EWOULDBLOCK) {
			return nil, ErrBusy
		}
		return nil, fmt.Errorf("lock %q: %w", path, err)
	}
	return func() { _ = file.Close() }, nil
}

// room is the bytes of a folder's disk: those that are free for this user, and all.
func room(folder string) (free, total int64, err error) {
	var st unix.Statfs_t
	if err := unix.Statfs(folder, &st); err != nil {
		return 0, 0, err
	}
	block := int64(st.Bsize) //nolint:unconvert // not of this type on every system
	return int64(st.Bavail) * block, int64(st.Blocks) * block, nil
}

// syncFolder puts the names of a folder's files on the disk.
func syncFolder(folder string) error {
	d, err := os.Open(folder)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
