package sheet

import (
	"fmt"
	"math"
	"strings"
)

// record is one row of the source, before it is known which of them is the header.
type record struct {
	number int // as a spreadsheet program numbers it
	line   int // of the file where it begins; 0 in a workbook
	width  int // cells before empty ones at the end were taken off
	cells  []string
}

// parser takes delimited text apart as spreadsheet programs do: a cell is quoted only when it begins with a quote, a
// quoted cell may hold line ends, a doubled quote stands for one. Lines end in LF, CR or CRLF. In two things it differs:
// a quote inside a quoted cell that isn't doubled (55" TV) is kept as a character, and where such a quote lets a cell run
// over a line end the file is refused, because rows would vanish in it.
//
// Cells are parts of text, not copies, wherever possible.
type parser struct {
	text      string
	delimiter byte
	pos       int
	line      int // of pos, 1-based
	row       int // of the record read last

	first    int      // line where the record read last begins
	cells    []string // of the record read last
	warnings []Warning
	err      error
}

// next reads a record and says whether there was one; false with p.err set means that the text is broken.
func (p *parser) next() bool {
	if p.err != nil || p.pos >= len(p.text) {
		return false
	}
	p.row++
	p.first = p.line
	p.cells = make([]string, 0, max(4, len(p.cells)))
	for more := true; more; {
		var cell string
		if p.pos < len(p.text) && p.text[p.pos] == '"' {
			cell = p.quoted()
		} else {
			cell = p.plain()
		}
		if p.err != nil {
			return false
		}
		if len(p.cells) == maxColumns {
			p.err = fault(ErrTooLarge, WhyColumns, "line %d has more than %d cells; is %q the right delimiter?", p.first, maxColumns, p.delimiter)
			return false
		}
		p.cells = append(p.cells, cell)
		more = p.separator()
	}
	return true
}

func (p *parser) plain() string {
	start := p.pos
	for p.pos < len(p.text) {
		if c := p.text[p.pos]; c == p.delimiter || c == '\n' || c == '\r' {
			break
		}
		p.pos++
	}
	return p.text[start:p.pos]
}

// quoted reads the cell whose opening quote is at pos.
func (p *parser) quoted() string {
	open := p.pos
	p.pos++
	start := p.pos
	doubled, stray := false, false
	for {
		i := strings.IndexByte(p.text[p.pos:], '"')
		if i < 0 {
			p.fail(open)
			return ""
		}
		p.pos += i + 1
		if p.pos < len(p.text) && p.text[p.pos] == '"' {
			doubled = true
			p.pos++
			continue
		}
		if p.atEnd() {
			break
		}
		stray = true
	}
	raw := p.text[start : p.pos-1]
	lines := countLines(raw)
	if stray {
		if lines > 0 {
			p.fail(open)
			return ""
		}
		p.warnings = append(p.warnings, Warning{Code: StrayQuote, Row: p.row, Text: fmt.Sprintf("line %d: a quote inside a quoted cell isn't doubled; read as part of the text", p.line)})
	}
	p.line += lines
	for p.pos < len(p.text) && p.text[p.pos] == ' ' { // spaces between a closing quote and the delimiter
		p.pos++
	}
	if doubled {
		raw = strings.ReplaceAll(raw, `""`, `"`)
	}
	return raw
}

// atEnd says whether a quote just before pos closes its cell: nothing follows it but spaces, and then the cell's end.
func (p *parser) atEnd() bool {
	for i := p.pos; i < len(p.text); i++ {
		switch p.text[i] {
		case ' ':
		case p.delimiter, '\n', '\r':
			return true
		default:
			return false
		}
	}
	return true
}

func (p *parser) fail(open int) {
	p.err = &QuoteError{Line: p.line, Row: p.row, Text: excerpt(p.text[open:])}
}

// separator steps over what ends a cell and says whether the record goes on.
func (p *parser) separator() bool {
	if p.pos >= len(p.text) {
		return false
	}
	c := p.text[p.pos]
	p.pos++
	if c == p.delimiter {
		return true
	}
	p.line++
	if c == '\r' {
		// CR LF, and the CR CR LF that a text-mode copy on Windows makes of it.
		rest := p.text[p.pos:]
		switch {
		case strings.HasPrefix(rest, "\n"):
			p.pos++
		case strings.HasPrefix(rest, "\r\n"):
			p.pos += 2
		}
	}
	return false
}

// countLines counts line ends of any kind.
func countLines(s string) int {
	n := strings.Count(s, "\n")
	if strings.IndexByte(s, '\r') >= 0 {
		n += strings.Count(s, "\r") - strings.Count(s, "\r\n")
	}
	return n
}

// excerpt is the beginning of s, for a message.
func excerpt(s string) string {
	if i := strings.IndexAny(s, "\r\n"); i >= 0 {
		s = s[:i]
	}
	runes := 0
	for i := range s {
		if runes++; runes > 40 {
			return s[:i] + "…"
		}
	}
	return s
}

// sepLine recognises Excel's "sep=;" first line and returns the delimiter it names and the text behind it; otherwise 0
// and the text.
func sepLine(text string) (rune, string) {
	line, rest, ok := strings.Cut(text, "\n")
	line = strings.Trim(strings.TrimSuffix(line, "\r"), `"`)
	if !ok || len(line) != len("sep=;") || !strings.EqualFold(line[:4], "sep=") || line[4] < '\t' || line[4] > '~' {
		return 0, text
	}
	return rune(line[4]), rest
}

// Detection of the delimiter looks at this much of the text.
const (
	sampleBytes   = 256 << 10
	sampleRecords = 100
)

// findDelimiter picks the delimiter under which the records have the same number of cells most often. Text without any
// of them is a table of one column, which a comma reads.
func findDelimiter(text string) rune {
	if len(text) > sampleBytes {
		text = text[:sampleBytes]
	}
	best, bestScore := ',', 0.0
	for _, d := range []rune{',', '\t', ';', '|'} {
		if score := delimiterScore(text, byte(d)); score > bestScore {
			best, bestScore = d, score
		}
	}
	return best
}

func delimiterScore(text string, delimiter byte) float64 {
	p := parser{text: text, delimiter: delimiter, line: 1}
	widths := map[int]int{}
	records := 0
	for records < sampleRecords && p.next() {
		if len(p.cells) == 1 && strings.TrimSpace(p.cells[0]) == "" {
			continue
		}
		widths[len(p.cells)]++
		records++
	}
	var score float64
	for width, n := range widths {
		if width < 2 {
			continue
		}
		share := float64(n) / float64(records)
		score = max(score, share*share*math.Log2(float64(width)))
	}
	return score
}
