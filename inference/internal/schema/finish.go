package schema

import "unicode/utf8"

// Finish appends what closes the document, in as few bytes as its kind allows.
func (m *Machine) Finish(dst []byte) []byte {
	for i := len(m.stack) - 1; i >= 0; i-- {
		dst = m.stack[i].finish(dst)
	}
	return dst
}

func (f *frame) finish(dst []byte) []byte {
	n := f.node
	switch n.kind {
	case object:
		return f.finishObject(dst)
	case array:
		return f.finishArray(dst)
	case text:
		if f.at == quoted {
			return append(dst, n.least...)
		}
		return n.finishText(dst, f)
	case number:
		return n.bounds.finish(dst, f)
	case literal:
		return f.finishLiteral(dst)
	default:
		return append(dst, n.least...)
	}
}

func (f *frame) finishLiteral(dst []byte) []byte {
	if f.n == 0 {
		return append(dst, f.node.least...)
	}
	best := ""
	for _, t := range f.node.texts[f.v:] {
		if len(t) < int(f.n) || t[:f.n] != f.node.texts[f.v][:f.n] {
			break
		}
		if best == "" || len(t) < len(best) {
			best = t
		}
	}
	return append(dst, best[f.n:]...)
}

func (f *frame) finishObject(dst []byte) []byte {
	if f.at == 0 {
		return append(dst, f.node.least...)
	}
	g := *f
	if g.n > 0 {
		dst = g.finishKey(dst)
	}
	for i := int(g.v); i < len(f.node.members); i++ {
		m := &f.node.members[i]
		if !m.required {
			continue
		}
		dst = append(append(append(dst, g.separator()...), m.key...), m.value.least...)
		g.f = 1
	}
	return append(dst, '}')
}

// finishKey appends the rest of a separator and key, and the member's value.
func (f *frame) finishKey(dst []byte) []byte {
	best := -1
	for i := int(f.v); i < len(f.node.members); i++ {
		m := &f.node.members[i]
		if f.sameKey(i) { // a required one has to come anyway
			if best < 0 || m.required || len(m.key)+len(m.value.least) < len(f.node.members[best].key)+len(f.node.members[best].value.least) {
				best = i
			}
		}
		if m.required {
			break
		}
	}
	m := &f.node.members[best]
	dst = append(dst, (f.separator() + m.key)[f.n:]...)
	f.v, f.n, f.f = int64(best+1), 0, 1
	return append(dst, m.value.least...)
}

func (f *frame) finishArray(dst []byte) []byte {
	n := f.node
	if f.at == 0 {
		return append(dst, n.least...)
	}
	items := int(f.n)
	if f.at >= 3 { // a comma is written
		if f.at == 3 {
			dst = append(dst, ' ')
		}
		dst = append(dst, n.items.least...)
		items++
	}
	for ; items < n.min; items++ {
		if items > 0 {
			dst = append(dst, ", "...)
		}
		dst = append(dst, n.items.least...)
	}
	return append(dst, ']')
}

// finishText appends the rest of a text behind its quote.
func (n *node) finishText(dst []byte, f *frame) []byte {
	g := *f
	if g.at == escape {
		for _, r := range "\"\\\n" {
			if n.takes(&g, r) {
				dst = append(dst, escaped(r)[1:]...)
				break
			}
		}
	}
	if g.f > 0 {
		var b [utf8.UTFMax]byte
		k := g.begun(b[:])
		r, high, _, _ := runesOf(b[:k])
		if n.pattern != nil {
			r, _ = n.pattern.any(g.state(), r, high, int(g.n)+1)
		}
		dst = append(dst, string(r)[k:]...)
		n.takes(&g, r)
	}
	for !n.mayQuote(&g) {
		r := '.'
		if n.pattern != nil {
			r, _ = n.pattern.nearest(g.state(), int(g.n))
		}
		if !n.takes(&g, r) {
			break
		}
		dst = append(dst, escaped(r)...)
	}
	return append(dst, '"')
}

// escaped writes a character into a text.
func escaped(r rune) string {
	switch r {
	case '"':
		return `\"`
	case '\\':
		return `\\`
	case '\n':
		return `\n`
	}
	return string(r)
}
