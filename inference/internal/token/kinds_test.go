package token

import (
	"bytes"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"shelftalk/inference/inferencetest"
	"shelftalk/inference/internal/gguf"
)

// bertSpec is a small WordPiece vocabulary.
func bertSpec() Spec {
	return wordPieceSpec([]string{"[PAD]", "[UNK]", "[CLS]", "[SEP]", "un", "##aff", "##able", "a", "##a", "able", ",", "保", "温"})
}

func TestPiecesRefused(t *testing.T) {
	for name, test := range map[string]struct {
		change func(*Spec)
		want   error
	}{
		"no scores":                 {func(s *Spec) { s.Scores = nil }, ErrVocabulary},
		"too few scores":            {func(s *Spec) { s.Scores = s.Scores[1:] }, ErrVocabulary},
		"a score that is no number": {func(s *Spec) { s.Scores[500] = float32(math.NaN()) }, ErrVocabulary},
		"byte -1":                   {func(s *Spec) { s.Tokens[3] = "<0x-1>" }, ErrVocabulary},
		"byte 256":                  {func(s *Spec) { s.Tokens[3] = "<0x100>" }, ErrVocabulary},
		"byte XY":                   {func(s *Spec) { s.Tokens[3] = "<0xXY>" }, ErrVocabulary},
		"a byte twice":              {func(s *Spec) { s.Tokens[3] = "<0x01>" }, ErrVocabulary},
		"no way to write a byte":    {func(s *Spec) { s.Kinds[3], s.Unknown = Unused, -1 }, ErrVocabulary},
		"a piece twice":             {func(s *Spec) { s.Tokens[501] = s.Tokens[500] }, ErrVocabulary},
		"a piece without end":       {func(s *Spec) { s.Tokens[501] = strings.Repeat("a", maxPiece+1) }, ErrVocabulary},
		"a mark without end":        {func(s *Spec) { s.Tokens[1] = strings.Repeat("<", maxSpecial+1) }, ErrVocabulary},
		"unknown beyond the list":   {func(s *Spec) { s.Unknown = int32(len(s.Tokens)) }, ErrSpecial},
		"an end beyond the list":    {func(s *Spec) { s.Ends = []int32{1 << 30} }, ErrSpecial},
		"merges of foreign tokens":  {func(s *Spec) { s.Merges = []string{"qqqq qqqq"} }, ErrMerges},
		"another kind":              {func(s *Spec) { s.Model = "t5" }, ErrModel},
	} {
		s := piecesSpec(t)
		test.change(&s)
		if tok, err := New(s); !errors.Is(err, test.want) || tok != nil {
			t.Errorf("%s: %v, want %v", name, err, test.want)
		}
	}
	s := bertSpec()
	s.Tokens[8] = s.Tokens[5]
	if _, err := New(s); !errors.Is(err, ErrVocabulary) {
		t.Errorf("a word's piece twice: %v", err)
	}
	s = wordPieceSpec([]string{"a", "##b"})
	s.Unknown = -1
	if _, err := New(s); !errors.Is(err, ErrVocabulary) {
		t.Errorf("no unknown token: %v", err)
	}
}

// A text with a space in front of it reads as itself, token by token too, and goes on without another space.
func TestLeadingSpace(t *testing.T) {
	tok := pieces1400(t)
	if !tok.LeadingSpace() || tiny(t, "llama").LeadingSpace() {
		t.Error("the wrong vocabulary has a leading space")
	}
	for _, text := range readGiven(t).Texts {
		want := strings.ReplaceAll(tok.scheme.clean(text, false), blankMark, " ")
		if got := tok.Decode(tok.Append(nil, text, false)); got != want {
			t.Errorf("%q reads %q", text, got)
		}
		more := tok.Decode(tok.AppendMore(tok.Append(nil, "a", false), text))
		if more != "a"+want {
			t.Errorf("%q behind a reads %q", text, more)
		}
	}
	stream := []byte{}
	for _, id := range tok.Append(nil, "ab 😀", false) {
		stream = tok.AppendBytes(stream, id)
	}
	if string(stream) != " ab 😀" {
		t.Errorf("the tokens write %q", stream)
	}
}

// Merges in the file's own order give the ids that scores give, for a file that has both.
func TestMergesReplaceScores(t *testing.T) {
	s := piecesSpec(t)
	byScore := must(t, s)
	table := byScore.scheme.(*spm).merges
	lines := make([]string, len(table))
	for p, m := range table {
		lines[m.rank] = s.Tokens[p>>32] + " " + s.Tokens[uint32(p)]
	}
	s.Merges, s.Scores = lines, nil
	byMerge := must(t, s)
	for _, text := range readGiven(t).Texts {
		if a, b := byScore.Append(nil, text, false), byMerge.Append(nil, text, false); !slices.Equal(a, b) {
			t.Errorf("%q: %v by scores, %v by merges", text, a, b)
		}
	}
}

