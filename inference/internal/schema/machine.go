package schema

import "unicode/utf8"

// result is what became of a byte.
type result uint8

const (
	refused result = iota
	taken
	closed // taken, and the value is over
	opened // taken or not, a value begins: see Machine.step
	over   // not taken: the value was over before it
)

// frame is a value under way. What its fields mean depends on the node's kind.
type frame struct {
	node *node
	at   uint8
	neg  bool
	f    uint8
	n    int32
	v    int64
}

// Machine follows a document. The zero value isn't ready: see Start.
type Machine struct {
	schema *Schema
	stack  []frame
	// Char is the character of a text's content that the last byte completed, or -1; '\n' at a text's end too.
	Char rune
}

// Start begins a document.
func (m *Machine) Start(s *Schema) {
	m.schema, m.Char = s, -1
	m.stack = append(m.stack[:0], frame{node: s.root})
}

// CopyFrom makes m a copy of o, in memory of its own.
func (m *Machine) CopyFrom(o *Machine) {
	m.schema, m.Char = o.schema, o.Char
	m.stack = append(m.stack[:0], o.stack...)
}

// Step takes the document's next byte. It reports false, and is of no further use, if the byte isn't legal.
func (m *Machine) Step(c byte) bool {
	m.Char = -1
	for len(m.stack) > 0 {
		switch m.feed(&m.stack[len(m.stack)-1], c) {
		case taken:
			return true
		case closed:
			m.stack = m.stack[:len(m.stack)-1]
			return true
		case over:
			m.stack = m.stack[:len(m.stack)-1]
		case opened: // a value has been put on the stack, and the byte is its first
		default:
			return false
		}
	}
	return false
}

// Begun appends the bytes of a text's character that has begun, a backslash included.
func (m *Machine) Begun(dst []byte) []byte {
	if len(m.stack) == 0 {
		return dst
	}
	f := &m.stack[len(m.stack)-1]
	if f.node.kind != text {
		return dst
	}
	if f.at == escape {
		return append(dst, '\\')
	}
	var b [utf8.UTFMax]byte
	return append(dst, b[:f.begun(b[:])]...)
}

// Done reports whether the document may end.
func (m *Machine) Done() bool {
	switch len(m.stack) {
	case 0:
		return true
	case 1:
		return m.stack[0].mayEnd()
	}
	return false
}

// Over reports whether the document must end.
func (m *Machine) Over() bool {
	if !m.Done() {
		return false
	}
	_, n := m.ways()
	return n == 0
}

func (f *frame) mayEnd() bool {
	switch f.node.kind {
	case number:
		return f.node.bounds.done(f)
	case literal:
		return f.n > 0 && len(f.node.texts[f.v]) == int(f.n) // the shortest that begins so stands first
	}
	return false
}

// feed gives a byte to the value on top.
func (m *Machine) feed(f *frame, c byte) result {
	switch f.node.kind {
	case object:
		return m.feedObject(f, c)
	case array:
		return m.feedArray(f, c)
	case text:
		return m.feedText(f, c)
	case number:
		return f.node.bounds.feed(f, c)
	case literal:
		return f.feedLiteral(c)
	default:
		for _, way := range f.node.ways {
			if way.begins(c) {
				*f = frame{node: way}
				return m.feed(f, c)
			}
		}
		return refused
	}
}

// begins reports whether a value may begin with a byte.
func (n *node) begins(c byte) bool {
	switch n.kind {
	case object:
		return c == '{'
	case array:
		return c == '['
	case text:
		return c == '"'
	case number:
		f := frame{node: n}
		return n.bounds.feed(&f, c) == taken
	case literal:
		f := frame{node: n}
		return f.feedLiteral(c) != refused
	}
	for _, way := range n.ways {
		if way.begins(c) {
			return true
		}
	}
	return false
}

// push begins a value.
func (m *Machine) push(n *node) { m.stack = append(m.stack, frame{node: n}) }

