package check

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// Lexicon holds the words that claim something about a product: of what it is made, how good it is, what it does, who
// certified it. Its entries are sets of synonyms in both languages; a row that carries any of them backs all of them.
type Lexicon struct {
	entries   []entry
	opposites [][2]int // entries that exclude each other, both ways
	measures  []measureWord
	root      *node
}

type entry struct {
	class  string
	claims []string
	sealed bool // what stands inside it isn't backed: "faux leather" doesn't make it leather
}

// node is a trie over tokens' keys.
type node struct {
	next   map[string]*node
	ends   []int // entries of which a claim ends here
	backed []int // entries that are backed here
}

// ErrLexicon is wrapped by every complaint about a lexicon file.
var ErrLexicon = errors.New("invalid lexicon file")

// LoadLexicon reads every .tsv file of fsys, in any of its folders. claims*.tsv: class, English claims, Chinese claims,
// words that back them (lists are split by "|"; a class with "!" is sealed). opposites*.tsv: two sets of words.
func LoadLexicon(fsys fs.FS) (*Lexicon, error) {
	l := &Lexicon{root: &node{}, measures: readMeasures()}
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path.Ext(name) != ".tsv" {
			return err
		}
		data, err := fs.ReadFile(fsys, name)
		if err != nil {
			return err
		}
		return l.read(name, data)
	})
	if err != nil {
		return nil, fmt.Errorf("load lexicon: %w", err)
	}
	return l, nil
}

func (l *Lexicon) read(name string, data []byte) error {
	lines := bufio.NewScanner(bytes.NewReader(data))
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimRight(lines.Text(), " \r")
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		cells := strings.Split(line, "\t")
		var err error
		if strings.HasPrefix(path.Base(name), "opposites") {
			err = l.addOpposites(cells)
		} else {
			err = l.addClaims(cells)
		}
		if err != nil {
			return fmt.Errorf("%s line %d: %w", name, n, err)
		}
	}
	return lines.Err()
}

func (l *Lexicon) addClaims(cells []string) error {
	if len(cells) < 2 || len(cells) > 4 || cells[0] == "" {
		return fmt.Errorf("%w: want class, English, Chinese, backed by; got %d cells", ErrLexicon, len(cells))
	}
	for len(cells) < 4 {
		cells = append(cells, "")
	}
	class, sealed := strings.CutSuffix(cells[0], "!")
	claims := append(list(cells[1]), list(cells[2])...)
	if len(claims) == 0 {
		return fmt.Errorf("%w: no claim of class %q", ErrLexicon, class)
	}
	l.add(entry{class: class, claims: claims, sealed: sealed}, list(cells[3]))
	return nil
}

func (l *Lexicon) addOpposites(cells []string) error {
	if len(cells) != 2 {
		return fmt.Errorf("%w: want two sets of words, got %d cells", ErrLexicon, len(cells))
	}
	a := l.add(entry{class: contradiction, claims: list(cells[0])}, nil)
	b := l.add(entry{class: contradiction, claims: list(cells[1])}, nil)
	l.opposites = append(l.opposites, [2]int{a, b})
	return nil
}

// contradiction is the class of a word whose opposite the row carries. By itself it claims nothing.
const contradiction = "contradiction"

func list(cell string) []string {
	var out []string
	for _, s := range strings.Split(cell, "|") {
		if s = strings.TrimSpace(s); s != "" {
			out = append(out, s)
		}
	}
	return out
}

func (l *Lexicon) add(e entry, support []string) int {
	id := len(l.entries)
	l.entries = append(l.entries, e)
	for _, phrase := range e.claims {
		n := l.root.walk(phrase)
		n.ends = append(n.ends, id)
		n.backed = append(n.backed, id)
	}
	for _, phrase := range support {
		n := l.root.walk(phrase)
		n.backed = append(n.backed, id)
	}
	return id
}

