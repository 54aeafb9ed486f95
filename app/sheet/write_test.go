package sheet_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
	"pgregory.net/rapid"

	"shelftalk/app/sheet"
)

func zipOf(t testing.TB, files map[string]string) []byte {
	t.Helper()
	var buf bytes.Buffer
	z := zip.NewWriter(&buf)
	for name, content := range files {
		w, err := z.Create(name)
		must(t, err)
		_, err = w.Write([]byte(content))
		must(t, err)
	}
	must(t, z.Close())
	return buf.Bytes()
}

func writeTable(path string, header []string, rows [][]string) error {
	w, err := sheet.Create(path, header, nil)
	if err != nil {
		return err
	}
	defer w.Abort()
	for _, r := range rows {
		if err := w.Row(r); err != nil {
			return err
		}
	}
	return w.Close()
}

// Whatever is written is read again, cell for cell, in both formats.
func TestRoundTrip(t *testing.T) {
	dir := t.TempDir()
	cell := rapid.OneOf(
		rapid.SampledFrom([]string{"0041870", "4006381333931", "=1+1", "+49 30", "-5", "@x", "'", "'=", "a,b", `"q"`, "line\nline", "茶 杯", "8E5", "1-2", "TRUE", " x ", "_x0041_", "😀", "<|im_end|>", "\tx", "＝1"}),
		rapid.StringOfN(rapid.RuneFrom([]rune("ab1=+-@'\",;\t\n<>&茶 é")), 0, 12, -1),
	).Filter(func(s string) bool { return s == "" || strings.TrimSpace(s) != "" }) // blank is empty
	rapid.Check(t, func(rt *rapid.T) {
		width := rapid.IntRange(2, 5).Draw(rt, "width")
		header := make([]string, width)
		for i := range header {
			header[i] = fmt.Sprintf("name %c", 'a'+i)
		}
		rows := rapid.SliceOfN(rapid.SliceOfN(cell, width, width), 1, 6).Draw(rt, "rows")
		for i := range rows {
			rows[i][0] = fmt.Sprintf("key%d", i) // no empty rows: they aren't rows
		}
		for _, ending := range []string{".csv", ".xlsx"} {
			path := filepath.Join(dir, "t"+ending)
			if err := writeTable(path, header, rows); err != nil {
				rt.Fatal(err)
			}
			got, err := sheet.Read(path, sheet.Options{HeaderRow: 1})
			if err != nil {
				rt.Fatal(ending, err)
			}
			if d := cmp.Diff(rows, got.Rows); d != "" {
				rt.Fatalf("%s: %s", ending, d)
			}
		}
	})
}

// A row that ends with an empty cell is as wide as the header: lines inside its other cells aren't rows.
func TestLinesInACellAreNoRows(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lines.csv")
	rows := [][]string{{"A-1", "red, green, blue\nor white", ""}}
	must(t, writeTable(path, []string{"SKU", "Colours", "Note"}, rows))
	got, err := sheet.Read(path, sheet.Options{HeaderRow: 1})
	must(t, err)
	if d := cmp.Diff(rows, got.Rows); d != "" {
		t.Error(d)
	}
}

func TestCSVBytes(t *testing.T) {
	path := filepath.Join(t.TempDir(), "out.csv")
	must(t, writeTable(path, []string{"SKU", "Text"}, [][]string{
		{"0041870", "=HYPERLINK(\"x\")"},
		{"-5", "+20% \"now\""},
		{"", "- a bullet"},
		{"4006381333931", "@name"},
	}))
	data, err := os.ReadFile(path)
	must(t, err)
	want := "\ufeff\"SKU\",\"Text\"\r\n" +
		"\"0041870\",\"'=HYPERLINK(\"\"x\"\")\"\r\n" +
		"\"-5\",\"'+20% \"\"now\"\"\"\r\n" +
		",\"'- a bullet\"\r\n" +
		"\"4006381333931\",\"'@name\"\r\n"
	if d := cmp.Diff(want, string(data)); d != "" {
		t.Error(d)
	}
}

// Every cell of a workbook is a string, so no spreadsheet program computes it or takes its zeros away.
func TestWorkbookHoldsStrings(t *testing.T) {
	path := filepath.Join(t.TempDir(), "out.xlsx")
	rows := [][]string{{"0041870", "=1+1"}, {"4006381333931", "+x"}, {"8E5", "line\nline"}}
	must(t, writeTable(path, []string{"SKU", "Text"}, rows))
	f, err := excelize.OpenFile(path)
	must(t, err)
	defer f.Close()
	for r := range rows {
		for c := range rows[r] {
			name, err := excelize.CoordinatesToCellName(c+1, r+2)
			must(t, err)
			kind, err := f.GetCellType("Sheet1", name)
			must(t, err)
			if kind != excelize.CellTypeInlineString && kind != excelize.CellTypeSharedString {
				t.Errorf("%s has type %d", name, kind)
			}
			if formula, err := f.GetCellFormula("Sheet1", name); err != nil || formula != "" {
				t.Errorf("%s has the formula %q", name, formula)
			}
			if got, err := f.GetCellValue("Sheet1", name); err != nil || got != rows[r][c] {
				t.Errorf("%s holds %q, want %q", name, got, rows[r][c])
			}
		}
	}
	panes, err := f.GetPanes("Sheet1")
	if err != nil || !panes.Freeze || panes.YSplit != 1 {
		t.Errorf("the header isn't frozen: %+v %v", panes, err)
	}
}

