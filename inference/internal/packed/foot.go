package packed

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"os"
)

// The foot is the last 8 KiB of a file: little-endian, the rest zero.
//
//	at     bytes
//	0      8     magic
//	8      4     version of this format
//	12     4     length of the model's path
//	16     32    key
//	48     8     length of the weights, which is the file's less the foot
//	56     8     size of the model's file
//	64     8     its time of change
//	72     36    until all of the file is known to be on the disk: the system's present start, see started; then zero
//	108    …     the model's path
//	8160   32    SHA-256 of all before
const (
	footSize = 8192
	version  = 1
	startAt  = 72
	pathAt   = startAt + len(started{})
	sumAt    = footSize - sha256.Size
)

var magic = [8]byte{'S', 'h', 'P', 'a', 'c', 'k', 'e', 'd'}

// foot is what a file says of itself.
type foot struct {
	key    Key
	size   int64 // of the weights
	source Source
	start  started
}

// started names a start of the system. What was written but isn't on the disk is there for the programs of the same start, and
// perhaps gone in the next; zero: unknown, or of no matter.
type started [36]byte

// bytes is the foot as it is written. A path that is too long is left out.
func (f foot) bytes() []byte {
	b := make([]byte, footSize)
	path := f.source.Path
	if len(path) > sumAt-pathAt {
		path = ""
	}
	copy(b, magic[:])
	binary.LittleEndian.PutUint32(b[8:], version)
	binary.LittleEndian.PutUint32(b[12:], uint32(len(path)))
	copy(b[16:], f.key[:])
	binary.LittleEndian.PutUint64(b[48:], uint64(f.size))
	binary.LittleEndian.PutUint64(b[56:], uint64(f.source.Size))
	binary.LittleEndian.PutUint64(b[64:], uint64(f.source.Changed))
	copy(b[startAt:], f.start[:])
	copy(b[pathAt:], path)
	sum := checksum(b)
	copy(b[sumAt:], sum[:])
	return b
}

func checksum(b []byte) [sha256.Size]byte { return sha256.Sum256(b[:sumAt]) }

// parse reads the foot of a file of length bytes.
func parse(b []byte, length int64) (foot, error) {
	if len(b) != footSize || !bytes.Equal(b[:len(magic)], magic[:]) {
		return foot{}, fmt.Errorf("%w: it's something else", ErrUnusable)
	}
	if v := binary.LittleEndian.Uint32(b[8:]); v != version {
		return foot{}, fmt.Errorf("%w: version %d", ErrUnusable, v)
	}
	if sum := checksum(b); !bytes.Equal(sum[:], b[sumAt:]) {
		return foot{}, fmt.Errorf("%w: its foot is damaged", ErrUnusable)
	}
	f := foot{key: Key(b[16:48]), size: int64(binary.LittleEndian.Uint64(b[48:])), start: started(b[startAt:pathAt])}
	f.source.Size = int64(binary.LittleEndian.Uint64(b[56:]))
	f.source.Changed = int64(binary.LittleEndian.Uint64(b[64:]))
	n := int64(binary.LittleEndian.Uint32(b[12:]))
	if n > int64(sumAt-pathAt) || f.size <= 0 || f.size != length-footSize || f.source.Size < 0 {
		return foot{}, fmt.Errorf("%w: its foot contradicts it", ErrUnusable)
	}
	f.source.Path = string(b[pathAt:][:n])
	return f, nil
}

// read reads the foot of the file at path.
func read(path string) (os.FileInfo, foot, error) {
	file, err := openPlain(path)
	if err != nil {
		return nil, foot{}, err
	}
	defer file.Close()
	return readFrom(file)
}

// openPlain opens a file that is nothing stranger: a pipe would keep us waiting.
func openPlain(path string) (*os.File, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%w: it isn't a file", ErrUnusable)
	}
	return os.Open(path)
}

func readFrom(file *os.File) (os.FileInfo, foot, error) {
	info, err := file.Stat()
	if err != nil {
		return nil, foot{}, err
	}
	if info.Size() <= footSize {
		return nil, foot{}, fmt.Errorf("%w: it's too short", ErrUnusable)
	}
	b := make([]byte, footSize)
	if _, err := file.ReadAt(b, info.Size()-footSize); err != nil {
		return nil, foot{}, err
	}
	f, err := parse(b, info.Size())
	if err == nil && f.start != (started{}) && f.start != present() {
		err = fmt.Errorf("%w: it may not have reached the disk", ErrUnusable)
	}
	return info, f, err
}
