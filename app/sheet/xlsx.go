package sheet

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/xuri/excelize/v2"
)

// Bounds for what a workbook unpacks to: a small file can hold a large bomb.
const (
	maxUnzipped = 2 << 30
	maxInMemory = 256 << 20 // a sheet beyond this is unpacked to a temporary file
	sheetSample = 200       // rows looked at to tell which sheet holds the table
)

func readWorkbook(r io.ReaderAt, size int64, o Options) (*Table, error) {
	if err := checkArchive(r, size); err != nil {
		return nil, err
	}
	f, err := excelize.OpenReader(io.NewSectionReader(r, 0, size), excelize.Options{UnzipSizeLimit: maxUnzipped, UnzipXMLSizeLimit: maxInMemory})
	if err != nil {
		return nil, fault(ErrFormat, WhyDamaged, "the workbook is damaged (%v). Open it in a spreadsheet program and save it again", err)
	}
	defer f.Close()
	t := &Table{Sheets: visibleSheets(f)}
	if t.Sheet, err = chooseSheet(f, t.Sheets, o.Sheet); err != nil {
		return nil, err
	}
	records, err := sheetRecords(f, t.Sheet, -1)
	if err != nil {
		return nil, err
	}
	t.amend(r, size, records)
	if err := t.build(records, o, false); err != nil {
		var f *Fault
		if errors.As(err, &f) {
			f.Sheet = t.Sheet
		}
		return nil, err
	}
	if o.Sheet == "" && len(t.Sheets) > 1 {
		t.warn(Hidden, 0, "", "the workbook has %d sheets; this is %q. Choose another if the products are there", len(t.Sheets), t.Sheet)
	}
	return t, nil
}

// checkArchive tells a workbook from the other files that are zip archives.
func checkArchive(r io.ReaderAt, size int64) error {
	z, err := zip.NewReader(r, size)
	if err != nil {
		return fault(ErrFormat, WhyDamaged, "the workbook is damaged or incomplete (%v). Get the file again", err)
	}
	var unzipped uint64
	kind := ""
	for _, f := range z.File {
		unzipped += f.UncompressedSize64
		name := strings.ToLower(strings.ReplaceAll(f.Name, "\\", "/"))
		switch {
		case name == "xl/workbook.xml":
			kind = "xlsx"
		case name == "xl/workbook.bin":
			return fault(ErrFormat, WhyXLSB, "this is a binary workbook (.xlsb). Save it as .xlsx")
		case name == "content.xml" && kind == "":
			kind = "ods"
		case strings.HasPrefix(name, "index/") && kind == "":
			kind = "numbers"
		}
	}
	switch {
	case kind == "ods":
		return fault(ErrFormat, WhyODS, "this is an OpenDocument file. Save it as .xlsx")
	case kind == "numbers":
		return fault(ErrFormat, WhyNumbers, "this is a Numbers document. Export it as .xlsx")
	case kind == "":
		return fault(ErrFormat, WhyArchive, "this is an archive without a workbook. Unpack it and choose the .xlsx or .csv file")
	case unzipped > maxUnzipped:
		return fault(ErrTooLarge, WhyUnzipped, "the workbook unpacks to more than %d MB; save the product list alone", maxUnzipped>>20)
	}
	return nil
}

func visibleSheets(f *excelize.File) []string {
	var out []string
	for _, name := range f.GetSheetList() {
		if ok, err := f.GetSheetVisible(name); err == nil && ok {
			out = append(out, name)
		}
	}
	if len(out) == 0 {
		out = f.GetSheetList()
	}
	return out
}

// chooseSheet returns the sheet asked for, or the first that has at least half as many rows of a table as the one with
// the most: cover sheets and terms of delivery come first in many workbooks.
func chooseSheet(f *excelize.File, names []string, want string) (string, error) {
	if want != "" {
		for _, name := range f.GetSheetList() {
			if name == want {
				return name, nil
			}
		}
		return "", fmt.Errorf("%w: %q; the workbook has %q", ErrSheet, want, f.GetSheetList())
	}
	if len(names) == 0 {
		return "", fault(ErrEmpty, WhyBlank, "the workbook has no sheet with cells")
	}
	if len(names) == 1 {
		return names[0], nil
	}
	rows := make([]int, len(names))
	most := 0
	for i, name := range names {
		records, err := sheetRecords(f, name, sheetSample)
		if err != nil {
			continue // a chart sheet
		}
		for _, r := range records {
			if filled(r.cells) > 1 {
				rows[i]++
			}
		}
		most = max(most, rows[i])
	}
	for i := range names {
		if rows[i]*2 >= most {
			return names[i], nil
		}
	}
	return names[0], nil
}

// sheetRecords reads the rows of a sheet, at most limit of them (negative: all). Cells are as they are shown, but for
// numbers that are shown shortened.
func sheetRecords(f *excelize.File, name string, limit int) ([]record, error) {
	shown, err := streamRows(f, name, limit, false)
	if err != nil {
		return nil, err
	}
	shortened := false
	for _, r := range shown {
		for _, c := range r.cells {
			shortened = shortened || isShortened(c)
		}
	}
	if !shortened {
		return shown, nil
	}
	stored, err := streamRows(f, name, limit, true)
	if err != nil {
		return nil, err
	}
	for i := range shown {
		if i >= len(stored) {
			break
		}
		for c, cell := range shown[i].cells {
			if isShortened(cell) && c < len(stored[i].cells) {
				shown[i].cells[c] = stored[i].cells[c]
			}
		}
	}
	return shown, nil
}

// isShortened recognises a number in powers of ten, and the row of # that stands for one too wide for its column.
func isShortened(cell string) bool {
	return len(cell) < 24 && (scientific.MatchString(cell) || cell != "" && strings.Trim(cell, "#") == "")
}

func streamRows(f *excelize.File, name string, limit int, raw bool) ([]record, error) {
	rows, err := f.Rows(name)
	if err != nil {
		return nil, &Fault{Is: ErrFormat, Why: WhyDamaged, Sheet: name, Text: err.Error()}
	}
	defer rows.Close()
	var out []record
	for n := 1; rows.Next() && n != limit+1; n++ {
		cells, err := rows.Columns(excelize.Options{RawCellValue: raw})
		if err != nil {
			return nil, &Fault{Is: ErrFormat, Why: WhyRow, Sheet: name, Row: n, Text: err.Error()}
		}
		if len(cells) > maxColumns {
			return nil, &Fault{Is: ErrTooLarge, Why: WhyColumns, Sheet: name, Row: n, Text: fmt.Sprintf("it has %d columns", len(cells))}
		}
		out = append(out, record{number: n, cells: cells})
	}
	if err := rows.Error(); err != nil && !errors.Is(err, io.EOF) {
		return nil, &Fault{Is: ErrFormat, Why: WhyDamaged, Sheet: name, Text: err.Error()}
	}
	return out, nil
}
