package sheet

import (
	"bufio"
	"io"
	"strings"
)

// csvWriter writes CSV for people: UTF-8 with the mark that spreadsheet programs need to know it, CR LF, comma, and no
// cell that comes alive.
type csvWriter struct{ w *bufio.Writer }

func (c *csvWriter) header(cells []string, _ []float64) error {
	if _, err := c.w.WriteString("\ufeff"); err != nil {
		return err
	}
	return c.row(1, cells)
}

func (c *csvWriter) row(_ int, cells []string) error {
	for i, cell := range cells {
		if i > 0 {
			if err := c.w.WriteByte(','); err != nil {
				return err
			}
		}
		if cell == "" && len(cells) > 1 {
			continue // alone it would make an empty line
		}
		if _, err := c.w.WriteString(quote(guard(cell))); err != nil {
			return err
		}
	}
	_, err := c.w.WriteString("\r\n")
	return err
}

func (c *csvWriter) flush(io.Writer) error { return nil }

// quote quotes a cell, needed or not: a program that can be told that quoted cells are text then keeps every one as it is.
func quote(cell string) string { return `"` + strings.ReplaceAll(cell, `"`, `""`) + `"` }

// LooksLikeCode says whether a spreadsheet program that opens a CSV file would damage the cell by taking it for a number.
func LooksLikeCode(cell string) bool {
	if !isNumber(cell) {
		return false
	}
	return len(cell) > 11 || len(cell) > 1 && cell[0] == '0' && cell[1] != '.'
}
