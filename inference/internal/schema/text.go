package schema

import "unicode/utf8"

// A text's frame: n characters are written; v holds the pattern's state, and above it the f bytes of a character that has
// begun.
const (
	quoted uint8 = iota // before the quote
	body
	escape // behind a backslash
)

func (f *frame) state() int { return int(f.v & 0xFFFF) }

func (m *Machine) feedText(f *frame, c byte) result {
	n := f.node
	switch {
	case f.at == quoted:
		if c != '"' {
			return refused
		}
		f.at = body
		return taken
	case f.at == escape:
		r, ok := map[byte]rune{'"': '"', '\\': '\\', 'n': '\n'}[c]
		if !ok || !n.takes(f, r) {
			return refused
		}
		m.Char = r
		return taken
	case f.f > 0 || c >= utf8.RuneSelf:
		return m.feedRune(f, c)
	case c == '"':
		if !n.mayQuote(f) {
			return refused
		}
		m.Char = '\n'
		return closed
	case c == '\\':
		if !n.allows(f, '"', '"') && !n.allows(f, '\\', '\\') && !n.allows(f, '\n', '\n') {
			return refused
		}
		f.at = escape
		return taken
	case c >= ' ' && n.takes(f, rune(c)):
		m.Char = rune(c)
		return taken
	}
	return refused
}

// mayQuote reports whether the text may end.
func (n *node) mayQuote(f *frame) bool {
	if n.pattern != nil {
		return n.pattern.distance(int(f.n), f.state()) == 0
	}
	return int(f.n) >= n.min
}

// allows reports whether some character from low to high may come.
func (n *node) allows(f *frame, low, high rune) bool {
	if n.max >= 0 && int(f.n) >= n.max {
		return false
	}
	if n.pattern == nil {
		return true
	}
	_, ok := n.pattern.any(f.state(), low, high, int(f.n)+1)
	return ok
}

// takes writes a character, if it may come.
func (n *node) takes(f *frame, r rune) bool {
	if !n.allows(f, r, r) {
		return false
	}
	to := 0
	if n.pattern != nil {
		to, _ = n.pattern.next(f.state(), r, int(f.n)+1)
	}
	f.at, f.f, f.n, f.v = body, 0, f.n+1, int64(to)
	return true
}

// feedRune takes a byte of a character of several.
func (m *Machine) feedRune(f *frame, c byte) result {
	var b [utf8.UTFMax]byte
	n := f.begun(b[:])
	b[n] = c
	n++
	low, high, size, ok := runesOf(b[:n])
	if !ok {
		return refused
	}
	if n == size {
		if !f.node.takes(f, low) {
			return refused
		}
		m.Char = low
		return taken
	}
	if !f.node.allows(f, low, high) {
		return refused
	}
	f.v |= int64(c) << (16 + 8*f.f)
	f.f++
	return taken
}

// begun writes the bytes of a character that has begun.
func (f *frame) begun(dst []byte) int {
	for i := range f.f {
		dst[i] = byte(f.v >> (16 + 8*i))
	}
	return int(f.f)
}

// runesOf is the range of characters, of size bytes, that begin with b.
func runesOf(b []byte) (low, high rune, size int, ok bool) {
	var least rune
	switch c := b[0]; {
	case c >= 0xC2 && c < 0xE0:
		size, low, least = 2, rune(c&0x1F), 0x80
	case c >= 0xE0 && c < 0xF0:
		size, low, least = 3, rune(c&0x0F), 0x800
	case c >= 0xF0 && c < 0xF5:
		size, low, least = 4, rune(c&0x07), 0x10000
	default:
		return 0, 0, 0, false
	}
	for _, c := range b[1:] {
		if c&0xC0 != 0x80 {
			return 0, 0, 0, false
		}
		low = low<<6 | rune(c&0x3F)
	}
	shift := 6 * (size - len(b))
	low, high = low<<shift, low<<shift|(1<<shift-1)
	low, high = max(low, least), min(high, utf8.MaxRune)
	if low >= 0xD800 && low <= 0xDFFF {
		low = 0xE000
	}
	if high >= 0xD800 && high <= 0xDFFF {
		high = 0xD7FF
	}
	return low, high, size, low <= high
}
