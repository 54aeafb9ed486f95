package schema

import (
	"encoding/json"
	"fmt"
	"slices"
	"sort"
	"strings"
)

// builder turns values into nodes.
type builder struct {
	nodes int
	most  int
}

// annotations don't change what is valid.
const annotations = " title description default examples $schema $id $comment deprecated readOnly writeOnly "

// keywords lists what belongs to each type.
func keywords(typ string) string {
	switch typ {
	case "object":
		return " properties required additionalProperties "
	case "array":
		return " items minItems maxItems "
	case "string":
		return " minLength maxLength pattern "
	case "number", "integer":
		return " minimum maximum exclusiveMinimum exclusiveMaximum "
	case "boolean", "null":
		return " "
	}
	return ""
}

// node builds the node of a schema, which where names.
func (b *builder) node(v value, where string, depth int) (*node, error) {
	list, ok := v.of.([]property)
	if !ok {
		return nil, fmt.Errorf("%w: %s isn't an object", ErrSyntax, where)
	}
	if depth > maxDepth {
		return nil, fmt.Errorf("%w: %s is nested %d deep", ErrLimit, where, depth)
	}
	fields := map[string]value{}
	for _, p := range list {
		if !strings.Contains(annotations, " "+p.name+" ") {
			fields[p.name] = p.value
		}
	}
	types, err := typesOf(fields, where)
	if err != nil {
		return nil, err
	}
	delete(fields, "type")
	if _, ok := fields["const"]; ok {
		return b.constant(fields, "const", types, where)
	}
	if _, ok := fields["enum"]; ok {
		return b.constant(fields, "enum", types, where)
	}
	if len(types) == 0 {
		for _, p := range list { // the first that isn't known, so that it is named
			if _, ok := fields[p.name]; ok && !known(p.name) {
				return nil, fmt.Errorf("%w: %s: %q", ErrKeyword, where, p.name)
			}
		}
		return nil, fmt.Errorf("%w: %s has no type", ErrKeyword, where)
	}
	for _, p := range list {
		if _, ok := fields[p.name]; ok && !slices.ContainsFunc(types, func(t string) bool { return strings.Contains(keywords(t), " "+p.name+" ") }) {
			return nil, fmt.Errorf("%w: %s: %q", ErrKeyword, where, p.name)
		}
	}
	return b.typed(fields, types, where, depth)
}

// known reports whether a keyword belongs to some type.
func known(name string) bool {
	for _, t := range []string{"object", "array", "string", "number"} {
		if strings.Contains(keywords(t), " "+name+" ") {
			return true
		}
	}
	return false
}

func typesOf(fields map[string]value, where string) ([]string, error) {
	v, ok := fields["type"]
	if !ok {
		return nil, nil
	}
	list, ok := v.of.([]value)
	if !ok {
		list = []value{v}
	}
	var out []string
	for _, e := range list {
		name, ok := e.of.(string)
		if !ok || keywords(name) == "" {
			return nil, fmt.Errorf("%w: %s has the type %v", ErrSyntax, where, e.of)
		}
		if slices.Contains(out, name) {
			return nil, fmt.Errorf("%w: %s has the type %q twice", ErrSyntax, where, name)
		}
		out = append(out, name)
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("%w: %s has a list of no types", ErrSyntax, where)
	}
	if slices.Contains(out, "number") { // an integer is a number
		out = slices.DeleteFunc(out, func(t string) bool { return t == "integer" })
	}
	return out, nil
}

// typed builds a node of one type, or of several.
func (b *builder) typed(fields map[string]value, types []string, where string, depth int) (*node, error) {
	if len(types) == 1 {
		return b.one(fields, types[0], where, depth)
	}
	n := &node{kind: union}
	for _, t := range types {
		way, err := b.one(fields, t, where, depth)
		if err != nil {
			return nil, err
		}
		n.ways = append(n.ways, way)
		if n.least == nil || len(way.least) < len(n.least) {
			n.least = way.least
		}
	}
	return b.add(n, where)
}

