package check

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"shelftalk/app/catalog"
)

// quantity is a number met in a text. Its values are all the ways to read it: "1,299" is 1299, or 1.299 where the comma
// is a decimal mark.
type quantity struct {
	start, end int
	values     []float64
	unit       unit // zero: none
	unitEnd    int  // 0: it has none of its own
	loose      bool // "pair", "double": it backs a 2 in the draft, but counts nothing itself
}

// quantities finds the numbers of a text: digits, English number words, and Chinese numerals before what is counted.
func quantities(text string) []quantity {
	toks := tokens(text)
	var out []quantity
	for i := 0; i < len(toks); i++ {
		var q quantity
		next := i + 1
		switch t := toks[i]; t.kind {
		case digits:
			q = quantity{start: t.start, end: t.end, values: readings(t.key)}
		case latin:
			v, ok := wordValue(t.key)
			loose := strings.Contains(" pair twin double dual twice couple both ", " "+t.key+" ")
			if loose {
				v = 2
			} else if !ok {
				continue
			}
			q = quantity{start: t.start, end: t.end, values: []float64{v}, loose: loose}
		case han:
			v, n := hanValue(toks[i:])
			if n == 0 {
				continue
			}
			next = i + n
			q = quantity{start: t.start, end: toks[next-1].end, values: []float64{v}}
		}
		if next < len(toks) && glued(text[q.end:toks[next].start]) {
			if u, after, ok := unitAt(toks, next, text); ok {
				q.unit, next, q.unitEnd = u, after, toks[after-1].end
			}
		}
		out = append(out, q)
		i = next - 1
	}
	shareUnits(text, out)
	return out
}

// shareUnits gives the unit behind "18 x 7 x 7 cm", "55-70 cm" and "9 / 20 cm" to all of the numbers.
func shareUnits(text string, qs []quantity) {
	for i := len(qs) - 2; i >= 0; i-- {
		if qs[i].unit.kind != "" || qs[i+1].unit.kind == "" {
			continue
		}
		between := strings.ToLower(strings.TrimSpace(text[qs[i].end:qs[i+1].start]))
		switch between {
		case "x", "×", "*", "-", "–", "~", "/", "to", "至", "到", "～", "and", "和", ",", "、":
			qs[i].unit = qs[i+1].unit
		}
	}
}

// readings are the values that a run of digits, points and commas may stand for.
func readings(s string) []float64 {
	s = strings.ReplaceAll(s, "'", "")
	last := strings.LastIndexAny(s, ".,")
	if last < 0 {
		return parsed(s)
	}
	mark := s[last : last+1]
	other := ","
	if mark == "," {
		other = "."
	}
	whole := strings.NewReplacer(".", "", ",", "")
	switch {
	case strings.Contains(s, other): // 1.299,00
		return parsed(whole.Replace(s[:last]) + "." + s[last+1:])
	case strings.Count(s, mark) > 1: // 1,299,000
		return parsed(whole.Replace(s))
	case len(s)-last-1 == 3 && last > 0 && last <= 3 && s[0] != '0': // 1,299: either
		return append(parsed(whole.Replace(s)), parsed(s[:last]+"."+s[last+1:])...)
	}
	return parsed(s[:last] + "." + s[last+1:])
}

func parsed(s string) []float64 {
	v, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsInf(v, 0) {
		return nil
	}
	return []float64{v}
}

// wordValue reads an English number word. "One" is left out: it counts nothing in most of its uses.
func wordValue(w string) (float64, bool) {
	switch w {
	case "two":
		return 2, true
	case "three":
		return 3, true
	case "four":
		return 4, true
	case "five":
		return 5, true
	case "six":
		return 6, true
	case "seven":
		return 7, true
	case "eight":
		return 8, true
	case "nine":
		return 9, true
	case "ten":
		return 10, true
	case "eleven":
		return 11, true
	case "twelve", "dozen":
		return 12, true
	case "fifteen":
		return 15, true
	case "twenty":
		return 20, true
	case "thirty":
		return 30, true
	case "hundred":
		return 100, true
	case "thousand":
		return 1000, true
	}
	return 0, false
}

// counters are the characters behind which a Chinese numeral counts something; in 三角 or 万能 it doesn't.
const counters = "个件只条层片种款年月天日小分秒升米克斤瓦块张把套双对支枚盒袋瓶包组档级色人次页颗粒根台口头重道座孔侧枝节格挡位段轴副卷本"

// hanValue reads a Chinese numeral up to 99 (十二, 两, 二十) that counts something, and how many characters it has; 一 alone
// is left out.
func hanValue(toks []token) (float64, int) {
	value, n, ten := 0, 0, false
	for n < len(toks) && toks[n].kind == han && (n == 0 || toks[n-1].end == toks[n].start) {
		d := strings.IndexRune("零一二三四五六七八九", firstRune(toks[n].key)) / 3
		switch r := firstRune(toks[n].key); {
		case r == '两':
			d = 2
		case r == '十' && !ten:
			ten = true
			value = max(value, 1) * 10
			n++
			continue
		case !strings.ContainsRune("零一二三四五六七八九", r):
			d = -1
		}
		if d < 0 {
			break
		}
		value += d
		n++
	}
	if n == 0 || value < 2 || n > 3 || n >= len(toks) || toks[n].kind != han || toks[n].start != toks[n-1].end {
		return 0, 0
	}
	if !strings.ContainsRune(counters, firstRune(toks[n].key)) || (n > 1 && !ten) {
		return 0, 0
	}
	return float64(value), n
}

// same says whether a draft's number is one of the row's: the same value in a unit of the same kind, or without a unit on
// one of the sides.
func (q quantity) same(row quantity) bool {
	for _, a := range q.values {
		for _, b := range row.values {
			if q.unit.kind == "" || row.unit.kind == "" {
				if close(a, b) {
					return true
				}
			} else if q.unit.kind == row.unit.kind && close(a*q.unit.factor, b*row.unit.factor) {
				return true
			}
		}
	}
	return false
}

func close(a, b float64) bool { return math.Abs(a-b) <= 1e-9*math.Max(math.Abs(a), math.Abs(b)) }

// Counted says whether a text's counts, numbers without a unit, stand in columns of the row other than the supplier's text:
// there a count may be another product's ("combines with our 36 piece set").
func (e *Evidence) Counted(text string) bool {
	for _, q := range quantities(text) {
		if q.unit.kind != "" || q.loose || len(q.values) == 0 || q.values[0] != math.Trunc(q.values[0]) {
			continue
		}
		if !slices.ContainsFunc(e.fields, func(f evidenceField) bool {
			return f.role != catalog.Description && slices.ContainsFunc(quantities(f.value), q.same)
		}) {
			return false
		}
	}
	return true
}

// Remeasured gives a number that begins at a byte of a text the row's unit, if the row has that number with one unit alone:
// silk of 19mm has 19姆米. The text stays as it is where there is nothing to give.
func (e *Evidence) Remeasured(text string, at int) string {
	own := quantities(text)
	n := slices.IndexFunc(own, func(q quantity) bool { return q.start == at && q.unitEnd > 0 })
	if n < 0 {
		return text
	}
	right := ""
	for _, f := range e.fields {
		for _, q := range quantities(f.value) {
			if !slices.Equal(q.values, own[n].values) {
				continue
			}
			if q.unitEnd == 0 || right != "" && right != f.value[q.start:q.unitEnd] {
				return text
			}
			right = f.value[q.start:q.unitEnd]
		}
	}
	if right == "" {
		return text
	}
	return text[:at] + right + text[own[n].unitEnd:]
}
