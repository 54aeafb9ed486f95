package widget

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// textLine is one drawn line of a text: bytes [start, end) of it, and how wide they are without the space behind.
type textLine struct {
	start, end int
	width      float32
}

// wrapper breaks texts into lines. Widths of words are remembered, because a text that is being written is broken again
// with every picture and only its end is new.
type wrapper struct {
	measure func(string) float32
	widths  map[string]float32
}

func (w *wrapper) width(word string) float32 {
	if n, ok := w.widths[word]; ok {
		return n
	}
	if w.widths == nil || len(w.widths) > 4000 {
		w.widths = map[string]float32{}
	}
	n := w.measure(word)
	w.widths[word] = n
	return n
}

// wrap fills lines up to the width, greedily. A line breaks at spaces and between Han characters, but never before a
// closing mark or behind an opening one; a word that is wider than a line is broken where it must. There is always a line.
func (w *wrapper) wrap(text string, width float32) []textLine {
	var out []textLine
	line := textLine{}
	end := func(at int) {
		out = append(out, line)
		line = textLine{start: at, end: at}
	}
	for at := 0; at < len(text); {
		if text[at] == '\n' {
			end(at + 1)
			at++
			continue
		}
		next := at + wordLen(text[at:])
		word := text[at:next]
		bare := w.width(strings.TrimRight(word, " "))
		gap := w.width(" ") * float32(trailing(text[line.start:line.end]))
		if line.end > line.start && line.width+gap+bare > width {
			end(at)
			gap = 0
		}
		if bare > width && line.start == at {
			next = at + w.fitting(word, width)
			bare = w.width(text[at:next])
		}
		line.end = next
		line.width += gap + bare
		at = next
	}
	return append(out, line)
}

func trailing(s string) int { return len(s) - len(strings.TrimRight(s, " ")) }

// fitting returns how many bytes of a word fit into the width: at least one character.
func (w *wrapper) fitting(word string, width float32) int {
	n := 0
	for i, r := range word {
		size := i + utf8.RuneLen(r)
		if i > 0 && w.width(word[:size]) > width {
			break
		}
		n = size
	}
	return max(n, 1)
}

// wordLen returns the length of the piece at the head of text that stays on one line: a word with its space, or one Han
// character, with the marks that cling to either.
func wordLen(text string) int {
	n := 0
	for n < len(text) {
		r, size := utf8.DecodeRuneInString(text[n:])
		if r == '\n' {
			return n
		}
		n += size
		if r == ' ' {
			for n < len(text) && text[n] == ' ' {
				n++
			}
			return n
		}
		next, _ := utf8.DecodeRuneInString(text[n:])
		if n == len(text) || next == ' ' || opening(r) || closing(next) {
			continue
		}
		if wide(r) || wide(next) {
			return n
		}
	}
	return n
}

func wide(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana) || (r >= 0x3000 && r <= 0x303f) || (r >= 0xff00 && r <= 0xff60)
}

// opening marks may not end a line, closing marks may not begin one.
func opening(r rune) bool { return strings.ContainsRune("（《〈【「『“‘([", r) }

func closing(r rune) bool {
	return strings.ContainsRune("。，、；：！？）》〉】」』”’…·%.,;:!?)]", r)
}
