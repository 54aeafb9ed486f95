package packed

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

const (
	// chunkBytes are written at once: a huge page, which is what Linux makes of them in its cache, and what it maps by one
	// entry. Larger ones it would map page by page.
	chunkBytes = 2 << 20
	// spareBytes, and one of spareParts of the disk, stay free.
	spareBytes = 2 << 30
	spareParts = 20
)

// Pace is how Write is told that somebody waits.
type Pace struct {
	Hurry <-chan struct{} // closed: no more rests, which leave the processors to others
	Stop  <-chan struct{} // closed: give up
}

// rests is how many times as long as it writes Write rests.
const rests = 4

// Write keeps weights for Map, unless they are there; Settle brings them to the disk. The error wraps ErrRoom, ErrBusy,
// ErrStopped or ErrSystem unless it is the system's own; nothing is left behind then.
func (f Folder) Write(key Key, from Source, weights []byte, pace Pace) error {
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
	if err := write(temp, weights, foot{key, int64(len(weights)), from, present()}, pace); err != nil {
		return errors.Join(err, os.Remove(temp))
	}
	if err := os.Rename(temp, path); err != nil {
		return errors.Join(err, os.Remove(temp))
	}
	return nil
}

// write makes a file of weights and a foot.
func write(path string, weights []byte, foot foot, pace Pace) (err error) {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	for chunk := range slices.Chunk(weights, chunkBytes) {
		begin := time.Now()
		if _, err := file.Write(chunk); err != nil {
			return err
		}
		select {
		case <-pace.Stop:
			return ErrStopped
		case <-pace.Hurry:
		case <-time.After(rests * time.Since(begin)):
		}
	}
	if foot.start == (started{}) { // unknown: nobody could tell a whole file from one with holes
		if err := file.Sync(); err != nil {
			return err
		}
	}
	_, err = file.Write(foot.bytes())
	return err
}

// Settle waits until the weights of a key are on the disk, and notes it in their file.
func (f Folder) Settle(key Key) error {
	path := f.path(key)
	_, foot, err := read(path)
	if err != nil || foot.start == (started{}) {
		return err
	}
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer file.Close()
	if err := file.Sync(); err != nil {
		return err
	}
	if info, err := file.Stat(); err != nil || info.Size() != foot.size+footSize {
		return errors.Join(err, ErrUnusable) // somebody cut it
	}
	foot.start = started{}
	if _, err := file.WriteAt(foot.bytes(), foot.size); err != nil {
		return err
	}
	return errors.Join(file.Sync(), syncFolder(string(f)))
}
