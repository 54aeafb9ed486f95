package sample

import (
	"unicode"
	"unicode/utf8"
)

// Phrases is a set of phrases to be found in a text that grows. It is read-only after NewPhrases.
type Phrases struct {
	next map[edge]int32 // the trie
	ends []int32        // by node: the phrase that ends there, or -1
	list []phrase
	// first tells, for the characters that phrases begin with, whether some do in the middle of a word.
	first map[rune]bool
	ascii [utf8.RuneSelf]int8 // first of ASCII: 0 for none, 1 at a word's beginning only, 2 anywhere
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
	p := &Phrases{next: map[edge]int32{}, ends: []int32{-1}, first: map[rune]bool{}}
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
			p.add(phrase{text, inWords(text[0]), inWords(text[len(text)-1])})
		}
	}
	return p
}

func (p *Phrases) add(f phrase) {
	p.list = append(p.list, f)
	r := f.text[0]
	p.first[r] = p.first[r] || !f.start
	if r < utf8.RuneSelf {
		p.ascii[r] = 1
		if p.first[r] {
			p.ascii[r] = 2
		}
	}
}

// mayBegin reports whether a phrase begins with r, which stands at a word's beginning or not.
func (p *Phrases) mayBegin(r rune, begins bool) bool {
	if r < utf8.RuneSelf {
		return p.ascii[r] == 2 || begins && p.ascii[r] == 1
	}
	anywhere, ok := p.first[r]
	return ok && (begins || anywhere)
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
	case r <= ' ':
		return -1
	case 0xFF01 <= r && r <= 0xFF5E: // full width
		return fold(r - 0xFEE0)
	case r == '’' || r == '‘' || r == 'ʼ':
		return '\''
	case unicode.Is(unicode.Han, r):
		return r
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

// folded is a text as phrases see it: its characters folded, each with what surrounds it, and what was found so far.
type folded struct {
	text []rune
	// begins tells that a word may begin at the character: none of a word stands directly before it.
	begins []bool
	at     []int32 // where the character stands in the text
	last   rune    // the last character before folding
	ways   []way   // beginnings of phrases at the text's end
	open   []hit   // phrases found of which it isn't certain yet that they count
}

// way is a way down the trie, from a character of the text.
type way struct {
	node  int32
	start int32
}

// hit is a phrase in the text.
type hit struct {
	phrase     int32
	start, end int32
}

func (f *folded) reset() {
	f.text, f.begins, f.at, f.last = f.text[:0], f.begins[:0], f.at[:0], ' '
	f.ways, f.open = f.ways[:0], f.open[:0]
}

// borrow makes f a copy of g. It shares the text, which stays g's as far as it goes.
func (f *folded) borrow(g *folded) {
	ways, open := append(f.ways[:0], g.ways...), append(f.open[:0], g.open...)
	*f = *g
	f.ways, f.open = ways, open
}

// add appends a character of the text, which stands at a byte of it, and looks for phrases.
func (f *folded) add(r rune, at int, p *Phrases) {
	c := fold(r)
	if c < 0 {
		f.last = r
		return
	}
	begins := !inWords(f.last)
	f.text, f.begins, f.at, f.last = append(f.text, c), append(f.begins, begins), append(f.at, int32(at)), r
	if p.mayBegin(c, begins) {
		f.ways = append(f.ways, way{0, int32(len(f.text) - 1)})
	}
	n := 0
	for _, w := range f.ways {
		to, ok := p.next[edge{w.node, c}]
		if !ok {
			continue
		}
		if i := p.ends[to]; i >= 0 && (!p.list[i].start || f.begins[w.start]) {
			f.open = append(f.open, hit{i, w.start, int32(len(f.text))})
		}
		f.ways[n] = way{to, w.start}
		n++
	}
	f.ways = f.ways[:n]
}

// border is what is known of a word's end before the i-th character.
type border int8

const (
	unknown border = iota // the text ends there, and may go on with the same word
	ends
	goesOn
)

func (f *folded) border(i int32) border {
	switch {
	case int(i) == len(f.text) && inWords(f.last):
		return unknown
	case int(i) == len(f.text) || f.begins[i] || !inWords(f.text[i]):
		return ends
	}
	return goesOn
}

// settle looks at the phrases found: it forgets those that don't count, keeps those that aren't certain, and returns the
// first that counts. final tells that the text ends here.
func (f *folded) settle(p *Phrases, except [][]rune, final bool) (hit, bool) {
	n := 0
	var bad hit
	found := false
	for _, h := range f.open {
		b := ends
		if p.list[h.phrase].final {
			b = f.border(h.end)
		}
		if b == goesOn {
			continue
		}
		ex := excuse(f.text, int(h.start), int(h.end), except)
		if ex == whole {
			continue
		}
		if !final && (b == unknown || ex == begun) {
			f.open[n] = h
			n++
			continue
		}
		if !found {
			bad, found = h, true
		}
	}
	f.open = f.open[:n]
	return bad, found
}

// word is where the last word of a phrase begins in the text.
func (f *folded) word(h hit) int {
	i := h.end - 1
	for i > h.start && !f.begins[i] {
		i--
	}
	return int(f.at[i])
}

// How far an exception covers a phrase.
type cover int8

const (
	none cover = iota
	begun
	whole
)

// excuse tells whether text[start:end] lies inside one of the exceptions, or of one that the text has only begun.
func excuse(text []rune, start, end int, except [][]rune) cover {
	best := none
	for _, e := range except {
		for at := 0; at+end-start <= len(e); at++ {
			from := start - at
			if from < 0 {
				break
			}
			there := text[from:min(from+len(e), len(text))]
			if !equalRunes(there, e[:len(there)]) {
				continue
			}
			if len(there) == len(e) {
				return whole
			}
			best = begun
		}
	}
	return best
}

func equalRunes(a, b []rune) bool {
	for i, r := range a {
		if b[i] != r {
			return false
		}
	}
	return true
}
