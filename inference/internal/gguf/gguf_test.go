package gguf

import (
	"bytes"
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"shelftalk/inference/internal/quant"
)

// raw builds files byte by byte, sound or not.
type raw struct{ bytes.Buffer }

func (r *raw) u32(v uint32) *raw { put(&r.Buffer, v); return r }
func (r *raw) u64(v uint64) *raw { put(&r.Buffer, v); return r }

func (r *raw) text(s string) *raw {
	putString(&r.Buffer, s)
	return r
}

func (r *raw) header(tensors, keys uint64) *raw {
	r.WriteString("GGUF")
	return r.u32(3).u64(tensors).u64(keys)
}

// tensor describes a tensor; pad lets the data begin where it must.
func (r *raw) tensor(name string, t quant.Type, offset uint64, dims ...uint64) *raw {
	r.text(name).u32(uint32(len(dims)))
	for _, d := range dims {
		r.u64(d)
	}
	return r.u32(uint32(t)).u64(offset)
}

func (r *raw) data(n int) *raw {
	r.Write(make([]byte, padded(r.Len())-r.Len()+n))
	return r
}

func read(b []byte) (*File, error) { return Read(bytes.NewReader(b), int64(len(b))) }

func file(tensors, keys uint64) *raw { return new(raw).header(tensors, keys) }

