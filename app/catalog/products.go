package catalog

import (
	"errors"
	"fmt"
	"sort"
	"strconv"
	"strings"

	"shelftalk/app/sheet"
)

// ErrNoText is a mapping under which no row has anything to write from.
var ErrNoText = errors.New("no column has a title, a description or a fact; choose the title's column")

// ErrMapping is a mapping that belongs to another table.
var ErrMapping = errors.New("the mapping doesn't fit the table")

// Code names a kind of warning, for translation.
type Code string

// The kinds of warning.
const (
	DuplicateKey Code = "duplicate_key" // rows with the same key are kept apart
	MissingKey   Code = "missing_key"   // the row is named by its number
	NoText       Code = "no_text"       // nothing to write from
	NoTitle      Code = "no_title"
)

// Warning is something the user should know about the rows; none was left out. Rows are source rows.
type Warning struct {
	Code Code
	Rows []int
	Key  string
	Text string // an English sentence
}

func (w Warning) String() string { return w.Text }

// Products makes a product of every row of t, in order. Rows of a Shopify file that share a handle are one product: the
// later rows are its variants and pictures. Elsewhere every row is a product of its own, and keys that occur twice are
// told apart by their row.
func Products(t *sheet.Table, m Mapping) ([]Product, []Warning, error) {
	if len(m.Columns) != len(t.Header) {
		return nil, nil, fmt.Errorf("%w: %d columns for %d", ErrMapping, len(m.Columns), len(t.Header))
	}
	r := reader{t: t, m: m, order: fieldOrder(t, m), byHandle: map[string]int{}, variants: map[int][]int{}}
	for i := range t.Rows {
		r.add(i)
	}
	r.join()
	r.nameKeys()
	any := false
	for _, p := range r.products {
		any = any || p.Text()
	}
	if len(r.products) > 0 && !any {
		return nil, r.warnings, ErrNoText
	}
	r.warnAbout(NoText, func(p Product) bool { return !p.Text() }, "have neither a title nor a fact; no copy can be written for them")
	r.warnAbout(NoTitle, func(p Product) bool { return p.Text() && p.Value(Title) == "" }, "have no title")
	return r.products, r.warnings, nil
}

// reader turns rows into products.
type reader struct {
	t        *sheet.Table
	m        Mapping
	order    []int // columns, in the order of a product's fields
	products []Product
	warnings []Warning
	byHandle map[string]int // product by handle, in files where rows share one
	variants map[int][]int  // table rows of products with several
}

// fieldOrder is the order of columns, with the description that is longest before the others.
func fieldOrder(t *sheet.Table, m Mapping) []int {
	order := make([]int, len(m.Columns))
	length := make([]int, len(m.Columns))
	for c := range order {
		order[c] = c
		if m.Columns[c].Role == Description {
			for _, row := range t.Rows {
				length[c] += len(row[c])
			}
		}
	}
	first := -1
	for c := range order {
		if m.Columns[c].Role == Description && (first < 0 || length[c] > length[first]) {
			first = c
		}
	}
	sort.SliceStable(order, func(i, j int) bool {
		a, b := order[i], order[j]
		return m.Columns[a].Role == Description && m.Columns[b].Role == Description && a == first && b != first
	})
	return order
}

func (r *reader) add(i int) {
	row := r.t.Rows[i]
	p := Product{Row: r.t.RowNumbers[i], Rows: []int{r.t.RowNumbers[i]}}
	if r.m.KeyColumn >= 0 {
		p.KeyCell = row[r.m.KeyColumn]
		p.Key = tidyKey(p.KeyCell)
	}
	if r.m.Dialect == "shopify" && p.Key != "" && r.isHandle() {
		if at, ok := r.byHandle[p.Key]; ok && r.isVariant(i, at) {
			first := &r.products[at]
			first.Rows = append(first.Rows, p.Row)
			r.variants[at] = append(r.variants[at], i)
			return
		}
		r.byHandle[p.Key] = len(r.products)
		r.variants[len(r.products)] = []int{i}
	}
	for _, c := range r.order {
		if f, ok := r.field(row, c); ok {
			p.Fields = append(p.Fields, f)
		}
	}
	r.products = append(r.products, p)
}

func (r *reader) isHandle() bool {
	return strings.HasSuffix(normalise(r.m.KeyHeader()), "handle")
}

// isVariant: a row that repeats a product's handle with no title, or the same one.
func (r *reader) isVariant(i, product int) bool {
	for c, col := range r.m.Columns {
		if col.Role == Title {
			title := tidyLine(r.t.Rows[i][c])
			return title == "" || title == r.products[product].Value(Title)
		}
	}
	return true
}

