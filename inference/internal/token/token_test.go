package token

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"shelftalk/inference/inferencetest"
	"shelftalk/inference/internal/gguf"
)

// tiny is the tokenizer of a made-up model: it needs no file.
func tiny(t testing.TB, arch string) *Tokenizer {
	t.Helper()
	tok, err := New(tinySpec(t, arch))
	if err != nil {
		t.Fatal(err)
	}
	return tok
}

func tinySpec(t testing.TB, arch string) Spec {
	t.Helper()
	data := inferencetest.Tiny(t, inferencetest.Options{Arch: arch})
	f, err := gguf.Read(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	s, err := specOf(f)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestNewRefuses(t *testing.T) {
	tests := []struct {
		name   string
		change func(*Spec)
		want   error
	}{
		{"no pattern", func(s *Spec) { s.Pattern = "" }, ErrPattern},
		{"an unknown pattern", func(s *Spec) { s.Pattern = "martian" }, ErrPattern},
		{"no tokens", func(s *Spec) { s.Tokens, s.Kinds = nil, nil }, ErrVocabulary},
		{"too few kinds", func(s *Spec) { s.Kinds = s.Kinds[1:] }, ErrVocabulary},
		{"kind 9", func(s *Spec) { s.Kinds[3] = 9 }, ErrVocabulary},
		{"a token twice", func(s *Spec) { s.Tokens[300] = "a"; s.Kinds[300] = Normal }, ErrVocabulary},
		{"no token for a letter", func(s *Spec) { s.Tokens['a'] = "ŦŦ" }, ErrVocabulary},
		{"EOS beyond the vocabulary", func(s *Spec) { s.EOS = int32(len(s.Tokens)) }, ErrSpecial},
		{"BOS below -1", func(s *Spec) { s.BOS = -2 }, ErrSpecial},
		{"a merge of nothing", func(s *Spec) { s.Merges[0] = "ab" }, ErrMerges},
		{"a merge with one side", func(s *Spec) { s.Merges[0] = "ab " }, ErrMerges},
		{"a merge of a foreign token", func(s *Spec) { s.Merges[0] = "qqq a" }, ErrMerges},
		{"a merge to a foreign token", func(s *Spec) { s.Merges[0] = "q q" }, ErrMerges},
		{"an empty merge", func(s *Spec) { s.Merges[0] = "" }, ErrMerges},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := tinySpec(t, "llama")
			test.change(&s)
			if tok, err := New(s); !errors.Is(err, test.want) || tok != nil {
				t.Errorf("error %v, want %v", err, test.want)
			}
		})
	}
}

func TestFromFileRefuses(t *testing.T) {
	for name, test := range map[string]struct {
		keys []gguf.Key
		want error
	}{
		"no tokenizer":       {nil, gguf.ErrMissing},
		"a kind unknown":     {[]gguf.Key{{Name: "tokenizer.ggml.model", Value: "rwkv"}}, ErrModel},
		"a number for it":    {[]gguf.Key{{Name: "tokenizer.ggml.model", Value: uint32(1)}}, gguf.ErrKind},
		"kinds out of range": {[]gguf.Key{{Name: "tokenizer.ggml.model", Value: "gpt2"}, {Name: "tokenizer.ggml.token_type", Value: []int32{300}}}, ErrVocabulary},
		"EOS out of range":   {[]gguf.Key{{Name: "tokenizer.ggml.model", Value: "gpt2"}, {Name: "tokenizer.ggml.eos_token_id", Value: uint32(1 << 31)}}, ErrSpecial},
	} {
		var b bytes.Buffer
		if err := gguf.Write(&b, test.keys, nil); err != nil {
			t.Fatal(err)
		}
		f, err := gguf.Read(bytes.NewReader(b.Bytes()), int64(b.Len()))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := FromFile(f); !errors.Is(err, test.want) {
			t.Errorf("%s: %v, want %v", name, err, test.want)
		}
	}
}

func TestSpecialsOnlyInTrustedText(t *testing.T) {
	tok := tiny(t, "llama")
	start, _ := tok.Special("<|im_start|>")
	end, _ := tok.Special("<|im_end|>")
	text := "a<|im_start|><|im_end|>b<|im_end"
	trusted := tok.Encode(text, true)
	if want := append([]int32{'a', start, end, 'b'}, tok.Encode("<|im_end", false)...); !slices.Equal(trusted, want) {
		t.Errorf("trusted: %v, want %v", trusted, want)
	}
	for _, id := range append(tok.Encode(text, false), tok.Append(nil, text, false)...) {
		if tok.Kind(id) != Normal {
			t.Errorf("plain text became %q", tok.Name(id))
		}
	}
	if got := tok.Decode(tok.Encode(text, false)); got != text {
		t.Errorf("it reads %q", got)
	}
	if len(tok.Bytes(start)) != 0 || tok.Name(start) != "<|im_start|>" || tok.Kind(start) != Control {
		t.Error("a control token has text")
	}
	if !tok.IsEnd(end) || tok.IsEnd(start) || tok.IsEnd('a') || !slices.Contains(tok.Ends(), tok.EOS()) {
		t.Errorf("ends %v", tok.Ends())
	}
	for _, id := range []int32{-1, int32(tok.Size()), 1 << 30} {
		if tok.Bytes(id) != nil || tok.Kind(id) != 0 || tok.Name(id) != "" || tok.IsEnd(id) {
			t.Errorf("id %d is a token", id)
		}
	}
}

