package check

import (
	"slices"
	"strings"
)

const (
	shadeWords  = " light dark pale deep bright heather navy sky royal forest olive charcoal dusty ash stone "
	colourWords = " grey gray black white red blue green yellow brown beige pink purple "
	whites      = " warm cool " // shades of white alone: "cool grey" may be praise
	hanShades   = "浅深淡亮暗艳"
	hanColours  = "灰蓝绿红黄棕紫粉褐"
)

// shades flags a colour in a shade that the row doesn't give it: "light grey" for the row's "heather grey", 浅灰 for 灰.
func (j *judge) shades() {
	for i := 0; i+1 < len(j.toks); i++ {
		a, b := j.toks[i], j.toks[i+1]
		if !isShade(a, b) || strings.Trim(j.text[a.end:b.start], " -") != "" || j.Evidence.inRow(a, b) {
			continue
		}
		f := j.add(Claim, Must, a.start, b.end, "The row doesn't say %q (colour).", j.text[a.start:b.end])
		f.Class = "colour"
	}
}

func isShade(a, b token) bool {
	switch {
	case a.kind == latin && b.kind == latin:
		return strings.Contains(shadeWords, " "+a.key+" ") && strings.Contains(colourWords, " "+b.key+" ") ||
			strings.Contains(whites, " "+a.key+" ") && b.key == "white"
	case a.kind == han && b.kind == han:
		return strings.Contains(hanShades, a.key) && strings.Contains(hanColours, b.key)
	}
	return false
}

// inRow says whether the row has the two words side by side. Of a translated row whose colour stayed as it was nobody can tell.
func (e *Evidence) inRow(a, b token) bool {
	named := e.translation == nil
	found := slices.ContainsFunc(e.fields, func(f evidenceField) bool {
		for i, t := range f.toks {
			if colourKey(t) != colourKey(b) {
				continue
			}
			named = true
			if i > 0 && colourKey(f.toks[i-1]) == colourKey(a) {
				return true
			}
		}
		return false
	})
	return found || !named
}

// colourKey is one for words that say the same: gray and grey, pale and light.
func colourKey(t token) string {
	switch t.key {
	case "gray":
		return "grey"
	case "pale":
		return "light"
	}
	return t.key
}
