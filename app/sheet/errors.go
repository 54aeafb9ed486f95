package sheet

import (
	"errors"
	"fmt"
)

// The errors of this package. They are wrapped with the file, the line or row, and what to do about it.
var (
	// ErrFormat is a file that isn't a table at all, or a kind that isn't read (.xls, .numbers, PDF).
	ErrFormat = errors.New("not a spreadsheet that can be read")
	// ErrEncoding is text that doesn't decode in the encoding asked for.
	ErrEncoding = errors.New("the text isn't in this encoding")
	// ErrQuote is a quoted cell that doesn't end where it should.
	ErrQuote = errors.New("unbalanced quote")
	// ErrEmpty is a table with no rows under its header, or with nothing at all.
	ErrEmpty = errors.New("no rows")
	// ErrSheet is a sheet name that the workbook doesn't have.
	ErrSheet = errors.New("no such sheet")
	// ErrTooLarge is a file beyond what a spreadsheet program could hold.
	ErrTooLarge = errors.New("too large")

	// ErrReadOnly is a folder or file that can't be written.
	ErrReadOnly = errors.New("can't be written to")
	// ErrDiskFull is a disk without room for the file. Nothing of it was left behind.
	ErrDiskFull = errors.New("the disk is full")
	// ErrInUse is a file that another program holds open (Windows).
	ErrInUse = errors.New("open in another program")
	// ErrCellTooLong is a text that an XLSX cell can't hold.
	ErrCellTooLong = errors.New("too long for a spreadsheet cell")
)

// QuoteError is an ErrQuote with its place.
type QuoteError struct {
	Line int // 1-based line of the file where the quoted cell begins
	Row  int // 1-based row
	Text string
}

func (e *QuoteError) Error() string {
	return fmt.Sprintf("line %d: unbalanced quote: the cell that begins with %q doesn't end. Close it with a second \", or double the \" inside it (\"\"), and import again", e.Line, e.Text)
}

func (e *QuoteError) Unwrap() error { return ErrQuote }

// Why names the reason of a Fault, for translation.
type Why string

// The reasons.
const (
	WhyFolder   Why = "folder"   // it is a folder
	WhyXLS      Why = "xls"      // a workbook from before 2007, or one with a password
	WhyPDF      Why = "pdf"      // a PDF
	WhyMarkup   Why = "markup"   // a web page or XML
	WhyJSON     Why = "json"     // JSON
	WhyBinary   Why = "binary"   // a picture, an archive, a program
	WhyNotText  Why = "nottext"  // neither a workbook nor text
	WhyDamaged  Why = "damaged"  // a workbook that doesn't open
	WhyXLSB     Why = "xlsb"     // a binary workbook
	WhyODS      Why = "ods"      // an OpenDocument file
	WhyNumbers  Why = "numbers"  // a Numbers document
	WhyArchive  Why = "archive"  // a zip archive without a workbook
	WhyRow      Why = "row"      // a row of a sheet that can't be read
	WhyBlank    Why = "blank"    // no byte, or no cell with anything in it
	WhyBare     Why = "bare"     // nothing under the header
	WhyHeader   Why = "header"   // the row chosen as the header is empty, or there is no such row
	WhyHuge     Why = "huge"     // more bytes than are read
	WhyMany     Why = "many"     // more cells than are read
	WhyUnzipped Why = "unzipped" // more bytes than are read, when unpacked
	WhyColumns  Why = "columns"  // more columns than a spreadsheet has
)

// Fault is one of the errors above with its reason and its place.
type Fault struct {
	Is    error // one of the errors above
	Why   Why
	Sheet string // of a workbook, or ""
	Row   int    // 1-based, or 0
	Text  string // an English sentence, with the cure
}

func (e *Fault) Error() string {
	place := ""
	if e.Sheet != "" {
		place = fmt.Sprintf("sheet %q: ", e.Sheet)
	}
	if e.Row > 0 {
		place += fmt.Sprintf("row %d: ", e.Row)
	}
	return place + e.Is.Error() + ": " + e.Text
}

func (e *Fault) Unwrap() error { return e.Is }

func fault(is error, why Why, format string, args ...any) *Fault {
	return &Fault{Is: is, Why: why, Text: fmt.Sprintf(format, args...)}
}

// Code names a kind of warning, for translation.
type Code string

// The kinds of warning.
const (
	DuplicateHeader Code = "duplicate_header" // renamed, kept apart
	UnnamedColumn   Code = "unnamed_column"   // cells under no header, named by their place
	NoHeader        Code = "no_header"        // the first row looks like data
	LongRow         Code = "long_row"         // more cells than headers: columns added
	ShortRow        Code = "short_row"        // fewer cells than headers: the rest are empty
	LongCell        Code = "long_cell"        // more than an XLSX cell holds
	StrayQuote      Code = "stray_quote"      // a quote inside a quoted cell that isn't doubled
	Comment         Code = "comment"          // lines that begin with #, left out
	Undecodable     Code = "undecodable"      // characters that the encoding doesn't have
	Scientific      Code = "scientific"       // a number such as 8.06E+12: its digits are lost already
	Hidden          Code = "hidden_sheets"    // other sheets of the workbook
	Uncomputed      Code = "uncomputed"       // formulas without a result
	Mojibake        Code = "mojibake"         // UTF-8 once read as Windows-1252, repaired
)

// Warning is something the user should know about the file; nothing was lost. Row is 0 and Column empty when it is about
// the whole table.
type Warning struct {
	Code   Code
	Row    int // of the source, 1-based
	Column string
	Text   string // an English sentence
}

func (w Warning) String() string {
	switch {
	case w.Row > 0 && w.Column != "":
		return fmt.Sprintf("row %d, %s: %s", w.Row, w.Column, w.Text)
	case w.Row > 0:
		return fmt.Sprintf("row %d: %s", w.Row, w.Text)
	case w.Column != "":
		return fmt.Sprintf("%s: %s", w.Column, w.Text)
	}
	return w.Text
}