// field reads one cell. A value named by the column before it takes that cell's name.
func (r *reader) field(row []string, c int) (Field, bool) {
	col := r.m.Columns[c]
	if col.Role == Ignore || col.Role == "" || c == r.m.KeyColumn {
		return Field{}, false
	}
	f := Field{Name: fieldName(col.Header), Role: col.Role}
	if col.NameColumn >= 0 && col.NameColumn < len(row) {
		if name := tidyLine(row[col.NameColumn]); name != "" {
			f.Name = name
		}
	}
	if col.Role == Description {
		f.Value = tidy(row[c])
	} else {
		f.Value = tidyLine(row[c])
	}
	if f.Value == "" || f.Name == "Title" && f.Value == "Default Title" { // Shopify's product without options
		return Field{}, false
	}
	return f, true
}

// fieldName is the header as a person would say it: without a metafield's address.
func fieldName(header string) string {
	if i := strings.Index(header, " (product.metafields."); i > 0 {
		return header[:i]
	}
	return header
}

// join gives products with variants all the values of their options: Size: S, M, L.
func (r *reader) join() {
	for at, rows := range r.variants {
		if len(rows) < 2 {
			continue
		}
		p := &r.products[at]
		for c, col := range r.m.Columns {
			if col.NameColumn < 0 || col.Role != Attribute {
				continue
			}
			first, ok := r.field(r.t.Rows[rows[0]], c)
			if !ok {
				continue
			}
			values, seen := []string{}, map[string]bool{}
			for _, i := range rows {
				if v := tidyLine(r.t.Rows[i][c]); v != "" && !seen[v] {
					values, seen[v] = append(values, v), true
				}
			}
			for k := range p.Fields {
				if p.Fields[k].Name == first.Name && p.Fields[k].Value == first.Value {
					p.Fields[k].Value = strings.Join(values, ", ")
					break
				}
			}
		}
	}
}

// tidyKey cleans a key for use as a name; Product.KeyCell keeps the cell.
func tidyKey(cell string) string {
	key := strings.Join(strings.Fields(strings.Map(plainRune, strings.ToValidUTF8(cell, "\ufffd"))), " ")
	if missing(key) {
		return ""
	}
	return key
}

// nameKeys makes keys unique.
func (r *reader) nameKeys() {
	rows := map[string][]int{}
	var repeated []string
	var without []int
	for _, p := range r.products {
		if p.Key == "" {
			without = append(without, p.Row)
			continue
		}
		if rows[p.Key] = append(rows[p.Key], p.Row); len(rows[p.Key]) == 2 {
			repeated = append(repeated, p.Key)
		}
	}
	used := map[string]bool{}
	for key := range rows {
		used[key] = true
	}
	seen := map[string]bool{}
	for i := range r.products {
		p := &r.products[i]
		switch {
		case p.Key == "":
			p.Key = free("row-"+strconv.Itoa(p.Row), used)
		case seen[p.Key]:
			p.Key = free(fmt.Sprintf("%s (row %d)", p.Key, p.Row), used)
		}
		seen[p.Key] = true
	}
	for _, key := range repeated {
		r.warnings = append(r.warnings, Warning{Code: DuplicateKey, Rows: rows[key], Key: key, Text: fmt.Sprintf("%s have the same %s, %q; each is kept as a product of its own", rowList(rows[key]), r.m.KeyHeader(), key)})
	}
	if r.m.KeyColumn >= 0 && len(without) > 0 {
		r.warnings = append(r.warnings, Warning{Code: MissingKey, Rows: without, Text: fmt.Sprintf("%s have no %s; they are named by their row", rowList(without), r.m.KeyHeader())})
	}
}

func free(key string, used map[string]bool) string {
	candidate := key
	for n := 2; used[candidate]; n++ {
		candidate = fmt.Sprintf("%s #%d", key, n)
	}
	used[candidate] = true
	return candidate
}

func (r *reader) warnAbout(code Code, is func(Product) bool, what string) {
	var rows []int
	for _, p := range r.products {
		if is(p) {
			rows = append(rows, p.Row)
		}
	}
	if len(rows) > 0 {
		r.warnings = append(r.warnings, Warning{Code: code, Rows: rows, Text: rowList(rows) + " " + what})
	}
}

// rowList names rows in a sentence.
func rowList(rows []int) string {
	const most = 5
	names := make([]string, 0, most)
	for _, n := range rows[:min(len(rows), most)] {
		names = append(names, strconv.Itoa(n))
	}
	text := strings.Join(names, ", ")
	if len(rows) > most {
		text += fmt.Sprintf(" and %d more", len(rows)-most)
	}
	return "rows " + text
}
