package sheet

import (
	"io"

	"github.com/xuri/excelize/v2"
)

// xlsxWriter writes a workbook of one sheet. Every cell is a string, so article numbers keep their zeros and a text that
// begins with = stays text; the header is bold and stays in sight.
type xlsxWriter struct {
	f      *excelize.File
	stream *excelize.StreamWriter
	bold   int
	wrap   int
	cells  []any
}

const (
	sheetName    = "Sheet1"
	defaultWidth = 16
	maxWidth     = 80
)

func newXLSXWriter() (*xlsxWriter, error) {
	f := excelize.NewFile()
	stream, err := f.NewStreamWriter(sheetName)
	if err != nil {
		return nil, err
	}
	bold, err := f.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}, NumFmt: textFormat, Alignment: &excelize.Alignment{Vertical: "top"}})
	if err != nil {
		return nil, err
	}
	wrap, err := f.NewStyle(&excelize.Style{NumFmt: textFormat, Alignment: &excelize.Alignment{Vertical: "top", WrapText: true}})
	if err != nil {
		return nil, err
	}
	return &xlsxWriter{f: f, stream: stream, bold: bold, wrap: wrap}, nil
}

// textFormat is the number format "@": a cell that is edited later stays text as well.
const textFormat = 49

func (x *xlsxWriter) header(cells []string, widths []float64) error {
	for i := range cells {
		width := float64(defaultWidth)
		if i < len(widths) && widths[i] > 0 {
			width = min(widths[i], maxWidth)
		}
		if err := x.stream.SetColWidth(i+1, i+1, width); err != nil {
			return err
		}
	}
	if err := x.stream.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	return x.set(1, cells, x.bold)
}

func (x *xlsxWriter) row(n int, cells []string) error { return x.set(n, cells, x.wrap) }

func (x *xlsxWriter) set(n int, cells []string, style int) error {
	x.cells = x.cells[:0]
	for _, c := range cells {
		cell := excelize.Cell{StyleID: style}
		if c != "" { // an empty string would count as a value
			cell.Value = c
		}
		x.cells = append(x.cells, cell)
	}
	name, err := excelize.CoordinatesToCellName(1, n)
	if err != nil {
		return err
	}
	return x.stream.SetRow(name, x.cells)
}

func (x *xlsxWriter) flush(w io.Writer) error {
	if err := x.stream.Flush(); err != nil {
		return err
	}
	if err := x.f.Write(w); err != nil {
		return err
	}
	return x.f.Close()
}
