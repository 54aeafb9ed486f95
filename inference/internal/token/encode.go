package token

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Part is a piece of a text. Trusted text comes from a chat template: control tokens spelled in it are those tokens.
// In any other, everything is text.
type Part struct {
	Text    string
	Trusted bool
}

// Encode returns the ids of text. With specials, control and user tokens that are spelled in text become themselves: for
// trusted text, such as a chat template's own. Without, everything is text.
//
// Plain text of moderate length goes through the library's pipeline over this package's parts; Append is the direct way
// to the same ids, many times as fast.
func (t *Tokenizer) Encode(text string, specials bool) []int32 {
	if !specials && len(text) <= maxPiped && utf8.ValidString(text) {
		if at, _, _ := t.anywhere.find(text); at == len(text) {
			if ids, err := t.library.encode(text); err == nil {
				return ids
			}
		}
	}
	return t.Append(nil, text, specials)
}

// Append appends the ids of text, as Encode finds them.
func (t *Tokenizer) Append(dst []int32, text string, specials bool) []int32 {
	return t.AppendParts(dst, []Part{{text, specials}})
}

// AppendParts appends the ids of a text that comes in parts. What is plain text in neighbouring parts is read together, as
// if it had never been apart: a word may begin in one and end in the next.
func (t *Tokenizer) AppendParts(dst []int32, parts []Part) []int32 {
	w := t.writer(dst, parts)
	for _, p := range parts {
		if !p.Trusted {
			w.plain += p.Text
			continue
		}
		for text := p.Text; text != ""; {
			at, id, n := t.trusted.find(text)
			w.plain += text[:at]
			if n == 0 {
				break
			}
			w.special(id)
			text = text[at+n:]
		}
	}
	w.flush()
	return w.ids
}

// AppendMore appends the ids of plain text that goes on behind other text: without the space that some vocabularies put in
// front of a text.
func (t *Tokenizer) AppendMore(dst []int32, text string) []int32 {
	w := t.writer(dst, []Part{{Text: text}})
	w.start, w.plain = false, text
	w.flush()
	return w.ids
}

// AppendSentence appends the ids of text as an encoder reads them: between the tokens that begin and end a text, where the
// vocabulary has such. What goes beyond most ids is left out.
func (t *Tokenizer) AppendSentence(dst []int32, text string, most int) []int32 {
	from, ends := len(dst), 0
	if t.bos >= 0 {
		dst = append(dst, t.bos)
	}
	if t.separator >= 0 {
		ends = 1
	}
	dst = t.Append(dst, text, false)
	if len(dst)-from > most-ends {
		dst = dst[:from+max(most-ends, 0)]
	}
	if ends > 0 {
		dst = append(dst, t.separator)
	}
	return dst
}

// writer collects ids.
type writer struct {
	t     *Tokenizer
	ids   []int32
	plain string // text that isn't in ids yet
	start bool   // it begins a text, or stands behind a special token
	strip bool   // the white space that it begins with is dropped
}

func (t *Tokenizer) writer(dst []int32, parts []Part) writer {
	if dst == nil {
		n := 4
		for _, p := range parts {
			n += len(p.Text) / 3
		}
		dst = make([]int32, 0, n)
	}
	return writer{t: t, ids: dst, start: true}
}

func (w *writer) special(id int32) {
	w.flush()
	w.ids = append(w.ids, id)
	w.start, w.strip = true, w.t.swallows[id]
}

// flush writes the plain text. Tokens that any text can spell are found first.
func (w *writer) flush() {
	text := w.plain
	w.plain = ""
	if w.strip {
		text = strings.TrimLeftFunc(text, unicode.IsSpace)
	}
	for text != "" {
		w.strip = false
		at, id, n := w.t.anywhere.find(text)
		if at > 0 {
			w.words(text[:at])
		}
		if n > 0 {
			w.ids = append(w.ids, id)
			w.start = true
		}
		text = text[at+n:]
	}
}

func (w *writer) words(text string) {
	text = w.t.scheme.clean(text, w.start)
	w.start = false
	for text != "" {
		n := w.t.scheme.next(text)
		w.ids = w.t.scheme.appendWord(w.ids, text[:n])
		text = text[n:]
	}
}
