package catalog

import (
	"strings"

	"shelftalk/app/sheet"
)

// Reason says why a column has its role, as a code for translation; String is the English sentence.
type Reason string

// The reasons.
const (
	ByHeader   Reason = "header"       // the header is a known name of the role
	ByUser     Reason = "user"         // chosen in the preview
	Unique     Reason = "unique_codes" // short codes, each once
	Checksum   Reason = "checksum"     // digits with a bar code's check digit
	LongText   Reason = "long_text"
	FirstText  Reason = "first_text" // the first column with short, differing texts
	Money      Reason = "money"
	Links      Reason = "links"
	Codes      Reason = "codes" // ids of other systems
	EmptyCells Reason = "empty"
	Second     Reason = "second"  // another column has the role already
	OptionName Reason = "options" // names the column next to it (Option1 Name, Attribute 1 name)
	Fact       Reason = "fact"    // text that is nothing else
)

var reasonTexts = map[Reason]string{
	ByHeader:   "known by its name",
	ByUser:     "your choice",
	Unique:     "short codes, each of them once",
	Checksum:   "numbers with a bar code's check digit",
	LongText:   "long texts",
	FirstText:  "the first column with a short text of its own in each row",
	Money:      "amounts of money",
	Links:      "links and file names",
	Codes:      "codes that say nothing to a buyer",
	EmptyCells: "no cell has a value",
	Second:     "another column has this role",
	OptionName: "gives the column next to it its name",
	Fact:       "says something about the product",
}

func (r Reason) String() string { return reasonTexts[r] }

// Column is one column of the file with its meaning.
type Column struct {
	Header string
	Role   Role
	Why    Reason
	Sample []string // the first three different values, tidied
	Filled int      // rows with a value
	// NameColumn is the index of the column that names this one's values row by row (Option1 Name for Option1 Value),
	// or -1.
	NameColumn int
}

// Mapping gives every column of a table its role.
type Mapping struct {
	Columns   []Column
	KeyColumn int // -1: the file has none
	// Dialect is the export format that the headers belong to: "shopify", "woocommerce", "amazon", "google-merchant",
	// "" for any other.
	Dialect string
}

// KeyHeader is the header of the key column, or "Row" where there is none and rows are named by their number.
func (m Mapping) KeyHeader() string {
	if m.KeyColumn < 0 || m.KeyColumn >= len(m.Columns) {
		return "Row"
	}
	return m.Columns[m.KeyColumn].Header
}

// SetRole changes a column's role, as the user wishes. There is one key: the column that was it becomes an ignored one.
func (m *Mapping) SetRole(column int, role Role) {
	if column < 0 || column >= len(m.Columns) {
		return
	}
	switch {
	case role == Key && m.KeyColumn != column:
		if m.KeyColumn >= 0 {
			m.Columns[m.KeyColumn].Role, m.Columns[m.KeyColumn].Why = Ignore, Second
		}
		m.KeyColumn = column
	case role != Key && m.KeyColumn == column:
		m.KeyColumn = -1
	}
	m.Columns[column].Role, m.Columns[column].Why = role, ByUser
}

// Map finds the columns' roles: by their headers first, then by what stands in them.
func Map(t *sheet.Table) Mapping {
	m := mapper{t: t, index: newAliasIndex(), ranks: make([]int, len(t.Header))}
	m.Columns = make([]Column, len(t.Header))
	m.KeyColumn = -1
	m.Dialect = dialect(t.Header)
	m.stats = make([]stats, len(t.Header))
	for c, header := range t.Header {
		m.stats[c] = columnStats(t, c)
		col := &m.Columns[c]
		col.Header, col.NameColumn = header, -1
		col.Sample, col.Filled = m.stats[c].sample, m.stats[c].filled
		m.byHeader(c)
	}
	m.options()
	m.byContent()
	m.chooseKey()
	m.single(Title)
	m.single(Brand)
	m.single(Category)
	m.single(Price)
	m.single(GTIN)
	return m.Mapping
}

// mapper holds what Map knows while it works.
type mapper struct {
	Mapping
	t     *sheet.Table
	index aliasIndex
	stats []stats
	ranks []int // of the alias that each column's header is
}

func (m *mapper) set(c int, role Role, why Reason) {
	m.Columns[c].Role, m.Columns[c].Why = role, why
}

func (m *mapper) byHeader(c int) {
	switch a, ok := m.index.find(m.t.Header[c]); {
	case m.Columns[c].Filled == 0:
		m.set(c, Ignore, EmptyCells)
	case m.Dialect == "woocommerce" && normalise(m.t.Header[c]) == "type": // simple, variable …
		m.set(c, Ignore, Codes)
	case ok:
		m.set(c, a.role, ByHeader)
		m.ranks[c] = a.rank
	}
}

