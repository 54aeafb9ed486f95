package schema

import (
	"encoding/json"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"shelftalk/inference/internal/schema/schematest"
)

// Whatever legal bytes a document is written with, it can always be closed from where it stands, within the bytes that
// Finish takes, and is valid then. Bytes that Forced announces are the only legal ones.
func TestEveryWalkIsValid(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		source := []byte(schematest.Draw(t))
		s, err := Compile(source)
		if errors.Is(err, ErrEmpty) {
			t.Skip() // bounds that exclude each other
		}
		if err != nil {
			t.Fatalf("%s: %v", source, err)
		}
		if err := schematest.Valid(source, s.Least()); err != nil {
			t.Fatalf("%s: the shortest, %s: %v", source, s.Least(), err)
		}
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		var m, trial Machine
		m.Start(s)
		var document []byte
		for range random.IntN(80) {
			forced := m.Forced(nil)
			var legal []byte
			for c := range 256 {
				trial.CopyFrom(&m)
				if trial.Step(byte(c)) {
					legal = append(legal, byte(c))
				}
			}
			switch {
			case len(forced) > 0 && (len(legal) != 1 || legal[0] != forced[0]):
				t.Fatalf("%s: behind %q %q is forced, legal are %q", source, document, forced, legal)
			case len(legal) == 0 && !m.Over():
				t.Fatalf("%s: nothing may follow %q, which isn't over", source, document)
			case len(legal) == 0:
				if err := schematest.Valid(source, document); err != nil {
					t.Fatalf("%s: %s: %v", source, document, err)
				}
				return
			}
			c := legal[random.IntN(len(legal))]
			m.Step(c)
			document = append(document, c)
			if m.Done() {
				if err := schematest.Valid(source, document); err != nil {
					t.Fatalf("%s: done with %s: %v", source, document, err)
				}
			}
			rest := m.Finish(nil)
			if len(rest) > s.Most() {
				t.Fatalf("%s: %q takes %d bytes to close, at most %d are announced", source, document, len(rest), s.Most())
			}
			if err := schematest.Valid(source, slices.Concat(document, rest)); err != nil {
				t.Fatalf("%s: %q closed by %q: %v", source, document, rest, err)
			}
			trial.CopyFrom(&m)
			for _, c := range rest {
				if !trial.Step(c) {
					t.Fatalf("%s: behind %q the rest %q is refused at %q", source, document, rest, c)
				}
			}
			if !trial.Done() {
				t.Fatalf("%s: %q isn't closed by %q", source, document, rest)
			}
		}
	})
}

// pieces is a small vocabulary.
type pieces []string

func (p pieces) Size() int { return len(p) }

func (p pieces) Bytes(id int32) []byte { return []byte(p[id]) }

func (p pieces) Sorted() []int32 {
	ids := make([]int32, len(p))
	for i := range ids {
		ids[i] = int32(i)
	}
	slices.SortFunc(ids, func(a, b int32) int { return strings.Compare(p[a], p[b]) })
	return ids
}

// A mask holds exactly the tokens whose bytes the machine takes one by one, also where it was kept from before.
func TestMaskIsTheLegalTokens(t *testing.T) {
	tokens := pieces{`{"`, `"`, `":`, `: `, `", "`, `title`, `tit`, `a`, `b`, `1`, `12`, `-`, `.5`, ` `, `, `, `]`, `]}`, `}`, `null`, `true`, `[`, `["`, `杯`, "\xe6", "\x9d\xaf", `\`, `\n`, "\n", `mug`, `AB-1234`, `red`, ` red"`, `0`, `"}`, `x`, `y`}
	rapid.Check(t, func(t *rapid.T) {
		s, err := Compile([]byte(schematest.Draw(t)))
		if err != nil {
			t.Skip()
		}
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		var m, trial Machine
		m.Start(s)
		for range 40 {
			mask := m.Mask(tokens)
			var legal []int
			for id, tok := range tokens {
				trial.CopyFrom(&m)
				ok := true
				for i := 0; ok && i < len(tok); i++ {
					ok = trial.Step(tok[i])
				}
				if ok != (mask[id/64]>>(id%64)&1 == 1) {
					t.Fatalf("token %q is legal: %v, the mask says otherwise", tok, ok)
				}
				if ok {
					legal = append(legal, id)
				}
			}
			if len(legal) == 0 {
				return
			}
			for _, c := range []byte(tokens[legal[random.IntN(len(legal))]]) {
				m.Step(c)
			}
		}
	})
}

func TestForced(t *testing.T) {
	s, err := Compile([]byte(`{"type":"object","properties":{"title":{"type":"string"},"stock":{"type":"boolean"}},"required":["title","stock"]}`))
	if err != nil {
		t.Fatal(err)
	}
	var m Machine
	m.Start(s)
	for _, step := range []struct{ forced, written string }{
		{`{"title": "`, `{"title": "`}, {``, `mug`}, {``, `"`}, {`, "stock": `, `, "stock": `}, {``, `t`}, {`rue}`, `rue}`}, {``, ``},
	} {
		if got := string(m.Forced(nil)); got != step.forced {
			t.Errorf("%q is forced, want %q", got, step.forced)
		}
		for _, c := range []byte(step.written) {
			if !m.Step(c) {
				t.Fatalf("%q was refused", step.written)
			}
		}
	}
	if !m.Over() {
		t.Error("the document isn't over")
	}
}

