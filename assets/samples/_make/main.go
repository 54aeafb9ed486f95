// Command sample makes the sample catalogue's spreadsheets from assets/samples/sample-catalogue.txt. Run it at the root
// of the repository:
//
//	go run ./assets/samples/_make
//
// The text file has the products; this program adds what such files carry besides: title rows, bar codes as numbers,
// image links, stock, an empty bordered row, a second sheet, a header name that occurs twice.
package main

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"
)

const folder = "assets/samples/"

// columns are the spreadsheet's, in order: the text file's key, and the header in both languages.
var columns = []struct{ key, en, zh string }{
	{"sku", "Item No.", "货号"},
	{"ean", "EAN", "条码"},
	{"name", "Product name", "品名"},
	{"brand", "Brand", "品牌"},
	{"cat", "Category", "类目"},
	{"price", "Price", "价格"},
	{"desc", "Description", "描述"},
	{"mat", "Material", "材质"},
	{"ingr", "Ingredients", "成分"},
	{"col", "Colour", "颜色"},
	{"size", "Size", "尺寸"},
	{"wt", "Weight", "重量"},
	{"cap", "Capacity", "容量"},
	{"pow", "Power", "功率"},
	{"bat", "Battery", "电池"},
	{"feat", "Feature", "特点"},
	{"feat2", "Feature", "特点"},
	{"fits", "Suits", "适用"},
	{"care", "Care", "保养"},
	{"pack", "Pack contents", "包装清单"},
	{"orig", "Origin", "产地"},
	{"shelf", "Shelf life", "保质期"},
	{"war", "Warranty", "质保"},
	{"stock", "Stock", "库存"},
	{"img", "Image", "图片"},
}

type record map[string]string

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "sample:", err)
		os.Exit(1)
	}
}

func run() error {
	text, err := os.ReadFile(folder + "sample-catalogue.txt")
	if err != nil {
		return err
	}
	records, err := parse(string(text))
	if err != nil {
		return err
	}
	for i, r := range records {
		r["ean"] = ean13(fmt.Sprintf("2000417%05d", 100+37*i))
		r["stock"] = strconv.Itoa(17 * (i*i%23 + 1) % 240)
		r["img"] = "https://img.hollowell-reed.example/" + strings.ToLower(r["sku"]) + "_1.jpg"
	}
	if err := writeWorkbook(records); err != nil {
		return err
	}
	return writeChinese(records)
}

// parse reads records of "key: value" lines, parted by empty lines; "#" starts a comment.
func parse(text string) ([]record, error) {
	known := map[string]bool{}
	for _, c := range columns {
		known[c.key] = true
	}
	var out []record
	var current record
	for n, line := range strings.Split(text, "\n") {
		switch {
		case strings.HasPrefix(line, "#"):
		case line == "":
			current = nil
		default:
			key, value, ok := strings.Cut(line, ": ")
			if !ok || !known[key] {
				return nil, fmt.Errorf("line %d: %q isn't \"key: value\"", n+1, line)
			}
			if current == nil {
				current = record{}
				out = append(out, current)
			}
			if _, twice := current[key]; twice {
				return nil, fmt.Errorf("line %d: %q twice in one record", n+1, key)
			}
			current[key] = value
		}
	}
	return out, nil
}

// ean13 appends the check digit. Numbers from 200 on are for use inside a shop and belong to nobody.
func ean13(twelve string) string {
	sum := 0
	for i, d := range twelve {
		sum += int(d-'0') * (1 + 2*(i%2))
	}
	return twelve + strconv.Itoa((10-sum%10)%10)
}

