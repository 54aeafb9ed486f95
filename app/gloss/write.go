package gloss

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// language is how a text is put together in one of the languages.
type language interface {
	// clause writes items of which nothing is left to translate.
	clause(items []item) string
	// mixed writes items in the order in which they were, some of them not translated.
	mixed(items []item) string
	// term is an entry in the language, with the numbers of the text in the places of "#".
	term(e *entry, numbers []string) string
	// joint is a mark between clauses; before and after say whether those are short and whole.
	joint(mark string, listed bool) string
	// listed says that a clause may be one of a list's.
	listed(text string) bool
	// foreign says that a word must not stay.
	foreign(t token) bool
	// finish mends the seams of a whole text.
	finish(text string) string
}

// item is a piece of a clause: a term of the glossary, or a token by itself.
type item struct {
	entry *entry
	text  string // in the other language
	tok   token  // the last of the original
	space bool
	left  bool // not translated
	drop  bool // an article: nothing where all else is known
}

// quantity says that an item belongs to a figure: 18, x, cm, %.
func (i item) quantity() bool {
	return i.entry == nil && !i.left && (i.tok.kind == number || unit(i.tok.text) || i.tok.kind == mark && strings.ContainsAny(i.tok.text, "x×*/-–~%°\"″'+±&"))
}

type writer struct {
	glossary *Glossary
	language language
	from     *node
	names    map[string]bool
	loud     bool // the text is all in capitals: they tell nothing
	out      Text
}

// separators part clauses.
const separators = ".,;:!?()[]\n。，；：！？（）、【】|•·"

// text writes all clauses of a text and the marks between them.
func (w *writer) text(toks []token) Text {
	var b strings.Builder
	pending, listed := "", false
	start := 0
	flush := func(end int) {
		text, whole := w.clause(toks[start:end])
		short := whole && w.language.listed(text)
		if text != "" {
			b.WriteString(w.language.joint(pending, listed && short))
			b.WriteString(text)
			pending, listed = "", short
		}
	}
	inner := 0 // the end of a term that holds separators
	for i, t := range toks {
		within := i < inner
		if e, n := w.from.find(toks[i:]); e != nil {
			inner = max(inner, i+n)
		}
		if !within && i > start && t.space && t.kind == han && toks[i-1].kind == han { // 床头柜 两抽: a list without marks
			flush(i)
			pending, start = merge(pending, "，"), i
		}
		if i < inner || t.kind != mark || !strings.Contains(separators, t.text) {
			continue
		}
		if t.text == "." && i > start && abbreviation(toks[i-1].key) {
			toks[i].text = "" // stays in the clause as nothing
			continue
		}
		flush(i)
		pending = merge(pending, t.text)
		start = i + 1
	}
	flush(len(toks))
	if pending != "" && pending != "," && pending != "，" {
		b.WriteString(w.language.joint(pending, false))
	}
	w.out.Text = w.language.finish(strings.TrimSpace(b.String()))
	return w.out
}

// merge is the stronger of two marks that meet: a bracket stays with its neighbour.
func merge(a, b string) string {
	if a == "" || strings.Contains("()（）", a) || strings.Contains("()（）", b) {
		return a + b
	}
	return a
}

func abbreviation(key string) bool {
	switch key {
	case "max", "min", "incl", "approx", "no", "ca", "dia", "excl":
		return true
	}
	return false
}

// clause translates tokens without a separator; whole says that nothing is left.
func (w *writer) clause(toks []token) (string, bool) {
	items := w.items(toks)
	whole, some := true, false
	for _, i := range items {
		whole = whole && !i.left
		some = some || i.text != "" && !i.drop
	}
	switch {
	case !some:
		return "", true
	case whole:
		return w.language.clause(items), true
	}
	for _, i := range items {
		if i.left && w.language.foreign(i.tok) {
			w.out.Left = append(w.out.Left, i.text)
		}
	}
	return w.language.mixed(items), false
}

// items finds the longest terms of a clause and judges what stands between them.
func (w *writer) items(toks []token) []item {
	var out []item
	for i := 0; i < len(toks); {
		t := toks[i]
		if t.text == "" {
			i++
			continue
		}
		if e, n := w.from.find(toks[i:]); n > 0 && !w.kept(t) && !w.measured(toks, i, n) {
			var numbers []string
			for _, s := range toks[i : i+n] {
				if s.kind == number {
					numbers = append(numbers, s.text)
				}
			}
			out = append(out, item{entry: e, text: w.language.term(e, numbers), tok: joined(toks[i : i+n]), space: t.space})
			i += n
			continue
		}
		it := item{text: t.text, tok: t, space: t.space}
		switch {
		case article(t), i > 0 && toks[i-1].kind == number && t.kind == han && strings.Contains(counters, t.text):
			it.drop = true
		case t.kind == mark || t.kind == number || times(toks, i) || w.stays(t, toks, i):
			w.name(t)
		default:
			it.left = w.language.foreign(t)
		}
		out = append(out, it)
		i++
	}
	return lone(out)
}