func TestRefusals(t *testing.T) {
	long := strings.Repeat(`{"type":"array","items":`, 40) + `{"type":"null"}` + strings.Repeat("}", 40)
	for source, want := range map[string]error{
		``: ErrSyntax, `{`: ErrSyntax, `[]`: ErrSyntax, `{"type":"null"} x`: ErrSyntax, `{"type":"text"}`: ErrSyntax, `{"type":[]}`: ErrSyntax,
		`{"type":"null","type":"string"}`: ErrSyntax, `{"type":"string","minLength":"2"}`: ErrSyntax, `{"type":"string","minLength":-1}`: ErrSyntax,
		`{"type":"object","properties":[]}`: ErrSyntax, `{"type":"object","required":[1]}`: ErrSyntax, `{"type":"integer","minimum":"1"}`: ErrSyntax,
		`{}`: ErrKeyword, `{"anyOf":[]}`: ErrKeyword, `{"$ref":"#"}`: ErrKeyword, `{"type":"string","format":"date"}`: ErrKeyword,
		`{"type":"array"}`: ErrKeyword, `{"type":"object","required":["a"]}`: ErrKeyword, `{"type":"string","minimum":1}`: ErrKeyword,
		`{"type":"object","additionalProperties":{"type":"null"}}`: ErrKeyword, `{"enum":[[1]]}`: ErrKeyword, `{"enum":["a"],"minLength":1}`: ErrKeyword,
		`{"type":"string","pattern":"(?=a)"}`: ErrKeyword, `{"type":"string","pattern":"a\\b"}`: ErrKeyword, `{"type":"string","pattern":"(?i)a"}`: ErrKeyword,
		`{"type":"string","pattern":")a("}`: ErrKeyword, `{"type":"number","multipleOf":2}`: ErrKeyword,
		`{"type":"string","minLength":3,"maxLength":2}`: ErrEmpty, `{"type":"integer","minimum":2,"exclusiveMaximum":3,"exclusiveMinimum":2}`: ErrEmpty,
		`{"type":"string","pattern":"^abc$","maxLength":2}`: ErrEmpty, `{"enum":[]}`: ErrEmpty, `{"type":"null","enum":[1]}`: ErrEmpty,
		long: ErrLimit, strings.Repeat(" ", maxBytes+1): ErrLimit, `{"type":"string","minLength":1000000000}`: ErrLimit,
		`{"type":"string","pattern":"(a{1,900}){1,900}"}`: ErrKeyword, `{"type":"string","pattern":"(.*a.{12})"}`: ErrLimit,
		`{"type":"integer","minimum":1e400}`: ErrLimit, `{"type":"array","items":{"type":"string","minLength":60000},"minItems":60000}`: ErrLimit,
	} {
		if _, err := Compile([]byte(source)); !errors.Is(err, want) {
			t.Errorf("%.80s: %v, want %v", source, err, want)
		}
	}
	_, err := Compile([]byte(`{"type":"object","properties":{"when":{"type":"string","format":"date"}}}`))
	if err == nil || !strings.Contains(err.Error(), `"format"`) || !strings.Contains(err.Error(), "when") {
		t.Errorf("%v doesn't name the keyword and its place", err)
	}
}

// Any bytes are a schema or refused, in bounded time, and a schema's shortest document is valid JSON.
func FuzzCompile(f *testing.F) {
	f.Add([]byte(`{"type":"object","properties":{"a":{"type":"string","pattern":"^[a-z]+$","maxLength":9},"b":{"enum":[1,"x"]}},"required":["b"]}`))
	f.Add([]byte(`{"type":["null","number"],"minimum":-2.5,"exclusiveMaximum":7}`))
	f.Add([]byte(`{"type":"array","items":{"const":"a"},"minItems":2,"maxItems":3}`))
	f.Fuzz(func(t *testing.T, source []byte) {
		s, err := Compile(source)
		if err != nil {
			return
		}
		if !json.Valid(s.Least()) {
			t.Errorf("%q", s.Least())
		}
		var m Machine
		m.Start(s)
		for _, c := range s.Least() {
			if !m.Step(c) {
				t.Fatalf("the shortest document %q is refused", s.Least())
			}
		}
		if !m.Done() {
			t.Errorf("%q isn't done", s.Least())
		}
	})
}