// one builds a node of one type.
func (b *builder) one(fields map[string]value, typ, where string, depth int) (*node, error) {
	switch typ {
	case "object":
		return b.object(fields, where, depth)
	case "array":
		return b.array(fields, where, depth)
	case "string":
		return b.text(fields, where)
	case "number", "integer":
		n := &node{kind: number}
		var err error
		if n.bounds, err = boundsOf(fields, typ == "integer", where); err != nil {
			return nil, err
		}
		n.least = n.bounds.finish(nil, &frame{})
		return b.add(n, where)
	case "boolean":
		return b.add(&node{kind: literal, texts: []string{"false", "true"}, least: []byte("true")}, where)
	default:
		return b.add(&node{kind: literal, texts: []string{"null"}, least: []byte("null")}, where)
	}
}

// add counts a node.
func (b *builder) add(n *node, where string) (*node, error) {
	b.nodes++
	n.id = b.nodes
	b.most += len(n.least) + 32
	for _, t := range n.texts {
		b.most += len(t)
	}
	if n.pattern != nil {
		b.most += 4 * len(n.pattern.states)
	}
	for _, m := range n.members {
		b.most += len(m.key)
	}
	if b.nodes > maxNodes || len(n.least) > maxLeast {
		return nil, fmt.Errorf("%w: %s", ErrLimit, where)
	}
	return n, nil
}

func (b *builder) object(fields map[string]value, where string, depth int) (*node, error) {
	n := &node{kind: object}
	if v, ok := fields["additionalProperties"]; ok {
		if _, ok := v.of.(bool); !ok {
			return nil, fmt.Errorf("%w: %s: \"additionalProperties\" with a schema", ErrKeyword, where)
		}
	}
	list, ok := fields["properties"].of.([]property)
	if _, given := fields["properties"]; given && !ok {
		return nil, fmt.Errorf("%w: %s: \"properties\" isn't an object", ErrSyntax, where)
	}
	required, err := namesOf(fields, "required", where)
	if err != nil {
		return nil, err
	}
	n.least = []byte{'{'}
	for _, p := range list {
		v, err := b.node(p.value, fmt.Sprintf("%s.%s", where, p.name), depth+1)
		if err != nil {
			return nil, err
		}
		m := member{key: quote(p.name) + ": ", value: v}
		if i := slices.Index(required, p.name); i >= 0 {
			m.required = true
			required = slices.Delete(required, i, i+1)
			if len(n.least) > 1 {
				n.least = append(n.least, ", "...)
			}
			n.least = append(append(n.least, m.key...), v.least...)
		}
		n.members = append(n.members, m)
	}
	if len(required) > 0 {
		return nil, fmt.Errorf("%w: %s requires %q, which isn't among its properties", ErrKeyword, where, required[0])
	}
	n.least = append(n.least, '}')
	return b.add(n, where)
}

func namesOf(fields map[string]value, name, where string) ([]string, error) {
	v, given := fields[name]
	if !given {
		return nil, nil
	}
	list, ok := v.of.([]value)
	var out []string
	for _, e := range list {
		s, isText := e.of.(string)
		ok = ok && isText && !slices.Contains(out, s)
		out = append(out, s)
	}
	if !ok {
		return nil, fmt.Errorf("%w: %s: %q isn't a list of different names", ErrSyntax, where, name)
	}
	return out, nil
}

func (b *builder) array(fields map[string]value, where string, depth int) (*node, error) {
	items, ok := fields["items"]
	if !ok {
		return nil, fmt.Errorf("%w: %s: an array without \"items\"", ErrKeyword, where)
	}
	n := &node{kind: array}
	var err error
	if n.items, err = b.node(items, where+"[]", depth+1); err != nil {
		return nil, err
	}
	if n.min, n.max, err = spanOf(fields, "minItems", "maxItems", where); err != nil {
		return nil, err
	}
	if n.min*(len(n.items.least)+2) > maxLeast {
		return nil, fmt.Errorf("%w: %s has at least %d items", ErrLimit, where, n.min)
	}
	n.least = []byte{'['}
	for i := range n.min {
		if i > 0 {
			n.least = append(n.least, ", "...)
		}
		n.least = append(n.least, n.items.least...)
	}
	n.least = append(n.least, ']')
	return b.add(n, where)
}