func TestReadRefuses(t *testing.T) {
	const huge = math.MaxUint64
	tests := []struct {
		name string
		file *raw
		want error
	}{
		{"nothing", new(raw), ErrForeign},
		{"three bytes", &raw{*bytes.NewBufferString("GGU")}, ErrForeign},
		{"another format", &raw{*bytes.NewBufferString("PK\x03\x04 a zip file, of all things")}, ErrForeign},
		{"zero bytes", &raw{*bytes.NewBuffer(make([]byte, 100))}, ErrForeign},
		{"a text", &raw{*bytes.NewBufferString("Version 3 of the model is described below.")}, ErrForeign},
		{"a web page", &raw{*bytes.NewBufferString("<!DOCTYPE html><title>Sign in</title>")}, ErrForeign},
		{"magic alone", &raw{*bytes.NewBufferString("GGUF")}, ErrTruncated},
		{"version 1", &raw{*bytes.NewBufferString("GGUF\x01\x00\x00\x00")}, ErrVersion},
		{"version 4", &raw{*bytes.NewBufferString("GGUF\x04\x00\x00\x00")}, ErrVersion},
		{"big-endian", &raw{*bytes.NewBufferString("GGUF\x00\x00\x00\x03")}, ErrVersion},

		{"huge tensor count", file(huge, 0), ErrLimit},
		{"huge key count", file(0, huge), ErrLimit},
		{"more tensors than bytes", file(1000, 0), ErrTruncated},
		{"more keys than bytes", file(0, 1000), ErrTruncated},
		{"tensor count over the limit", file(maxTensors+1, 0), ErrLimit},
		{"key count over the limit", file(0, maxKeys+1), ErrLimit},

		{"key without a name", file(0, 1).text("").u32(uint32(kindUint8)).u64(0), ErrSyntax},
		{"key that isn't text", file(0, 1).text("\xff").u32(uint32(kindUint8)).u64(0), ErrSyntax},
		{"huge key", file(0, 1).u64(huge).u64(0).u64(0), ErrLimit},
		{"key longer than a name", file(0, 1).text(strings.Repeat("k", maxName+1)).u64(0), ErrLimit},
		{"key longer than the file", file(0, 1).u64(500).u64(0), ErrTruncated},
		{"key twice", file(0, 2).text("k").u32(uint32(kindBool)).byte(1).text("k").u32(uint32(kindBool)).byte(1), ErrDuplicate},
		{"kind 13", file(0, 1).text("k").u32(13).u64(0), ErrSyntax},
		{"truth value 2", file(0, 1).text("k").u32(uint32(kindBool)).byte(2), ErrSyntax},
		{"value cut off", file(0, 1).text("k").u32(uint32(kindFloat64)).u32(0), ErrTruncated},
		{"huge string", file(0, 1).text("k").u32(uint32(kindString)).u64(huge), ErrLimit},
		{"string over the limit", file(0, 1).text("k").u32(uint32(kindString)).u64(maxString + 1), ErrLimit},
		{"string longer than the file", file(0, 1).text("k").u32(uint32(kindString)).u64(1 << 20), ErrTruncated},

		{"array of arrays", file(0, 1).array(kindArray, 1).u64(0).u64(0), ErrSyntax},
		{"array of kind 13", file(0, 1).array(13, 1).u64(0), ErrSyntax},
		{"huge array", file(0, 1).array(kindUint8, huge), ErrLimit},
		{"array over the limit", file(0, 1).array(kindUint8, maxElements+1), ErrLimit},
		{"array longer than the file", file(0, 1).array(kindUint64, 1<<20).u64(0), ErrTruncated},
		{"array of strings longer than the file", file(0, 1).array(kindString, 3).text("a").text("b").u64(1 << 10), ErrTruncated},

		{"alignment of another kind", file(0, 1).text("general.alignment").u32(uint32(kindInt32)).u32(32), ErrKind},
		{"alignment of 8 bytes", file(0, 1).text("general.alignment").u32(uint32(kindUint64)).u64(32), ErrKind},
		{"alignment as text", file(0, 1).text("general.alignment").u32(uint32(kindString)).text("32"), ErrKind},
		{"alignment 0", file(0, 1).alignment(0), ErrLimit},
		{"alignment 4", file(0, 1).alignment(4), ErrLimit},
		{"alignment 48", file(0, 1).alignment(48), ErrLimit},
		{"alignment 2 GiB", file(0, 1).alignment(1 << 31), ErrLimit},
		{"one part of three", file(0, 1).text("split.count").u32(uint32(kindUint16)).byte(3).byte(0), ErrSplit},

		{"part count as text", file(0, 1).text("split.count").u32(uint32(kindString)).text("3"), ErrKind},
		{"tensor without a name", file(1, 0).tensor("", quant.F32, 0, 1).data(64), ErrSyntax},
		{"tensor twice", file(2, 0).tensor("a", quant.F32, 0, 8).tensor("a", quant.F32, 32, 8).data(64), ErrDuplicate},
		{"no dimensions", file(1, 0).tensor("a", quant.F32, 0).data(64), ErrTensor},
		{"five dimensions", file(1, 0).tensor("a", quant.F32, 0, 1, 1, 1, 1, 1).data(64), ErrTensor},
		{"dimension 0", file(1, 0).tensor("a", quant.F32, 0, 0).data(64), ErrTensor},
		{"dimension 0 behind a huge one", file(1, 0).tensor("a", quant.F32, 0, 1<<62, 0).data(64), ErrTensor},
		{"dimensions that wrap to 0", file(1, 0).tensor("a", quant.F32, 0, 1<<32, 1<<32).data(64), ErrTensor},
		{"dimensions that wrap to 8", file(1, 0).tensor("a", quant.F32, 0, 1<<63+4, 2).data(64), ErrTensor},
		{"bytes that wrap", file(1, 0).tensor("a", quant.F32, 0, 1<<62).data(64), ErrTensor},
		{"negative dimension", file(1, 0).tensor("a", quant.F32, 0, huge).data(64), ErrTensor},
		{"type 4, removed", file(1, 0).tensor("a", 4, 0, 32).data(64), ErrType},
		{"type 39, unknown here", file(1, 0).tensor("a", 39, 0, 32).data(64), ErrType},
		{"half a block", file(1, 0).tensor("a", quant.Q8_0, 0, 48, 2).data(256), ErrTensor},
		{"half a K block", file(1, 0).tensor("a", quant.Q4_K, 0, 128, 2).data(256), ErrTensor},
		{"blocks that wrap", file(1, 0).tensor("a", quant.Q8_0, 0, 1<<60, 8).data(64), ErrTensor},
		{"a name without an end", file(1, 0).u64(huge).u64(0).u64(0).u64(0).u64(0), ErrLimit},
		{"dimensions cut off", file(1, 0).text("aaaaaaaaaaaaaaaaaaaaaaaaa").u32(4).u64(1), ErrTruncated},
		{"offset that isn't aligned", file(1, 0).tensor("a", quant.F32, 16, 4).data(64), ErrTensor},
		{"huge offset", file(1, 0).tensor("a", quant.F32, 1<<63, 4).data(64), ErrTensor},
		{"offset behind the file", file(1, 0).tensor("a", quant.F32, 1<<40, 4).data(64), ErrTruncated},
		{"data cut off", file(1, 0).tensor("a", quant.F32, 0, 16).data(63), ErrTruncated},
		{"no data", file(1, 0).tensor("a", quant.F32, 0, 16), ErrTruncated},
		{"tensors over each other", file(2, 0).tensor("a", quant.F32, 0, 16).tensor("b", quant.F32, 32, 8).data(64), ErrTensor},
		{"tensors in one place", file(2, 0).tensor("a", quant.F32, 0, 1).tensor("b", quant.F32, 0, 1).data(64), ErrTensor},
		{"tensor list cut off", file(1, 0).text("abcdefghijklmnopqrstuvwxyz").u32(2), ErrTruncated},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f, err := read(test.file.Bytes())
			if !errors.Is(err, test.want) || f != nil {
				t.Errorf("error %v, want %v", err, test.want)
			}
		})
	}
}

