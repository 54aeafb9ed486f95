package catalog

import (
	"fmt"
	"strings"

	"shelftalk/app/sheet"
)

// Bullets is how many selling points an export has columns for.
const Bullets = 5

// ExportRow is the copy for one row of the source.
type ExportRow struct {
	Key                      string // the key column's cell as in the source: Product.KeyCell
	Title, Description       string
	Bullets                  []string // at most Bullets; more are joined to the last
	SEOTitle, SEODescription string
	Status                   string // "draft", "approved", "failed: …", "skipped: …"
	Findings                 []string
}

// ExportOptions steer Export.
type ExportOptions struct {
	KeyHeader string // Mapping.KeyHeader
}

// Report says what Export wrote.
type Report struct {
	Path   string
	Format sheet.Format
	Rows   int
	// Warnings are English sentences about what a spreadsheet program may do to the file when it is opened.
	Warnings []string
}

// ExportHeader is the header of an export: the source's key column, then what was written.
func ExportHeader(keyHeader string) []string {
	header := []string{keyHeader, "Title", "Description"}
	for i := range Bullets {
		header = append(header, fmt.Sprintf("Bullet %d", i+1))
	}
	return append(header, "SEO title", "SEO description", "Status", "Findings")
}

// Export writes the rows in their order to path, as XLSX or CSV by its ending. The file appears whole or not at all;
// errors are those of sheet.Create.
func Export(path string, rows []ExportRow, o ExportOptions) (Report, error) {
	header := ExportHeader(o.KeyHeader)
	w, err := sheet.Create(path, header, exportWidths)
	if err != nil {
		return Report{}, err
	}
	defer w.Abort()
	report := Report{Path: path, Rows: len(rows)}
	report.Format, _ = sheet.FormatOf(path)
	codes := 0
	for _, r := range rows {
		if sheet.LooksLikeCode(r.Key) {
			codes++
		}
		if err := w.Row(r.cells()); err != nil {
			return Report{}, err
		}
	}
	if err := w.Close(); err != nil {
		return Report{}, err
	}
	if codes > 0 && report.Format == sheet.CSV {
		report.Warnings = append(report.Warnings, fmt.Sprintf("%d of the values of %q are numbers with leading zeros or many digits. A spreadsheet program that opens the .csv by a double click changes them; import the column as text, or export .xlsx", codes, o.KeyHeader))
	}
	return report, nil
}

// exportWidths fit the columns of ExportHeader.
var exportWidths = []float64{18, 36, 60, 32, 32, 32, 32, 32, 32, 44, 12, 44}

func (r ExportRow) cells() []string {
	cells := make([]string, 0, 7+Bullets)
	cells = append(cells, r.Key, r.Title, r.Description)
	for i := range Bullets {
		switch {
		case i >= len(r.Bullets):
			cells = append(cells, "")
		case i == Bullets-1:
			cells = append(cells, strings.Join(r.Bullets[i:], "\n"))
		default:
			cells = append(cells, r.Bullets[i])
		}
	}
	return append(cells, r.SEOTitle, r.SEODescription, r.Status, strings.Join(r.Findings, "; "))
}
