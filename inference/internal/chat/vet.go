package chat

import (
	"fmt"
	"strings"
)

// vet refuses, before anything is parsed, what could make a small template grow or run without bound: repetition by `*`,
// loops that call themselves, tags that join or list very many values, or nest them deep, and characters that the library
// reads in circles. It finds tags and their ends exactly as the library does, or else refuses the template.
func vet(source string) error {
	for {
		at := strings.IndexByte(source, '{')
		if at < 0 || at+1 == len(source) {
			return nil
		}
		source = source[at:]
		n := 1
		switch source[1] {
		case '#':
			end := strings.Index(source[2:], "#}")
			if end < 0 {
				return fmt.Errorf("a comment without an end: %w", errSyntax)
			}
			n = end + 4
		case '%', '{':
			var err error
			if n, err = vetTag(source); err != nil {
				return err
			}
		}
		source = source[n:]
	}
}

// vetTag vets the tag that source begins with and returns its length.
func vetTag(source string) (int, error) {
	t := tag{end: "}}"}
	if source[1] == '%' {
		t.end = "%}"
	}
	for i := 2; i < len(source); {
		rest := source[i:]
		if n := t.over(rest); n > 0 {
			if len(t.open) > 0 {
				return 0, fmt.Errorf("a bracket that isn't closed: %w", errSyntax)
			}
			return i + n, nil
		}
		n, err := t.step(rest)
		if err != nil {
			return 0, err
		}
		i += n
	}
	return 0, fmt.Errorf("a tag without an end: %w", errSyntax)
}

// tag is what was seen of a tag.
type tag struct {
	end          string
	open         []byte // what closes the open brackets
	joins, items int
}

// over returns the length of the tag's end, if rest begins with it.
func (t *tag) over(rest string) int {
	for _, end := range []string{"-%}", "-}}", "+%}"} {
		if strings.HasPrefix(rest, end) {
			return len(end)
		}
	}
	if n := len(t.open); strings.HasPrefix(rest, t.end) && (n == 0 || t.open[n-1] != rest[0]) {
		return len(t.end)
	}
	return 0
}

// step vets what rest begins with and returns its length.
func (t *tag) step(rest string) (int, error) {
	switch c := rest[0]; {
	case c == '\'' || c == '"':
		return vetText(rest)
	case c == '*':
		return 0, fmt.Errorf("it multiplies: %w", errOutput)
	case c == '+' || c == '~':
		if t.joins++; t.joins > maxJoins {
			return 0, fmt.Errorf("it joins too much: %w", errOutput)
		}
	case c == ',':
		if t.items++; t.items > maxItems {
			return 0, fmt.Errorf("it lists too much: %w", errOutput)
		}
	case c == '(' || c == '[' || c == '{':
		if t.open = append(t.open, closing(c)); len(t.open) > maxDepth {
			return 0, fmt.Errorf("it nests too deep: %w", errSource)
		}
	case c == ')' || c == ']' || c == '}':
		last := len(t.open) - 1
		if last < 0 || t.open[last] != c {
			return 0, fmt.Errorf("a bracket too many: %w", errSyntax)
		}
		t.open = t.open[:last]
	case c >= 0x80: // the library steps back by the wrong width behind some, and reads on from there for ever
		return 0, fmt.Errorf("a letter or sign beyond ASCII outside of quotes: %w", errSyntax)
	case strings.HasPrefix(rest, "recursive"):
		return 0, fmt.Errorf("it has a loop that calls itself: %w", errOutput)
	}
	return 1, nil
}

func closing(c byte) byte {
	switch c {
	case '(':
		return ')'
	case '[':
		return ']'
	default:
		return '}'
	}
}

// vetText returns the length of a quoted text. To the library a quote behind a backslash never ends it.
func vetText(rest string) (int, error) {
	prev := byte(0)
	for i := 1; i < len(rest); i++ {
		if rest[i] == rest[0] && prev != '\\' {
			return i + 1, nil
		}
		prev = rest[i]
	}
	return 0, fmt.Errorf("a text without an end: %w", errSyntax)
}
