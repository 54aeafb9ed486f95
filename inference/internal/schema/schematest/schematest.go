// Package schematest draws random schemas and checks documents against them, without the package that it tests.
package schematest

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// Valid checks a document against a schema by decoding both.
func Valid(source, document []byte) error {
	if !utf8.Valid(document) {
		return errors.New("it isn't valid UTF-8")
	}
	var s any
	if err := json.Unmarshal(source, &s); err != nil {
		return err
	}
	d := json.NewDecoder(strings.NewReader(string(document)))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return err
	}
	if d.More() {
		return errors.New("something follows")
	}
	return check(s.(map[string]any), v)
}

func check(s map[string]any, v any) error {
	list, ok := s["enum"].([]any)
	if c, is := s["const"]; is {
		list, ok = []any{c}, true
	}
	if ok {
		for _, e := range list {
			if fmt.Sprintf("%T %v", e, e) == fmt.Sprintf("%T %v", plain(v), plain(v)) {
				return nil
			}
		}
		return fmt.Errorf("%v is none of %v", v, list)
	}
	types, ok := s["type"].([]any)
	if !ok {
		types = []any{s["type"]}
	}
	is := func(names ...string) bool {
		return slices.ContainsFunc(types, func(t any) bool { return slices.Contains(names, t.(string)) })
	}
	bound := func(name string) (float64, bool) { x, ok := s[name].(float64); return x, ok }
	switch x := v.(type) {
	case nil:
		ok = is("null")
	case bool:
		ok = is("boolean")
	case string:
		least, _ := bound("minLength")
		most, limited := bound("maxLength")
		n := float64(utf8.RuneCountInString(x))
		ok = is("string") && n >= least && (!limited || n <= most)
		if p, has := s["pattern"].(string); has {
			ok = ok && regexp.MustCompile(p).MatchString(x)
		}
	case json.Number:
		f, err := x.Float64()
		ok = err == nil && (is("number") || is("integer") && !strings.Contains(x.String(), "."))
		for name, holds := range map[string]func(float64) bool{
			"minimum": func(b float64) bool { return f >= b }, "maximum": func(b float64) bool { return f <= b },
			"exclusiveMinimum": func(b float64) bool { return f > b }, "exclusiveMaximum": func(b float64) bool { return f < b },
		} {
			if b, has := bound(name); has {
				ok = ok && holds(b)
			}
		}
	case []any:
		least, _ := bound("minItems")
		most, limited := bound("maxItems")
		ok = is("array") && float64(len(x)) >= least && (!limited || float64(len(x)) <= most)
		for _, e := range x {
			if err := check(s["items"].(map[string]any), e); err != nil {
				return err
			}
		}
	case map[string]any:
		ok = is("object")
		required, _ := s["required"].([]any)
		for _, r := range required {
			if _, has := x[r.(string)]; !has {
				return fmt.Errorf("%v lacks %q", x, r)
			}
		}
		for k, e := range x {
			p, has := s["properties"].(map[string]any)[k]
			if !has {
				return fmt.Errorf("%q isn't a property", k)
			}
			if err := check(p.(map[string]any), e); err != nil {
				return err
			}
		}
	}
	if !ok {
		return fmt.Errorf("%v (%T) doesn't satisfy %v", v, v, s)
	}
	return nil
}

func plain(v any) any {
	if n, ok := v.(json.Number); ok {
		f, _ := n.Float64()
		return f
	}
	return v
}

// Draw draws a schema, as the text that a user would write. Some are satisfied by nothing.
func Draw(t *rapid.T) string { return draw(t, 0) }

func draw(t *rapid.T, depth int) string {
	kinds := []string{"string", "string", "number", "integer", "boolean", "null", "enum", "const", "union"}
	if depth < 3 {
		kinds = append(kinds, "object", "object", "array")
	}
	span := func(least, most string, high int) string {
		a := rapid.IntRange(0, high).Draw(t, least)
		b := a + rapid.IntRange(0, high).Draw(t, most)
		return rapid.SampledFrom([]string{
			"", fmt.Sprintf(`,%q:%d`, least, a), fmt.Sprintf(`,%q:%d`, most, b), fmt.Sprintf(`,%q:%d,%q:%d`, least, a, most, b),
		}).Draw(t, "span")
	}
	switch kind := rapid.SampledFrom(kinds).Draw(t, "kind"); kind {
	case "string":
		if rapid.IntRange(0, 3).Draw(t, "patterned") == 0 {
			return `{"type":"string","pattern":` + quote(rapid.SampledFrom(patterns()).Draw(t, "pattern")) +
				rapid.SampledFrom([]string{"", `,"maxLength":40`, `,"minLength":8`, `,"minLength":9,"maxLength":14`}).Draw(t, "length") + `}`
		}
		return `{"type":"string"` + span("minLength", "maxLength", 12) + `}`
	case "number", "integer":
		low := rapid.SampledFrom([]string{"", `,"minimum":0`, `,"minimum":-3.25`, `,"exclusiveMinimum":17`, `,"minimum":98765`, `,"minimum":-1e3`, `,"exclusiveMinimum":0.015`}).Draw(t, "low")
		high := rapid.SampledFrom([]string{"", `,"maximum":98766`, `,"exclusiveMaximum":99000.5`, `,"maximum":1e9`}).Draw(t, "high")
		if rapid.IntRange(0, 3).Draw(t, "negative") == 0 {
			low, high = `,"minimum":-1200`, rapid.SampledFrom([]string{`,"maximum":-7`, `,"exclusiveMaximum":-0.5`, `,"maximum":0`}).Draw(t, "below")
		}
		return `{"type":"` + kind + `"` + low + high + `}`
	case "enum":
		return `{"enum":["mug","mugs","mug \"big\"","杯子",1,12,120,-3,1.5,true,null,"\\n"]}`
	case "const":
		return rapid.SampledFrom([]string{`{"const":"a \"b\" <c>"}`, `{"const":7}`, `{"const":null}`}).Draw(t, "const")
	case "union":
		return `{"type":["string","null","integer","boolean"],"maxLength":6,"minimum":4}`
	case "array":
		return `{"type":"array","items":` + draw(t, depth+1) + span("minItems", "maxItems", 4) + `}`
	case "object":
		var list, required []string
		for _, name := range []string{"title", "tit", "a \"key\"", "价格", "sub", "x"}[:rapid.IntRange(0, 6).Draw(t, "properties")] {
			list = append(list, quote(name)+":"+draw(t, depth+1))
			if rapid.Bool().Draw(t, "required") {
				required = append(required, quote(name))
			}
		}
		return `{"type":"object","additionalProperties":false,"properties":{` + strings.Join(list, ",") + `},"required":[` + strings.Join(required, ",") + `]}`
	default:
		return `{"type":"` + kind + `"}`
	}
}

func patterns() []string {
	return []string{`^[A-Z]{2}-\d{4,8}$`, `^(red|green|blue)( (red|green))*$`, `杯`, `^\w+\.(com|org)$`, `a"b\\`, `^[^a-z]*$`, `x.*y`, `^(?:ab?)+\s?$`, ``, `^a|b$`}
}

func quote(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		panic(err)
	}
	return string(b)
}
