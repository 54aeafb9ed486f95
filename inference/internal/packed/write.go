package packed

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

const (
	chunkBytes = 4 << 20   // written at once
	syncBytes  = 128 << 20 // written between two times that the disk is waited for
	// spareBytes, and spareParts of the disk, stay free.
	spareBytes = 2 << 30
	spareParts = 20
)

// Write keeps weights for Map, unless they are there, or stop is closed first. It waits for the disk now and then, so that
// others get at it; a goroutine that calls Quieten before leaves them the processors, too. The error wraps ErrRoom, ErrBusy,
// ErrStopped or ErrSystem unless it is the system's own; nothing is left behind then.
func (f Folder) Write(key Key, from Source, weights []byte, stop <-chan struct{}) error {
	size := int64(len(weights)) + footSize
	if size > maxBytes {
		return fmt.Errorf("%w: %d bytes", ErrRoom, size)
	}
	if err := os.MkdirAll(string(f), 0o700); err != nil {
		return err
	}
	unlock, err := lock(filepath.Join(string(f), lockName))
	if err != nil {
		return err
	}
	defer unlock()
	path := f.path(key)
	if _, foot, err := read(path); err == nil && foot.key == key {
		return nil
	}
	f.tidy(size)
	free, total, err := room(string(f))
	if err != nil {
		return err
	}
	if free-size < max(spareBytes, total/spareParts) {
		return fmt.Errorf("%w: %d bytes, %d are free", ErrRoom, size, free)
	}
	temp := strings.TrimSuffix(path, suffix) + unfinished
	if err := write(temp, weights, foot{key, int64(len(weights)), from}.bytes(), stop); err != nil {
		return errors.Join(err, os.Remove(temp))
	}
	if err := os.Rename(temp, path); err != nil {
		return errors.Join(err, os.Remove(temp))
	}
	return syncFolder(string(f))
}

// write makes a file of weights and a foot. When it returns, all of it is on the disk.
func write(path string, weights, foot []byte, stop <-chan struct{}) (err error) {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	for done := 0; done < len(weights); done += chunkBytes {
		select {
		case <-stop:
			return ErrStopped
		default:
		}
		if done%syncBytes == 0 {
			if err := file.Sync(); err != nil {
				return err
			}
		}
		if _, err := file.Write(weights[done:min(done+chunkBytes, len(weights))]); err != nil {
			return err
		}
	}
	if _, err := file.Write(foot); err != nil {
		return err
	}
	return file.Sync()
}