func TestTrimmedSpaces(t *testing.T) {
	s := piecesSpec(t)
	s.TrimSpaces = true
	tok, plain := must(t, s), pieces1400(t)
	for in, want := range map[string]string{"  a   b ": "a b", "   ": "", "": "", " a": "a", "a\n  b": "a\n b"} {
		if got := tok.Append(nil, in, false); !slices.Equal(got, plain.Append(nil, want, false)) {
			t.Errorf("%q: %v", in, got)
		}
	}
}

// Marks of turns come from trusted text alone; the words on both sides of a border between parts are one text.
func TestParts(t *testing.T) {
	s := piecesSpec(t)
	for _, name := range []string{"<|user|>", "<|end|>", "<|assistant|>"} {
		s.Tokens, s.Kinds, s.Scores = append(s.Tokens, name), append(s.Kinds, Control), append(s.Scores, 0)
	}
	tok := must(t, s)
	user, _ := tok.Special("<|user|>")
	end, _ := tok.Special("<|end|>")
	assistant, _ := tok.Special("<|assistant|>")
	got := tok.AppendParts(nil, []Part{{"<|user|>\n", true}, {"\n the <|end|> ", false}, {"<|end|>\n<|assistant|>\n", true}})
	want := append([]int32{user}, tok.Append(nil, "the <|end|> ", false)...)
	want = append(want, end, assistant)
	if !slices.Equal(got, want) {
		t.Errorf("%v, want %v: Phi-3's marks swallow the white space behind them", got, want)
	}
	together := tok.Append(nil, "[INST] the price [/INST]", false)
	apart := tok.AppendParts(nil, []Part{{"[INST] ", true}, {"the pr", false}, {"ice", false}, {" [/INST]", true}})
	if !slices.Equal(apart, together) {
		t.Errorf("apart %v, together %v", apart, together)
	}
	for _, id := range tok.Append(nil, "<|user|></s><s><0x0A>", false) {
		if k := tok.Kind(id); k == Control || k == Byte && tok.Bytes(id)[0] == '\n' {
			t.Errorf("plain text became %q", tok.Name(id))
		}
	}
}

// Gemma's user tokens are pieces of any text, but for its marks.
func TestUserTokensAnywhere(t *testing.T) {
	tok := load(t, "", inferencetest.Gemma)
	for text, n := range map[string]int{
		"<table>": 1, "</h1>": 1, "\n\n\n": 1, "\t\t": 1, strings.Repeat("\n", 31): 1, strings.Repeat(" ", 31): 1,
	} {
		if ids := tok.Append(nil, text, false); len(ids) != n || tok.Decode(ids) != text {
			t.Errorf("%q: %v reads %q", text, ids, tok.Decode(ids))
		}
	}
	for _, mark := range []string{"<start_of_turn>", "<end_of_turn>", "<start_of_image>", "[multimodal]", "<eos>"} {
		plain, trusted := tok.Append(nil, mark, false), tok.Append(nil, mark, true)
		if len(plain) < 2 || len(trusted) != 1 || tok.Decode(plain) != mark {
			t.Errorf("%s: %v as plain text, %v as trusted", mark, plain, trusted)
		}
	}
	if end, _ := tok.Special("<end_of_turn>"); !tok.IsEnd(end) || !tok.IsEnd(tok.EOS()) || !tok.AddBOS() || tok.LeadingSpace() {
		t.Errorf("ends %v", tok.Ends())
	}
}

func TestSentence(t *testing.T) {
	s := bertSpec()
	tok := must(t, s)
	for _, test := range []struct {
		text string
		most int
		want []string
	}{
		{"Unaffable, able", 99, []string{"[CLS]", " un", "aff", "able", " ,", " able", "[SEP]"}},
		{"unaffable able", 4, []string{"[CLS]", " un", "aff", "[SEP]"}},
		{"保温", 9, []string{"[CLS]", " 保", " 温", "[SEP]"}},
		{"xyz ÀBLE\u0301 á", 9, []string{"[CLS]", "[UNK]", " able", " a", "[SEP]"}},
		{"", 9, []string{"[CLS]", "[SEP]"}},
		{"[CLS]", 9, []string{"[CLS]", "[UNK]", "[UNK]", "[UNK]", "[SEP]"}},
	} {
		var got []string
		for _, id := range tok.AppendSentence(nil, test.text, test.most) {
			got = append(got, tok.Name(id))
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("%q: %q, want %q", test.text, got, test.want)
		}
	}
	s.StripAccents, s.Lower = false, false
	if got := must(t, s).Append(nil, "á Able a", false); !slices.Equal(got, []int32{s.Unknown, s.Unknown, 7}) {
		t.Errorf("with accents and capitals: %v", got)
	}
}

