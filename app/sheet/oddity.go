package sheet

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// oddities collects what is strange about cells, so that one warning tells of a thousand rows.
type oddities struct {
	long, short, scientific, overlong, mojibake places
}

// places counts rows and remembers the first and its column.
type places struct {
	n      int
	row    int
	column string
}

func (p *places) add(row int) { p.at(row, "") }

func (p *places) at(row int, column string) {
	if p.n++; p.n == 1 {
		p.row, p.column = row, column
	}
}

// and says "and N more" behind the first place.
func (p places) and() string {
	if p.n < 2 {
		return ""
	}
	return fmt.Sprintf(" (and %d more)", p.n-1)
}

var scientific = regexp.MustCompile(`^[+-]?\d([.,]\d+)?[eE]\+\d{2,3}$`)

// look notes what is strange about a cell, and returns it as it should be read.
func (o *oddities) look(cell string, row int, column string, isText bool) string {
	if isText {
		cell = unguard(cell)
	}
	if len(cell) > maxCell && utf16Len(cell) > maxCell {
		o.overlong.at(row, column)
	}
	if len(cell) < 16 && scientific.MatchString(strings.TrimSpace(cell)) {
		o.scientific.at(row, column)
	}
	if repaired, ok := repairMojibake(cell); ok {
		o.mojibake.at(row, column)
		return repaired
	}
	return cell
}

func (o *oddities) report(t *Table, named int) {
	if p := o.long; p.n > 0 {
		t.warn(LongRow, p.row, "", "the row has more cells than there are headers%s; they are kept as %q", p.and(), t.Header[named])
	}
	if p := o.short; p.n > 0 {
		t.warn(ShortRow, p.row, "", "the row has fewer cells than there are headers%s; the missing ones are empty", p.and())
	}
	if p := o.overlong; p.n > 0 {
		t.warn(LongCell, p.row, p.column, "the cell holds more than %d characters, the most that an .xlsx cell can%s; it is kept whole here", maxCell, p.and())
	}
	if p := o.scientific; p.n > 0 {
		t.warn(Scientific, p.row, p.column, "a number is written in powers of ten%s: a spreadsheet program has lost its last digits. If it is a bar code or an article number, get it again from its source", p.and())
	}
	if p := o.mojibake; p.n > 0 {
		t.warn(Mojibake, p.row, p.column, "the text was garbled by an earlier program (UTF-8 read as Windows-1252)%s and has been repaired", p.and())
	}
}

func utf16Len(s string) int {
	n := 0
	for _, r := range s {
		n++
		if r > 0xffff {
			n++
		}
	}
	return n
}

// repairMojibake undoes the commonest damage to text: UTF-8 that was read as Windows-1252 and saved again, which makes
// "Ã©" of é and "â€™" of ’. It is undone only when the whole cell goes back to valid UTF-8.
func repairMojibake(s string) (string, bool) {
	if !strings.ContainsAny(s, "ÃÂâäåæçèé") {
		return s, false
	}
	raw := make([]byte, 0, len(s))
	enc := charmap.Windows1252
	for _, r := range s {
		b, ok := enc.EncodeRune(r)
		if !ok {
			if r < 0x80 || r > 0x9f { // the five unassigned bytes stand for themselves
				return s, false
			}
			b = byte(r)
		}
		raw = append(raw, b)
	}
	if !utf8.Valid(raw) || len(raw) == utf8.RuneCount(raw) {
		return s, false
	}
	return string(raw), true
}
