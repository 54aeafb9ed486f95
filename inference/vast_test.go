package inference_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"shelftalk/inference"
	"shelftalk/inference/inferencetest"
	"shelftalk/inference/internal/gguf"
)

// vast writes a sound model file of a few gigabytes that takes hardly any disk: it is a tiny model whose feed-forward
// network is as wide as they come, of zeros that were never written.
func vast(t *testing.T) string {
	t.Helper()
	const narrow, wide, align = 128, 1 << 18, 32
	data := inferencetest.Tiny(t, inferencetest.Options{Layers: 64})
	f, err := gguf.Read(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	head := patch(t, data, "llama.feed_forward_length", uint32(wide))[:f.DataOffset]
	end := uint64(0)
	for _, m := range f.Tensors {
		name := append(binary.LittleEndian.AppendUint64(nil, uint64(len(m.Name))), m.Name...)
		at := bytes.Index(head, name) + len(name) + 4
		bytes := uint64(4) // of an F32
		for i, d := range m.Dims {
			if strings.Contains(m.Name, "ffn") && d == narrow {
				d = wide
			}
			binary.LittleEndian.PutUint64(head[at+8*i:], uint64(d))
			bytes *= uint64(d)
		}
		binary.LittleEndian.PutUint64(head[at+8*len(m.Dims)+4:], end)
		end = (end + bytes + align - 1) / align * align
	}
	path := filepath.Join(t.TempDir(), "vast.gguf")
	if err := errors.Join(os.WriteFile(path, head, 0o600), os.Truncate(path, f.DataOffset+int64(end))); err != nil {
		t.Skipf("no room for a file with holes: %v", err)
	}
	return path
}

// A model that the memory can't hold is refused with the figures, before its weights are read or anything large is
// allocated.
func TestModelLargerThanMemory(t *testing.T) {
	path := vast(t)
	read := false
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	m, err := inference.Open(path, inference.MemoryLimit(8<<30), inference.OnLoad(func(_, _ int64) { read = true }))
	runtime.ReadMemStats(&after)
	if !errors.Is(err, inference.ErrMemory) || m != nil {
		t.Fatalf("%v, want %v", err, inference.ErrMemory)
	}
	if !regexp.MustCompile(`needs 1\d\.\d GB, there are \d\.\d GB`).MatchString(err.Error()) {
		t.Errorf("no figures in %q", err)
	}
	if n := after.TotalAlloc - before.TotalAlloc; n > 32<<20 || read {
		t.Errorf("%d bytes were allocated before the refusal, weights read: %v", n, read)
	}
}
