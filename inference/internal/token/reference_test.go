package token

import (
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"hash/crc32"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"shelftalk/inference/inferencetest"
	"shelftalk/inference/internal/gguf"
)

// given is testdata/strings.json: what _reference/tokens.py encoded.
type given struct {
	Texts, Invalid, Pieces []string
	Ranges                 [][2]int
}

func readGiven(t testing.TB) (g given) {
	t.Helper()
	readJSON(t, "testdata/strings.json", &g)
	for _, h := range g.Invalid {
		b, err := hex.DecodeString(h)
		if err != nil {
			t.Fatal(err)
		}
		g.Texts = append(g.Texts, string(b))
	}
	return g
}

func readJSON(t testing.TB, path string, to any) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, to); err != nil {
		t.Fatal(err)
	}
}

// patterns are the references' names, in the order of fuzz.crc, with the model whose vocabulary each was made with.
var patterns = []struct{ name, model string }{
	{"gpt-2", inferencetest.SmolLM2},
	{"smollm", inferencetest.SmolLM2},
	{"qwen2", inferencetest.Light},
	{"llama-bpe", inferencetest.Light},
}

var loadSpec = func() func(t testing.TB, model string) Spec {
	var mu sync.Mutex
	specs := map[string]Spec{}
	return func(t testing.TB, model string) Spec {
		t.Helper()
		mu.Lock()
		defer mu.Unlock()
		if s, ok := specs[model]; ok {
			return s
		}
		file, err := os.Open(inferencetest.File(t, model))
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		info, err := file.Stat()
		if err != nil {
			t.Fatal(err)
		}
		f, err := gguf.Read(file, info.Size())
		if err != nil {
			t.Fatal(err)
		}
		s, err := specOf(f)
		if err != nil {
			t.Fatal(err)
		}
		specs[model] = s
		return s
	}
}()

func load(t testing.TB, pattern, model string) *Tokenizer {
	t.Helper()
	s := loadSpec(t, model)
	s.Pattern = pattern
	tok, err := New(s)
	if err != nil {
		t.Fatal(err)
	}
	return tok
}

// The ids of 271 strings are those of Hugging Face's tokenizers, under every pattern.
func TestIDsEqualReference(t *testing.T) {
	g := readGiven(t)
	var want map[string][][]int32
	readJSON(t, "testdata/vectors.json", &want)
	for _, p := range patterns {
		t.Run(p.name, func(t *testing.T) {
			tok := load(t, p.name, p.model)
			if len(want[p.name]) != len(g.Texts) || len(g.Texts) < 200 {
				t.Fatalf("%d vectors for %d texts", len(want[p.name]), len(g.Texts))
			}
			for i, text := range g.Texts {
				if got := tok.Append(nil, text, false); !slices.Equal(got, want[p.name][i]) {
					t.Errorf("%q: %v, want %v", text, got, want[p.name][i])
				}
				// The same through the library's pipeline.
				if got := tok.Encode(text, false); !slices.Equal(got, want[p.name][i]) {
					t.Errorf("%q: pipeline %v, want %v", text, got, want[p.name][i])
				}
			}
		})
	}
}

// random is the generator of _reference/tokens.py.
type random uint64

func (r *random) below(n int) int {
	*r = *r*6364136223846793005 + 1442695040888963407
	return int(uint64(*r)>>33) % n
}

func (r *random) text(g given) string {
	var b strings.Builder
	for range 1 + r.below(24) {
		if r.below(10) < 6 {
			piece, n := g.Pieces[r.below(len(g.Pieces))], 1
			if r.below(6) == 0 {
				n += r.below(12)
			}
			b.WriteString(strings.Repeat(piece, n))
			continue
		}
		bounds := g.Ranges[r.below(len(g.Ranges))]
		for range 1 + r.below(4) {
			b.WriteRune(rune(bounds[0] + r.below(bounds[1]-bounds[0]+1)))
		}
	}
	return b.String()
}

// 5,000 made-up strings per pattern, compared by the checksum of their ids.
func TestFuzzedIDsEqualReference(t *testing.T) {
	g := readGiven(t)
	sums, err := os.ReadFile("testdata/fuzz.crc")
	if err != nil {
		t.Fatal(err)
	}
	n := len(sums) / 4 / len(patterns)
	if n < 5000 {
		t.Fatalf("%d checksums per pattern", n)
	}
	r := random(20261124)
	texts := make([]string, n)
	for i := range texts {
		texts[i] = r.text(g)
	}
	for i, p := range patterns {
		t.Run(p.name, func(t *testing.T) {
			tok := load(t, p.name, p.model)
			wrong := 0
			for j, text := range texts {
				ids := tok.Append(nil, text, false)
				if j%10 == 0 && !slices.Equal(ids, tok.Encode(text, false)) {
					t.Errorf("%q: the pipeline gives other ids", text)
				}
				raw, _ := binary.Append(nil, binary.LittleEndian, ids)
				if crc32.ChecksumIEEE(raw) != binary.LittleEndian.Uint32(sums[4*(i*n+j):]) {
					if wrong++; wrong <= 10 {
						t.Errorf("%q: %v isn't the reference's", text, ids)
					}
				}
			}
			if wrong > 0 {
				t.Errorf("%d of %d wrong", wrong, n)
			}
		})
	}
}
