package sheet_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"shelftalk/app/sheet"
)

// workbook builds a workbook and returns its bytes.
func workbook(t testing.TB, build func(f *excelize.File)) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	build(f)
	var buf bytes.Buffer
	if err := f.Write(&buf); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func readBytes(data []byte, o sheet.Options) (*sheet.Table, error) {
	return sheet.ReadFrom("list.xlsx", bytes.NewReader(data), int64(len(data)), o)
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func setRow(t testing.TB, f *excelize.File, name string, row int, cells ...any) {
	t.Helper()
	must(t, f.SetSheetRow(name, fmt.Sprintf("A%d", row), &cells))
}

func style(t testing.TB, f *excelize.File, s excelize.Style) int {
	t.Helper()
	id, err := f.NewStyle(&s)
	must(t, err)
	return id
}

func TestWorkbookNumbers(t *testing.T) {
	const gtin = 4006381333931
	data := workbook(t, func(f *excelize.File) {
		setRow(t, f, "Sheet1", 1, "sku", "general", "integer", "scientific", "price", "share", "day", "text", "formula")
		setRow(t, f, "Sheet1", 2, "00417", gtin, gtin, gtin, 1299.5, 0.25, time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC), "=1+1")
		dollars := `"$"#,##0.00`
		for cell, id := range map[string]int{
			"C2": style(t, f, excelize.Style{NumFmt: 1}),
			"D2": style(t, f, excelize.Style{NumFmt: 11}),
			"E2": style(t, f, excelize.Style{CustomNumFmt: &dollars}),
			"F2": style(t, f, excelize.Style{NumFmt: 9}),
		} {
			must(t, f.SetCellStyle("Sheet1", cell, cell, id))
		}
		must(t, f.SetCellFormula("Sheet1", "I2", "1+1"))
	})
	got, err := readBytes(data, sheet.Options{})
	must(t, err)
	want := []string{"00417", "4006381333931", "4006381333931", "4006381333931", "$1,299.50", "25%", "11-24-26", "=1+1"}
	if d := cmp.Diff(want, got.Rows[0][:len(want)]); d != "" {
		t.Error(d)
	}
	// The formula was never computed: that is told, because its cell reads as empty.
	if len(got.Warnings) != 1 || got.Warnings[0].Code != sheet.Uncomputed || !strings.Contains(got.Warnings[0].Text, "I2") {
		t.Errorf("warnings %v", got.Warnings)
	}
}

func TestMergedCellsCountForTheirRows(t *testing.T) {
	data := workbook(t, func(f *excelize.File) {
		setRow(t, f, "Sheet1", 1, "Autumn list of all things for the kitchen", nil, nil)
		must(t, f.MergeCell("Sheet1", "A1", "C2"))
		setRow(t, f, "Sheet1", 3, "SKU", "Brand", "Size", nil)
		setRow(t, f, "Sheet1", 4, nil, nil, "Width", "Height")
		must(t, f.MergeCell("Sheet1", "A3", "A4"))
		must(t, f.MergeCell("Sheet1", "B3", "B4"))
		must(t, f.MergeCell("Sheet1", "C3", "D3"))
		setRow(t, f, "Sheet1", 5, "a", "Osmerby", "3", "4")
		setRow(t, f, "Sheet1", 6, "b", nil, "5", "6")
		setRow(t, f, "Sheet1", 8, "c", nil, "7", "8")
		setRow(t, f, "Sheet1", 9, "d", nil, "9", "1")
		must(t, f.MergeCell("Sheet1", "B5", "B8"))
	})
	got, err := readBytes(data, sheet.Options{})
	must(t, err)
	if d := cmp.Diff([]string{"SKU", "Brand", "Width", "Height"}, got.Header); d != "" {
		t.Error(d)
	}
	want := [][]string{{"a", "Osmerby", "3", "4"}, {"b", "Osmerby", "5", "6"}, {"c", "Osmerby", "7", "8"}, {"d", "", "9", "1"}}
	if d := cmp.Diff(want, got.Rows); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]int{5, 6, 8, 9}, got.RowNumbers); d != "" {
		t.Error(d)
	}
}

