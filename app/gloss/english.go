package gloss

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// englishText writes English: words with spaces, figures before their dimension, plurals behind numbers.
type englishText struct{}

func (englishText) term(e *entry, numbers []string) string {
	if len(e.en) == 0 {
		return ""
	}
	text := e.en[0]
	for _, n := range numbers {
		if n == "1" && strings.HasPrefix(text, "# ") { // 1 year
			text = strings.TrimSuffix(text, "s")
		}
		text = strings.Replace(text, "#", n, 1)
	}
	return text
}

func (englishText) listed(string) bool { return true }

func (englishText) foreign(t token) bool { return t.kind == han }

func (englishText) clause(items []item) string {
	items = counted(present(items))
	var out []item
	for i := 0; i < len(items); i++ {
		it := items[i]
		if it.entry != nil && it.entry.class == post { // 高22.5cm: the figures go before it
			end := i + 1
			for end < len(items) && items[end].quantity() {
				end++
			}
			if end > i+1 {
				out = append(append(out, items[i+1:end]...), it)
				i = end - 1
				continue
			}
		}
		if len(out) == 1 && it.entry != nil && it.entry.class == material && out[0].entry != nil && out[0].entry.class == part && allOf(items[i:], material) {
			out[0].text += ":"
		}
		out = append(out, it)
	}
	return spaced(out)
}

// counted turns "noun×2" round and makes plurals.
func counted(items []item) []item {
	out := append([]item(nil), items...)
	if n := len(out); n >= 3 && out[n-1].tok.kind == number && (out[n-2].tok.text == "×" || out[n-2].tok.text == "x") && out[n-3].entry != nil {
		out = append([]item{out[n-1]}, out[:n-2]...)
	}
	for i := range out {
		if out[i].tok.kind == number && out[i].entry == nil && out[i].text != "1" && !grade(out, i) {
			end := i + 1
			for end < len(out) && out[end].entry != nil && out[end].entry.class != grammar && out[end].entry.class != post {
				end++
			}
			if last := end - 1; last > i && countable(out[last].entry) {
				out[last].text = plural(out[last].text)
			}
		}
	}
	return out
}

// grade says that a number counts nothing: it names a material, as in 316不锈钢.
func grade(items []item, i int) bool {
	return i+1 < len(items) && items[i+1].entry != nil && items[i+1].entry.class == material && len(items[i].text) >= 3
}

// plural is a noun's plural.
func plural(s string) string {
	switch {
	case strings.HasSuffix(s, "s") && !strings.HasSuffix(s, "ss"):
		return s
	case strings.HasSuffix(s, "knife"), strings.HasSuffix(s, "shelf"):
		return strings.TrimSuffix(strings.TrimSuffix(s, "fe"), "f") + "ves"
	case strings.HasSuffix(s, "y") && len(s) > 1 && !strings.ContainsRune("aeiou", rune(s[len(s)-2])):
		return s[:len(s)-1] + "ies"
	case strings.HasSuffix(s, "ss"), strings.HasSuffix(s, "sh"), strings.HasSuffix(s, "ch"), strings.HasSuffix(s, "x"):
		return s + "es"
	}
	return s + "s"
}

func (englishText) mixed(items []item) string {
	for i := range items {
		if it := items[i]; it.entry != nil && it.entry.class == grammar {
			items[i].text, items[i].entry, items[i].left = it.tok.text, nil, true
		}
	}
	return spaced(present(items))
}

// spaced joins items with spaces, but for the insides of figures and of what is left in Chinese.
func spaced(items []item) string {
	var b strings.Builder
	for i, it := range items {
		if it.text == "" {
			continue
		}
		if b.Len() > 0 && !tight(items[i-1], it) {
			b.WriteByte(' ')
		}
		b.WriteString(it.text)
	}
	return b.String()
}

func tight(a, b item) bool {
	if a.left && b.left {
		return true
	}
	if a.quantity() && b.quantity() {
		joint := a.tok.text == "×" || b.tok.text == "×" || a.tok.text == "x" || b.tok.text == "x"
		return !joint
	}
	return b.tok.kind == mark && b.entry == nil || a.tok.kind == mark && a.entry == nil && !strings.Contains("%\"℃", a.text)
}

func (englishText) joint(mark string, _ bool) string {
	var b strings.Builder
	for _, r := range mark {
		switch r {
		case ',', '，', '、':
			b.WriteString(", ")
		case '.', '\n', '。', '•', '·', '|', '!', '！':
			b.WriteString(". ")
		case ';', '；':
			b.WriteString("; ")
		case ':', '：':
			b.WriteString(": ")
		case '?', '？':
			b.WriteString("? ")
		case '(', '（', '[', '【':
			b.WriteString(" (")
		case ')', '）', ']', '】':
			b.WriteString(")")
		}
	}
	return b.String()
}

// finish sets capitals at the sentences' beginnings.
func (englishText) finish(text string) string {
	text = strings.NewReplacer("℃", " °C", " ° C", " °C", "° C", " °C", "  ", " ", " ,", ",", " .", ".", "),", "),", ")(", ") (", "× ", "x ").Replace(text)
	r := []rune(text)
	begins := true
	for i, c := range r {
		if begins && unicode.IsLower(c) && (i+1 >= len(r) || !unicode.IsUpper(r[i+1])) {
			r[i] = unicode.ToUpper(c)
		}
		begins = begins && !unicode.IsLetter(c) && !unicode.IsDigit(c) || c == '.' && i+1 < len(r) && r[i+1] == ' '
	}
	if _, size := utf8.DecodeRuneInString(text); size == 0 {
		return ""
	}
	return strings.TrimSpace(string(r))
}
