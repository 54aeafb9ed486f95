// Package gloss puts a product's values into another language by a glossary: word lists of shop terms, English beside
// Chinese, and a little grammar of the phrases that suppliers write ("two way zip", "26 cm high", "lid: polypropylene").
// It translates what it knows and says what it doesn't: where every word of a clause is known the clause comes out in the
// other language's order, otherwise its terms are put in place and the rest stays as it was, to be translated by a model
// or a person.
//
// The longest entry wins; English ones are found in the singular and the plural, in British and American spelling, and "#"
// in an entry stands for a number. Names, models, sizes and units stay.
package gloss

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"unicode"
)

// ErrGlossary is wrapped by every complaint about a glossary file.
var ErrGlossary = errors.New("invalid glossary file")

// The languages.
const (
	English = "en"
	Chinese = "zh"
)

// Glossary is a set of terms in two languages. It is read-only.
type Glossary struct {
	english, chinese *node
	size             int
}

// entry is a term: its wordings, the first of each language is the one that is written.
type entry struct {
	en, zh  []string
	class   class
	counter string // before a noun that is counted in Chinese
}

type class uint8

const (
	plain    class = iota
	noun           // can be counted
	part           // a noun that is a part of a product: "lid", of which a material may be said
	material       // what something is made of
	post           // behind its figure in English, before it in Chinese: "26 cm high", 高26cm
	grammar        // with, for, and: known only where all around it is
)

func classOf(name string) (class, bool) {
	switch name {
	case "":
		return plain, true
	case "noun":
		return noun, true
	case "part":
		return part, true
	case "material":
		return material, true
	case "post":
		return post, true
	case "grammar":
		return grammar, true
	}
	return plain, false
}

// node is a trie over tokens' keys.
type node struct {
	next  map[string]*node
	entry *entry
}

// Load reads every .tsv file of fsys, in any of its folders: English wordings, Chinese wordings (lists split by "|", the
// first is the one written), class ("noun", "part", "material", "post", "grammar" or nothing; "noun:根" gives the counter).
func Load(fsys fs.FS) (*Glossary, error) {
	g := &Glossary{english: &node{}, chinese: &node{}}
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path.Ext(name) != ".tsv" {
			return err
		}
		data, err := fs.ReadFile(fsys, name)
		if err != nil {
			return err
		}
		return g.read(name, data)
	})
	if err != nil {
		return nil, fmt.Errorf("load glossary: %w", err)
	}
	return g, nil
}

func (g *Glossary) read(name string, data []byte) error {
	lines := bufio.NewScanner(bytes.NewReader(data))
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimRight(lines.Text(), " \r")
		if line == "" || strings.HasPrefix(line, "//") {
			continue
		}
		if err := g.add(strings.Split(line, "\t")); err != nil {
			return fmt.Errorf("%s line %d: %w", name, n, err)
		}
	}
	return lines.Err()
}

func (g *Glossary) add(cells []string) error {
	if len(cells) < 2 || len(cells) > 3 {
		return fmt.Errorf("%w: want English, Chinese, class; got %d cells", ErrGlossary, len(cells))
	}
	if len(cells) < 3 {
		cells = append(cells, "")
	}
	name, counter, _ := strings.Cut(cells[2], ":")
	c, ok := classOf(name)
	if !ok {
		return fmt.Errorf("%w: unknown class %q", ErrGlossary, name)
	}
	e := &entry{class: c, counter: counter, en: wordings(cells[0]), zh: wordings(cells[1])}
	if e.class != grammar && (len(e.en) == 0 || len(e.zh) == 0) {
		return fmt.Errorf("%w: nothing on one of the sides", ErrGlossary)
	}
	for _, w := range e.en {
		if err := e.places(w); err != nil {
			return err
		}
	}
	if e.counter == "" {
		e.counter = "个"
	}
	for _, w := range e.en {
		if !g.english.put(w, e) {
			return fmt.Errorf("%w: %q is there twice", ErrGlossary, w)
		}
	}
	for _, w := range e.zh {
		if e.places(w) == nil && !strings.HasPrefix(w, "，") { // one that spells out a number is only written: "twice" is 两次, but 三次 isn't
			g.chinese.put(w, e) // several English terms may share a Chinese one: the first is written
		}
	}
	g.size++
	return nil
}

func wordings(cell string) []string {
	var out []string
	for _, s := range strings.Split(cell, "|") {
		if s = strings.TrimSpace(s); s != "" {
			out = append(out, s)
		}
	}
	return out
}

// put files an entry under a wording; false where there is another.
func (n *node) put(wording string, e *entry) bool {
	for _, t := range tokens(wording) {
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
	if n.entry == nil {
		n.entry = e
	}
	return n.entry == e
}

// places checks that a wording spells out no number of its own, and has as many places for one as the first wording of
// each language.
func (e *entry) places(wording string) error {
	n := 0
	for _, t := range tokens(wording) {
		switch {
		case t.text == "#":
			n++
		case t.kind == number:
			return fmt.Errorf("%w: %q spells out a number: \"#\" stands for it", ErrGlossary, wording)
		}
	}
	for _, written := range [][]string{e.en, e.zh} {
		if len(written) > 0 && strings.Count(written[0], "#") != n {
			return fmt.Errorf("%w: %q has another number of figures than %q", ErrGlossary, wording, written[0])
		}
	}
	return nil
}

// find is the longest entry at the start of toks, and how many tokens it takes.
func (n *node) find(toks []token) (*entry, int) {
	var best *entry
	length := 0
	for i, t := range toks {
		if n = n.next[t.key]; n == nil {
			break
		}
		if n.entry != nil {
			best, length = n.entry, i+1
		}
	}
	return best, length
}

// Len counts the entries.
func (g *Glossary) Len() int { return g.size }

// Knows says whether an English word begins an entry.
func (g *Glossary) Knows(word string) bool {
	toks := tokens(word)
	return len(toks) > 0 && g.english.next[toks[0].key] != nil
}

// Text is a value in another language.
type Text struct {
	Text string
	// Left are the words that the glossary doesn't have; they stand in Text as they were.
	Left []string
	// Names are the words of the other script that stay: names, models, units.
	Names []string
}

// Known is the text without the words that were left.
func (t Text) Known() string {
	text := t.Text
	for _, w := range t.Left {
		text = strings.Replace(text, w, "", 1)
	}
	return text
}

// Translate puts a text into a language. Words of names stay as they are.
func (g *Glossary) Translate(text, language string, names []string) Text {
	return g.translate(text, language, names, false)
}

// Title puts a product's name into a language.
func (g *Glossary) Title(text, language string, names []string) Text {
	return g.translate(text, language, names, true)
}

func (g *Glossary) translate(text, language string, names []string, title bool) Text {
	kept := map[string]bool{}
	for _, name := range names {
		for _, t := range tokens(name) {
			kept[t.text] = true
		}
	}
	w := writer{glossary: g, names: kept, loud: !strings.ContainsFunc(text, unicode.IsLower)}
	if language == Chinese {
		w.language, w.from = chineseText{title: title}, g.english
	} else {
		w.language, w.from = englishText{}, g.chinese
	}
	return w.text(tokens(text))
}
