package check

import (
	"slices"
	"strings"
)

const (
	shadeWords  = " light dark pale deep bright soft warm cool heather navy sky royal forest olive charcoal dusty ash stone "
	colourWords = " grey gray black white red blue green yellow brown beige pink purple "
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
		return strings.Contains(shadeWords, " "+a.key+" ") && strings.Contains(colourWords, " "+b.key+" ")
	case a.kind == han && b.kind == han:
		return strings.Contains(hanShades, a.key) && strings.Contains(hanColours, b.key)
	}
	return false
}

// inRow says whether the row has the two words side by side, gray and grey being one.
func (e *Evidence) inRow(a, b token) bool {
	return slices.ContainsFunc(e.fields, func(f evidenceField) bool {
		for i := 0; i+1 < len(f.toks); i++ {
			if f.toks[i].key == a.key && colourKey(f.toks[i+1]) == colourKey(b) {
				return true
			}
		}
		return false
	})
}

func colourKey(t token) string {
	if t.key == "gray" {
		return "grey"
	}
	return t.key
}
