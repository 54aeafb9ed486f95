package inference

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"hash"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"time"

	"shelftalk/inference/internal/gguf"
	"shelftalk/inference/internal/nn"
	"shelftalk/inference/internal/packed"
)

// keeper keeps a model's packed weights in a file, or has found them there. A nil keeper does nothing.
type keeper struct {
	folder packed.Folder
	source packed.Source
	key    packed.Key
	found  *packed.Map
	hurry  chan struct{} // closed when somebody waits for done
	stop   chan struct{}
	done   chan struct{} // closed when the weights aren't read any more to be written; nil: they never were
}

// newKeeper returns nil where weights aren't to be kept, or can't be told from others.
func newKeeper(o options, from origin, file *gguf.File, plan *nn.Plan) *keeper {
	if o.packed == "" || from.path == "" {
		return nil
	}
	source, err := packed.SourceOf(from.path)
	if err != nil {
		return nil
	}
	k := &keeper{folder: packed.Folder(o.packed), source: source, hurry: make(chan struct{}), stop: make(chan struct{})}
	h := sha256.New()
	digest := plan.Digest()
	h.Write(digest[:])
	number(h, int64(len(source.Path))) // copies made in the same moment would else be one
	h.Write([]byte(source.Path))
	if err := markModel(h, source.Path, file); err != nil {
		return nil
	}
	for _, a := range o.adapters {
		number(h, int64(math.Float64bits(a.scale)))
		if err := markFile(h, a.path, markBytes); err != nil {
			return nil
		}
	}
	k.key = packed.Key(h.Sum(nil))
	return k
}

// markBytes is how much of a file's beginning is looked at, where its format doesn't say how long its head is.
const markBytes = 1 << 20

// markModel writes what tells a model from others to h: of a GGUF file the whole head, of a folder every file's beginning.
func markModel(h hash.Hash, path string, file *gguf.File) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return markFile(h, path, file.DataOffset)
	}
	entries, err := os.ReadDir(path) // in the order of their names
	if err != nil {
		return err
	}
	for _, e := range entries {
		inside := filepath.Join(path, e.Name())
		if info, err := os.Stat(inside); err != nil || !info.Mode().IsRegular() {
			continue
		}
		number(h, int64(len(e.Name())))
		h.Write([]byte(e.Name()))
		if err := markFile(h, inside, markBytes); err != nil {
			return err
		}
	}
	return nil
}

// markFile writes a file's size, time of change and first bytes to h.
func markFile(h hash.Hash, path string, n int64) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	number(h, info.Size())
	number(h, info.ModTime().UnixNano())
	_, err = io.CopyN(h, f, min(n, info.Size()))
	return err
}

func number(h hash.Hash, n int64) {
	var b [8]byte
	binary.LittleEndian.PutUint64(b[:], uint64(n))
	h.Write(b[:])
}

// find returns the weights of a plan, mapped; nil: there are none.
func (k *keeper) find(plan *nn.Plan) *nn.Weights {
	if k == nil {
		return nil
	}
	found, err := k.folder.Map(k.key, plan.PackedBytes())
	if err != nil {
		return nil
	}
	w, err := plan.Adopt(found.Bytes)
	if err != nil {
		if errors.Is(err, nn.ErrPacked) {
			found.Spoil()
		}
		_ = found.Close() // it was only read
		return nil
	}
	k.found = found
	return w
}

// settleAfter is when the disk is asked for what was written: by then it has most of it anyway. A program that ends before
// doesn't wait for the disk; it would, once it had asked.
const settleAfter = time.Minute

// keep writes weights that weren't found, in the background, and has them settled there. What fails, the next Open does again.
func (k *keeper) keep(w *nn.Weights) {
	if k == nil {
		return
	}
	done := make(chan struct{})
	if k.found == nil {
		k.done = done
	}
	go func() {
		if k.found == nil {
			err := k.folder.Write(k.key, k.source, w.Packed(), packed.Pace{Hurry: k.hurry, Stop: k.stop})
			close(done)
			if err != nil {
				return
			}
		}
		select {
		case <-k.stop:
		case <-time.After(settleAfter):
			_ = k.folder.Settle(k.key)
		}
	}()
}

// closePatience is how long Close waits for weights that are being written.
const closePatience = 5 * time.Second

// close ends what the keeper does. The weights may be freed then, and must not be used if they were found.
func (k *keeper) close() {
	if k == nil {
		return
	}
	close(k.hurry)
	if k.done != nil {
		select {
		case <-k.done:
		case <-time.After(closePatience):
		}
	}
	close(k.stop)
	if k.done != nil {
		<-k.done
	}
	if k.found != nil {
		_ = k.found.Close()
	}
}

// Packed describes a file of packed weights; see PackedCache.
type Packed struct {
	Path  string // of the model
	Bytes int64
	Used  time.Time // last
}

// ListPacked returns what a folder of packed weights holds, the last used first.
func ListPacked(folder string) []Packed {
	var list []Packed
	for _, e := range packed.Folder(folder).List() {
		list = append(list, Packed{e.Source.Path, e.Bytes, e.Used})
	}
	return list
}

// PackedBytes is what a folder of packed weights holds of the model at a path.
func PackedBytes(folder, path string) (n int64) {
	full, err := filepath.Abs(path)
	for _, p := range ListPacked(folder) {
		if err == nil && p.Path == full {
			n += p.Bytes
		}
	}
	return n
}

// FreePacked removes the packed weights of models, by their paths; of all where there is none. It returns the bytes freed.
// Models that are open go on.
func FreePacked(folder string, models ...string) int64 {
	var paths []string
	for _, path := range models {
		if full, err := filepath.Abs(path); err == nil {
			paths = append(paths, full)
		}
	}
	return packed.Folder(folder).Remove(func(s packed.Source) bool {
		return len(models) == 0 || slices.Contains(paths, s.Path)
	})
}
