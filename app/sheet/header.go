package sheet

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// build makes the table of the records: finds the header, names the columns, and makes every row as wide as the header.
func (t *Table) build(records []record, o Options, isText bool) error {
	for i := range records {
		records[i].width = len(records[i].cells)
		records[i].cells = trimRight(records[i].cells)
	}
	at, err := t.findHeader(records, o)
	if err != nil {
		return err
	}
	var names []string
	if at >= 0 {
		names = records[at].cells
		t.HeaderRow = records[at].number
	}
	body, err := t.body(records[at+1:], len(names), isText)
	if err != nil {
		return err
	}
	if at < 0 && o.HeaderRow == 0 && len(body) > 0 {
		t.warn(NoHeader, body[0].number, "", "no row looks like a header; the columns are named by their place. If there is a header, choose its row")
	}
	width := len(names)
	for _, r := range body {
		width = max(width, len(r.cells))
	}
	if width == 0 || len(body) == 0 {
		return fault(ErrEmpty, WhyBare, "nothing stands under the header; add at least one product and import again")
	}
	if width*len(body) > maxCells {
		return fault(ErrTooLarge, WhyMany, "%d rows of %d columns; split the file", len(body), width)
	}
	t.nameColumns(names, width)
	t.fill(body, len(names), isText)
	return nil
}

// body returns the records that are rows: neither empty nor comments.
func (t *Table) body(records []record, width int, isText bool) ([]record, error) {
	var out []record
	comments, firstComment := 0, 0
	for _, r := range records {
		switch n := filled(r.cells); {
		case n == 0:
		case isComment(r.cells) && n == 1 && width > 1:
			if comments++; comments == 1 {
				firstComment = r.number
			}
		default:
			if isText && len(r.cells) != width && r.width != width {
				if err := t.swallowed(r, width); err != nil {
					return nil, err
				}
			}
			out = append(out, r)
		}
	}
	if comments > 0 {
		t.warn(Comment, firstComment, "", "%d lines begin with # and nothing follows them in their row; read as comments", comments)
	}
	return out, nil
}

// swallowed recognises a row that a quote too many has glued together with the rows after it: it has the wrong width, and
// lines inside one of its cells look like rows of this table.
func (t *Table) swallowed(r record, width int) error {
	if width < 3 {
		return nil
	}
	line := r.line
	for _, cell := range r.cells {
		lines := countLines(cell)
		if lines > 0 {
			for inner := range strings.SplitSeq(cell, "\n") {
				if strings.Count(inner, string(t.Delimiter)) == width-1 {
					return &QuoteError{Line: line, Row: r.number, Text: excerpt(`"` + cell)}
				}
			}
		}
		line += lines
	}
	return nil
}

// nameColumns makes header names unique and gives names to columns that have none.
func (t *Table) nameColumns(names []string, width int) {
	t.Header = make([]string, width)
	taken := map[string]bool{}
	for _, n := range names {
		taken[tidyName(n)] = true
	}
	used := map[string]bool{}
	for i := range t.Header {
		name := ""
		if i < len(names) {
			name = tidyName(names[i])
		}
		if name == "" {
			t.Header[i] = unique(fmt.Sprintf("Column %d", i+1), taken, used)
			continue
		}
		t.Header[i] = name
		if used[name] {
			t.Header[i] = unique(name, taken, used)
			t.warn(DuplicateHeader, t.HeaderRow, t.Header[i], "two columns are called %q; the one in column %d is kept as %q", name, i+1, t.Header[i])
		}
		used[t.Header[i]] = true
	}
}

// unique returns name, or name with the first free number behind it.
func unique(name string, taken, used map[string]bool) string {
	candidate := name
	for n := 2; taken[candidate] || used[candidate]; n++ {
		candidate = fmt.Sprintf("%s (%d)", name, n)
	}
	used[candidate] = true
	return candidate
}

func tidyName(name string) string {
	name = strings.Map(func(r rune) rune {
		switch {
		case r == '\ufeff' || r == '\u200b':
			return -1
		case unicode.IsControl(r):
			return ' '
		}
		return r
	}, name)
	return strings.Join(strings.Fields(name), " ")
}

// fill copies the records into rows of equal width, and tells what is odd about them.
func (t *Table) fill(body []record, named int, isText bool) {
	width := len(t.Header)
	t.Rows = make([][]string, len(body))
	t.RowNumbers = make([]int, len(body))
	store := make([]string, width*len(body))
	odd := oddities{}
	for i, r := range body {
		row := store[i*width : (i+1)*width : (i+1)*width]
		for c, cell := range r.cells {
			row[c] = odd.look(cell, r.number, t.Header[c], isText)
		}
		if named > 0 && len(r.cells) > named {
			odd.long.add(r.number)
		}
		if isText && r.width < named {
			odd.short.add(r.number)
		}
		t.Rows[i], t.RowNumbers[i] = row, r.number
	}
	if named > 0 {
		for c := range t.Header[:named] {
			if strings.HasPrefix(t.Header[c], "Column ") {
				for i := range t.Rows {
					if strings.TrimSpace(t.Rows[i][c]) != "" {
						t.warn(UnnamedColumn, t.RowNumbers[i], t.Header[c], "column %d has cells but no header; it is called %q", c+1, t.Header[c])
						break
					}
				}
			}
		}
	}
	odd.report(t, named)
}

