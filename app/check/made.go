package check

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"shelftalk/app/catalog"
)

// madeOf flags what nothing is made of: the row's colour at the end of a list of materials ("made of cotton canvas, pine
// poles, and cream with grey stars"), sleeves, the product itself.
func (j *judge) madeOf() {
	for i := 1; i+1 < len(j.toks); i++ {
		if j.toks[i-1].key != "made" || j.toks[i].key != "of" && j.toks[i].key != "from" {
			continue
		}
		for n, item := range j.items(i + 1) {
			start, end := item[0].start, item[len(item)-1].end
			if column := j.Evidence.column(item); column != "" && (n == 0 || strings.HasSuffix(j.text[:start], " and ")) && !j.coloured(item) {
				j.add(Claim, Must, start, end, "The row gives %q as %s, not as a material.", j.text[start:end], column).Class = "material"
				continue
			}
			if with := slices.IndexFunc(item, func(t token) bool { return t.key == "with" }); with > 0 {
				item = item[:with]
			}
			head := item[len(item)-1]
			if n == 0 && (strings.Contains(immaterial, " "+head.key+" ") || head.key == j.subject(i-1)) && !j.Evidence.attributed(head.key) {
				j.add(Claim, Should, start, head.end, "Nothing is made of %q.", j.text[start:head.end]).Class = "material"
			}
		}
	}
}

const immaterial = " sleeve wall technology design function mode setting level scent "

// coloured says that words name themselves a colour: "and moss green in colour", "and natural white colour".
func (j *judge) coloured(words []token) bool {
	last := words[len(words)-1]
	return slices.ContainsFunc(words, func(t token) bool { return t.key == "colour" || t.key == "color" || t.key == "finish" }) ||
		strings.HasPrefix(j.text[last.end:], " in colo")
}

// items are the materials that a list names from a token on, up to where the sentence goes on with something else.
func (j *judge) items(from int) [][]token {
	var out [][]token
	start := from
	end := func(i int) {
		if i > start {
			out = append(out, j.toks[start:i])
		}
		start = i + 1
	}
	for i := from; i < len(j.toks); i++ {
		t := j.toks[i]
		if i > from && strings.ContainsAny(j.text[j.toks[i-1].end:t.start], ".;:!?(") || strings.Contains(" made that which is are has have come comes suitable in ", " "+t.key+" ") {
			if i > start {
				end(i)
			}
			return out
		}
		switch {
		case t.key == "and":
			end(i)
		case i > start && strings.Contains(j.text[j.toks[i-1].end:t.start], ","):
			out = append(out, j.toks[start:i])
			start = i
		}
	}
	end(len(j.toks))
	return out
}

// subject is the word before "is made": what the sentence is about.
func (j *judge) subject(made int) string {
	if made < 2 || j.toks[made-1].key != "is" && j.toks[made-1].key != "are" {
		return ""
	}
	return j.toks[made-2].key
}

// column names the row's column that tells the colour, or for whom the product is, if it alone has all the words.
func (e *Evidence) column(words []token) string {
	name := ""
	for _, f := range e.fields {
		if !slices.ContainsFunc(words, func(t token) bool { return !stopword(t) }) || !f.hasAll(words) {
			continue
		}
		header := e.product.Fields[f.index].Name
		if low := strings.ToLower(header); f.role != catalog.Attribute || name != "" || !containsAny(low, "colour", "color", "颜色", "suit", "compatib", "适用") {
			return ""
		}
		name = header
	}
	return name
}

func containsAny(s string, all ...string) bool {
	return slices.ContainsFunc(all, func(sub string) bool { return strings.Contains(s, sub) })
}

func (f evidenceField) hasAll(words []token) bool {
	return !slices.ContainsFunc(words, func(w token) bool {
		return !stopword(w) && !slices.ContainsFunc(f.toks, func(t token) bool { return t.key == w.key })
	})
}

// attributed says that a column which tells what the product is made of has the word.
func (e *Evidence) attributed(key string) bool {
	return slices.ContainsFunc(e.fields, func(f evidenceField) bool {
		header := strings.ToLower(e.product.Fields[f.index].Name)
		return f.role == catalog.Attribute && containsAny(header, "material", "fabric", "made of", "composition", "ingredient", "材", "面料", "成分", "配料") &&
			slices.ContainsFunc(f.toks, func(t token) bool { return t.key == key })
	})
}

// maker flags a product said to be from somebody or somewhere that the row doesn't name: "This shirt from Mulberry is".
func (j *judge) maker() {
	for i := 1; i+1 < len(j.toks); i++ {
		if j.toks[i].key != "from" || j.toks[i-1].key == "made" {
			continue
		}
		end := i + 1
		for end < len(j.toks) && capital(j.text[j.toks[end].start:j.toks[end].end]) && strings.Trim(j.text[j.toks[end-1].end:j.toks[end].start], " ") == "" {
			end++
		}
		if end == i+1 || end < len(j.toks) && j.text[j.toks[end-1].end:j.toks[end].start] == " " && !strings.Contains(" is are has have come feature contain includ which that with ", " "+j.toks[end].key+" ") { //nolint:misspell // a stem
			continue
		}
		start, end := j.toks[i+1].start, j.toks[end-1].end
		if name := j.text[start:end]; !j.Evidence.spells(name) {
			j.add(Claim, Must, start, end, "The row doesn't say that it is from %q.", name).Class = "origin"
		}
	}
}

// capital says that a word begins with a capital letter and goes on without one: a name, not an abbreviation.
func capital(word string) bool {
	first, size := utf8.DecodeRuneInString(word)
	return unicode.IsUpper(first) && strings.IndexFunc(word[size:], unicode.IsLower) >= 0
}

// spells says that the row has a name with its capitals. Those of a translated title are no name's.
func (e *Evidence) spells(name string) bool {
	return slices.ContainsFunc(e.fields, func(f evidenceField) bool {
		return strings.Contains(f.value, name) && (e.translation == nil || f.role != catalog.Title)
	})
}