func (n *node) walk(phrase string) *node {
	for _, t := range tokens(phrase) {
		if n.next == nil {
			n.next = map[string]*node{}
		}
		child := n.next[t.key]
		if child == nil {
			child = &node{}
			n.next[t.key] = child
		}
		n = child
	}
	return n
}

// match is an entry's phrase in a text: tokens from to to, with its polarity.
type match struct {
	entry    int
	from, to int
	negated  bool
}

// claimsIn finds the longest claim at each place of a text.
func (l *Lexicon) claimsIn(text string, toks []token) []match {
	var out []match
	for i := 0; i < len(toks); i++ {
		n, best := l.root, match{to: i}
		var ends []int
		for j := i; j < len(toks); j++ {
			if n = n.next[toks[j].key]; n == nil {
				break
			}
			if len(n.ends) > 0 {
				best.to, ends = j+1, n.ends
			}
		}
		for _, id := range ends {
			out = append(out, match{id, i, best.to, negated(text, toks, i, best.to)})
		}
		if best.to > i {
			i = best.to - 1
		}
	}
	return out
}

// backedIn finds the entries that a row's text backs, also those inside others' phrases unless those are sealed. The
// value's bits: 1 said, 2 said with a "not".
func (l *Lexicon) backedIn(text string, into map[int]uint8) {
	toks := tokens(text)
	sealed := 0
	for i := range toks {
		n := l.root
		for j := i; j < len(toks); j++ {
			if n = n.next[toks[j].key]; n == nil {
				break
			}
			for _, id := range n.backed {
				if j < sealed && !l.entries[id].sealed {
					continue
				}
				bit := uint8(1)
				if negated(text, toks, i, j+1) {
					bit = 2
				}
				into[id] |= bit
				if l.entries[id].sealed {
					sealed = max(sealed, j+1)
				}
			}
		}
	}
}

// negated says that a "not", "without", "-free", 不, 无 ... near the phrase turns it round.
func negated(text string, toks []token, from, to int) bool {
	for i := from - 1; i >= 0 && i >= from-3; i-- {
		if strings.ContainsAny(text[toks[i].end:toks[i+1].start], ".;!?。；！？，,") {
			break
		}
		switch t := toks[i]; t.kind {
		case latin:
			if slices.Contains([]string{"not", "no", "non", "never", "without", "don't", "isn't", "cannot", "can't", "avoid"}, t.key) {
				return true
			}
		case han:
			if strings.ContainsRune("不无勿非未免禁忌", firstRune(t.key)) && !slices.Contains(unnegated, t.key+toks[i+1].key) {
				return true
			}
		}
	}
	return to < len(toks) && toks[to].key == "free" && len(strings.TrimSpace(text[toks[to-1].end:toks[to].start])) <= 1
}

// unnegated are words that begin with a "not" and deny nothing: stainless steel, wireless, very.
var unnegated = []string{"不锈", "无线", "非常", "不仅", "不但", "不同", "无缝", "无极", "无级", "免费"}

// gravity is 0 for a claim that can be proven false, 1 for a judgement.
func (l *Lexicon) gravity(id int) int {
	switch l.entries[id].class {
	case "material", "origin", "certification", contradiction:
		return 0
	}
	return 1
}

// Claims lists every phrase that claims something, English ones in the singular and the plural, to forbid them all at
// once; Evidence.Backed are the exceptions.
func (l *Lexicon) Claims() []string {
	var out []string
	for _, e := range l.entries {
		if e.class != contradiction {
			out = append(out, plurals(e.claims)...)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// plurals adds to phrases that end in a Latin letter their other number, as far as an "s" makes it.
func plurals(phrases []string) []string {
	out := slices.Clone(phrases)
	for _, p := range phrases {
		switch last := p[len(p)-1]; {
		case last == 's' && len(p) > 4 && !strings.HasSuffix(p, "ss"):
			out = append(out, p[:len(p)-1])
		case last >= 'a' && last <= 'z' && last != 'y' && last != 's':
			out = append(out, p+"s")
		}
	}
	return out
}
