package gguf

import (
	"bytes"
	"errors"
	"math"
	"testing"

	"shelftalk/inference/internal/quant"
)

func zeros(t Tensor, p []byte, off int64) error {
	for i := range p {
		p[i] = byte(off + int64(i))
	}
	return nil
}

func TestNewPresentsWhatItIsGiven(t *testing.T) {
	f, err := New(
		[]Key{{"general.architecture", "llama"}, {"n", uint32(3)}, {"list", []string{"a", "b"}}},
		[]Tensor{{Name: "a", Type: quant.F32, Dims: []int{3}}, {Name: "b", Type: quant.Q8_0, Dims: []int{64, 2}, Offset: 7, Size: 9}},
		zeros)
	if err != nil {
		t.Fatal(err)
	}
	if n, err := f.Int("n"); n != 3 || err != nil {
		t.Errorf("n = %d, %v", n, err)
	}
	b, ok := f.Tensor("b")
	if !ok || b.Size != 4*34 || b.Offset%f.Alignment != 0 || b.Offset < 12 {
		t.Fatalf("b = %+v, %v", b, ok)
	}
	p := make([]byte, 34)
	if err := f.ReadAt(b, p, 34); err != nil || p[0] != 34 {
		t.Errorf("ReadAt: %v, first byte %d", err, p[0])
	}
	if err := f.ReadAt(b, p, b.Size-33); !errors.Is(err, ErrTensor) {
		t.Errorf("a read beyond the tensor: %v", err)
	}
}

func TestNewRefuses(t *testing.T) {
	good := Tensor{Name: "a", Type: quant.F32, Dims: []int{32}}
	for name, c := range map[string]struct {
		keys    []Key
		tensors []Tensor
		want    error
	}{
		"a key twice":                {[]Key{{"k", true}, {"k", true}}, nil, ErrDuplicate},
		"a key without a name":       {[]Key{{"", true}}, nil, ErrSyntax},
		"a value of another Go type": {[]Key{{"k", map[string]int{}}}, nil, ErrKind},
		"a tensor twice":             {nil, []Tensor{good, good}, ErrDuplicate},
		"a tensor without shape":     {nil, []Tensor{{Name: "a", Type: quant.F32}}, ErrTensor},
		"five dimensions":            {nil, []Tensor{{Name: "a", Dims: []int{1, 1, 1, 1, 1}}}, ErrTensor},
		"no rows":                    {nil, []Tensor{{Name: "a", Dims: []int{4, 0}}}, ErrTensor},
		"a negative dimension":       {nil, []Tensor{{Name: "a", Dims: []int{4, -4}}}, ErrTensor},
		"too many values":            {nil, []Tensor{{Name: "a", Dims: []int{math.MaxInt, math.MaxInt}}}, ErrTensor},
		"part of a block":            {nil, []Tensor{{Name: "a", Type: quant.Q8_0, Dims: []int{33}}}, ErrTensor},
		"an unknown type":            {nil, []Tensor{{Name: "a", Type: 99, Dims: []int{32}}}, ErrType},
		"tensors beyond any file": {nil, []Tensor{
			{Name: "a", Type: quant.F32, Dims: []int{1 << 59}},
			{Name: "b", Type: quant.F32, Dims: []int{1 << 59}},
			{Name: "c", Type: quant.F32, Dims: []int{1 << 59}},
			{Name: "d", Type: quant.F32, Dims: []int{1 << 59}},
		}, ErrTensor},
	} {
		if _, err := New(c.keys, c.tensors, zeros); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestReplace(t *testing.T) {
	var b bytes.Buffer
	raw := make([]byte, 64*4)
	raw[5] = 42
	err := Write(&b, []Key{{"general.name", "x"}}, []Data{
		{"a", quant.F32, []int{32, 2}, raw}, {"b", quant.F32, []int{32, 2}, raw},
	})
	if err != nil {
		t.Fatal(err)
	}
	f, err := Read(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil {
		t.Fatal(err)
	}
	g, err := f.Replace([]Tensor{{Name: "a", Type: quant.Q8_0, Dims: []int{32, 2}}}, zeros)
	if err != nil {
		t.Fatal(err)
	}
	if name, err := g.Text("general.name"); name != "x" || err != nil {
		t.Errorf("general.name = %q, %v", name, err)
	}
	old, _ := g.Tensor("b")
	p := make([]byte, 8)
	if err := g.ReadAt(old, p, 4); err != nil || p[1] != 42 {
		t.Errorf("the tensor that stays: %v, %v", p, err)
	}
	changed, _ := g.Tensor("a")
	if err := g.ReadAt(changed, p, 34); err != nil || p[0] != 34 || changed.Size != 68 {
		t.Errorf("the tensor that changes: %v, %v, %d bytes", p, err, changed.Size)
	}
	if _, err := f.Replace([]Tensor{{Name: "c", Type: quant.F32, Dims: []int{1}}}, zeros); !errors.Is(err, ErrMissing) {
		t.Errorf("a tensor that isn't there: %v", err)
	}
}
