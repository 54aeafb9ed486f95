package channel

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/width"
)

// Unit is a way of measuring a text's length.
type Unit string

// The units.
const (
	Characters  Unit = "characters"   // Unicode code points
	UTF8Bytes   Unit = "utf8_bytes"   // Amazon's search terms
	DoubleWidth Unit = "double_width" // wide and full-width characters count 2: Google Ads, Microsoft, SEO fields
	GBKBytes    Unit = "gbk_bytes"    // as DoubleWidth, and every other character outside ASCII counts 2 as well: Taobao
	Words       Unit = "words"        // runs of letters and digits; each Han, kana and hangul character is a word
	Pixels      Unit = "pixels"       // estimated width in the 20-pixel Arial of a search engine's result
)

// Known says whether u is one of the units above.
func (u Unit) Known() bool {
	switch u {
	case Characters, UTF8Bytes, DoubleWidth, GBKBytes, Words, Pixels:
		return true
	}
	return false
}

// Count measures s. It doesn't allocate. An unknown unit counts characters.
func (u Unit) Count(s string) int {
	switch u {
	case UTF8Bytes:
		return len(s)
	case DoubleWidth:
		return doubleWidth(s)
	case GBKBytes:
		return gbkBytes(s)
	case Words:
		return words(s)
	case Pixels:
		return pixels(s)
	}
	return utf8.RuneCountInString(s)
}

func doubleWidth(s string) int {
	n := 0
	for _, r := range s {
		n++
		if wide(r) {
			n++
		}
	}
	return n
}

// gbkBytes counts what GBK stores: one byte for ASCII, two for what else it has; what it hasn't (emoji) GB18030 stores in
// four.
func gbkBytes(s string) int {
	n := 0
	for _, r := range s {
		switch {
		case r < 0x80:
			n++
		case r < 0x10000:
			n += 2
		default:
			n += 4
		}
	}
	return n
}

func wide(r rune) bool {
	if r < 0x1100 {
		return false
	}
	k := width.LookupRune(r).Kind()
	return k == width.EastAsianWide || k == width.EastAsianFullwidth
}

func words(s string) int {
	n, in := 0, false
	for _, r := range s {
		switch {
		case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul):
			n, in = n+1, false
		case unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r):
			if !in {
				n++
			}
			in = true
		case in && joins(r): // "don't", "well-made", "2.5", "80/20" are one word each
		default:
			in = false
		}
	}
	return n
}

func joins(r rune) bool {
	switch r {
	case '\'', '’', '-', '‑', '.', ',', '/', '_':
		return true
	}
	return false
}

// advances are the widths of ASCII 32 to 126 in Arial, in thousandths of the font's size (they equal Helvetica's, whose
// metrics Adobe published).
var advances = [95]uint16{
	278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278,
	556, 556, 556, 556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556,
	1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778,
	667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556,
	333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556,
	556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
}

const resultFont = 20 // pixels: the size of a result's title

func pixels(s string) int {
	n := 0
	for _, r := range s {
		switch {
		case r >= 32 && r < 127:
			n += int(advances[r-32])
		case wide(r):
			n += 1000
		case unicode.IsMark(r) || unicode.IsControl(r):
		default:
			n += 556
		}
	}
	return (n*resultFont + 999) / 1000
}
