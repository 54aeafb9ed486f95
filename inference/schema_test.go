package inference_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"shelftalk/inference"
	"shelftalk/inference/inferencetest"
	"shelftalk/inference/internal/schema"
	"shelftalk/inference/internal/schema/schematest"
)

// product is a schema like those that a shop asks for.
const product = `{
	"type": "object",
	"properties": {
		"title": {"type": "string", "minLength": 4, "maxLength": 60},
		"code": {"type": "string", "pattern": "^[A-Z]{2}-\\d{4}$"},
		"colour": {"enum": ["blue", "bluish", "red", "oat"]},
		"price": {"type": "number", "minimum": 0.5, "exclusiveMaximum": 2000},
		"stock": {"type": "integer", "minimum": 0, "maximum": 500},
		"bullets": {"type": "array", "items": {"type": "string", "minLength": 3, "maxLength": 40}, "minItems": 2, "maxItems": 4},
		"size": {"type": "object", "properties": {"unit": {"const": "cm"}, "high": {"type": ["integer", "null"]}}, "required": ["unit", "high"]},
		"dishwasher": {"type": "boolean"}
	},
	"required": ["title", "code", "colour", "price", "stock", "bullets", "size", "dishwasher"]
}`

type productOf struct {
	Title, Code, Colour string
	Price               float64
	Stock               int
	Bullets             []string
	Size                struct {
		Unit string
		High *int
	}
	Dishwasher *bool
}

// checkProduct decodes a document strictly and checks it against the schema by hand.
func checkProduct(text string) error {
	var p productOf
	d := json.NewDecoder(strings.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&p); err != nil {
		return err
	}
	if !utf8.ValidString(text) {
		return errors.New("it isn't valid UTF-8")
	}
	count := utf8.RuneCountInString
	ok := count(p.Title) >= 4 && count(p.Title) <= 60 && regexp.MustCompile(`^[A-Z]{2}-\d{4}$`).MatchString(p.Code) &&
		slices.Contains([]string{"blue", "bluish", "red", "oat"}, p.Colour) && p.Price >= 0.5 && p.Price < 2000 &&
		p.Stock >= 0 && p.Stock <= 500 && len(p.Bullets) >= 2 && len(p.Bullets) <= 4 && p.Size.Unit == "cm" && p.Dishwasher != nil
	for _, b := range p.Bullets {
		ok = ok && count(b) >= 3 && count(b) <= 40
	}
	if !ok {
		return fmt.Errorf("it doesn't satisfy the schema: %+v", p)
	}
	return nil
}

// documents writes n documents and checks them. The tokens of each are within most, if that isn't zero.
func documents(t *testing.T, m *inference.Model, n, most int, params inference.Params, rules inference.Rules) (results []inference.Result) {
	t.Helper()
	params.MaxTokens = most
	requests := func(yield func(inference.Request) bool) {
		for i := range n {
			r := inference.Request{
				Messages: []inference.Message{{Role: inference.User, Content: fmt.Sprintf("Describe mug %d as JSON: stoneware, 350 ml, 9 cm, 12.50, code MU-%d, blue.", i, 1000+i)}},
				Schema:   []byte(product), Params: params, Rules: rules, Seed: uint64(i),
			}
			if !yield(r) {
				return
			}
		}
	}
	for r, err := range m.Batch(t.Context(), requests, inference.BatchOptions{}) {
		if err != nil || r.Err != nil {
			t.Fatal(err, r.Err)
		}
		if err := checkProduct(r.Text); err != nil {
			t.Errorf("%s: %v", r.Text, err)
		}
		if k := r.Slots[0].Tokens; most > 0 && k > most {
			t.Errorf("%s: %d tokens, at most %d", r.Text, k, most)
		}
		results = append(results, r)
	}
	return results
}

