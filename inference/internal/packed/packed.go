// Package packed keeps models' packed weights in a folder, so that a model that was loaded once needs no packing the next
// time: its weights are mapped from the file, and come into memory, and leave it, as the system likes.
//
// A file is the weights, from its first byte on, and behind them a foot of fixed size that says whose they are (see foot.go).
// It is written under another name, by one program at a time, and given its own name when it is complete: a file of the right
// name, length and foot is whole. Whatever else is found in its place is as good as nothing, never an error. Until the file
// is known to be on the disk, which can take long, its foot says so, and only programs of the same start of the system use it.
//
// The folder is bounded in files and in bytes; what was used last stays. Files of models that are gone or have changed are
// removed when the next is written.
package packed

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Key names packed weights: a digest of all that they depend on.
type Key [sha256.Size]byte

// The bounds of a folder.
const (
	maxFiles = 6
	maxBytes = 12 << 30
)

// suffix ends the names of whole files; unfinished that of the one being written.
const (
	suffix     = ".packed"
	unfinished = ".packed-unfinished"
	lockName   = "lock"
)

// Folder is where packed weights are kept. It may be used by several programs.
type Folder string

// Source is the model that weights were packed from, and how it looked then.
type Source struct {
	Path    string // absolute
	Size    int64
	Changed int64 // nanoseconds since 1970
}

// Entry is a file of the folder.
type Entry struct {
	Source Source
	Bytes  int64
	Used   time.Time

	path string
}

// path is where the weights of a key belong.
func (f Folder) path(key Key) string {
	return filepath.Join(string(f), hex.EncodeToString(key[:12])+suffix)
}

// List returns what the folder holds, the last used first. Files that aren't whole aren't listed.
func (f Folder) List() []Entry {
	var list []Entry
	found, _ := os.ReadDir(string(f)) // a folder that isn't there has no files
	for _, d := range found {
		path := filepath.Join(string(f), d.Name())
		if !strings.HasSuffix(d.Name(), suffix) {
			continue
		}
		info, foot, err := read(path)
		if err == nil {
			list = append(list, Entry{foot.source, info.Size(), info.ModTime(), path})
		}
	}
	slices.SortFunc(list, func(a, b Entry) int { return b.Used.Compare(a.Used) })
	return list
}

// Remove removes the weights packed from the models for which drop is true, and returns the bytes that were freed.
func (f Folder) Remove(drop func(Source) bool) int64 {
	var freed int64
	for _, e := range f.List() {
		if drop(e.Source) && os.Remove(e.path) == nil {
			freed += e.Bytes
		}
	}
	return freed
}

// tidy removes what isn't of use: unfinished and damaged files, those of models that are gone or have changed, and the
// ones used longest ago, until a file of size more bytes is within the bounds. The caller holds the lock.
func (f Folder) tidy(size int64) {
	list := f.List()
	whole := map[string]bool{}
	files, bytes := 1, size
	for _, e := range list {
		info, err := os.Stat(e.Source.Path)
		files, bytes = files+1, bytes+e.Bytes
		if err != nil || !e.Source.is(info) || files > maxFiles || bytes > maxBytes {
			files, bytes = files-1, bytes-e.Bytes
			continue
		}
		whole[e.path] = true
	}
	found, _ := os.ReadDir(string(f))
	for _, d := range found {
		path := filepath.Join(string(f), d.Name())
		if (strings.HasSuffix(d.Name(), suffix) || strings.HasSuffix(d.Name(), unfinished)) && !whole[path] {
			_ = os.Remove(path) // another time, perhaps
		}
	}
}

// SourceOf describes the file or folder at path.
func SourceOf(path string) (Source, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return Source{}, err
	}
	info, err := os.Stat(path)
	if err != nil {
		return Source{}, err
	}
	s := Source{Path: path}
	s.Size, s.Changed = look(info)
	return s, nil
}

// is reports whether the source still looks as it did.
func (s Source) is(info os.FileInfo) bool {
	size, changed := look(info)
	return size == s.Size && changed == s.Changed
}

// look is what can be seen of a file from outside; of a folder, whose size says nothing, the time alone.
func look(info os.FileInfo) (size, changed int64) {
	if !info.IsDir() {
		size = info.Size()
	}
	return size, info.ModTime().UnixNano()
}
