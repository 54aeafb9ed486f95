package hf

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
)

// settings is a JSON object of the folder. Its first misfit is kept in the shared failure, so that figures can be read one
// after the other and checked once.
type settings struct {
	file    string
	values  map[string]any
	failure *error
}

// readSettings reads a JSON object. One that isn't there is ErrMissing.
func readSettings(folder, file string) (settings, error) {
	text, err := readFile(folder, file)
	if err != nil {
		return settings{}, err
	}
	return parseSettings(file, text)
}

// readOptional is readSettings for a file that may be missing: then no value is set.
func readOptional(folder, file string) (settings, error) {
	s, err := readSettings(folder, file)
	if errors.Is(err, ErrMissing) {
		return settings{file: file, failure: new(error)}, nil
	}
	return s, err
}

func parseSettings(file string, text []byte) (settings, error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	s := settings{file: file, failure: new(error)}
	if err := d.Decode(&s.values); err != nil {
		return s, fmt.Errorf("%s: %w: %w", file, ErrConfig, err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return s, fmt.Errorf("%s goes on behind its JSON: %w", file, ErrConfig)
	}
	if s.values == nil {
		return s, fmt.Errorf("%s isn't a JSON object: %w", file, ErrConfig)
	}
	return s, nil
}

// err returns the first misfit.
func (s settings) err() error { return *s.failure }

func (s settings) fail(format string, args ...any) {
	if *s.failure == nil {
		*s.failure = fmt.Errorf(s.file+": "+format, args...)
	}
}

// find returns the first of the values that is set, with its name.
func (s settings) find(names []string) (any, string) {
	for _, name := range names {
		if v := s.values[name]; v != nil {
			return v, name
		}
	}
	return nil, ""
}

// has reports whether the value is set, and isn't null.
func (s settings) has(name string) bool { return s.values[name] != nil }

// count returns a positive whole number by one of its names; one that isn't set is a failure.
func (s settings) count(names ...string) int {
	if v, _ := s.find(names); v == nil {
		s.fail("%s isn't set: %w", names[0], ErrConfig)
		return 0
	}
	return s.countOr(0, names...)
}

// countOr is count with a value for one that isn't set.
func (s settings) countOr(absent int, names ...string) int {
	v, name := s.find(names)
	if v == nil {
		return absent
	}
	x, ok := number(v)
	if !ok || x != math.Trunc(x) {
		s.fail("%s is %v, not a whole number: %w", name, v, ErrConfig)
		return absent
	}
	if x < 0 || x > math.MaxInt32 {
		s.fail("%s is %v: %w", name, v, ErrLimit)
		return absent
	}
	return int(x)
}

// real returns a finite number, or absent where it isn't set.
func (s settings) real(absent float64, names ...string) float64 {
	v, name := s.find(names)
	if v == nil {
		return absent
	}
	x, ok := number(v)
	if !ok {
		s.fail("%s is %v, not a number: %w", name, v, ErrConfig)
		return absent
	}
	return x
}

func (s settings) boolean(absent bool, name string) bool {
	v := s.values[name]
	if v == nil {
		return absent
	}
	b, ok := v.(bool)
	if !ok {
		s.fail("%s is %v, not true or false: %w", name, v, ErrConfig)
	}
	return b
}

func (s settings) text(absent, name string) string {
	v := s.values[name]
	if v == nil {
		return absent
	}
	t, ok := v.(string)
	if !ok {
		s.fail("%s is %v, not text: %w", name, v, ErrConfig)
	}
	return t
}

// object returns an object inside; one that isn't set has no values.
func (s settings) object(name string) settings {
	inner := settings{file: s.file, failure: s.failure}
	v := s.values[name]
	if v == nil {
		return inner
	}
	m, ok := v.(map[string]any)
	if !ok {
		s.fail("%s isn't an object: %w", name, ErrConfig)
	}
	inner.values = m
	return inner
}

// numbers returns a list of finite numbers, nil where it isn't set.
func (s settings) numbers(name string) []float32 {
	v := s.values[name]
	if v == nil {
		return nil
	}
	list, ok := v.([]any)
	out := make([]float32, 0, len(list))
	for _, e := range list {
		x, good := number(e)
		ok = ok && good
		out = append(out, float32(x))
	}
	if !ok {
		s.fail("%s isn't a list of numbers: %w", name, ErrConfig)
		return nil
	}
	return out
}

// texts returns a list of strings, nil where it isn't set.
func (s settings) texts(name string) []string {
	v := s.values[name]
	if v == nil {
		return nil
	}
	list, ok := v.([]any)
	out := make([]string, 0, len(list))
	for _, e := range list {
		t, good := e.(string)
		ok = ok && good
		out = append(out, t)
	}
	if !ok {
		s.fail("%s isn't a list of texts: %w", name, ErrConfig)
		return nil
	}
	return out
}

// number converts a JSON number to a finite float.
func number(v any) (float64, bool) {
	n, ok := v.(json.Number)
	if !ok {
		return 0, false
	}
	x, err := n.Float64()
	return x, err == nil && !math.IsInf(x, 0)
}

// rotation is what config.json says about rotary positions, old and new spellings brought together: rope_theta and
// rope_scaling at the top, or both in rope_parameters, where models with two kinds of layers have an object per kind.
type rotation struct {
	settings
	local settings // of sliding layers
	base  float64
	kind  string // "default", "linear", "llama3", "longrope", "yarn", …
}

func rotationOf(c settings) rotation {
	r := rotation{settings: c.object("rope_scaling"), local: settings{file: c.file, failure: c.failure}}
	if c.has("rope_parameters") {
		r.settings = c.object("rope_parameters")
	}
	if r.has("full_attention") || r.has("sliding_attention") {
		r.local = r.object("sliding_attention")
		r.settings = r.object("full_attention")
	}
	r.base = r.real(c.real(0, "rope_theta"), "rope_theta")
	r.kind = strings.ToLower(r.text(r.text("default", "type"), "rope_type"))
	if r.kind == "su" {
		r.kind = "longrope"
	}
	return r
}
