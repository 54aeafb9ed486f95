package token

import (
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"hash/crc32"
	"os"
	"path/filepath"
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

// references are the references' names, in the order of fuzz.crc, each with the tokenizer that must give the same ids.
var references = []struct {
	name string
	make func(t testing.TB) *Tokenizer
}{
	{"gpt-2", of("gpt-2", inferencetest.SmolLM2)},
	{"smollm", of("smollm", inferencetest.SmolLM2)},
	{"qwen2", of("qwen2", inferencetest.Light)},
	{"llama-bpe", of("llama-bpe", inferencetest.Light)},
	{"llama-bpe words", words700},
	{"tekken", of("tekken", inferencetest.Light)},
	{"gpt-4o", of("gpt-4o", inferencetest.Light)},
	{"gemma", of("", inferencetest.Gemma)},
	{"pieces", pieces1400},
	{"bert", miniLM},
}

func of(pattern, model string) func(t testing.TB) *Tokenizer {
	return func(t testing.TB) *Tokenizer { return load(t, pattern, model) }
}

// small is a vocabulary that _reference/tokens.py trained.
type small struct {
	Tokens, Merges []string
	Scores         []float32
	Kinds          []int32
}

func (s small) spec(t testing.TB, path string) Spec {
	t.Helper()
	readJSON(t, path, &s)
	spec := Spec{Tokens: s.Tokens, Merges: s.Merges, Scores: s.Scores, BOS: -1, EOS: -1, EOT: -1, Unknown: -1, Separator: -1}
	for _, k := range s.Kinds {
		spec.Kinds = append(spec.Kinds, Kind(k))
	}
	return spec
}

// words700 has whole words that no merge makes.
func words700(t testing.TB) *Tokenizer {
	s := small{}.spec(t, "testdata/words.json")
	s.Model, s.Pattern = modelBPE, "llama-bpe"
	return must(t, s)
}

// pieces1400 reads a text with a space in front.
func pieces1400(t testing.TB) *Tokenizer { return must(t, piecesSpec(t)) }

func piecesSpec(t testing.TB) Spec {
	s := small{}.spec(t, "testdata/pieces.json")
	s.Model, s.SpacePrefix, s.Unknown, s.BOS, s.EOS = modelSPM, true, 0, 1, 2
	return s
}

// miniLM has the vocabulary of the model's own folder.
func miniLM(t testing.TB) *Tokenizer {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(inferencetest.File(t, inferencetest.MiniLM), "vocab.txt"))
	if err != nil {
		t.Fatal(err)
	}
	return must(t, wordPieceSpec(strings.Split(strings.TrimSuffix(string(data), "\n"), "\n")))
}

// wordPieceSpec marks words as GGUF files do.
func wordPieceSpec(lines []string) Spec {
	s := Spec{Model: modelWordPiece, EOS: -1, EOT: -1, Lower: true, StripAccents: true}
	for id, line := range lines {
		kind := Normal
		switch line {
		case "[UNK]":
			s.Unknown, kind = int32(id), Control
		case "[CLS]":
			s.BOS, kind = int32(id), Control
		case "[SEP]":
			s.Separator, kind = int32(id), Control
		case "[PAD]", "[MASK]":
			kind = Control
		default:
			if rest, ok := strings.CutPrefix(line, "##"); ok {
				line = rest
			} else {
				line = blankMark + line
			}
		}
		s.Tokens, s.Kinds = append(s.Tokens, line), append(s.Kinds, kind)
	}
	return s
}

func must(t testing.TB, s Spec) *Tokenizer {
	t.Helper()
	tok, err := New(s)
	if err != nil {
		t.Fatal(err)
	}
	return tok
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
	return must(t, s)
}

// The ids of more than 300 strings are those of Hugging Face's tokenizers.
func TestIDsEqualReference(t *testing.T) {
	g := readGiven(t)
	var want map[string][][]int32
	readJSON(t, "testdata/vectors.json", &want)
	for _, p := range references {
		t.Run(p.name, func(t *testing.T) {
			tok := p.make(t)
			if len(want[p.name]) != len(g.Texts) || len(g.Texts) < 300 {
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

// 5,000 made-up strings for each, compared by the checksum of their ids.
func TestFuzzedIDsEqualReference(t *testing.T) {
	g := readGiven(t)
	sums, err := os.ReadFile("testdata/fuzz.crc")
	if err != nil {
		t.Fatal(err)
	}
	n := len(sums) / 2 / len(references)
	if n < 5000 {
		t.Fatalf("%d checksums each", n)
	}
	r := random(20261124)
	texts := make([]string, n)
	for i := range texts {
		texts[i] = r.text(g)
	}
	for i, p := range references {
		t.Run(p.name, func(t *testing.T) {
			tok := p.make(t)
			wrong := 0
			for j, text := range texts {
				ids := tok.Append(nil, text, false)
				if j%10 == 0 && !slices.Equal(ids, tok.Encode(text, false)) {
					t.Errorf("%q: the pipeline gives other ids", text)
				}
				raw, _ := binary.Append(nil, binary.LittleEndian, ids)
				if uint16(crc32.ChecksumIEEE(raw)) != binary.LittleEndian.Uint16(sums[2*(i*n+j):]) {
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

// What is dropped, lowered and set apart is the same for every character, but in pages where one program's Unicode is newer:
// it knows more small letters, or takes a letter apart.
func TestCharactersEqualReference(t *testing.T) {
	sums, err := os.ReadFile("testdata/unicode.crc")
	if err != nil {
		t.Fatal(err)
	}
	w := must(t, wordPieceSpec([]string{"[UNK]", "[CLS]", "[SEP]"})).scheme.(*wordPiece)
	newer := map[int]bool{0x1C00: true, 0xA700: true, 0x10D00: true, 0x11900: true, 0x16E00: true}
	for page := 0; page < 0x110000; page += 256 {
		crc := uint32(0)
		for c := page; c < page+256; c++ {
			if 0xD800 <= c && c < 0xE000 {
				continue
			}
			var list []string
			for text := w.clean("a"+string(rune(c))+"b", true); text != ""; {
				n := w.next(text)
				if strings.TrimSpace(text[:n]) != "" {
					list = append(list, text[:n])
				}
				text = text[n:]
			}
			crc = crc32.Update(crc, crc32.IEEETable, []byte(strings.Join(list, "\n")+"\x00"))
		}
		if crc != binary.LittleEndian.Uint32(sums[page/64:]) && !newer[page] {
			t.Errorf("characters %X to %X differ", page, page+255)
		}
	}
}
