package catalog

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// tidy cleans a cell for people and models: HTML becomes text, control characters and invisible ones go, full-width
// digits and letters become plain ones, spaces are single, and what stands for "no value" becomes "". Signs that compatibility
// normalisation would change the meaning of stay (m² would become m2, ½ would become 1⁄2).
func tidy(cell string) string {
	cell = strings.ToValidUTF8(cell, "\ufffd")
	cell = plainText(cell)
	cell = norm.NFC.String(strings.Map(plainRune, cell))
	lines := strings.FieldsFunc(cell, func(r rune) bool { return r == '\n' })
	kept := lines[:0]
	for _, line := range lines {
		if line = strings.Join(strings.Fields(line), " "); line != "" {
			kept = append(kept, line)
		}
	}
	cell = strings.Join(kept, "\n")
	if missing(cell) {
		return ""
	}
	return cell
}

// tidyLine is tidy for a value that is one line: a fact, a title.
func tidyLine(cell string) string {
	cell = tidy(cell)
	if !strings.Contains(cell, "\n") {
		return cell
	}
	var b strings.Builder
	for i, line := range strings.Split(cell, "\n") {
		line = strings.TrimLeft(line, "•·▪‣◦●■-* ")
		if line == "" {
			continue
		}
		if i > 0 && b.Len() > 0 {
			b.WriteString(joint(b.String()))
		}
		b.WriteString(line)
	}
	return b.String()
}

// joint is what stands between two lines that become one: nothing new behind a mark that ends or lists already.
func joint(before string) string {
	r := []rune(before)
	switch last := r[len(r)-1]; {
	case strings.ContainsRune("。！？；，、：", last):
		return ""
	case strings.ContainsRune(".!?;,:", last):
		return " "
	case unicode.Is(unicode.Han, last):
		return "；"
	}
	return "; "
}

// plainRune maps one character; -1 drops it.
func plainRune(r rune) rune {
	switch {
	case r == '\n' || r == '\r' || r == '\u2028' || r == '\u2029' || r == '\v' || r == '\f':
		return '\n'
	case r == '\t' || r == '\u3000' || unicode.Is(unicode.Zs, r):
		return ' '
	case r >= '０' && r <= '９' || r >= 'Ａ' && r <= 'Ｚ' || r >= 'ａ' && r <= 'ｚ':
		return r - 0xfee0
	case r == '\u00ad' || r == '\u200b' || r == '\u2060' || r == '\ufeff' || r == '\ufffe':
		return -1
	case r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069': // direction overrides hide text
		return -1
	case unicode.IsControl(r):
		return -1
	}
	return r
}

// missing says whether a cell holds a way of saying that there is nothing to say.
func missing(cell string) bool {
	if len(cell) > 16 {
		return false
	}
	switch strings.ToLower(strings.Trim(cell, " ()[]（）【】")) {
	case "", "n/a", "na", "n.a.", "n.a", "#n/a", "#ref!", "#value!", "#name?", "#div/0!", "#null!", "#num!", "none", "null", "nil", "nan", "tbd", "tba", "tbc", "unknown", "not applicable", "undefined",
		"-", "--", "---", "–", "—", "——", "/", "\\", ".", "?", "？", "_", "*", "x", "无", "暂无", "没有", "未知", "待定", "空", "不详":
		return true
	}
	return false
}