func TestWorkbookShape(t *testing.T) {
	data := workbook(t, func(f *excelize.File) {
		must(t, f.SetSheetName("Sheet1", "Cover"))
		setRow(t, f, "Cover", 1, "Spring list")
		setRow(t, f, "Cover", 2, "Contact", "Ann")
		for _, name := range []string{"Products", "Old"} {
			_, err := f.NewSheet(name)
			must(t, err)
		}
		must(t, f.SetSheetVisible("Old", false))
		for row := 1; row < 40; row++ {
			setRow(t, f, "Old", row, "x", "y", "z")
		}
		setRow(t, f, "Products", 2, "Spring list 2027")
		must(t, f.MergeCell("Products", "A2", "D2"))
		setRow(t, f, "Products", 5, "SKU", "Name\n(English)", "Price")
		setRow(t, f, "Products", 6, "a", "Cup", "3.10")
		boxed := style(t, f, excelize.Style{Border: []excelize.Border{{Type: "top", Style: 1}}})
		must(t, f.SetCellStyle("Products", "A7", "D9", boxed))
		setRow(t, f, "Products", 10, "b", "Mug", "4.20")
		must(t, f.SetCellStyle("Products", "A11", "D300", boxed))
	})
	got, err := readBytes(data, sheet.Options{})
	must(t, err)
	want := &sheet.Table{
		Source: "list.xlsx", Sheet: "Products", Sheets: []string{"Cover", "Products"}, Header: []string{"SKU", "Name (English)", "Price"}, HeaderRow: 5,
		Rows: [][]string{{"a", "Cup", "3.10"}, {"b", "Mug", "4.20"}}, RowNumbers: []int{6, 10},
	}
	if d := cmp.Diff([]sheet.Code{sheet.Hidden}, codes(got)); d != "" {
		t.Error(d)
	}
	got.Warnings = nil
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	cover, err := readBytes(data, sheet.Options{Sheet: "Cover"})
	if err != nil || cover.Sheet != "Cover" {
		t.Errorf("chosen sheet: %v", err)
	}
	if _, err := readBytes(data, sheet.Options{Sheet: "Prices"}); !errors.Is(err, sheet.ErrSheet) || !strings.Contains(err.Error(), "Products") {
		t.Errorf("unknown sheet: %v", err)
	}
}

func TestDamagedWorkbooks(t *testing.T) {
	whole := workbook(t, func(f *excelize.File) {
		for row := 1; row < 200; row++ {
			setRow(t, f, "Sheet1", row, "sku", fmt.Sprint("name ", row*row), row)
		}
	})
	for _, cut := range []int{4, 100, len(whole) / 2, len(whole) - 1} {
		if _, err := readBytes(whole[:cut], sheet.Options{}); !errors.Is(err, sheet.ErrFormat) {
			t.Errorf("cut to %d of %d bytes: %v", cut, len(whole), err)
		}
	}
	if _, err := readBytes(workbook(t, func(*excelize.File) {}), sheet.Options{}); !errors.Is(err, sheet.ErrEmpty) {
		t.Errorf("an empty workbook: %v", err)
	}
	other := zipOf(t, map[string]string{"content.xml": "<x/>", "mimetype": "application/vnd.oasis.opendocument.spreadsheet"})
	if _, err := readBytes(other, sheet.Options{}); !errors.Is(err, sheet.ErrFormat) || !strings.Contains(err.Error(), "OpenDocument") {
		t.Errorf("an OpenDocument file: %v", err)
	}
	if _, err := readBytes(zipOf(t, map[string]string{"a.txt": "a"}), sheet.Options{}); !errors.Is(err, sheet.ErrFormat) {
		t.Errorf("an archive: %v", err)
	}
	if _, err := readBytes(zipOf(t, map[string]string{"xl/workbook.xml": "<workbook", "[Content_Types].xml": ""}), sheet.Options{}); err == nil {
		t.Error("a workbook of nonsense is read")
	}
}

// A part that claims to unpack to far more than it holds, as bombs do, is refused before anything is unpacked.
func TestWorkbookBomb(t *testing.T) {
	data := zipOf(t, map[string]string{"xl/workbook.xml": "<workbook/>", "xl/worksheets/sheet1.xml": "<x/>"})
	at := bytes.LastIndex(data, []byte("PK\x01\x02")) // the last entry of the directory
	copy(data[at+24:], []byte{0xff, 0xff, 0xff, 0xf0})
	if _, err := readBytes(data, sheet.Options{}); !errors.Is(err, sheet.ErrTooLarge) {
		t.Errorf("error %v", err)
	}
}

func FuzzReadWorkbook(f *testing.F) {
	f.Add(workbook(f, func(x *excelize.File) {
		setRow(f, x, "Sheet1", 1, "sku", "name")
		setRow(f, x, "Sheet1", 2, "a", 4006381333931)
	}))
	f.Fuzz(func(t *testing.T, data []byte) {
		if !bytes.HasPrefix(data, []byte("PK\x03\x04")) {
			return
		}
		if table, err := readBytes(data, sheet.Options{}); err == nil {
			checkShape(t, table)
		}
	})
}
