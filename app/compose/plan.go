package compose

import (
	"cmp"
	"slices"
	"strings"
	"unicode"

	"shelftalk/app/catalog"
	"shelftalk/app/check"
)

// fact is something that a page may say, as the prompt shows it.
type fact struct {
	label, value string
	field        int // index into Product.Fields
	kind         factKind
	details      bool // a sentence of the supplier's text
	translated   bool // by the glossary
	loose        bool // and has words of the row's language left
}

// plan is what a page will say: which facts go into which sentence of the description, and which make a bullet. The
// number of both follows from the number of facts.
type plan struct {
	title, category string
	facts           []fact
	shown           []fact // what the prompt shows
	sentences       [][]fact
	bullets         []fact
	evidence        *check.Evidence
	language        string          // of the row
	product         catalog.Product // the row in the draft's language
}

const (
	maxValue   = 280 // characters of a cell that the prompt shows
	maxFacts   = 16
	maxDetails = 5 // sentences of the supplier's text
	maxBullets = 5
)

// plan reads a product's row. The price isn't shown to the model: it isn't copy.
func (c *Composer) plan(b Brief) plan {
	out := plan{evidence: c.evidence(b)}
	out.language = out.evidence.Language()
	p := out.evidence.Product()
	out.product = p
	t := c.templates[b.Language]
	out.title = oneLine(p.Value(catalog.Title), maxValue)
	out.category = oneLine(lastCategory(p.Value(catalog.Category)), 80)
	lang := string(b.Language)
	for i, f := range p.Fields {
		switch f.Role {
		case catalog.Brand:
			if brand := oneLine(f.Value, 80); !strings.EqualFold(brand, out.title) {
				out.facts = append(out.facts, fact{label: t.Labels.Brand, value: brand, field: i, kind: factKind{ID: "brand"}})
			}
		case catalog.Description:
			out.facts = append(out.facts, details(t.Labels.Details, f.Value, i)...)
		case catalog.Attribute:
			label := catalog.Label(f.Name, lang)
			kind := c.kindOf(label, f.Name)
			if hanWord(label) != (b.Language == Chinese) {
				if name := kind.Name[lang]; name != "" {
					label = name
				} else if t := c.glossary.Translate(label, lang, nil); len(t.Left) == 0 {
					label = t.Text
				}
			}
			out.facts = append(out.facts, fact{label: label, value: tidyFigures(oneLine(f.Value, maxValue), b.Language), field: i, kind: kind})
		}
	}
	if len(out.facts) > maxFacts {
		out.facts = out.facts[:maxFacts]
	}
	for i, f := range out.facts {
		out.facts[i].translated, out.facts[i].loose = out.evidence.Translated(), out.loose(f)
	}
	out.sentences = sentencePlan(out.facts)
	out.shown = shownFacts(out.facts)
	out.bullets = bulletPlan(out.facts)
	return out
}

// shownFacts leaves out what only code prints (care, warranty, what is in the box), unless there is little else.
func shownFacts(all []fact) []fact {
	var out []fact
	for _, f := range all {
		if f.kind.Describe > 0 || f.brand() {
			out = append(out, f)
		}
	}
	if len(out) < 3 {
		return all
	}
	return out
}

// details cuts the supplier's text into sentences, each a fact.
func details(label, text string, field int) []fact {
	var out []fact
	text = oneLine(text, maxDetails*maxValue)
	spans := check.Sentences(text)
	for i, s := range spans {
		if i == maxDetails {
			break
		}
		name := label
		if len(spans) > 1 {
			name += " " + string(rune('1'+i))
			if hanWord(label) {
				name = label + string(rune('1'+i))
			}
		}
		out = append(out, fact{label: name, value: oneLine(text[s.Start:s.End], maxValue), field: field, details: true, kind: factKind{ID: "details", Describe: 1, Bullet: 11}})
	}
	return out
}

// kindOf tells a column's meaning by its header; the zero kind is a fact like any other.
func (c *Composer) kindOf(names ...string) factKind {
	for _, name := range names {
		name = strings.ToLower(name)
		for _, k := range c.kinds {
			for _, w := range k.Words {
				if strings.Contains(name, w) {
					return k
				}
			}
		}
	}
	return factKind{Describe: 5, Bullet: 3}
}

// maxSentences bounds the description.
const maxSentences = 4

// sentencePlan picks the facts that the description is made of and groups them: a sentence of the supplier's by itself,
// short facts in twos. Figures are for bullets; they step in where a row has little else.
func sentencePlan(all []fact) [][]fact {
	var picked []fact
	said := ""
	add := func(f fact) {
		if check.Repeats(f.value, said) {
			return
		}
		picked = append(picked, f)
		said += f.value + "\n"
	}
	order := ranked(all, func(f fact) int { return f.kind.Describe })
	for _, f := range order {
		if f.details {
			add(f)
		}
	}
	for _, f := range order {
		if !f.details && !f.figure() && len(picked) < 6 {
			add(f)
		}
	}
	for _, f := range order {
		if f.figure() && len(picked) < 3 {
			add(f)
		}
	}
	if len(picked) == 0 {
		return [][]fact{nil}
	}
	return group(picked)
}

