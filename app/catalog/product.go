// Package catalog turns a spreadsheet's rows into products and back: it maps columns to roles, cleans what suppliers put
// into cells, and writes approved copy beside the user's own columns.
package catalog

import (
	"strings"
	"unicode"
)

// Role says what a column of the user's file means.
type Role string

// The roles. Every column that isn't one of the others and carries text is an Attribute: a fact about the product.
const (
	Key         Role = "key" // SKU, handle, id: names the row, kept as text
	Title       Role = "title"
	Brand       Role = "brand"
	Category    Role = "category"
	Price       Role = "price"
	Description Role = "description" // the supplier's text, cleaned of HTML
	GTIN        Role = "gtin"
	Attribute   Role = "attribute"
	Ignore      Role = "ignore" // images, links, stock, internal codes
)

// Field is one cell of a product: the header as written in the file, the role, and the cleaned value (never empty).
type Field struct {
	Name  string
	Role  Role
	Value string
}

// Product is one item of the user's file.
type Product struct {
	// Key names the product in this catalogue and is unique: the value of the key column, "SKU (row 12)" where another
	// row has the same one, "row-12" where there is none.
	Key string
	Row int // 1-based row of the source file: of the first, where several rows are one product
	// Rows are all source rows that the product was read from: more than one for a product with variants.
	Rows []int
	// KeyCell is the key column's cell, exactly as it stands in the source.
	KeyCell string
	Fields  []Field
}

// Value returns the first value with the role, or "".
func (p Product) Value(r Role) string {
	for _, f := range p.Fields {
		if f.Role == r {
			return f.Value
		}
	}
	return ""
}

// Facts returns the fields that copy may speak about: brand, category, price and attributes.
func (p Product) Facts() []Field {
	var out []Field
	for _, f := range p.Fields {
		switch f.Role {
		case Brand, Category, Price, Attribute:
			out = append(out, f)
		}
	}
	return out
}

// Text says whether the product has anything to write from: a title, a description or a fact.
func (p Product) Text() bool {
	for _, f := range p.Fields {
		switch f.Role {
		case Title, Description, Brand, Category, Attribute:
			return true
		}
	}
	return false
}

// Language guesses the language that the row is written in, "en" or "zh", by the writing of its title and description.
func (p Product) Language() string {
	if lang := language(p.Value(Title) + " " + p.Value(Description)); lang != "" {
		return lang
	}
	var all strings.Builder
	for _, f := range p.Fields {
		if f.Role != Key && f.Role != Price && f.Role != GTIN {
			all.WriteString(f.Value + " ")
		}
	}
	if language(all.String()) == "zh" {
		return "zh"
	}
	return "en"
}

// language compares the Chinese characters of s with its words in other scripts: model names and units are Latin in
// Chinese text, Chinese characters are rare in English text. "" means that there is neither.
func language(s string) string {
	han, words, in := 0, 0, false
	for _, r := range s {
		switch {
		case unicode.Is(unicode.Han, r):
			han, in = han+1, false
		case unicode.IsLetter(r):
			if !in {
				words++
			}
			in = true
		default:
			in = false
		}
	}
	switch {
	case han == 0 && words == 0:
		return ""
	case han > words:
		return "zh"
	}
	return "en"
}
