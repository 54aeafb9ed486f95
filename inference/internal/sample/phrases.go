package sample

import (
	"unicode"
	"unicode/utf8"
)

// Phrases is a set of phrases to be found in a text that grows. It is read-only after NewPhrases.
type Phrases struct {
	next    map[edge]int32 // the trie
	ends    []int32        // by node: the phrase that ends there, or -1
	list    []phrase
	longest int
}

type edge struct {
	node int32
	char rune
}

// phrase is a folded phrase. Where it begins or ends with a letter of a script that has words, it must do so at a word's
// border.
type phrase struct {
	text         []rune
	start, final bool
}

// NewPhrases compiles phrases. Empty ones are left out.
func NewPhrases(list []string) *Phrases {
	p := &Phrases{next: map[edge]int32{}, ends: []int32{-1}}
	for _, s := range list {
		text := foldAll(s)
		if len(text) == 0 {
			continue
		}
		var node int32
		for _, r := range text {
			e := edge{node, r}
			to, ok := p.next[e]
			if !ok {
				to = int32(len(p.ends))
				p.next[e] = to
				p.ends = append(p.ends, -1)
			}
			node = to
		}
		if p.ends[node] < 0 {
			p.ends[node] = int32(len(p.list))
			p.list = append(p.list, phrase{text, inWords(text[0]), inWords(text[len(text)-1])})
			p.longest = max(p.longest, len(text))
		}
	}
	return p
}

// Empty reports whether there is nothing to find.
func (p *Phrases) Empty() bool { return p == nil || len(p.list) == 0 }

// fold maps characters that don't differ for a reader to one, and those that only space to -1.
func fold(r rune) rune {
	switch {
	case '!' <= r && r <= '~':
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		if r == '-' {
			return -1
		}
		return r
	case 0xFF01 <= r && r <= 0xFF5E: // full width
		return fold(r - 0xFEE0)
	case r == '’' || r == '‘' || r == 'ʼ':
		return '\''
	case unicode.IsSpace(r), unicode.Is(unicode.Cf, r), unicode.Is(unicode.Pd, r), unicode.IsControl(r):
		return -1
	}
	return unicode.ToLower(r)
}

func foldAll(s string) []rune {
	var out []rune
	for _, r := range s {
		if f := fold(r); f >= 0 {
			out = append(out, f)
		}
	}
	return out
}

// inWords reports whether r belongs to a script that sets borders between words.
func inWords(r rune) bool {
	if r < utf8.RuneSelf {
		return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9'
	}
	return (unicode.IsLetter(r) || unicode.IsDigit(r)) && !unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai)
}

// folded is a text as phrases see it: its characters folded, each with what surrounds it.
type folded struct {
	text []rune
	// begins tells that a word may begin at the character: none of a word stands directly before it.
	begins []bool
	last   rune // the last character before folding
}

func (f *folded) reset() { f.text, f.begins, f.last = f.text[:0], f.begins[:0], ' ' }

// mark and undo let a candidate be added and taken back.
type mark struct {
	n    int
	last rune
}

func (f *folded) mark() mark { return mark{len(f.text), f.last} }

func (f *folded) undo(m mark) { f.text, f.begins, f.last = f.text[:m.n], f.begins[:m.n], m.last }

func (f *folded) add(s []byte) {
	for len(s) > 0 {
		r, size := utf8.DecodeRune(s)
		s = s[size:]
		if c := fold(r); c >= 0 {
			f.text = append(f.text, c)
			f.begins = append(f.begins, !inWords(f.last))
		}
		f.last = r
	}
}

// ends tells that a word may end before the i-th character. At the text's end it may: a word that stands there counts as
// whole.
func (f *folded) ends(i int) bool { return i == len(f.text) || f.begins[i] || !inWords(f.text[i]) }

// violates reports whether f holds a phrase of p, not excused by except, that ends behind the first from characters. A
// phrase inside an exception that is still being written is excused for now, unless final.
func (p *Phrases) violates(f *folded, from int, except [][]rune, final bool) bool {
	reach := p.longest
	for _, e := range except {
		reach = max(reach, p.longest+len(e))
	}
	for start := max(0, from-reach); start < len(f.text); start++ {
		var node int32
		for end := start; end < len(f.text); {
			to, ok := p.next[edge{node, f.text[end]}]
			if !ok {
				break
			}
			node = to
			end++
			if i := p.ends[node]; i >= 0 && p.list[i].fits(f, start, end) && !excused(f.text, start, end, except, final) {
				return true
			}
		}
	}
	return false
}

func (p phrase) fits(f *folded, start, end int) bool {
	return (!p.start || f.begins[start]) && (!p.final || f.ends(end))
}

// excused reports whether text[start:end] lies inside one of the exceptions.
func excused(text []rune, start, end int, except [][]rune, final bool) bool {
	for _, e := range except {
		for at := 0; at+end-start <= len(e); at++ {
			from := start - at
			if from < 0 {
				break
			}
			there := text[from:min(from+len(e), len(text))]
			if (len(there) == len(e) || !final) && equalRunes(there, e[:len(there)]) {
				return true
			}
		}
	}
	return false
}

func equalRunes(a, b []rune) bool {
	for i, r := range a {
		if b[i] != r {
			return false
		}
	}
	return true
}