// spanOf reads a least and a most.
func spanOf(fields map[string]value, least, most, where string) (from, to int, err error) {
	to = -1
	for _, f := range []struct {
		name string
		to   *int
	}{{least, &from}, {most, &to}} {
		v, ok := fields[f.name]
		if !ok {
			continue
		}
		n, ok := v.of.(json.Number)
		if !ok {
			return 0, 0, fmt.Errorf("%w: %s: %q isn't a number", ErrSyntax, where, f.name)
		}
		i, err := n.Int64()
		if err != nil || i < 0 {
			return 0, 0, fmt.Errorf("%w: %s: %q is %s", ErrSyntax, where, f.name, n)
		}
		if i > maxCount {
			return 0, 0, fmt.Errorf("%w: %s: %q is %s", ErrLimit, where, f.name, n)
		}
		*f.to = int(i)
	}
	if to >= 0 && from > to {
		return 0, 0, fmt.Errorf("%w: %s: from %d to %d", ErrEmpty, where, from, to)
	}
	return from, to, nil
}

func (b *builder) text(fields map[string]value, where string) (*node, error) {
	n := &node{kind: text}
	var err error
	if n.min, n.max, err = spanOf(fields, "minLength", "maxLength", where); err != nil {
		return nil, err
	}
	if n.min > maxLeast {
		return nil, fmt.Errorf("%w: %s has at least %d characters", ErrLimit, where, n.min)
	}
	if v, ok := fields["pattern"]; ok {
		s, ok := v.of.(string)
		if !ok {
			return nil, fmt.Errorf("%w: %s: \"pattern\" isn't a string", ErrSyntax, where)
		}
		if n.pattern, err = newPattern(s, n.min, n.max); err != nil {
			return nil, fmt.Errorf("%s: pattern %q: %w", where, s, err)
		}
	}
	n.least = n.finishText([]byte{'"'}, &frame{at: body})
	return b.add(n, where)
}

// constant builds the node of an enum or a const.
func (b *builder) constant(fields map[string]value, name string, types []string, where string) (*node, error) {
	for other := range fields {
		if other != name {
			return nil, fmt.Errorf("%w: %s: %q beside %q", ErrKeyword, where, other, name)
		}
	}
	list, ok := fields[name].of.([]value)
	if name == "const" {
		list, ok = []value{fields[name]}, true
	}
	if !ok {
		return nil, fmt.Errorf("%w: %s: \"enum\" isn't a list", ErrSyntax, where)
	}
	if len(list) > maxLiteral {
		return nil, fmt.Errorf("%w: %s: %d values", ErrLimit, where, len(list))
	}
	n := &node{kind: literal}
	for _, v := range list {
		s, typ, err := scalar(v, where)
		if err != nil {
			return nil, err
		}
		if len(types) == 0 || slices.Contains(types, typ) || typ == "integer" && slices.Contains(types, "number") {
			n.texts = append(n.texts, s)
		}
	}
	if len(n.texts) == 0 {
		return nil, fmt.Errorf("%w: %s has no value", ErrEmpty, where)
	}
	sort.Strings(n.texts)
	n.texts = slices.Compact(n.texts)
	for _, s := range n.texts {
		if n.least == nil || len(s) < len(n.least) {
			n.least = []byte(s)
		}
	}
	return b.add(n, where)
}

// scalar writes a plain value.
func scalar(v value, where string) (text, typ string, err error) {
	switch x := v.of.(type) {
	case nil:
		return "null", "null", nil
	case bool:
		if x {
			return "true", "boolean", nil
		}
		return "false", "boolean", nil
	case string:
		return quote(x), "string", nil
	case json.Number:
		if strings.ContainsAny(x.String(), ".eE") {
			return x.String(), "number", nil
		}
		return x.String(), "integer", nil
	}
	return "", "", fmt.Errorf("%w: %s: a list or an object as a value", ErrKeyword, where)
}