// fileOf writes a tokenizer's keys.
func fileOf(t testing.TB, s Spec, more ...gguf.Key) []byte {
	t.Helper()
	kinds := make([]int32, len(s.Kinds))
	for i, k := range s.Kinds {
		kinds[i] = int32(k)
	}
	keys := append([]gguf.Key{
		{Name: "tokenizer.ggml.model", Value: s.Model},
		{Name: "tokenizer.ggml.pre", Value: s.Pattern},
		{Name: "tokenizer.ggml.tokens", Value: s.Tokens},
		{Name: "tokenizer.ggml.token_type", Value: kinds},
		{Name: "tokenizer.ggml.merges", Value: s.Merges},
		{Name: "tokenizer.ggml.scores", Value: s.Scores},
	}, more...)
	var b bytes.Buffer
	if err := gguf.Write(&b, keys, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// What a file says, and what its kind means where it says nothing.
func TestFromFile(t *testing.T) {
	open := func(data []byte) *Tokenizer {
		t.Helper()
		f, err := gguf.Read(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			t.Fatal(err)
		}
		tok, err := FromFile(f)
		if err != nil {
			t.Fatal(err)
		}
		return tok
	}
	spm := open(fileOf(t, piecesSpec(t)))
	if !spm.AddBOS() || !spm.LeadingSpace() || spm.BOS() != 1 || spm.EOS() != 2 {
		t.Errorf("BOS %d %v, EOS %d", spm.BOS(), spm.AddBOS(), spm.EOS())
	}
	spm = open(fileOf(t, piecesSpec(t),
		gguf.Key{Name: "tokenizer.ggml.add_space_prefix", Value: false},
		gguf.Key{Name: "tokenizer.ggml.add_bos_token", Value: false},
		gguf.Key{Name: "tokenizer.ggml.eom_token_id", Value: uint32(7)},
		gguf.Key{Name: "tokenizer.ggml.eog_token_ids", Value: []int32{9, 8}},
	))
	if spm.AddBOS() || spm.LeadingSpace() || !slices.Equal(spm.Ends(), []int32{2, 7, 8, 9}) {
		t.Errorf("BOS %v, space %v, ends %v", spm.AddBOS(), spm.LeadingSpace(), spm.Ends())
	}
	bert := open(fileOf(t, bertSpec(),
		gguf.Key{Name: "tokenizer.ggml.bos_token_id", Value: uint32(2)},
		gguf.Key{Name: "tokenizer.ggml.seperator_token_id", Value: uint32(3)},
		gguf.Key{Name: "tokenizer.ggml.unknown_token_id", Value: uint32(1)},
	))
	if got := bert.AppendSentence(nil, "Unaffable x", 99); !slices.Equal(got, []int32{2, 4, 5, 6, 1, 3}) {
		t.Errorf("%v", got)
	}
}

// FuzzFromFile: any file's metadata makes a tokenizer that reads text, or an error.
func FuzzFromFile(f *testing.F) {
	f.Add(fileOf(f, tinySpec(f, "llama")))
	f.Add(fileOf(f, bertSpec()))
	s := Spec{Model: modelSPM, Tokens: []string{"<unk>", "▁", "a", "▁a", "<0x0A>", "  ", "<b>"}, Scores: make([]float32, 7)}
	s.Kinds = []Kind{Unknown, Normal, Normal, Normal, Byte, User, User}
	f.Add(fileOf(f, s))
	s.Merges = []string{"▁ a"}
	f.Add(fileOf(f, s))
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := gguf.Read(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			return
		}
		tok, err := FromFile(file)
		if err != nil {
			return
		}
		for _, text := range []string{"a b  c\n\n", "<b>保温 é\xff", ""} {
			for _, id := range tok.AppendSentence(nil, text, 100) {
				if !tok.valid(id) {
					t.Fatalf("id %d of %d", id, tok.Size())
				}
			}
			tok.Encode(text, true)
		}
	})
}

// FuzzPieces is FuzzEncode for the vocabularies of words: no panic, no control token, the same through the library, and,
// where the vocabulary can write everything, the same text back.
func FuzzPieces(f *testing.F) {
	for _, text := range readGiven(f).Texts {
		f.Add(text)
	}
	spm, bert := pieces1400(f), must(f, bertSpec())
	gemma := piecesSpec(f)
	gemma.SpacePrefix = false
	for _, name := range []string{"\n\n", "  ", "   ", "<table>", "<turn>"} {
		gemma.Tokens, gemma.Kinds = append(gemma.Tokens, name), append(gemma.Kinds, User)
		gemma.Scores = append(gemma.Scores, -1000)
	}
	user := must(f, gemma)
	f.Fuzz(func(t *testing.T, text string) {
		for _, tok := range []*Tokenizer{spm, user, bert} {
			ids := tok.Append(nil, text, false)
			for _, id := range ids {
				if k := tok.Kind(id); k == Control && tok != bert || k == 0 || tok.Name(id) == "<turn>" {
					t.Fatalf("%q: token %d, %q", text, id, tok.Name(id))
				}
			}
			if !slices.Equal(ids, tok.Encode(text, false)) {
				t.Fatalf("%q: the pipeline gives other ids", text)
			}
			tok.Encode(text, true)
			tok.AppendMore(nil, text)
			clean := strings.ReplaceAll(tok.scheme.clean(text, false), blankMark, " ")
			if got := tok.Decode(ids); tok != bert && got != clean {
				t.Fatalf("%q reads %q", text, got)
			}
		}
	})
}
