// Package sheet reads and writes spreadsheets as tables of text. It knows the ways in which real files differ (encodings,
// delimiters, title rows above the header, comments, a quote too many) and nothing about products.
//
// A Table is a header and rows under it. Cells are text as the spreadsheet shows it, with one exception: a number that
// the spreadsheet shortens for the eye (4.00638E+12) is given in full, because bar codes and article numbers are numbers
// to a spreadsheet and names to a shop. Every row keeps its number in the source, so that whatever is said about it later
// can be found there. Nothing is dropped silently: what isn't clean is kept and told in Table.Warnings.
//
// A Writer makes an XLSX or CSV file beside its target and renames it when all of it is on the disk; until then the
// target is as it was. No cell that it writes is a formula.
package sheet

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// Options say how to read a file. The zero value finds everything out.
type Options struct {
	Sheet string // of a workbook; "" picks the one with the table
	// HeaderRow is the 1-based row of the header. 0: find it in the first 20 rows. NoHeaderRow: there is none, columns
	// are named by their place.
	HeaderRow int
	Encoding  string // one of Encodings; "" detects
	Delimiter rune   // 0 detects
}

// NoHeaderRow as Options.HeaderRow says that every row is data.
const NoHeaderRow = -1

// Table is what a file holds.
type Table struct {
	Source    string   // the file's name, without its folder
	Sheet     string   // of a workbook
	Sheets    []string // all visible sheets of the workbook
	Encoding  string   // "" for a workbook
	Delimiter rune     // 0 for a workbook
	Header    []string // unique, never empty
	HeaderRow int      // 1-based; 0: the file has none
	// Rows are as wide as Header. Empty rows of the source aren't among them.
	Rows       [][]string
	RowNumbers []int // of each row in the source, as a spreadsheet program numbers them
	Warnings   []Warning
}

// Bounds: those of a spreadsheet program for the columns, and what a laptop's memory holds for the rest.
const (
	maxColumns  = 16_384
	maxCells    = 50_000_000
	maxFileSize = 1 << 30
	maxCell     = 32_767 // UTF-16 units in an XLSX cell
	headerRows  = 20
)

// Read reads the file at path. See ReadFrom.
func Read(path string, o Options) (*Table, error) {
	f, err := os.Open(path)
	if isInUse(err) {
		return nil, fmt.Errorf("read spreadsheet %q: %w: %w", path, ErrInUse, err)
	}
	if err != nil {
		return nil, fmt.Errorf("read spreadsheet: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("read spreadsheet: %w", err)
	}
	if info.IsDir() {
		return nil, fmt.Errorf("read spreadsheet %q: %w", path, fault(ErrFormat, WhyFolder, "it is a folder"))
	}
	return ReadFrom(filepath.Base(path), f, info.Size(), o)
}

// ReadFrom reads a table of size bytes from r. The kind is told by the content, not by the name: many a .xls is a CSV.
// The errors are those of errors.go, wrapped with name.
func ReadFrom(name string, r io.ReaderAt, size int64, o Options) (*Table, error) {
	t, err := read(r, size, o)
	if err != nil {
		return nil, fmt.Errorf("read spreadsheet %q: %w", name, err)
	}
	t.Source = name
	return t, nil
}

func read(r io.ReaderAt, size int64, o Options) (*Table, error) {
	if size > maxFileSize {
		return nil, fault(ErrTooLarge, WhyHuge, "%d MB; split the file", size>>20)
	}
	head := make([]byte, min(size, 8<<10))
	if _, err := r.ReadAt(head, 0); err != nil && err != io.EOF {
		return nil, err
	}
	switch {
	case len(bytes.TrimSpace(head)) == 0 && size <= int64(len(head)):
		return nil, fault(ErrEmpty, WhyBlank, "the file is empty")
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return readWorkbook(r, size, o)
	}
	if err := refuse(head); err != nil {
		return nil, err
	}
	data := make([]byte, size)
	if _, err := io.ReadFull(io.NewSectionReader(r, 0, size), data); err != nil {
		return nil, err
	}
	return readText(data, o)
}

// refuse knows the files that people take for spreadsheets, by how they begin.
func refuse(head []byte) error {
	lower := strings.ToLower(string(bytes.TrimSpace(bytes.TrimPrefix(head[:min(len(head), 512)], []byte("\xef\xbb\xbf")))))
	switch {
	case bytes.HasPrefix(head, []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")):
		return fault(ErrFormat, WhyXLS, "this is an Excel workbook from before 2007 (.xls), or one with a password. Open it in a spreadsheet program and save it as .xlsx without a password")
	case strings.HasPrefix(lower, "%pdf"):
		return fault(ErrFormat, WhyPDF, "this is a PDF. Ask for the list as .xlsx or .csv")
	case strings.HasPrefix(lower, "<!doctype") || strings.HasPrefix(lower, "<html") || strings.HasPrefix(lower, "<table") || strings.HasPrefix(lower, "<?xml"):
		return fault(ErrFormat, WhyMarkup, "this is a web page or XML. Open it in a spreadsheet program and save it as .xlsx")
	case strings.HasPrefix(lower, "{\"") || strings.HasPrefix(lower, "[{") || strings.HasPrefix(lower, "{\n"):
		return fault(ErrFormat, WhyJSON, "this is JSON. Save the list as .xlsx or .csv")
	}
	for _, magic := range []string{"\x89PNG", "\xff\xd8\xff", "GIF8", "Rar!", "7z\xbc\xaf", "\x1f\x8b", "\x7fELF", "MZ\x90", "GGUF", "PK\x05\x06"} {
		if bytes.HasPrefix(head, []byte(magic)) {
			return fault(ErrFormat, WhyBinary, "this is a picture, an archive or a program. Choose the .xlsx or .csv file")
		}
	}
	return nil
}

func readText(data []byte, o Options) (*Table, error) {
	text, name, bad, err := decode(data, o.Encoding)
	if err != nil {
		return nil, err
	}
	if n := strings.Count(text, "\x00"); n > len(text)/100 {
		return nil, fault(ErrFormat, WhyNotText, "it is not text. Choose an .xlsx or .csv file")
	}
	delimiter, body := sepLine(text)
	skipped := 0
	if body != text {
		skipped = 1 // the sep= line is a row to a spreadsheet program
	}
	if o.Delimiter != 0 {
		delimiter = o.Delimiter
	}
	if delimiter == 0 {
		delimiter = findDelimiter(body)
	}
	p := parser{text: body, delimiter: byte(delimiter), line: 1 + skipped, row: skipped}
	if delimiter > 0x7e || delimiter == '"' || delimiter == '\n' || delimiter == '\r' {
		return nil, fmt.Errorf("%w: %q can't part cells", ErrFormat, delimiter)
	}
	var records []record
	for p.next() {
		records = append(records, record{number: p.row, line: p.first, cells: p.cells})
	}
	if p.err != nil {
		return nil, p.err
	}
	t := &Table{Encoding: name, Delimiter: delimiter}
	if bad > 0 {
		t.warn(Undecodable, 0, "", "%d characters can't be read as %s and show as \ufffd; choose another encoding", bad, name)
	}
	t.Warnings = append(t.Warnings, p.warnings...)
	return t, t.build(records, o, true)
}

func (t *Table) warn(code Code, row int, column, format string, args ...any) {
	t.Warnings = append(t.Warnings, Warning{Code: code, Row: row, Column: column, Text: fmt.Sprintf(format, args...)})
}