func (r *raw) byte(b byte) *raw { r.WriteByte(b); return r }

func (r *raw) array(k kind, n uint64) *raw {
	return r.text("k").u32(uint32(kindArray)).u32(uint32(k)).u64(n)
}

func (r *raw) alignment(a uint32) *raw {
	return r.text("general.alignment").u32(uint32(kindUint32)).u32(a)
}

// sample holds every kind of value, and tensors of three types.
func sample() ([]Key, []Data) {
	keys := []Key{
		{"a.uint8", uint8(200)},
		{"a.int8", int8(-3)},
		{"a.uint16", uint16(60000)},
		{"a.int16", int16(-300)},
		{"a.uint32", uint32(1 << 31)},
		{"a.int32", int32(-1 << 30)},
		{"a.uint64", uint64(1 << 40)},
		{"a.int64", int64(-1 << 40)},
		{"a.float32", float32(1e-6)},
		{"a.float64", math.Pi},
		{"a.bool", true},
		{"a.text", "不锈钢\x00"},
		{"a.empty", ""},
		{"a.texts", []string{"a", "", "Ġthe"}},
		{"a.ints", []int32{1, -2, 3}},
		{"a.uints", []uint32{1, 2}},
		{"a.floats", []float32{0.5}},
		{"a.bools", []bool{true, false}},
		{"a.bytes", []uint8{1, 2, 3}},
	}
	data := []Data{
		{"w", quant.Q8_0, []int{64, 3}, bytes.Repeat([]byte{1}, 3*68)},
		{"b", quant.F32, []int{5}, bytes.Repeat([]byte{2}, 20)},
		{"h", quant.F16, []int{2, 3, 4, 1}, bytes.Repeat([]byte{3}, 48)},
	}
	return keys, data
}

