package gloss

import (
	"strings"
	"unicode/utf8"
)

// chineseText writes Chinese: terms without spaces, figures behind their dimension, counters before what is counted.
type chineseText struct {
	title bool // what stands behind the product's name is set off: 瑜伽垫 天然橡胶 4mm
}

func (chineseText) term(e *entry, numbers []string) string {
	if len(e.zh) == 0 {
		return ""
	}
	text := e.zh[0]
	for _, n := range numbers {
		if han, ok := countWords[strings.ToLower(n)]; ok {
			n = han
		}
		if strings.Contains(text, "#向") && (n == "两" || n == "2") {
			n = "双"
		}
		text = strings.Replace(text, "#", n, 1)
	}
	return text
}

// listed: 、 stands between a few words, ， between clauses and figures.
func (chineseText) listed(text string) bool {
	return utf8.RuneCountInString(text) <= 9 && !strings.ContainsAny(text, "，0123456789可已能各在有")
}

func (chineseText) foreign(t token) bool { return t.kind == word || t.kind == code }

func (c chineseText) clause(items []item) string {
	items = present(items)
	var out []item
	for i, it := range items {
		switch {
		case it.entry != nil && it.entry.class == post && len(out) > 0 && out[len(out)-1].quantity():
			at := len(out)
			for at > 0 && out[at-1].quantity() {
				at--
			}
			out = append(out[:at], append([]item{it}, out[at:]...)...)
			continue
		case it.tok.kind == number && it.entry == nil:
			it.text = c.counted(it, items[i+1:])
		case i == 1 && it.entry != nil && it.entry.class == material && out[0].entry != nil && out[0].entry.class == part && allOf(items[1:], material):
			it.text = "：" + it.text
		}
		out = append(out, it)
	}
	var b strings.Builder
	for i, it := range out {
		text := chineseMark(it, i > 0 && out[i-1].quantity())
		if i > 0 && text != "" && c.apart(out[i-1], it, b.String(), text) {
			b.WriteByte(' ')
		}
		b.WriteString(text)
	}
	return strings.TrimLeft(b.String(), "，")
}

// apart says that a space stands before an item: between Latin words and figures of different meaning, and behind the
// product's name in a title.
func (c chineseText) apart(before, it item, written, text string) bool {
	if c.title && before.entry != nil && before.entry.class == noun && first(text) != '，' && (it.entry == nil || it.entry.class == plain || it.entry.class == material) {
		return true
	}
	if !latinEnd(written) || !latinStart(text) {
		return false
	}
	if !it.quantity() || !before.quantity() {
		return true
	}
	return it.space && it.tok.kind == number && before.tok.kind == word && before.text != "x" // 4K 60Hz
}

// present leaves out articles.
func present(items []item) []item {
	var out []item
	for _, it := range items {
		if !it.drop {
			out = append(out, it)
		}
	}
	return out
}

// allOf says that all terms are of a class.
func allOf(items []item, c class) bool {
	for _, it := range items {
		if it.entry == nil || it.entry.class != c {
			return false
		}
	}
	return len(items) > 0
}

// counted is a number with the counter of what stands behind it: a noun, or a plural with adjectives before it.
func (chineseText) counted(n item, behind []item) string {
	text := n.text
	if han, ok := countWords[strings.ToLower(text)]; ok {
		text = han
	}
	for i, it := range behind {
		if it.entry == nil || it.entry.class == grammar || it.entry.class == post {
			break
		}
		if countable(it.entry) && (i == 0 || it.tok.plural) {
			return text + it.entry.counter
		}
	}
	return text
}

func countable(e *entry) bool { return e.class == noun || e.class == part }

// chineseMark is an item's text, marks as Chinese writes them.
func chineseMark(it item, behindFigure bool) string {
	if it.entry != nil || it.tok.kind != mark {
		if behindFigure && it.text == "x" {
			return "×"
		}
		if behindFigure && it.text == "C" && it.entry == nil {
			return "℃"
		}
		return it.text
	}
	switch it.text {
	case "\"", "″":
		if behindFigure {
			return "英寸"
		}
		return ""
	case "*":
		return "×"
	case "°":
		return "°"
	case "&":
		return "和"
	case "'", "“", "”", "®", "™":
		return ""
	}
	return it.text
}

func (chineseText) mixed(items []item) string {
	var b strings.Builder
	for i, it := range items {
		text := it.text
		if it.entry != nil && it.entry.class == grammar {
			text = it.tok.text
		}
		if i > 0 && it.space && (!hanEnd(b.String()) || !isHan(first(text))) {
			b.WriteByte(' ')
		}
		b.WriteString(text)
	}
	return b.String()
}

func hanEnd(s string) bool {
	r, _ := utf8.DecodeLastRuneInString(s)
	return isHan(r)
}

func latinEnd(s string) bool {
	r, _ := utf8.DecodeLastRuneInString(s)
	return isLatin(r) || isDigit(r)
}

func latinStart(s string) bool { r := first(s); return isLatin(r) || isDigit(r) }

func (chineseText) joint(mark string, listed bool) string {
	var b strings.Builder
	for _, r := range mark {
		switch r {
		case ',', '，', '、':
			if listed {
				b.WriteString("、")
			} else {
				b.WriteString("，")
			}
		case '.', '\n', '。', '•', '·', '|':
			b.WriteString("。")
		case ';', '；':
			b.WriteString("；")
		case ':', '：':
			b.WriteString("：")
		case '!', '！':
			b.WriteString("。")
		case '?', '？':
			b.WriteString("？")
		case '(', '（', '[', '【':
			b.WriteString("（")
		case ')', '）', ']', '】':
			b.WriteString("）")
		}
	}
	return b.String()
}

func (c chineseText) finish(text string) string {
	text = strings.NewReplacer("°C", "℃", "° C", "℃", "，，", "，", "、，", "，", "，、", "，", "、和", "和", "、或", "或", "，和", "和", "：，", "：", "。，", "。", "；，", "；", "（，", "（", "）（", "）（").Replace(text)
	if c.title {
		text = strings.NewReplacer("，", " ", "、", " ", "。", " ").Replace(text)
		text = strings.Join(strings.Fields(text), " ")
	}
	return text
}