// feedLiteral: n bytes are written of the texts from the v-th on.
func (f *frame) feedLiteral(c byte) result {
	texts := f.node.texts
	for i := int(f.v); i < len(texts); i++ {
		t := texts[i]
		if f.n > 0 && (len(t) < int(f.n) || t[:f.n] != texts[f.v][:f.n]) {
			break
		}
		if len(t) > int(f.n) && t[f.n] == c {
			f.v, f.n = int64(i), f.n+1
			if len(t) == int(f.n) && !f.goesOn() {
				return closed
			}
			return taken
		}
	}
	if f.mayEnd() {
		return over
	}
	return refused
}

// goesOn reports whether another text begins with the one that is written.
func (f *frame) goesOn() bool {
	i := int(f.v) + 1
	return i < len(f.node.texts) && len(f.node.texts[i]) > int(f.n) && f.node.texts[i][:f.n] == f.node.texts[f.v]
}

// An object's frame: at is 0 before its brace; v is the member that is next, or whose key is being written, n the bytes
// written of its separator and key, f whether a member is written.

// separator stands before a member's key.
func (f *frame) separator() string {
	if f.f > 0 {
		return ", "
	}
	return ""
}

// option is the byte at place n of a member's separator and key.
func (f *frame) option(m *member) byte {
	sep := f.separator()
	if int(f.n) < len(sep) {
		return sep[f.n]
	}
	return m.key[int(f.n)-len(sep)]
}

// sameKey reports whether what is written of the key of member v is a beginning of member i's too.
func (f *frame) sameKey(i int) bool {
	n := int(f.n) - len(f.separator())
	if n <= 0 {
		return true
	}
	a, b := f.node.members[f.v].key, f.node.members[i].key
	return len(b) > n && a[:n] == b[:n]
}

// mayClose reports whether an object may be closed.
func (f *frame) mayClose() bool {
	if f.n > 0 {
		return false
	}
	for _, m := range f.node.members[f.v:] {
		if m.required {
			return false
		}
	}
	return true
}

func (m *Machine) feedObject(f *frame, c byte) result {
	if f.at == 0 {
		if c != '{' {
			return refused
		}
		f.at = 1
		return taken
	}
	if c == '}' && f.mayClose() {
		return closed
	}
	for i := int(f.v); i < len(f.node.members); i++ {
		member := &f.node.members[i]
		if f.sameKey(i) && f.option(member) == c {
			f.v, f.n = int64(i), f.n+1
			if int(f.n) == len(f.separator())+len(member.key) {
				f.v, f.n, f.f = f.v+1, 0, 1
				m.push(member.value)
			}
			return taken
		}
		if member.required {
			break
		}
	}
	return refused
}

// An array's frame: n items are begun; at is 0 before its bracket, 1 behind it, 2 behind an item, 3 behind a comma, 4
// behind its space.
func (m *Machine) feedArray(f *frame, c byte) result {
	n := f.node
	switch {
	case f.at == 0 && c == '[':
		f.at = 1
		return taken
	case f.at == 1 && c == ']' && n.min == 0, f.at == 2 && c == ']' && int(f.n) >= n.min:
		return closed
	case f.at == 2 && c == ',' && (n.max < 0 || int(f.n) < n.max):
		f.at = 3
		return taken
	case f.at == 3 && c == ' ':
		f.at = 4
		return taken
	case f.at == 1 && n.max != 0 || f.at == 4:
		f.at, f.n = 2, f.n+1
		m.push(n.items)
		return opened
	}
	return refused
}

// ways returns a legal next byte, and how many there are, up to two.
func (m *Machine) ways() (byte, int) {
	if len(m.stack) == 0 {
		return 0, 0
	}
	var trial Machine
	var few [maxDepth + 2]frame
	trial.stack = few[:0]
	var first byte
	n := 0
	try := func(from, to int) {
		for c := from; c < to && n < 2; c++ {
			trial.CopyFrom(m)
			if trial.Step(byte(c)) {
				if n == 0 {
					first = byte(c)
				}
				n++
			}
		}
	}
	try(' ', utf8.RuneSelf)
	try(utf8.RuneSelf, 256)
	return first, n
}

// Forced appends what must follow: the bytes without an alternative.
func (m *Machine) Forced(dst []byte) []byte {
	var trial Machine
	trial.CopyFrom(m)
	for {
		c, n := trial.ways()
		if n != 1 || trial.Done() {
			return dst
		}
		trial.Step(c)
		dst = append(dst, c)
	}
}
