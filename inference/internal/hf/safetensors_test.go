package hf

import (
	"bytes"
	"encoding/binary"
	"errors"
	"path/filepath"
	"strings"
	"testing"
)

// weightFile joins a head and data bytes.
func weightFile(head string, data int) []byte {
	b := binary.LittleEndian.AppendUint64(nil, uint64(len(head)))
	return append(append(b, head...), make([]byte, data)...)
}

func TestHeaders(t *testing.T) {
	data := weightFile(`{"__metadata__":{"format":"pt"},"b":{"dtype":"F32","shape":[2,3],"data_offsets":[4,28]},`+
		`"a":{"dtype":"BF16","shape":[2],"data_offsets":[0,4]},"none":{"dtype":"I64","shape":[0,7],"data_offsets":[28,28]},`+
		`"one":{"dtype":"U8","shape":[],"data_offsets":[28,29]}}   `, 29)
	list, err := readHeader(bytes.NewReader(data), int64(len(data)), "x")
	if err != nil {
		t.Fatal(err)
	}
	if len(list) != 4 || list[0].name != "a" || list[1].name != "b" || list[1].to-list[1].from != 24 || list[3].to != int64(len(data)) {
		t.Errorf("%+v", list)
	}
}

func TestDamagedHeaders(t *testing.T) {
	entry := func(dtype, shape, offsets string) string {
		return `{"a":{"dtype":"` + dtype + `","shape":` + shape + `,"data_offsets":` + offsets + `}}`
	}
	for name, c := range map[string]struct {
		data []byte
		want error
	}{
		"empty":                  {nil, ErrTruncated},
		"seven bytes":            {make([]byte, 7), ErrTruncated},
		"a head of terabytes":    {binary.LittleEndian.AppendUint64(nil, 1<<40), ErrLimit},
		"a head beyond the file": {binary.LittleEndian.AppendUint64(nil, 100), ErrTruncated},
		"no JSON":                {weightFile("hello", 0), ErrSafetensors},
		"a list":                 {weightFile("[]", 0), ErrSafetensors},
		"no end":                 {weightFile(`{"a":{}`, 0), ErrSafetensors},
		"something behind":       {weightFile(`{} {}`, 0), ErrSafetensors},
		"a name twice":           {weightFile(`{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}`, 2), ErrSafetensors},
		"an unknown type":        {weightFile(entry("F31", "[1]", "[0,4]"), 4), ErrSafetensors},
		"no type":                {weightFile(`{"a":{"shape":[1],"data_offsets":[0,4]}}`, 4), ErrSafetensors},
		"one offset":             {weightFile(entry("F32", "[1]", "[0]"), 4), ErrSafetensors},
		"offsets backwards":      {weightFile(entry("F32", "[1]", "[4,0]"), 4), ErrSafetensors},
		"an offset below":        {weightFile(entry("F32", "[1]", "[-4,0]"), 4), ErrSafetensors},
		"a dimension below":      {weightFile(entry("F32", "[-1]", "[0,4]"), 4), ErrSafetensors},
		"a broken dimension":     {weightFile(entry("F32", "[1.5]", "[0,6]"), 6), ErrSafetensors},
		"size and shape":         {weightFile(entry("F32", "[2]", "[0,4]"), 4), ErrSafetensors},
		"a wrapping product":     {weightFile(entry("F32", "[4294967296,4294967296]", "[0,0]"), 0), ErrSafetensors},
		"many dimensions":        {weightFile(entry("U8", "[1,1,1,1,1,1,1,1,1]", "[0,1]"), 1), ErrSafetensors},
		"part of a byte":         {weightFile(entry("F4", "[3]", "[0,1]"), 1), ErrSafetensors},
		"beyond the file":        {weightFile(entry("F32", "[2]", "[0,8]"), 4), ErrTruncated},
		"a gap before":           {weightFile(entry("F32", "[1]", "[4,8]"), 8), ErrSafetensors},
		"a rest":                 {weightFile(entry("F32", "[1]", "[0,4]"), 8), ErrSafetensors},
		"an overlap":             {weightFile(`{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}`, 8), ErrSafetensors},
		"deep":                   {weightFile(strings.Repeat(`{"a":`, 20000), 0), ErrSafetensors},
	} {
		if _, err := readHeader(bytes.NewReader(c.data), int64(len(c.data)), "x"); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzSafetensors(f *testing.F) {
	f.Add(weightFile(`{"a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]}}`, 24))
	f.Add(weightFile(`{"__metadata__":{"a":"b"},"a":{"dtype":"F4","shape":[4],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[],"data_offsets":[2,3]}}`, 3))
	f.Add(unpack(f, filepath.Join("..", "..", "testdata", "folders", "qwen2", "model-00004-of-00004.safetensors.gz"))[:2000])
	f.Fuzz(func(t *testing.T, data []byte) {
		list, err := readHeader(bytes.NewReader(data), int64(len(data)), "x")
		if err != nil {
			return
		}
		end := int64(8 + binary.LittleEndian.Uint64(data))
		for _, s := range list {
			if s.from != end || s.to < s.from || s.to > int64(len(data)) {
				t.Fatalf("%q lies at %d to %d of %d, behind %d", s.name, s.from, s.to, len(data), end)
			}
			end = s.to
			if err := s.readAt(make([]byte, s.to-s.from), 0); err != nil {
				t.Fatal(err)
			}
		}
	})
}
