package schema

import (
	"bytes"
	"encoding/binary"
	"sort"
)

// Vocabulary is a model's tokens.
type Vocabulary interface {
	Size() int
	// Sorted lists the tokens that write something, by what they write; Bytes is that.
	Sorted() []int32
	Bytes(id int32) []byte
}

// maxMasks is the number of states whose masks are kept.
const maxMasks = 64

// Mask returns the tokens whose bytes are a legal continuation, as a set of bits. A token that goes beyond the document's
// end isn't one. The set is kept for other documents of the schema, and isn't to be changed; a schema serves one vocabulary.
func (m *Machine) Mask(v Vocabulary) []uint64 {
	key := string(m.key())
	s := m.schema
	s.mu.Lock()
	mask, ok := s.masks[key]
	s.mu.Unlock()
	if ok {
		return mask
	}
	mask = m.walk(v)
	s.mu.Lock()
	if len(s.masks) >= maxMasks {
		clear(s.masks)
	}
	s.masks[key] = mask
	s.mu.Unlock()
	return mask
}

// walk goes through the vocabulary as through a tree: what a token's beginning does is done once for all that begin so, and
// where it isn't legal none of them is looked at.
func (m *Machine) walk(v Vocabulary) []uint64 {
	mask := make([]uint64, (v.Size()+63)/64)
	sorted := v.Sorted()
	machines := []*Machine{m} // behind the bytes of prev
	var prev []byte
	for i := 0; i < len(sorted); {
		tok := v.Bytes(sorted[i])
		k := 0
		for k < len(prev) && k < len(tok) && prev[k] == tok[k] {
			k++
		}
		for ; k < len(tok); k++ {
			if len(machines) < k+2 {
				machines = append(machines, &Machine{})
			}
			machines[k+1].CopyFrom(machines[k])
			if !machines[k+1].Step(tok[k]) {
				break
			}
		}
		prev = tok[:k]
		if k == len(tok) {
			mask[sorted[i]/64] |= 1 << (sorted[i] % 64)
			i++
			continue
		}
		illegal := tok[:k+1]
		i += sort.Search(len(sorted)-i, func(j int) bool { return !bytes.HasPrefix(v.Bytes(sorted[i+j]), illegal) })
	}
	return mask
}

// reach is the number of characters or items that no token goes beyond: what is farther away than that is the same.
const reach = 256

// key names the state, as far as it matters for one token.
func (m *Machine) key() []byte {
	var out []byte
	for i := range m.stack {
		f := &m.stack[i]
		n := f.n
		if f.node.kind == text || f.node.kind == array {
			n = f.class()
		}
		out = binary.AppendUvarint(out, uint64(f.node.id))
		sign := byte(0)
		if f.neg {
			sign = 1
		}
		out = append(out, f.at, f.f, sign)
		out = binary.AppendVarint(out, int64(n))
		out = binary.AppendVarint(out, f.v)
		out = append(out, ';')
	}
	return out
}

// class is a number that counts alike share: with the same distance to the bounds, or far from them.
func (f *frame) class() int32 {
	missing := min(max(0, f.node.min-int(f.n)), reach)
	room := reach
	if p := f.node.pattern; p != nil {
		return min(f.n, int32(len(p.left)-1))
	}
	if f.node.max >= 0 {
		room = min(f.node.max-int(f.n), reach)
	}
	begun := 0
	if f.n > 0 {
		begun = 1
	}
	return int32((missing*(reach+1)+room)*2 + begun)
}
