package schema

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// value is a JSON value, the properties of an object in their order.
type value struct {
	of any // nil, bool, string, json.Number, []value or []property
}

type property struct {
	name  string
	value value
}

// parse reads one JSON value.
func parse(source []byte) (value, error) {
	d := json.NewDecoder(bytes.NewReader(source))
	d.UseNumber()
	v, err := parseValue(d, 0)
	if err != nil {
		return value{}, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return value{}, fmt.Errorf("%w: something follows it", ErrSyntax)
	}
	return v, nil
}

func parseValue(d *json.Decoder, depth int) (value, error) {
	if depth > 4*maxDepth {
		return value{}, fmt.Errorf("%w: nested %d deep", ErrLimit, depth)
	}
	tok, err := d.Token()
	if err != nil {
		return value{}, fmt.Errorf("%w: %w", ErrSyntax, err)
	}
	switch t := tok.(type) {
	case json.Delim:
		if t == '{' {
			return parseObject(d, depth)
		}
		list := []value{}
		for d.More() {
			v, err := parseValue(d, depth+1)
			if err != nil {
				return value{}, err
			}
			list = append(list, v)
		}
		_, err := d.Token()
		return value{of: list}, malformed(err)
	default:
		return value{of: tok}, nil
	}
}

func parseObject(d *json.Decoder, depth int) (value, error) {
	list := []property{}
	seen := map[string]bool{}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return value{}, malformed(err)
		}
		name, _ := key.(string)
		if seen[name] {
			return value{}, fmt.Errorf("%w: %q appears twice", ErrSyntax, name)
		}
		seen[name] = true
		v, err := parseValue(d, depth+1)
		if err != nil {
			return value{}, err
		}
		list = append(list, property{name, v})
	}
	_, err := d.Token()
	return value{of: list}, malformed(err)
}

func malformed(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%w: %w", ErrSyntax, err)
}

// quote writes a string as JSON.
func quote(s string) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(s); err != nil {
		return `""` // a string can always be written
	}
	return string(bytes.TrimSuffix(b.Bytes(), []byte("\n")))
}