// A model that knows nothing of JSON, at any heat and within any number of tokens, writes documents that satisfy the schema.
func TestSchemaHoldsForNonsense(t *testing.T) {
	m := tiny(t, inferencetest.Options{Type: "Q8_0", Context: 1024})
	for _, most := range []int{0, 160, 190, 260, 400} {
		for _, p := range []inference.Params{{}, {Temperature: 1}, {Temperature: 4, MinP: 0.02}, {Temperature: 1.2, TopK: 3}} {
			if most == 0 && p.Temperature == 0 {
				continue // greedy nonsense goes on to the context's end
			}
			documents(t, m, 6, most, p, inference.Rules{Script: inference.Latin, Never: inference.NewPhrases([]string{"the"})})
		}
	}
}

// The same for random schemas, and as few tokens as their shortest document has.
func TestRandomSchemasHold(t *testing.T) {
	m := tiny(t, inferencetest.Options{Type: "Q8_0", Context: 4096})
	rapid.Check(t, func(t *rapid.T) {
		source := []byte(schematest.Draw(t))
		s, err := schema.Compile(source)
		if err != nil {
			t.Skip()
		}
		most := len(m.Tokens(string(s.Least()))) + rapid.IntRange(0, 150).Draw(t, "room")
		seed := rapid.Uint64().Draw(t, "seed")
		requests := func(yield func(inference.Request) bool) {
			for i := range uint64(3) {
				r := inference.Request{
					Messages: []inference.Message{{Role: inference.User, Content: "a"}}, Schema: source, Seed: seed + i,
					Params: inference.Params{Temperature: 0.5 + float64(i), MaxTokens: most},
				}
				if !yield(r) {
					return
				}
			}
		}
		for r, err := range m.Batch(context.Background(), requests, inference.BatchOptions{}) {
			if err != nil || r.Err != nil {
				t.Fatalf("%s: %v %v", source, err, r.Err)
			}
			if err := schematest.Valid(source, []byte(r.Text)); err != nil {
				t.Fatalf("%s: %s: %v", source, r.Text, err)
			}
			if n := r.Slots[0].Tokens; n > most {
				t.Fatalf("%s: %s: %d tokens, at most %d", source, r.Text, n, most)
			}
		}
	})
}

// A model that knows JSON writes it by itself: what is forced isn't computed token by token, and nothing has to be closed.
func TestSchemaWithARealModel(t *testing.T) {
	m := smol(t)
	numbers := []string{"350", "9", "12.50"}
	for i := range 8 {
		numbers = append(numbers, fmt.Sprint(1000+i))
	}
	results := documents(t, m, 8, 0, inference.Params{Temperature: 0.7, TopP: 0.95, LogProbs: 1}, inference.Rules{Numbers: numbers})
	for _, r := range results {
		tokens := len(m.Tokens(r.Text))
		if r.Generated > tokens*3/4 {
			t.Errorf("%d of %d tokens were chosen one by one: %s", r.Generated, tokens, r.Text)
		}
		if n := len(r.Slots[0].Probs); n == 0 || n > r.Generated {
			t.Errorf("%d log-probabilities for %d choices", n, r.Generated)
		}
		if r.Slots[0].Reason == inference.ReasonLength {
			t.Errorf("closed by force: %s", r.Text)
		}
	}
}

func TestSchemaErrors(t *testing.T) {
	m := tiny(t, inferencetest.Options{})
	for name, r := range map[string]inference.Request{
		"not JSON":  {Schema: []byte(`{`)},
		"a keyword": {Schema: []byte(`{"type":"string","format":"date"}`)},
		"no room":   {Schema: []byte(product), Params: inference.Params{MaxTokens: 20}},
		"a frame":   {Schema: []byte(`{"type":"null"}`), Frame: []inference.Part{{Text: "a"}}},
		"a length":  {Schema: []byte(`{"type":"string"}`), Length: inference.Length{Max: 3}},
	} {
		r.Messages = []inference.Message{{Role: inference.User, Content: "a"}}
		for _, err := range m.Generate(t.Context(), r) {
			if !errors.Is(err, inference.ErrRequest) {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	only := inference.Request{Messages: []inference.Message{{Role: inference.User, Content: "a"}}, Schema: []byte(`{"const":"a b"}`)}
	for c, err := range m.Generate(t.Context(), only) {
		if err != nil || c.Text != `"a b"` || !c.Done {
			t.Errorf("the only document: %+v, %v", c, err)
		}
	}
}
