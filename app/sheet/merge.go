package sheet

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"io"
	"path"
	"regexp"
	"strings"

	"github.com/xuri/excelize/v2"
)

// What excelize's stream of rows leaves out is taken from the sheet's XML: cells that are merged downwards (their value
// counts for every row) and formulas that no spreadsheet program has computed yet (they read as empty).
var (
	mergedRef  = regexp.MustCompile(`<(?:\w+:)?mergeCell [^>]*?ref="([A-Z]+\d+):([A-Z]+\d+)"`)
	uncomputed = regexp.MustCompile(`<c [^>]*?r="([A-Z]+\d+)"[^>]*><f[^>]*(?:/>|>[^<]*</f>)(?:<v></v>|<v ?/>)?</c>`)
)

// maxFilled bounds how many cells merging fills: overlapping ranges could ask for any number.
const maxFilled = 1_000_000

// amend completes the records of a sheet with what its XML says besides. A part that can't be found changes nothing.
func (t *Table) amend(r io.ReaderAt, size int64, records []record) {
	data := sheetXML(r, size, t.Sheet)
	if bytes.Contains(data, []byte("mergeCell ")) {
		fillMerged(data, records)
	}
	if !bytes.Contains(data, []byte("<f")) {
		return
	}
	if found := uncomputed.FindAllSubmatch(data, -1); len(found) > 0 {
		_, row, err := excelize.CellNameToCoordinates(string(found[0][1]))
		if err == nil {
			t.warn(Uncomputed, row, "", "%d formulas have no result yet, the first in %s, and read as empty. Open the file in a spreadsheet program, save it and import again", len(found), found[0][1])
		}
	}
}

// fillMerged copies the value of cells merged downwards in one column into the rows they cover, where those rows have
// anything else.
func fillMerged(data []byte, records []record) {
	filledCells := 0
	for _, m := range mergedRef.FindAllSubmatch(data, -1) {
		c1, r1, err1 := excelize.CellNameToCoordinates(string(m[1]))
		c2, r2, err2 := excelize.CellNameToCoordinates(string(m[2]))
		if err1 != nil || err2 != nil || c1 != c2 || r1 > len(records) {
			continue
		}
		first := records[r1-1].cells
		if c1 > len(first) || strings.TrimSpace(first[c1-1]) == "" {
			continue
		}
		for row := r1 + 1; row <= min(r2, len(records)); row++ {
			rec := &records[row-1]
			if filledCells++; filledCells > maxFilled {
				return
			}
			if filled(rec.cells) == 0 {
				continue
			}
			for len(rec.cells) < c1 {
				rec.cells = append(rec.cells, "")
			}
			if rec.cells[c1-1] == "" {
				rec.cells[c1-1] = first[c1-1]
			}
		}
	}
}

// sheetXML returns the part of the workbook that holds the sheet, or nil.
func sheetXML(r io.ReaderAt, size int64, name string) []byte {
	z, err := zip.NewReader(r, size)
	if err != nil {
		return nil
	}
	var book struct {
		Sheets []struct {
			Name string `xml:"name,attr"`
			ID   string `xml:"http://schemas.openxmlformats.org/officeDocument/2006/relationships id,attr"`
		} `xml:"sheets>sheet"`
	}
	var rels struct {
		Relationship []struct {
			ID     string `xml:"Id,attr"`
			Target string `xml:"Target,attr"`
		}
	}
	if xml.Unmarshal(part(z, "xl/workbook.xml"), &book) != nil || xml.Unmarshal(part(z, "xl/_rels/workbook.xml.rels"), &rels) != nil {
		return nil
	}
	for _, s := range book.Sheets {
		for _, rel := range rels.Relationship {
			if s.Name == name && s.ID == rel.ID {
				if strings.HasPrefix(rel.Target, "/") {
					return part(z, rel.Target[1:])
				}
				return part(z, path.Join("xl", rel.Target))
			}
		}
	}
	return nil
}

// part unpacks a file of the archive, up to maxInMemory.
func part(z *zip.Reader, name string) []byte {
	f, err := z.Open(name)
	if err != nil {
		return nil
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxInMemory))
	if err != nil {
		return nil
	}
	return data
}
