package gguf

import (
	"bytes"
	"errors"
	"math"
	"testing"

	"shelftalk/inference/internal/quant"
)

// source misbehaves as files do that change while they are read.
type source func(p []byte, off int64) (int, error)

func (s source) ReadAt(p []byte, off int64) (int, error) { return s(p, off) }

func TestSourcesThatChange(t *testing.T) {
	keys, tensors := sample()
	var b bytes.Buffer
	if err := Write(&b, keys, tensors); err != nil {
		t.Fatal(err)
	}
	data := b.Bytes()
	broken := errors.New("the disk is gone")
	end := len(data) / 4 // inside the metadata
	for name, test := range map[string]struct {
		read source
		want error
	}{
		"it shrank":              {bytes.NewReader(data[:end]).ReadAt, ErrTruncated},
		"it gives nothing":       {func([]byte, int64) (int, error) { return 0, nil }, ErrForeign},
		"it stops giving":        {func(p []byte, off int64) (int, error) { return copy(p, data[min(int(off), end):end]), nil }, ErrTruncated},
		"it can't be read on":    {func(p []byte, off int64) (int, error) { return copy(p, data[min(int(off), end):end]), broken }, broken},
		"it can't be read":       {func([]byte, int64) (int, error) { return 0, broken }, broken},
		"it is all zeros by now": {func(p []byte, _ int64) (int, error) { clear(p); return len(p), nil }, ErrForeign},
	} {
		if f, err := Read(test.read, int64(len(data))); !errors.Is(err, test.want) || f != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	f, err := read(data)
	if err != nil {
		t.Fatal(err)
	}
	f.source = source(func([]byte, int64) (int, error) { return 0, nil })
	if err := f.ReadAt(f.Tensors[0], make([]byte, 8), 0); !errors.Is(err, ErrTruncated) {
		t.Errorf("a tensor that gives nothing: %v", err)
	}
}

// FuzzRead holds Read to its promises: no panic, no tensor outside the file, none over another, and allocations that the
// size of the file bounds.
func FuzzRead(f *testing.F) {
	keys, tensors := sample()
	var b bytes.Buffer
	if err := Write(&b, keys, tensors); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Add(b.Bytes()[:b.Len()/2])
	f.Add(file(1, 1).alignment(64).tensor("a", quant.Q4_K, 64, 256, 4).data(2048).Bytes())
	f.Add(file(1, 0).tensor("a", quant.F32, 0, 1<<32, 1<<32).data(64).Bytes())
	f.Add(file(1, 0).tensor("a", quant.F32, 0, 1<<62, 0).data(64).Bytes())
	f.Add(file(0, 1).array(kindString, maxElements).Bytes())
	f.Add(file(math.MaxUint64, math.MaxUint64).Bytes())
	f.Add([]byte("GGUF\x00\x00\x00\x03"))
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := read(data)
		if err != nil {
			if file != nil {
				t.Error("a file beside an error")
			}
			return
		}
		used := make([]bool, len(data))
		for _, tensor := range file.Tensors {
			elems, size := tensor.Type.Block()
			if tensor.Cols()%elems != 0 || int64(tensor.Rows()*(tensor.Cols()/elems)*size) != tensor.Size {
				t.Fatalf("%+v: its size isn't that of its shape", tensor)
			}
			for i := tensor.Offset; i < tensor.Offset+tensor.Size; i++ {
				if used[i] || i < file.DataOffset {
					t.Fatalf("%+v lies over something else", tensor)
				}
				used[i] = true
			}
			if err := file.ReadAt(tensor, make([]byte, tensor.Size), 0); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// The counts of a short file can't make Read allocate much.
func TestShortFilesAllocateLittle(t *testing.T) {
	var r raw
	r.header(0, 1).array(kindString, maxElements)
	r.Write(make([]byte, 1000))
	data := r.Bytes()
	got := testing.Benchmark(func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := read(data); err == nil {
				b.Fatal("it was read")
			}
		}
	}).AllocedBytesPerOp()
	if got > 1<<18 {
		t.Errorf("%d bytes for a file of %d", got, len(data))
	}
}
