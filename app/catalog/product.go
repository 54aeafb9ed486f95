// Package catalog turns a spreadsheet's rows into products and back: it maps columns to roles, cleans what suppliers put
// into cells, and writes approved copy beside the user's own columns.
package catalog

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
	Key    string // value of the key column, or "row-N" where the file has none
	Row    int    // 1-based row of the source file
	Fields []Field
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
