package compose

import (
	"slices"
	"strings"
	"unicode"

	"shelftalk/app/catalog"
	"shelftalk/app/check"
	"shelftalk/app/gloss"
)

// A draft in another language than its row's is written from the row in the draft's language: code translates what the
// glossary knows before the model sees anything, so that planning, printing, ranking and checking work as they do for a
// row of that language. What the glossary doesn't know stands in its values as it was; the model may not write it so.

// evidence is what a draft is judged by: the row's, and where the row is in another language the translated row's.
func (c *Composer) evidence(b Brief) *check.Evidence {
	own := check.NewEvidence(b.Product, c.lexicon)
	if own.Language() == string(b.Language) {
		return own
	}
	return check.NewTranslated(b.Product, c.translation(b.Product, b.Language), c.lexicon)
}

// Evidence is what a brief's drafts are judged by.
func (c *Composer) Evidence(b Brief) *check.Evidence { return c.evidence(b) }

// translation puts a row into a language.
func (c *Composer) translation(p catalog.Product, to Language) check.Translation {
	out := check.Translation{Language: string(to), Product: p}
	out.Product.Fields = slices.Clone(p.Fields)
	brand := p.Value(catalog.Brand)
	names := c.names(p.Value(catalog.Title), brand)
	if to == English && hanWord(brand) {
		out.Unnamed, names = brand, nil
	}
	for _, name := range names {
		out.Names = append(out.Names, strings.Fields(name)...)
	}
	for i, f := range p.Fields {
		value := f.Value
		switch f.Role {
		case catalog.Ignore, catalog.GTIN, catalog.Key, catalog.Price:
			continue
		case catalog.Brand:
			if out.Unnamed != "" {
				out.Product.Fields[i].Value = ""
			} else {
				out.Names = append(out.Names, strings.Fields(value)...)
			}
			continue
		case catalog.Category:
			value = lastCategory(value)
		case catalog.Attribute:
			names = nil // a brand may be called Slate; a colour is one
		}
		if out.Unnamed != "" {
			value = strings.ReplaceAll(value, brand, "")
		}
		t := c.glossary.Translate(value, string(to), names)
		if f.Role == catalog.Title {
			if t = c.glossary.Title(value, string(to), names); to == English {
				t.Text = titled(t.Text)
			}
		}
		out.Product.Fields[i].Value = t.Text
		out.Names = append(out.Names, staying(t)...)
		if len(t.Left) > 0 && f.Role != catalog.Category {
			out.Loose = append(out.Loose, looseIn(t)...)
		}
	}
	return out
}

// staying are the words of the other script in a translated value that aren't left over: names, units, and those that
// the glossary writes in Latin itself: 不含BPA.
func staying(t gloss.Text) []string {
	words := strings.FieldsFunc(t.Known(), func(r rune) bool { return !unicode.IsLetter(r) || unicode.Is(unicode.Han, r) })
	return append(words, t.Names...)
}

// looseIn are the sentences of a translated value that hold words of the other language.
func looseIn(t gloss.Text) []string {
	var out []string
	for _, s := range check.Sentences(t.Text) {
		text := t.Text[s.Start:s.End]
		if slices.ContainsFunc(t.Left, func(w string) bool { return strings.Contains(text, w) }) {
			out = append(out, text)
		}
	}
	return out
}

// names are what stays as it is: the brand, and what stands directly behind it in a title with capitals and isn't in the
// glossary, as a model's name does: "Tarnwick Ridge 2 Person Tent".
func (c *Composer) names(title, brand string) []string {
	out := []string{brand}
	rest, ok := strings.CutPrefix(strings.TrimSpace(title), brand)
	if !ok || brand == "" || title == strings.ToUpper(title) {
		return out
	}
	for _, w := range strings.Fields(rest) {
		if r := []rune(w)[0]; !unicode.IsUpper(r) || hanWord(w) || c.glossary.Knows(w) {
			break
		}
		out = append(out, w)
	}
	return out
}

// titled sets capitals in an English title.
func titled(s string) string {
	words := strings.Fields(s)
	for i, w := range words {
		switch w {
		case "and", "or", "for", "with", "of", "in", "on", "to", "by", "a", "an", "the", "ml", "cm", "mm", "kg", "g", "m":
			continue
		}
		words[i] = upperFirst(w)
	}
	return strings.Join(words, " ")
}

// loose says that a fact has words which can't stand in the draft's language.
func (p plan) loose(f fact) bool { return len(p.evidence.Foreign(f.value)) > 0 }

// looseTitle says so of the title.
func (p plan) looseTitle() bool { return p.title == "" || len(p.evidence.Foreign(p.title)) > 0 }

// known is a fact's value without such words.
func (p plan) known(f fact) string { return p.evidence.Known(f.value) }

// verdict is what the checks say of a page, and what somebody who knows both languages should look at.
func (c *Composer) verdict(j *job, fields []Field, found []check.Finding) []check.Finding {
	var texts []check.Text
	for _, f := range fields {
		texts = append(texts, check.Text{Name: f.Name, Text: f.Text})
	}
	return append(found, j.plan.evidence.Untranslated(texts)...)
}