func writeWorkbook(records []record) error {
	f := excelize.NewFile()
	defer f.Close()
	const name = "Products 产品"
	if err := f.SetSheetName("Sheet1", name); err != nil {
		return err
	}
	when := "2026-11-24T09:00:00Z" // fixed, so that the file doesn't change when nothing did
	if err := f.SetDocProps(&excelize.DocProperties{Creator: "Hollowell & Reed", Created: when, Modified: when}); err != nil {
		return err
	}
	bold, err := f.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}})
	if err != nil {
		return err
	}
	border := []excelize.Border{{Type: "top", Style: 1, Color: "999999"}, {Type: "bottom", Style: 1, Color: "999999"}, {Type: "left", Style: 1, Color: "999999"}, {Type: "right", Style: 1, Color: "999999"}}
	boxed, err := f.NewStyle(&excelize.Style{Border: border})
	if err != nil {
		return err
	}
	dollars := `"$"#,##0.00`
	money, err := f.NewStyle(&excelize.Style{CustomNumFmt: &dollars, Border: border})
	if err != nil {
		return err
	}
	s := sheet{f: f, name: name}
	s.set(1, 1, "Hollowell & Reed Trading – product list autumn 2026 产品清单", bold)
	s.merge(1, 1, 1, 8)
	s.set(2, 1, "Prices ex works, valid until 31 December 2026. 价格有效期至2026年12月31日。", 0)
	s.merge(2, 1, 2, 8)
	for i, c := range columns {
		s.set(4, i+1, c.en+" "+c.zh, bold)
	}
	row := 5
	for i, r := range records {
		if i == 44 { // between the two languages: an empty row that has borders
			for c := range columns {
				s.set(row, c+1, nil, boxed)
			}
			row++
		}
		for c, col := range columns {
			value, style := any(nil), boxed
			if text := r[col.key]; text != "" {
				value = text
			}
			switch {
			case col.key == "ean" || col.key == "stock":
				value, err = strconv.Atoi(r[col.key])
			case col.key == "price" && strings.HasPrefix(r["price"], "$"):
				value, err = strconv.ParseFloat(r["price"][1:], 64)
				style = money
			}
			if err != nil {
				return err
			}
			s.set(row, c+1, value, style)
		}
		row++
	}
	if _, err := f.NewSheet("Terms 条款"); err != nil {
		return err
	}
	t := sheet{f: f, name: "Terms 条款"}
	for i, line := range []string{"Terms of delivery", "Minimum order 300 USD", "Ex works Felixstowe / 宁波", "Lead time 15 days 交期15天"} {
		t.set(i+1, 1, line, 0)
	}
	if s.err != nil {
		return s.err
	}
	if t.err != nil {
		return t.err
	}
	var buf bytes.Buffer
	if err := f.Write(&buf); err != nil {
		return err
	}
	return os.WriteFile(folder+"sample-catalogue.xlsx", buf.Bytes(), 0o644)
}

// sheet keeps the first error of a run of cell writes.
type sheet struct {
	f    *excelize.File
	name string
	err  error
}

func (s *sheet) set(row, col int, value any, style int) {
	cell, err := excelize.CoordinatesToCellName(col, row)
	if err == nil && value != nil {
		err = s.f.SetCellValue(s.name, cell, value)
	}
	if err == nil && style != 0 {
		err = s.f.SetCellStyle(s.name, cell, cell, style)
	}
	if s.err == nil {
		s.err = err
	}
}

func (s *sheet) merge(row1, col1, row2, col2 int) {
	a, err := excelize.CoordinatesToCellName(col1, row1)
	if err == nil {
		var b string
		if b, err = excelize.CoordinatesToCellName(col2, row2); err == nil {
			err = s.f.MergeCell(s.name, a, b)
		}
	}
	if s.err == nil {
		s.err = err
	}
}

// writeChinese writes the Chinese products as an old ERP program does: GB18030, Chinese headers.
func writeChinese(records []record) error {
	var buf bytes.Buffer
	w := csv.NewWriter(&buf)
	w.UseCRLF = true
	var line []string
	for _, c := range columns {
		line = append(line, c.zh)
	}
	if err := w.Write(line); err != nil {
		return err
	}
	for _, r := range records {
		if !strings.HasPrefix(r["sku"], "CN-") {
			continue
		}
		line = line[:0]
		for _, c := range columns {
			line = append(line, r[c.key])
		}
		if err := w.Write(line); err != nil {
			return err
		}
	}
	w.Flush()
	data, err := simplifiedchinese.GB18030.NewEncoder().Bytes(buf.Bytes())
	if err != nil {
		return err
	}
	return os.WriteFile(folder+"sample-zh.csv", data, 0o644)
}