func (f fact) brand() bool { return f.kind.ID == string(catalog.Brand) }

// figure says that a fact is for a bullet rather than a sentence. One colour is part of a sentence; several are a choice.
func (f fact) figure() bool {
	return f.kind.Figure && (f.kind.ID != "colour" || strings.ContainsAny(f.value, ",;/、；，"))
}

// group puts neighbours into one sentence where both are short, and then until there are few enough sentences.
func group(facts []fact) [][]fact {
	const short = 26 // a Han character counts three
	var out [][]fact
	size := 0
	for _, f := range facts {
		n := len(f.value)
		if last := len(out) - 1; last >= 0 && len(out[last]) < 2 && size+n <= 2*short && !clash(out[last], []fact{f}) {
			out[last] = append(out[last], f)
			size += n
			continue
		}
		out = append(out, []fact{f})
		size = n
	}
	most := maxSentences
	if len(facts) < 5 {
		most = maxSentences - 1
	}
	for len(out) > most { // the two shortest neighbours
		at, least := 0, 1<<30
		for i := range len(out) - 1 {
			n := 0
			for _, f := range slices.Concat(out[i], out[i+1]) {
				n += len(f.value)
			}
			if clash(out[i], out[i+1]) {
				n += 1 << 16
			}
			if n < least {
				at, least = i, n
			}
		}
		out[at] = slices.Concat(out[at], out[at+1])
		out = slices.Delete(out, at+1, at+2)
	}
	return out
}

// clash says that two groups of facts don't belong into a sentence: beside a feature, the model takes the product's
// material for the feature's.
func clash(a, b []fact) bool {
	is := func(id string) func(fact) bool { return func(f fact) bool { return f.kind.ID == id } }
	return slices.ContainsFunc(a, is("feature")) && slices.ContainsFunc(b, is("material"))
}

// bulletPlan picks the facts that make bullets. Sentences of the supplier's text only step in where columns are few.
func bulletPlan(all []fact) []fact {
	var out []fact
	for _, f := range ranked(all, func(f fact) int { return f.kind.Bullet }) {
		if f.details && (len(out) >= 3 || len(out) == 0) {
			continue
		}
		double := false
		for _, other := range out {
			double = double || check.Covered(f.value, other.value) >= 0.7 || check.Covered(other.value, f.value) >= 0.7
		}
		if !double && len(out) < maxBullets {
			out = append(out, f)
		}
	}
	return out
}

// ranked sorts facts by rank, the row's order within one; rank 0 is left out.
func ranked(all []fact, rank func(fact) int) []fact {
	var out []fact
	for _, f := range all {
		if rank(f) > 0 {
			out = append(out, f)
		}
	}
	slices.SortStableFunc(out, func(a, b fact) int { return cmp.Compare(rank(a), rank(b)) })
	return out
}

// printed is the bullet that code makes of a fact: "Size: 18 x 7 x 7 cm"; a feature stands by itself. ok is false where the
// value isn't in the draft's language.
func (f fact) printed(language Language) (text string, ok bool) {
	value := strings.TrimRight(f.value, " .。;；,，")
	if value == "" || f.loose || !f.translated && foreign(value, language) {
		return "", false
	}
	if f.kind.ID == "feature" || f.details {
		return upperFirst(value), true
	}
	colon := ": "
	if language == Chinese {
		colon = "："
	}
	if foreign(f.label, language) {
		return "", false
	}
	return upperFirst(f.label) + colon + value, true
}

// foreign says that a text has letters of the other language's script, and none or few of its own.
func foreign(text string, language Language) bool {
	hans, letters := 0, 0
	for _, r := range text {
		switch {
		case unicode.Is(unicode.Han, r):
			hans++
		case unicode.IsLetter(r):
			letters++
		}
	}
	if language == Chinese {
		return hans == 0 && letters > 6
	}
	return hans > 0
}

func hanWord(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Han, r) })
}

func lastCategory(s string) string {
	if i := strings.LastIndexAny(s, ">/|›"); i >= 0 {
		s = s[i+1:]
	}
	return strings.TrimSpace(strings.Trim(s, "›"))
}

// tidyFigures sets a space between a number and its unit in English: "42 x 14cm" becomes "42 x 14 cm". "20D", "5Gbps" and
// other words that begin with a figure stay as they are.
func tidyFigures(s string, language Language) string {
	if language == Chinese {
		return s
	}
	r := []rune(s)
	var b strings.Builder
	for i, c := range r {
		if i > 0 && unicode.IsLetter(c) && unicode.IsDigit(r[i-1]) {
			end := i
			for end < len(r) && unicode.IsLetter(r[end]) {
				end++
			}
			switch string(r[i:end]) {
			case "cm", "mm", "m", "g", "kg", "ml", "l", "L", "W", "mAh", "lb", "oz", "gsm", "rpm", "Nm":
				b.WriteRune(' ')
			}
		}
		b.WriteRune(c)
	}
	return b.String()
}

func upperFirst(s string) string {
	r := []rune(s)
	if len(r) > 0 && unicode.IsLower(r[0]) && (len(r) < 2 || !unicode.IsUpper(r[1])) {
		r[0] = unicode.ToUpper(r[0])
	}
	return string(r)
}
