package lora

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
	"os"
	"path/filepath"
	"testing"

	"shelftalk/inference/internal/gguf"
	"shelftalk/inference/internal/quant"
)

// floats stores numbers as F32.
func floats(list ...float32) []byte {
	var b []byte
	for _, x := range list {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(x))
	}
	return b
}

func counted(n int, step float32) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = step * float32(i%7-3)
	}
	return x
}

func file(t testing.TB, keys []gguf.Key, tensors []gguf.Data) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := gguf.Write(&b, keys, tensors); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// base is a model of a matrix of 3 × 32 in F32, one in Q8_0 and an embedding.
func base(t testing.TB) *gguf.File {
	t.Helper()
	x := counted(96, 0.5)
	eight := make([]byte, 3*34)
	quant.Quantise(quant.Q8_0, eight, x)
	data := file(t, []gguf.Key{{Name: "general.architecture", Value: "llama"}}, []gguf.Data{
		{Name: "w.weight", Type: quant.F32, Dims: []int{32, 3}, Bytes: floats(x...)},
		{Name: "q.weight", Type: quant.Q8_0, Dims: []int{32, 3}, Bytes: eight},
		{Name: "token_embd.weight", Type: quant.F32, Dims: []int{32, 3}, Bytes: floats(x...)},
	})
	f, err := gguf.Read(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func settings(change ...gguf.Key) []gguf.Key {
	keys := []gguf.Key{
		{Name: "general.architecture", Value: "llama"},
		{Name: "general.type", Value: "adapter"},
		{Name: "adapter.type", Value: "lora"},
		{Name: "adapter.lora.alpha", Value: float32(4)},
	}
	for _, c := range change {
		for i := range keys {
			if keys[i].Name == c.Name {
				keys[i] = c
				c.Name = ""
			}
		}
		if c.Name != "" {
			keys = append(keys, c)
		}
	}
	return keys
}

func matrix(name string, cols, rows int, x []float32) gguf.Data {
	return gguf.Data{Name: name, Type: quant.F32, Dims: []int{cols, rows}, Bytes: floats(x...)}
}

// pair are the halves of a change of rank 2.
func pair(name string) []gguf.Data {
	return []gguf.Data{matrix(name+".lora_a", 32, 2, counted(64, 0.25)), matrix(name+".lora_b", 2, 3, counted(6, 1))}
}

func adapter(t testing.TB, keys []gguf.Key, tensors []gguf.Data) (*Adapter, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "a.gguf")
	if err := os.WriteFile(path, file(t, keys, tensors), 0o600); err != nil {
		t.Fatal(err)
	}
	a, err := Open(path)
	if err == nil {
		t.Cleanup(func() { a.Close() })
	}
	return a, err
}

// The changed matrix is the sum, whatever part of it is read, and the rest of the file is as it was.
func TestApply(t *testing.T) {
	tensors := append(pair("w.weight"), pair("q.weight")...)
	up, down := counted(6, 1), counted(64, 0.25)
	turned := make([]float32, 64) // the embedding's halves are the other way round
	for i, x := range down {
		turned[i%32*2+i/32] = x
	}
	tensors = append(tensors, matrix("token_embd.weight.lora_a", 2, 3, up), matrix("token_embd.weight.lora_b", 2, 32, turned),
		gguf.Data{Name: "output_norm.weight", Type: quant.F32, Dims: []int{32}, Bytes: floats(counted(32, 1)...)})
	a, err := adapter(t, settings(), tensors)
	if err != nil {
		t.Fatal(err)
	}
	b := base(t)
	f, err := a.Apply(b, 0.5)
	if err != nil {
		t.Fatal(err)
	}
	for name, typ := range map[string]quant.Type{"w.weight": quant.F32, "q.weight": quant.Q8_0, "token_embd.weight": quant.F32} {
		tensor, _ := f.Tensor(name)
		if tensor.Type != typ {
			t.Fatalf("%s is of type %v", name, tensor.Type)
		}
		raw := make([]byte, tensor.Size)
		if err := f.ReadAt(tensor, raw, 0); err != nil {
			t.Fatal(err)
		}
		got := make([]float32, 96)
		quant.Dequantise(typ, got, raw)
		for r := range 3 {
			for c := range 32 {
				want := counted(96, 0.5)[r*32+c] + 0.5*4/2*(up[2*r]*down[c]+up[2*r+1]*down[32+c])
				if math.Abs(float64(got[r*32+c]-want)) > map[quant.Type]float64{quant.F32: 1e-6, quant.Q8_0: 0.03}[typ] {
					t.Fatalf("%s[%d][%d] is %v, want %v", name, r, c, got[r*32+c], want)
				}
			}
		}
		for _, at := range []int64{1, 35, 100} {
			p := make([]byte, tensor.Size-at-1)
			if err := f.ReadAt(tensor, p, at); err != nil || !bytes.Equal(p, raw[at:len(raw)-1]) {
				t.Errorf("%s from %d: %v", name, at, err)
			}
		}
	}
	if same, err := a.Apply(b, 0); err != nil || same != b {
		t.Errorf("times 0: another file, %v", err)
	}
}

func TestRefused(t *testing.T) {
	good := pair("w.weight")
	nan := matrix("w.weight.lora_b", 2, 3, []float32{0, 0, 0, float32(math.NaN()), 0, 0})
	for name, c := range map[string]struct {
		keys    []gguf.Key
		tensors []gguf.Data
		want    error
	}{
		"a model":                   {settings(gguf.Key{Name: "general.type", Value: "model"}), good, ErrForeign},
		"another adapter":           {settings(gguf.Key{Name: "adapter.type", Value: "control"}), good, ErrForeign},
		"an activated one":          {settings(gguf.Key{Name: "adapter.alora.invocation_tokens", Value: []uint32{1}}), good, ErrUnsupported},
		"alpha is text":             {settings(gguf.Key{Name: "adapter.lora.alpha", Value: "4"}), good, gguf.ErrKind},
		"alpha isn't finite":        {settings(gguf.Key{Name: "adapter.lora.alpha", Value: float32(math.Inf(1))}), good, gguf.ErrLimit},
		"another architecture":      {settings(gguf.Key{Name: "general.architecture", Value: "qwen2"}), good, ErrBase},
		"no first half":             {settings(), good[1:], ErrPair},
		"no second half":            {settings(), good[:1], ErrPair},
		"nothing":                   {settings(), nil, ErrForeign},
		"another tensor":            {settings(), append(pair("w.weight"), matrix("w.weight", 32, 3, counted(96, 1))), ErrForeign},
		"a matrix that isn't there": {settings(), pair("v.weight"), ErrBase},
		"a wider matrix":            {settings(), []gguf.Data{matrix("w.weight.lora_a", 64, 2, counted(128, 1)), good[1]}, ErrBase},
		"a longer matrix":           {settings(), []gguf.Data{good[0], matrix("w.weight.lora_b", 2, 4, counted(8, 1))}, ErrBase},
		"two ranks":                 {settings(), []gguf.Data{good[0], matrix("w.weight.lora_b", 3, 3, counted(9, 1))}, ErrBase},
		"halves swapped":            {settings(), []gguf.Data{matrix("token_embd.weight.lora_a", 32, 2, counted(64, 1)), matrix("token_embd.weight.lora_b", 2, 3, counted(6, 1))}, ErrBase},
		"not a number":              {settings(), []gguf.Data{good[0], nan}, ErrValue},
	} {
		a, err := adapter(t, c.keys, c.tensors)
		if err == nil {
			_, err = a.Apply(base(t), 1)
		}
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	a, err := adapter(t, settings(), good)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.Apply(base(t), math.NaN()); !errors.Is(err, ErrValue) {
		t.Errorf("times NaN: %v", err)
	}
	// A sum can be too large although both parts are finite.
	f, err := a.Apply(base(t), 1e38)
	if err != nil {
		t.Fatal(err)
	}
	tensor, _ := f.Tensor("w.weight")
	if err := f.ReadAt(tensor, make([]byte, tensor.Size), 0); !errors.Is(err, ErrValue) {
		t.Errorf("a sum that isn't finite: %v", err)
	}
}

// FuzzAdapter: no file, however wrong, does more than fail.
func FuzzAdapter(f *testing.F) {
	f.Add(file(f, settings(), pair("w.weight")))
	f.Add(file(f, settings(), append(pair("q.weight"), pair("w.weight")...)))
	f.Add(file(f, settings(gguf.Key{Name: "adapter.lora.alpha", Value: float32(1e30)}), pair("q.weight")))
	model := base(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		head, err := gguf.Read(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			return
		}
		a := &Adapter{file: head}
		if a.check() != nil {
			return
		}
		changed, err := a.Apply(model, 1)
		if err != nil {
			return
		}
		for _, tensor := range changed.Tensors {
			_ = changed.ReadAt(tensor, make([]byte, tensor.Size), 0)
		}
	})
}