// options pairs Option1 Name with Option1 Value, Attribute 1 name with Attribute 1 value(s).
func (m *mapper) options() {
	at := map[string]int{}
	for c, h := range m.t.Header {
		at[normalise(h)] = c
	}
	for c, h := range m.t.Header {
		name := normalise(h)
		if !strings.HasPrefix(name, "option") && !strings.HasPrefix(name, "attribute") {
			continue
		}
		switch base, isValue := strings.CutSuffix(strings.TrimSuffix(name, "s"), " value"); {
		case strings.HasSuffix(name, " name"):
			m.set(c, Ignore, OptionName)
		case strings.HasSuffix(name, " visible"), strings.HasSuffix(name, " global"), strings.HasSuffix(name, " default"), strings.HasSuffix(name, "linked to"):
			m.set(c, Ignore, ByHeader)
		case isValue && m.Columns[c].Filled > 0:
			m.set(c, Attribute, ByHeader)
			if n, ok := at[base+" name"]; ok {
				m.Columns[c].NameColumn = n
			}
		}
	}
}

// has says whether any column has the role.
func (m *mapper) has(role Role) bool {
	for _, c := range m.Columns {
		if c.Role == role {
			return true
		}
	}
	return false
}

// byContent gives roles to the columns whose headers say nothing.
func (m *mapper) byContent() {
	for c := range m.Columns {
		if m.Columns[c].Role != "" {
			continue
		}
		s := m.stats[c]
		switch {
		case s.share(s.links) > 0.6:
			m.set(c, Ignore, Links)
		case s.share(s.gtins) > 0.9:
			m.set(c, GTIN, Checksum)
		case s.isKey() && !m.has(Key):
			m.set(c, Key, Unique)
		case s.share(s.money) > 0.8 && !m.has(Price):
			m.set(c, Price, Money)
		case s.isLong() && !m.has(Description):
			m.set(c, Description, LongText)
		case s.isTitle() && !m.has(Title):
			m.set(c, Title, FirstText)
		case s.share(s.codes) > 0.8 && s.distinct*2 > s.filled:
			m.set(c, Ignore, Codes)
		default:
			m.set(c, Attribute, Fact)
		}
	}
}

// chooseKey keeps one key: in Shopify's files the handle, which joins the rows of a product; elsewhere the best known
// name among the columns that tell rows apart.
func (m *mapper) chooseKey() {
	best, bestScore := -1, 0.0
	for c, col := range m.Columns {
		if col.Role != Key || col.Filled == 0 {
			continue
		}
		s := m.stats[c]
		score := float64(s.distinct) / float64(max(1, len(m.t.Rows))) // covers and tells apart
		if score > 0.9 {                                              // well enough: the name decides
			score = 1
		}
		if m.Dialect == "shopify" && strings.HasSuffix(normalise(col.Header), "handle") {
			score = 2
		}
		score -= float64(m.ranks[c]) / 1000
		if best < 0 || score > bestScore {
			best, bestScore = c, score
		}
	}
	m.KeyColumn = best
	for c, col := range m.Columns {
		if col.Role == Key && c != best {
			m.set(c, Ignore, Second)
		}
	}
}

// single leaves the role to one column: the one with the best known name, then the fuller one. The others become facts
// where they can be (a second category, a manufacturer besides the brand), or are ignored.
func (m *mapper) single(role Role) {
	best := -1
	for c, col := range m.Columns {
		if col.Role != role {
			continue
		}
		if best < 0 || m.better(c, best) {
			best = c
		}
	}
	for c, col := range m.Columns {
		if col.Role != role || c == best {
			continue
		}
		if role == Price || role == GTIN || role == Title || sameCells(m.t, c, best) {
			m.set(c, Ignore, Second)
		} else {
			m.set(c, Attribute, Second)
		}
	}
}

func (m *mapper) better(a, b int) bool {
	fullA, fullB := m.Columns[a].Filled*2 >= m.Columns[b].Filled, m.Columns[b].Filled*2 >= m.Columns[a].Filled
	if fullA != fullB {
		return fullA
	}
	return m.ranks[a] < m.ranks[b]
}

func sameCells(t *sheet.Table, a, b int) bool {
	for _, row := range t.Rows {
		if row[a] != row[b] {
			return false
		}
	}
	return true
}

// dialect recognises an export format by headers that no other has.
func dialect(header []string) string {
	has := map[string]bool{}
	for _, h := range header {
		has[normalise(h)] = true
		has[normalise(beforeBracket(h))] = true
	}
	switch {
	case has["handle"] && (has["body html"] || has["variant price"] || has["variant sku"]), has["url handle"]:
		return "shopify"
	case has["regular price"] && (has["tax status"] || has["visibility in catalog"] || has["categories"]), has["post title"] && has["regular price"]:
		return "woocommerce"
	case has["feed product type"], has["item sku"] && has["item name"], has["contribution sku"]:
		return "amazon"
	case has["id"] && has["title"] && (has["image link"] || has["google product category"]):
		return "google-merchant"
	}
	return ""
}
