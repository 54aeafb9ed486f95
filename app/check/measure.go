package check

import (
	"cmp"
	"slices"
	"strings"

	"shelftalk/app/catalog"
)

// measure is what a quantity is said to be of: the same 30 kg may be what a thing weighs or what it bears.
type measure string

// contents is what a pack holds, which may be called its weight or its capacity.
const contents measure = "contents"

// measureWords name measures. Of two that begin at the same place the longer counts, so that "weight capacity" isn't a
// weight, and 载重 isn't 重.
func measureWords() map[measure][]string {
	return map[measure][]string{
		"weight": {"weight", "weighs", "weighing", "item weight", "重", "毛重", "重量", "自重"},
		contents: {"net weight", "yarn weight", "fabric weight", "净重", "净含量", "克重"},
		"load": {
			"load", "max load", "maximum load", "load capacity", "weight capacity", "weight limit", "max weight", "maximum weight",
			"user weight", "rider weight", "supports", "bears", "carries", "holds", "withstands", "capacity",
			"承重", "载重", "负重", "限重", "荷载", "载荷", "承载", "承受", "支撑",
		},
		"height":   {"height", "high", "tall", "高", "高度", "身高"},
		"width":    {"width", "wide", "宽", "宽度"},
		"length":   {"length", "long", "长", "长度"},
		"depth":    {"depth", "deep", "深", "深度"},
		"diameter": {"diameter", "直径", "口径"},
	}
}

// said is a quantity of a text with the measure that the words beside it name.
type said struct {
	quantity
	of measure
}

// measured finds the quantities of mass and length of which a text says what they measure: the word stands right before
// ("weighs about 30 kg", "height: 30 cm", 重30kg) or right behind ("30 cm high", "30 cm in height").
func (e *Evidence) measured(text string) []said {
	toks := tokens(text)
	var out []said
	for _, q := range quantities(text) {
		if q.unit.kind != "mass" && q.unit.kind != "length" {
			continue
		}
		from := slices.IndexFunc(toks, func(t token) bool { return t.end > q.start })
		to := from
		for to < len(toks) && toks[to].start < q.end {
			to++
		}
		before, behind := e.measureBefore(text, toks, from), measure("")
		if _, after, ok := unitAt(toks, to, text); ok {
			behind = e.measureBehind(text, toks, after)
		}
		of := cmp.Or(before, behind)
		if of != "" {
			out = append(out, said{q, of})
		}
	}
	return out
}

// links may stand between a measure and its quantity.
const links = " is of at to up about around only just in a approx approximately the under over 约 达 为 可 仅 大 只 有 至 "

func isLink(t token) bool { return strings.Contains(links, " "+t.key+" ") }

// adjective says that a word stands behind its quantity: in "40 cm wide 50 cm high" the 50 isn't the width.
func adjective(t token) bool { return strings.Contains(" wide high tall deep long ", " "+t.key+" ") }

// measureBehind reads "high", "in height" and 高 behind a unit. Of English nouns without an "in" the next quantity is meant.
func (e *Evidence) measureBehind(text string, toks []token, i int) measure {
	joined := func() bool { return i < len(toks) && strings.TrimSpace(text[toks[i-1].end:toks[i].start]) == "" }
	if !joined() {
		return ""
	}
	in := toks[i].key == "in"
	if in {
		i++
	}
	if !joined() || (toks[i].kind == latin && !in && !adjective(toks[i])) {
		return ""
	}
	return e.measureAt(toks, i)
}

func (e *Evidence) measureBefore(text string, toks []token, end int) measure {
	for end > 0 && end < len(toks) && strings.Trim(text[toks[end-1].end:toks[end].start], " :：") == "" {
		if adjective(toks[end-1]) {
			return ""
		}
		if !isLink(toks[end-1]) {
			best, n := measure(""), 0
			for _, w := range e.lexicon.measures {
				if len(w.keys) > n && len(w.keys) <= end && sameKeys(toks[end-len(w.keys):end], w.keys) {
					best, n = w.of, len(w.keys)
				}
			}
			return best
		}
		end--
	}
	return ""
}

func (e *Evidence) measureAt(toks []token, i int) measure {
	best, n := measure(""), 0
	for _, w := range e.lexicon.measures {
		if len(w.keys) > n && i+len(w.keys) <= len(toks) && sameKeys(toks[i:i+len(w.keys)], w.keys) {
			best, n = w.of, len(w.keys)
		}
	}
	return best
}

// measureWord is a phrase that names a measure.
type measureWord struct {
	of   measure
	keys []token
}

func readMeasures() []measureWord {
	var out []measureWord
	for of, phrases := range measureWords() {
		for _, p := range phrases {
			out = append(out, measureWord{of, tokens(p)})
		}
	}
	return out
}

// addMeasures remembers of what the row's field gives each quantity: by its own words, else by its header, else nobody knows.
func (e *Evidence) addMeasures(f catalog.Field) {
	own := e.measured(f.Value)
	e.measures = append(e.measures, own...)
	of := measure("")
	if f.Role == catalog.Attribute {
		of = e.headerMeasure(f.Name)
	}
	for _, q := range quantities(f.Value) {
		if slices.ContainsFunc(own, func(s said) bool { return s.start == q.start }) {
			continue
		}
		e.measures = append(e.measures, said{q, of})
	}
}

// headerMeasure is what a header says of its numbers; "max weight" is a load, whatever else it names.
func (e *Evidence) headerMeasure(name string) measure {
	header := tokens(name)
	of := measure("")
	for i := range header {
		if m := e.measureAt(header, i); m != "" {
			of = m
			if m == "load" || m == contents {
				break
			}
		}
	}
	return of
}

// misplaced flags a number of the row that is said of another measure than its own: "weighs 30 kg" for what it bears. A
// number of which the row doesn't tell, there or anywhere, is let be.
func (j *judge) misplaced() {
	for _, q := range j.Evidence.measured(j.text) {
		other := measure("")
		for _, row := range j.Evidence.measures {
			if row.unit.kind != q.unit.kind || !q.same(row.quantity) {
				continue
			}
			if row.of == "" || row.of == q.of || row.of == contents || q.of == contents {
				other = ""
				break
			}
			other = row.of
		}
		if other != "" {
			j.add(Number, Must, q.start, q.end, "The row gives %q as %s, not as %s.", j.text[q.start:q.end], other, q.of)
		}
	}
}