func TestWriteThenRead(t *testing.T) {
	keys, tensors := sample()
	var b bytes.Buffer
	if err := Write(&b, keys, tensors); err != nil {
		t.Fatal(err)
	}
	f, err := read(b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	for i, k := range keys {
		if f.Keys[i] != k.Name {
			t.Errorf("key %d is %q, want %q", i, f.Keys[i], k.Name)
		}
		if d := cmp.Diff(k.Value, f.values[k.Name], cmpopts.EquateEmpty()); d != "" {
			t.Errorf("%s:\n%s", k.Name, d)
		}
	}
	for _, want := range tensors {
		got, ok := f.Tensor(want.Name)
		if !ok || got.Type != want.Type || !cmp.Equal(got.Dims, want.Dims) || got.Size != int64(len(want.Bytes)) {
			t.Errorf("%q: %+v", want.Name, got)
		}
		p := make([]byte, got.Size-1)
		if err := f.ReadAt(got, p, 1); err != nil || !bytes.Equal(p, want.Bytes[1:]) {
			t.Errorf("%q: %v, %v", want.Name, p, err)
		}
	}
	w, _ := f.Tensor("h")
	if w.Cols() != 2 || w.Rows() != 12 {
		t.Errorf("%d columns, %d rows", w.Cols(), w.Rows())
	}
	if _, ok := f.Tensor("x"); ok {
		t.Error("a tensor that isn't there")
	}
}

// A file cut anywhere is refused with a sentinel, and never read beyond its end.
func TestEveryCutIsRefused(t *testing.T) {
	keys, tensors := sample()
	var b bytes.Buffer
	if err := Write(&b, keys, tensors); err != nil {
		t.Fatal(err)
	}
	data := b.Bytes()
	last := len(data) - (padded(48) - 48) // the padding behind the last tensor isn't needed
	for n := range last {
		if _, err := read(data[:n]); !errors.Is(err, ErrTruncated) && !errors.Is(err, ErrForeign) {
			t.Fatalf("%d of %d bytes: %v", n, len(data), err)
		}
	}
	if _, err := read(data[:last]); err != nil {
		t.Error(err)
	}
	f, err := Read(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	f.source = bytes.NewReader(data[:last-10])
	h, _ := f.Tensor("h")
	if err := f.ReadAt(h, make([]byte, h.Size), 0); !errors.Is(err, ErrTruncated) {
		t.Errorf("a file that shrank: %v", err)
	}
	if err := f.ReadAt(h, make([]byte, h.Size), 1); !errors.Is(err, ErrTensor) {
		t.Errorf("bytes behind the tensor: %v", err)
	}
}

func TestAlignmentMovesTheData(t *testing.T) {
	r := file(1, 1).alignment(64).tensor("a", quant.F32, 64, 4)
	r.Write(make([]byte, 256-r.Len()))
	f, err := read(r.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if a := f.Tensors[0]; f.Alignment != 64 || f.DataOffset != 128 || a.Offset != 192 {
		t.Errorf("alignment %d, data at %d, tensor at %d", f.Alignment, f.DataOffset, a.Offset)
	}
}

func TestAccessors(t *testing.T) {
	keys, tensors := sample()
	keys = append(keys, Key{"a.nan", float32(math.NaN())}, Key{"a.infinite", math.Inf(-1)}, Key{"a.big", uint64(math.MaxUint64)})
	var b bytes.Buffer
	if err := Write(&b, keys, tensors); err != nil {
		t.Fatal(err)
	}
	f, err := read(b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]int{
		"a.uint8": 200, "a.int8": -3, "a.uint16": 60000, "a.int16": -300, "a.uint32": 1 << 31, "a.int32": -1 << 30,
		"a.uint64": 1 << 40, "a.int64": -1 << 40,
	} {
		if n, err := f.Int(key); n != want || err != nil {
			t.Errorf("%s: %d, %v", key, n, err)
		}
		if x, err := f.Float(key); x != float64(want) || err != nil {
			t.Errorf("%s: %v, %v", key, x, err)
		}
	}
	fails := func(name string, err, want error) {
		t.Helper()
		if !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", name, err, want)
		}
	}
	_, err = f.Int("none")
	fails("Int of nothing", err, ErrMissing)
	_, err = f.Int("a.text")
	fails("Int of text", err, ErrKind)
	_, err = f.Int("a.big")
	fails("Int beyond int64", err, ErrKind)
	_, err = f.Float("none")
	fails("Float of nothing", err, ErrMissing)
	_, err = f.Float("a.nan")
	fails("Float of NaN", err, ErrLimit)
	_, err = f.Float("a.infinite")
	fails("Float of infinity", err, ErrLimit)
	_, err = f.Floats("a.texts")
	fails("Floats of texts", err, ErrKind)
	if list, err := f.Floats("a.ints"); !cmp.Equal(list, []float32{1, -2, 3}) || err != nil {
		t.Errorf("Floats: %v, %v", list, err)
	}
	_, err = f.Float("a.texts")
	fails("Float of texts", err, ErrKind)
	_, err = f.Text("none")
	fails("Text of nothing", err, ErrMissing)
	_, err = f.TextOr("a.bool", "")
	fails("Text of a truth value", err, ErrKind)
	_, err = f.BoolOr("a.uint8", false)
	fails("Bool of a number", err, ErrKind)
	_, err = f.Texts("a.ints")
	fails("Texts of numbers", err, ErrKind)
	_, err = f.Ints("a.texts")
	fails("Ints of texts", err, ErrKind)
	if n, err := f.IntOr("none", 7); n != 7 || err != nil {
		t.Errorf("IntOr: %d, %v", n, err)
	}
	if list, err := f.Ints("a.uints"); !cmp.Equal(list, []int32{1, 2}) || err != nil {
		t.Errorf("Ints: %v, %v", list, err)
	}
	if list, err := f.Texts("none"); list != nil || err != nil {
		t.Errorf("Texts of nothing: %v, %v", list, err)
	}
}

func TestWriteRefuses(t *testing.T) {
	for name, test := range map[string]struct {
		keys    []Key
		tensors []Data
		want    error
	}{
		"a value without a kind": {keys: []Key{{"k", struct{}{}}}, want: ErrKind},
		"bytes too few":          {tensors: []Data{{"t", quant.F32, []int{4}, make([]byte, 15)}}, want: ErrTensor},
		"no dimensions":          {tensors: []Data{{"t", quant.F32, nil, nil}}, want: ErrTensor},
		"half a block":           {tensors: []Data{{"t", quant.Q8_0, []int{16}, make([]byte, 17)}}, want: ErrTensor},
		"an unknown type":        {tensors: []Data{{"t", 99, []int{16}, make([]byte, 17)}}, want: ErrTensor},
	} {
		if err := Write(&bytes.Buffer{}, test.keys, test.tensors); !errors.Is(err, test.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
