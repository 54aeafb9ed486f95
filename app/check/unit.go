package check

import "strings"

// unit is a measure's kind and its size in the kind's base, so that "1.5 kg" and "1500 g" are the same quantity.
type unit struct {
	kind   string
	factor float64
}

// unitOf knows the units of shop data, by their folded spelling.
func unitOf(word string) (unit, bool) {
	switch word {
	case "mm", "毫米", "millimetre", "millimeter": //nolint:misspell // both spellings are read
		return unit{"length", 0.001}, true
	case "cm", "厘米", "公分", "centimetre", "centimeter": //nolint:misspell // both spellings are read
		return unit{"length", 0.01}, true
	case "m", "米", "metre", "meter":
		return unit{"length", 1}, true
	case "km", "公里", "千米", "kilometre", "kilometer": //nolint:misspell // both spellings are read
		return unit{"length", 1000}, true
	case "inch", "inche", "英寸", "寸":
		return unit{"length", 0.0254}, true
	case "ft", "foot", "feet":
		return unit{"length", 0.3048}, true
	case "mg", "毫克":
		return unit{"mass", 0.001}, true
	case "g", "克", "gram":
		return unit{"mass", 1}, true
	case "kg", "千克", "公斤", "kilogram", "kilo":
		return unit{"mass", 1000}, true
	case "斤":
		return unit{"mass", 500}, true
	case "oz", "ounce", "盎司":
		return unit{"mass", 28.3495}, true
	case "lb", "pound", "磅":
		return unit{"mass", 453.592}, true
	case "ml", "毫升", "millilitre", "milliliter": //nolint:misspell // both spellings are read
		return unit{"volume", 0.001}, true
	case "cl":
		return unit{"volume", 0.01}, true
	case "l", "升", "litre", "liter": //nolint:misspell // both spellings are read
		return unit{"volume", 1}, true
	}
	return moreUnits(word)
}

func moreUnits(word string) (unit, bool) {
	switch word {
	case "w", "瓦", "watt":
		return unit{"power", 1}, true
	case "kw", "千瓦", "kilowatt":
		return unit{"power", 1000}, true
	case "v", "伏", "volt":
		return unit{"voltage", 1}, true
	case "mah", "毫安时", "毫安":
		return unit{"charge", 0.001}, true
	case "ah":
		return unit{"charge", 1}, true
	case "second", "sec", "秒":
		return unit{"time", 1}, true
	case "minute", "min", "分钟":
		return unit{"time", 60}, true
	case "hour", "h", "hr", "小时", "时":
		return unit{"time", 3600}, true
	case "day", "天", "日":
		return unit{"time", 86400}, true
	case "week", "周":
		return unit{"time", 7 * 86400}, true
	case "month", "个月", "月":
		return unit{"months", 1}, true
	case "year", "年", "岁", "yr":
		return unit{"months", 12}, true
	case "hz", "赫兹":
		return unit{"frequency", 1}, true
	case "db", "分贝":
		return unit{"level", 1}, true
	case "gb":
		return unit{"data", 1}, true
	case "tb":
		return unit{"data", 1000}, true
	case "momme", "姆米": // silk's weight; "mm" is another unit
		return unit{"momme", 1}, true
	case "lm", "lumen", "流明":
		return unit{"light", 1}, true
	}
	return unit{}, false
}

// unitAt reads the unit that follows a number, and returns where it ends. Chinese units may be several characters long.
func unitAt(toks []token, i int, text string) (unit, int, bool) {
	if i >= len(toks) {
		return unit{}, i, false
	}
	switch t := toks[i]; t.kind {
	case latin:
		u, ok := unitOf(t.key)
		return u, i + 1, ok
	case han:
		for n := min(3, len(toks)-i); n > 0; n-- {
			if u, ok := unitOf(joinHan(toks[i:i+n], text)); ok {
				return u, i + n, true
			}
		}
	}
	return unit{}, i, false
}

func joinHan(toks []token, text string) string {
	for k, t := range toks {
		if t.kind != han || (k > 0 && toks[k-1].end != t.start) {
			return ""
		}
	}
	return text[toks[0].start:toks[len(toks)-1].end]
}

// glued says whether only marks that belong to quantities stand between two places of a text.
func glued(between string) bool {
	return strings.Trim(between, " -–~°·\u00a0\u2009") == ""
}
