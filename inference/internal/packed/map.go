package packed

import (
	"fmt"
	"os"
	"time"
)

// Map is weights mapped from a file, read-only. Reading them is a memory fault where the file was cut short, or can't be
// read, since they were mapped: use debug.SetPanicOnFault.
type Map struct {
	// Bytes are the weights. They begin on a border of a page, and end with Close.
	Bytes []byte

	path  string
	unmap func() error
}

// Map maps the weights of a key, of size bytes, and notes that they were used. The error wraps ErrUnusable or ErrSystem
// unless it is the system's own.
func (f Folder) Map(key Key, size int64) (*Map, error) {
	path := f.path(key)
	file, err := openPlain(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	_, foot, err := readFrom(file)
	if err != nil {
		return nil, err
	}
	if foot.key != key || foot.size != size || int64(int(size)) != size {
		return nil, fmt.Errorf("%w: they're of something else", ErrUnusable)
	}
	b, unmap, err := mapFile(file, int(size))
	if err != nil {
		return nil, err
	}
	now := time.Now()
	_ = os.Chtimes(path, now, now) // it only decides what is removed first
	return &Map{Bytes: b, path: path, unmap: unmap}, nil
}

// Close ends the mapping. Nobody may be reading it.
func (m *Map) Close() error {
	m.Bytes = nil
	return m.unmap()
}

// Spoil removes the file, which turned out not to hold what it should. The mapping stays.
func (m *Map) Spoil() { _ = os.Remove(m.path) }