// lone takes back terms of a single character beside characters that aren't known: 面 in 洁面 isn't a side.
func lone(items []item) []item {
	unknown := func(i int) bool { return i >= 0 && i < len(items) && items[i].left && items[i].tok.kind == han }
	for changed := true; changed; {
		changed = false
		for i := range items {
			it := &items[i]
			if it.entry == nil || it.tok.kind != han || utf8.RuneCountInString(it.tok.text) > 1 || !unknown(i-1) && !unknown(i+1) {
				continue
			}
			*it = item{text: it.tok.text, tok: it.tok, space: it.space, left: true}
			changed = true
		}
	}
	return items
}

// measured says that a single word is the unit of the figure before it, whatever the glossary says: "22L", "4 g".
func (w *writer) measured(toks []token, i, n int) bool {
	return n == 1 && i > 0 && toks[i-1].kind == number && toks[i].kind == word && unit(toks[i].text)
}

// joined is the original of a term.
func joined(toks []token) token {
	last := toks[len(toks)-1]
	if len(toks) == 1 {
		return last
	}
	var b strings.Builder
	for i, t := range toks {
		if i > 0 && t.space {
			b.WriteByte(' ')
		}
		b.WriteString(t.text)
	}
	return token{text: b.String(), kind: last.kind, plural: last.plural, space: toks[0].space}
}

// times says that an x stands between figures: 183 x 68 cm x 4mm.
func times(toks []token, i int) bool {
	return (toks[i].text == "x" || toks[i].text == "X") && i > 0 && i+1 < len(toks) && toks[i+1].kind == number
}

func (w *writer) kept(t token) bool { return w.names[t.text] }

func (w *writer) name(t token) {
	if t.kind == word || t.kind == code {
		w.out.Names = append(w.out.Names, t.text)
	}
}

func article(t token) bool {
	return t.kind == word && (t.key == "a" || t.key == "an" || t.key == "the")
}

// stays says that a Latin word is none of the language's: a name, a unit, a model, a size.
func (w *writer) stays(t token, toks []token, i int) bool {
	switch {
	case t.kind == code || w.kept(t) || International(t.text):
		return true
	case t.kind != word:
		return false
	case i > 0 && toks[i-1].kind == number && unit(t.text), i > 0 && toks[i-1].text == "°" && (t.text == "C" || t.text == "F"):
		return true
	}
	capitals, inner := 0, false
	for i, r := range t.text {
		if unicode.IsUpper(r) {
			capitals++
			inner = inner || i > 0
		}
	}
	letters := utf8.RuneCountInString(t.text)
	if capitals == letters { // S, XL, EN; ANC only where not everything is in capitals
		return letters <= 2 || !w.loud && letters <= 5
	}
	return inner && !w.loud && letters > 2 // microSD, DisplayPort
}

// International says that a word is written alike in both languages: LED, USB, PVC.
func International(w string) bool {
	switch strings.ToLower(w) {
	case "led", "usb", "hdmi", "pvc", "abs", "pu", "pp", "pe", "pc", "pet", "tpu", "tpe", "tpr", "tritan", "eva", "mdf", "hdf", "bpa", "upf", "spf", "uv", "gps", "nfc",
		"wifi", "aux", "dvd", "cd", "tv", "pd", "sd", "microsd", "qi", "qi2", "gan", "oled", "lcd", "ips", "ssd", "ram", "cpu", "rgb", "ip", "ipx", "fsc", "oeko", "tex",
		"gots", "ce", "rohs", "iso", "en", "din", "astm", "gb", "hrc", "ra", "ph", "ios", "android", "windows", "macos", "gore", "cordura", "aaa", "aa", "ddr", "nvme",
		"velcro", "lightning", "thunderbolt", "displayport", "magsafe", "dc", "ac", "diy", "q10", "xs", "xl", "xxl", "xxxl", "poe", "vr", "3d":
		return true
	}
	return false
}

// Units are the spellings of units that stay in any language, as a text may hold them.
func Units() []string { return append([]string(nil), units...) }

var units = []string{
	"mm", "cm", "dm", "m", "km", "g", "kg", "mg", "lb", "lbs", "oz", "ml", "mL", "cl", "l", "L", "W", "w", "kW", "Wh", "V", "v", "A", "mA", "mAh", "Ah", "Hz", "kHz", "MHz", "GHz",
	"dB", "lm", "K", "C", "F", "D", "T", "P", "K", "N", "Nm", "rpm", "gsm", "Gbps", "Mbps", "Gb", "GB", "TB", "MB", "MP", "px", "Pa", "bar", "psi", "nits", "cd", "lux", "in", "ft", "kcal", "kJ", "IU", "h", "s",
	"min", "mmHg", "dpi", "DPI", "fps", "Ra", "XL", "XXL", "XS", "S", "M", "pH", "x", "X",
}

func unit(w string) bool {
	for _, u := range units {
		if u == w {
			return true
		}
	}
	return false
}
