package catalog

import (
	"regexp"
	"strings"
	"unicode"
)

var numbered = regexp.MustCompile(` \(\d+\)$`)

// Label returns the part of a header that is in the language ("en" or "zh"): suppliers who sell abroad write both, as in
// "Material 材质", "颜色/Colour" or "重量（Weight）". A header in one language, or one that doesn't part cleanly
// ("LED灯珠"), comes back whole. The number that tells equal headers apart, "Feature (2)", is left off.
func Label(header, lang string) string {
	header = strings.TrimSpace(numbered.ReplaceAllString(header, ""))
	first, second, ok := splitBilingual(header)
	if !ok {
		return header
	}
	if hasHan(first) == (lang == "zh") {
		return first
	}
	return second
}

// splitBilingual parts a header where its writing changes between Chinese and Latin, if it does so once and something
// stands between.
func splitBilingual(header string) (first, second string, ok bool) {
	runes := []rune(header)
	last, cut := 0, -1 // last: 1 Han, 2 Latin
	gap := -1          // where the separator began
	for i, r := range runes {
		kind := 0
		switch {
		case unicode.Is(unicode.Han, r):
			kind = 1
		case unicode.IsLetter(r):
			kind = 2
		}
		if kind == 0 {
			if gap < 0 && strings.ContainsRune(" /|-–—_:：(（[【,，、", r) {
				gap = i
			}
			continue
		}
		if last != 0 && kind != last {
			if cut >= 0 || gap < 0 {
				return "", "", false
			}
			cut = gap
		}
		last, gap = kind, -1
	}
	if cut < 0 {
		return "", "", false
	}
	return trimLabel(string(runes[:cut])), trimLabel(string(runes[cut:])), true
}

// trimLabel takes off the separators, and brackets when they don't belong together ("（Weight）" but "Weight (kg)").
func trimLabel(s string) string {
	s = strings.TrimLeft(s, " /|-–—_:：(（[【,，、")
	if strings.ContainsAny(s, "(（[【") {
		return strings.TrimRight(s, " /|-–—_:：,，、")
	}
	return strings.TrimRight(s, " /|-–—_:：)）]】,，、")
}

func hasHan(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Han, r) })
}