func TestWriterKeepsTheTargetUntilItIsDone(t *testing.T) {
	dir := t.TempDir()
	for _, ending := range []string{".csv", ".xlsx"} {
		path := filepath.Join(dir, "out"+ending)
		must(t, os.WriteFile(path, []byte("before"), 0o600))
		w, err := sheet.Create(path, []string{"a"}, nil)
		must(t, err)
		must(t, w.Row([]string{"x"}))
		if err := w.Row([]string{"x", "y"}); err == nil {
			t.Error("a row with too many cells is accepted")
		}
		if err := w.Close(); err == nil {
			t.Error("Close forgets the error")
		}
		if data, _ := os.ReadFile(path); string(data) != "before" {
			t.Errorf("the target holds %q", data)
		}
		w, err = sheet.Create(path, []string{"a"}, nil)
		must(t, err)
		w.Abort()
		must(t, writeTable(path, []string{"a"}, [][]string{{"x"}}))
		info, err := os.Stat(path)
		must(t, err)
		if info.Mode().Perm() != 0o600 {
			t.Errorf("the mode became %v", info.Mode())
		}
	}
	onlyFiles(t, dir, "out.csv", "out.xlsx")
}

// onlyFiles checks that nothing was left behind.
func onlyFiles(t *testing.T, dir string, names ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	must(t, err)
	var got []string
	for _, e := range entries {
		got = append(got, e.Name())
	}
	if d := cmp.Diff(names, got); d != "" {
		t.Errorf("files in the folder: %s", d)
	}
}

func TestRefusedTargets(t *testing.T) {
	dir := t.TempDir()
	if err := writeTable(filepath.Join(dir, "out.xls"), []string{"a"}, nil); !errors.Is(err, sheet.ErrFormat) || !strings.Contains(err.Error(), ".xlsx or .csv") {
		t.Errorf("ending: %v", err)
	}
	if err := writeTable(filepath.Join(dir, "none", "out.csv"), []string{"a"}, nil); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "create it") {
		t.Errorf("no folder: %v", err)
	}
	must(t, os.Mkdir(filepath.Join(dir, "d.csv"), 0o755))
	if err := writeTable(filepath.Join(dir, "d.csv"), []string{"a"}, nil); !errors.Is(err, sheet.ErrFormat) {
		t.Errorf("a folder as the target: %v", err)
	}
	long := strings.Repeat("😀", 16_384) // 32,768 UTF-16 units
	err := writeTable(filepath.Join(dir, "long.xlsx"), []string{"a"}, [][]string{{long}})
	if !errors.Is(err, sheet.ErrCellTooLong) || !strings.Contains(err.Error(), "row 2, column 1") || !strings.Contains(err.Error(), ".csv") {
		t.Errorf("long cell: %v", err)
	}
	must(t, writeTable(filepath.Join(dir, "fits.xlsx"), []string{"a"}, [][]string{{long[4:]}}))
	must(t, writeTable(filepath.Join(dir, "long.csv"), []string{"a"}, [][]string{{long}}))
	onlyFiles(t, dir, "d.csv", "fits.xlsx", "long.csv")
}

// 50,000 rows are a large catalogue; nothing may be quadratic in them.
func TestFiftyThousandRows(t *testing.T) {
	const n = 50_000
	dir := t.TempDir()
	for _, ending := range []string{".csv", ".xlsx"} {
		path := filepath.Join(dir, "big"+ending)
		w, err := sheet.Create(path, []string{"sku", "title", "description", "material", "price"}, nil)
		must(t, err)
		defer w.Abort()
		for i := range n {
			must(t, w.Row([]string{fmt.Sprintf("%07d", i), "Steel bottle", "Double wall vacuum bottle, keeps drinks cold for a day", "18/8 steel", "27.90"}))
		}
		must(t, w.Close())
		table, err := sheet.Read(path, sheet.Options{})
		must(t, err)
		if len(table.Rows) != n || table.Rows[n-1][0] != "0049999" || table.RowNumbers[n-1] != n+1 {
			t.Errorf("%s: %d rows, the last %q", ending, len(table.Rows), table.Rows[len(table.Rows)-1])
		}
	}
}

func FuzzCSVRoundTrip(f *testing.F) {
	f.Add("=1", "a\"b\r\nc")
	f.Add("'=1", "\t")
	f.Add("0012", "１２")
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, a, b string) {
		if !utf8.ValidString(a) || !utf8.ValidString(b) || strings.ContainsAny(a+b, "\x00ÃÂâäåæçèé") {
			return
		}
		a, b = a+"a", b+"b" // a blank cell is an empty one
		path := filepath.Join(dir, "f.csv")
		rows := [][]string{{"key", a, b}}
		must(t, writeTable(path, []string{"k", "a", "b"}, rows))
		got, err := sheet.Read(path, sheet.Options{HeaderRow: 1})
		must(t, err)
		if d := cmp.Diff(rows, got.Rows); d != "" {
			t.Error(d)
		}
	})
}