func TestLongestSpecialWins(t *testing.T) {
	s := tinySpec(t, "llama")
	s.Tokens = append(s.Tokens, "<|im_start|>system", "<tool>", "[PAD]")
	s.Kinds = append(s.Kinds, Control, User, Unused)
	tok, err := New(s)
	if err != nil {
		t.Fatal(err)
	}
	n := int32(tok.Size())
	if got := tok.Encode("<|im_start|>system<tool>", true); !slices.Equal(got, []int32{n - 3, n - 2}) {
		t.Errorf("%v", got)
	}
	if got := tok.Encode("[PAD]", true); len(got) != 5 {
		t.Errorf("an unused token is spelled as %v", got)
	}
	if string(tok.Bytes(n-2)) != "<tool>" || len(tok.Bytes(n-1)) != 0 {
		t.Error("a user token is text, an unused one isn't")
	}
}

// Whatever the bytes: no panic, only ids of the vocabulary, and the same text back as far as it was text.
func FuzzEncode(f *testing.F) {
	for _, text := range readGiven(f).Texts {
		f.Add(text)
	}
	tokens := []*Tokenizer{tiny(f, "llama"), tiny(f, "qwen2")}
	s := tinySpec(f, "llama")
	for _, pattern := range []string{"gpt-2", "llama-bpe", "smaug-bpe", "tekken", "gpt-4o"} {
		s.Pattern = pattern
		tok, err := New(s)
		if err != nil {
			f.Fatal(err)
		}
		tokens = append(tokens, tok)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, tok := range tokens {
			ids := tok.Append(nil, text, false)
			for _, id := range ids {
				if tok.Kind(id) != Normal {
					t.Fatalf("%q: id %d", text, id)
				}
			}
			if got := tok.Decode(ids); got != tok.scheme.clean(text, true) {
				t.Fatalf("%q reads %q", text, got)
			}
			if !slices.Equal(ids, tok.Encode(text, false)) {
				t.Fatalf("%q: the pipeline gives other ids", text)
			}
			tok.Encode(text, true)
		}
	})
}

// Merging with the heap is merging step by step.
func TestLongWordsMergeAsShortOnes(t *testing.T) {
	b := tiny(t, "llama").scheme.(*bpe)
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.SliceOfN(rapid.SampledFrom([]byte("theand -it")), 2, shortWord).Draw(t, "word")
		var short []int32
		for _, c := range word {
			short = append(short, b.bytes[c])
		}
		long := slices.Clone(short)
		short = short[:b.mergeShort(short)]
		long = long[:b.mergeLong(long)]
		if !slices.Equal(short, long) {
			t.Fatalf("%q: %v by steps, %v by heap", word, short, long)
		}
	})
}