func trimRight(cells []string) []string {
	n := len(cells)
	for n > 0 && strings.TrimSpace(cells[n-1]) == "" {
		n--
	}
	return cells[:n]
}

func filled(cells []string) int {
	n := 0
	for _, c := range cells {
		if strings.TrimSpace(c) != "" {
			n++
		}
	}
	return n
}

func isComment(cells []string) bool {
	return len(cells) > 0 && strings.HasPrefix(strings.TrimSpace(cells[0]), "#")
}

// findHeader returns the index of the header among the records, or -1 for none.
func (t *Table) findHeader(records []record, o Options) (int, error) {
	switch {
	case o.HeaderRow == NoHeaderRow:
		return -1, nil
	case o.HeaderRow > 0:
		for i, r := range records {
			if r.number == o.HeaderRow && filled(r.cells) > 0 {
				return i, nil
			}
		}
		return 0, &Fault{Is: ErrEmpty, Why: WhyHeader, Row: o.HeaderRow, Text: "chosen as the header, it is empty or beyond the end"}
	}
	width := tableWidth(records)
	last := lastFilled(records) // nothing stands under it
	best, bestScore := -1, 0.0
	any := false
	for i, r := range records {
		if any && (i >= headerRows || r.number > headerRows || i == last) {
			break
		}
		n := filled(r.cells)
		if n == 0 || isComment(r.cells) && (n == 1 || n*2 < width) {
			continue
		}
		any = true
		score := headerScore(r.cells, width)
		if best >= 0 && i == best+1 && machineNames(r.cells) && n*2 >= width && !machineNames(records[best].cells) {
			score = 2 // the keys under a row of labels, as marketplaces' templates have them
		}
		if score > bestScore*laterHeader {
			best, bestScore = i, score
		}
	}
	if !any {
		return 0, fault(ErrEmpty, WhyBlank, "every row is empty or a comment")
	}
	if bestScore < 0.4 {
		return -1, nil
	}
	return best, nil
}

// laterHeader is how much more a later row has to look like a header: the first of two alike is it.
const laterHeader = 1.3

// tableWidth is how many cells a full row of the table fills: the most that two of the first rows do, so that one row
// with cells too many doesn't count.
func tableWidth(records []record) int {
	var widths []int
	for _, r := range records[:min(len(records), 3*headerRows)] {
		if n := filled(r.cells); n > 0 && !isComment(r.cells) {
			widths = append(widths, n)
		}
	}
	slices.Sort(widths)
	switch n := len(widths); n {
	case 0:
		return 1
	case 1:
		return widths[0]
	default:
		return widths[n-2]
	}
}

func lastFilled(records []record) int {
	for i := len(records) - 1; i >= 0; i-- {
		if filled(records[i].cells) > 0 {
			return i
		}
	}
	return -1
}

// headerScore says how much a row looks like a header, 0 to 1: how much of the table's width it covers, how many of its
// cells read like names, and (a little) whether they differ.
func headerScore(cells []string, width int) float64 {
	n, names := 0, 0
	distinct := map[string]bool{}
	for _, c := range cells {
		c = strings.TrimSpace(c)
		if c == "" {
			continue
		}
		n++
		distinct[strings.ToLower(c)] = true
		if looksLikeName(c) {
			names++
		}
	}
	if n == 0 {
		return 0
	}
	cover := min(1, float64(n)/float64(width))
	return cover * cover * float64(names) / float64(n) * (1 + float64(len(distinct))/float64(n)) / 2
}

var (
	address = regexp.MustCompile(`(?i)^(https?://|www\.|[^@\s]+@[^@\s]+\.)`)
	markup  = regexp.MustCompile(`<[a-zA-Z/][^>]*>`)
	machine = regexp.MustCompile(`^[:a-z][a-z0-9_:.]*(\[[^\]]*\])*(#\d+(\.\w+)*)*$`)
)

func looksLikeName(c string) bool {
	if utf8.RuneCountInString(c) > 80 || address.MatchString(c) || markup.MatchString(c) {
		return false
	}
	letters, digits := 0, 0
	for _, r := range c {
		switch {
		case unicode.IsLetter(r):
			letters++
		case unicode.IsDigit(r):
			digits++
		}
	}
	return letters > digits || c == "#"
}

// machineNames says whether nearly all cells are names for programs, with at least one that no person would write.
func machineNames(cells []string) bool {
	n, odd := 0, 0
	for _, c := range cells {
		if c = strings.TrimSpace(c); c == "" {
			continue
		}
		if !machine.MatchString(c) {
			return false
		}
		n++
		if strings.ContainsAny(c, "_#:") {
			odd++
		}
	}
	return n > 1 && odd*2 > n
}
