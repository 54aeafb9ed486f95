// Package channel knows where copy goes: the fields of each sales channel, how long each may be and in which unit that
// channel counts. The limits are data (assets/channels), each file with its source and the day it was looked up, because
// channels change them; nothing here is compiled in but the ways of counting.
//
// A channel counts in its own unit: a Taobao title holds 60 bytes of GBK, an Amazon search term 249 bytes of UTF-8, a
// search engine's title some 580 pixels. Unit.Count answers for all of them.
package channel

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"unicode/utf8"
)

// Field is one text that a channel takes.
type Field struct {
	ID    string            `json:"id"`    // "title", "description", "bullet" (one limit for all), "seo_title", "seo_description"
	Label map[string]string `json:"label"` // what the channel calls it, by language ("en", "zh")
	Min   int               `json:"min,omitempty"`
	Max   int               `json:"max,omitempty"` // 0: no limit
	Unit  Unit              `json:"unit"`
	// Hard limits are the channel's: a longer text is refused or cut by it. The others are advice.
	Hard bool `json:"hard,omitempty"`
	// HTML says that the channel reads the field as HTML; in the others a tag would show as text.
	HTML bool `json:"html,omitempty"`
	// Forbidden are characters that the channel refuses in this field.
	Forbidden string `json:"forbidden,omitempty"`
	// Note says what the number alone doesn't: that no limit is published, or that it is another's.
	Note string `json:"note,omitempty"`
}

// Channel is a place where copy is published.
type Channel struct {
	ID     string            `json:"id"`
	Name   map[string]string `json:"name"` // by language
	Fields []Field           `json:"fields"`
	AsOf   string            `json:"as_of"`  // the day the limits were looked up, 2026-11-24
	Source string            `json:"source"` // where
	// Banned are words that the channel, or the law of its market, doesn't allow in copy, by language.
	Banned map[string][]string `json:"banned,omitempty"`
}

// Field returns the field with the id, and whether the channel has it.
func (c Channel) Field(id string) (Field, bool) {
	for _, f := range c.Fields {
		if f.ID == id {
			return f, true
		}
	}
	return Field{}, false
}

// ErrInvalid is wrapped by every complaint about a channel file.
var ErrInvalid = errors.New("invalid channel file")

// Load reads every .json file of fsys, in any of its folders, sorted by path. Two channels can't share an id.
func Load(fsys fs.FS) ([]Channel, error) {
	var out []Channel
	seen := map[string]string{}
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path.Ext(name) != ".json" {
			return err
		}
		data, err := fs.ReadFile(fsys, name)
		if err != nil {
			return err
		}
		c, err := Parse(data)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if other, ok := seen[c.ID]; ok {
			return fmt.Errorf("%s: %w: id %q is taken by %s", name, ErrInvalid, c.ID, other)
		}
		seen[c.ID] = name
		out = append(out, c)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("load channels: %w", err)
	}
	return out, nil
}

// Parse reads one channel file. Unknown keys are refused: a misspelt limit would otherwise silently not hold.
func Parse(data []byte) (Channel, error) {
	var c Channel
	dec := json.NewDecoder(strings.NewReader(string(data)))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&c); err != nil {
		return Channel{}, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	return c, c.validate()
}

func (c Channel) validate() error {
	switch {
	case c.ID == "":
		return fmt.Errorf("%w: no id", ErrInvalid)
	case c.Name["en"] == "":
		return fmt.Errorf("%w: no English name", ErrInvalid)
	case c.AsOf == "" || c.Source == "":
		return fmt.Errorf("%w: no source, or no as_of date", ErrInvalid)
	case len(c.Fields) == 0:
		return fmt.Errorf("%w: no fields", ErrInvalid)
	}
	seen := map[string]bool{}
	for _, f := range c.Fields {
		switch {
		case f.ID == "" || f.Label["en"] == "":
			return fmt.Errorf("%w: a field without id or English label", ErrInvalid)
		case seen[f.ID]:
			return fmt.Errorf("%w: field %q twice", ErrInvalid, f.ID)
		case !f.Unit.Known():
			return fmt.Errorf("%w: field %q: unknown unit %q", ErrInvalid, f.ID, f.Unit)
		case f.Min < 0 || f.Max < 0 || (f.Max > 0 && f.Min > f.Max):
			return fmt.Errorf("%w: field %q: limits %d to %d", ErrInvalid, f.ID, f.Min, f.Max)
		case !utf8.ValidString(f.Forbidden):
			return fmt.Errorf("%w: field %q: forbidden characters aren't UTF-8", ErrInvalid, f.ID)
		}
		seen[f.ID] = true
	}
	return nil
}