func TestReplaceInvalid(t *testing.T) {
	for in, want := range map[string]string{
		"\xff": "\uFFFD", "a\xc3": "a\uFFFD", "\xe4\xbd": "\uFFFD", "\xe4\xbda": "\uFFFDa", "\xf0\x9f\x98": "\uFFFD",
		"\xf0\x9f\x98x": "\uFFFDx", "\x80\x80": "\uFFFD\uFFFD", "\xc0\x80": "\uFFFD\uFFFD", "\xed\xa0\x80": "\uFFFD\uFFFD\uFFFD",
		"\xf4\x90\x80\x80": "\uFFFD\uFFFD\uFFFD\uFFFD", "\xe2\x82(": "\uFFFD(", "\xe4\xe4\xbd\xa0": "\uFFFD你", "\xf0\x28\x8c\xbc": "\uFFFD(\uFFFD\uFFFD",
	} {
		if got := replaceInvalid(in); got != want || !utf8.ValidString(got) {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestSortedVocabulary(t *testing.T) {
	tok := tiny(t, "qwen2")
	naive := func(keep func([]byte) bool) map[int32]bool {
		ids := map[int32]bool{}
		for id := range int32(tok.Size()) {
			if b := tok.Bytes(id); len(b) > 0 && keep(b) {
				ids[id] = true
			}
		}
		return ids
	}
	same := func(name string, got []int32, want map[int32]bool) {
		t.Helper()
		if len(got) != len(want) {
			t.Errorf("%s: %d ids, want %d", name, len(got), len(want))
		}
		for _, id := range got {
			if !want[id] {
				t.Errorf("%s: %q", name, tok.Name(id))
			}
		}
	}
	for _, text := range []string{"", " ", " t", " the", "the", "-", "----", "不", "\xe4\xb8", "zz", "\xff", "\x00"} {
		b := []byte(text)
		same("with prefix "+text, tok.WithPrefix(b), naive(func(x []byte) bool { return bytes.HasPrefix(x, b) }))
		same("prefixes of "+text, tok.AppendPrefixesOf(nil, b), naive(func(x []byte) bool { return bytes.HasPrefix(b, x) }))
		id, ok := tok.ID(b)
		if exact := naive(func(x []byte) bool { return bytes.Equal(b, x) }); ok != (len(exact) > 0) || ok && !exact[id] {
			t.Errorf("%q is %d, %v", text, id, ok)
		}
	}
}

// Words of a megabyte, of the kinds that make naive reading quadratic, take less than a second of the processor. A
// machine that is too slow for that still shows that eight times the text takes about eight times as long, and not sixty-four.
func TestNothingIsQuadratic(t *testing.T) {
	size := 1 << 20
	if testing.Short() {
		size = 1 << 17
	}
	for _, kind := range references {
		if kind.name == "gpt-2" || kind.name == "smollm" || strings.HasPrefix(kind.name, "llama-bpe") {
			continue // they differ from qwen2 in what no length matters to
		}
		tok := kind.make(t)
		for _, unit := range []string{"a", " ", "\n", "▁", "不锈钢保温杯", "<"} {
			isLinear(t, tok, kind.name, unit, size, time.Second)
		}
		for _, unit := range []string{
			"ab", "-", "中", "e\u0301", "\xff", " ▁", "<b", "<b>", "<|im_start|", "<|im_end|>", strings.Repeat("a", maxWord) + " ", "aA",
		} {
			isLinear(t, tok, kind.name, unit, size/16, time.Second/16)
		}
	}
}

func isLinear(t *testing.T, tok *Tokenizer, kind, unit string, size int, limit time.Duration) {
	t.Helper()
	measure := func(text string) time.Duration {
		return taken(t, func() { tok.Encode(text, true) })
	}
	long := strings.Repeat(unit, size/len(unit))
	short := long[:len(long)/8/len(unit)*len(unit)]
	first := measure(long)
	t.Logf("%s, %d times %q: %v", kind, len(long)/len(unit), unit, first)
	if first < limit {
		return
	}
	fastest, part := time.Hour, time.Hour
	for range 3 {
		fastest = min(fastest, measure(long))
		part = min(part, measure(short))
	}
	if fastest > limit && fastest > 20*part {
		t.Errorf("%s, %d times %q: %v, an eighth of it %v", kind, len(long)/len(unit), unit, fastest, part)
	}
}

func TestManyGoroutines(t *testing.T) {
	tok := tiny(t, "qwen2")
	var texts []string
	r := rand.New(rand.NewPCG(1, 2))
	for range 50 {
		b := make([]byte, 40)
		for i := range b {
			b[i] = "the and it--不锈钢\n"[r.IntN(19)]
		}
		texts = append(texts, string(b))
	}
	var want [][]int32
	for _, text := range texts {
		want = append(want, tiny(t, "qwen2").Append(nil, text, false))
	}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 5 {
				for i, text := range texts {
					if !slices.Equal(tok.Encode(text, false), want[i]) || !slices.Equal(tok.Append(nil, text, false), want[i]) {
						t.Errorf("%q differs", text)
					}
				}
			}
		})
	}
	wg.Wait()
}

func TestPipelineDecodes(t *testing.T) {
	tok := tiny(t, "llama")
	text := "the title, 不锈钢 and\n\x00"
	var ids []int
	for _, id := range tok.Encode(text, false) {
		ids = append(ids, int(id))
	}
	if got := tok.library.library.Decode(ids, true); got != text {
		t.Errorf("%q", got)
	}
	vocab := tok.library.library.GetVocab(false)
	if id, ok := vocab[" the"]; !ok || string(tok.Bytes(int32(id))) != " the" {
		t.Errorf("%d, %v", id, ok)
	}
}

func BenchmarkAppend(b *testing.B) {
	tok := load(b, "qwen2", inferencetest.Light)
	text := strings.Repeat("The stainless steel bottle keeps drinks cold for 24 hours. 一款不锈钢保温杯，容量750毫升。\n", 20)
	b.SetBytes(int64(len(text)))
	var ids []int32
	for b.Loop() {
		ids = tok.Append(ids[:0], text, false)
	}
	b.ReportMetric(float64(len(ids))*float64(b.N)/b.Elapsed().Seconds(), "tokens/s")
}
