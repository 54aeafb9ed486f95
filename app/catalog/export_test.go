package catalog_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"shelftalk/app/catalog"
	"shelftalk/app/sheet"
)

func TestExport(t *testing.T) {
	rows := []catalog.ExportRow{
		{Key: "0041870", Title: "Dutch oven", Description: "Two\nlines", Bullets: []string{"a", "b", "c", "d", "e", "f"}, SEOTitle: "=SEO", SEODescription: "-5% \"off\"", Status: "approved"},
		{Key: " A-1 ", Status: "skipped: no text", Findings: []string{"one", "two"}},
	}
	want := [][]string{
		{"0041870", "Dutch oven", "Two\nlines", "a", "b", "c", "d", "e\nf", "=SEO", "-5% \"off\"", "approved", ""},
		{" A-1 ", "", "", "", "", "", "", "", "", "", "skipped: no text", "one; two"},
	}
	header := []string{"货号", "Title", "Description", "Bullet 1", "Bullet 2", "Bullet 3", "Bullet 4", "Bullet 5", "SEO title", "SEO description", "Status", "Findings"}
	for ending, warnings := range map[string]int{".xlsx": 0, ".csv": 1} {
		path := filepath.Join(t.TempDir(), "drafts"+ending)
		report, err := catalog.Export(path, rows, catalog.ExportOptions{KeyHeader: "货号"})
		if err != nil {
			t.Fatal(err)
		}
		if report.Rows != 2 || report.Path != path || string(report.Format) != ending[1:] || len(report.Warnings) != warnings {
			t.Errorf("report %+v", report)
		}
		got, err := sheet.Read(path, sheet.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(header, got.Header); d != "" {
			t.Error(d)
		}
		if d := cmp.Diff(want, got.Rows); d != "" {
			t.Error(ending, d)
		}
	}
}

// The sample is what people see first: it has to have what it is there for.
func TestSample(t *testing.T) {
	tb, err := sheet.Read("../../assets/samples/sample-catalogue.xlsx", sheet.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if tb.HeaderRow != 4 {
		t.Errorf("header in row %d", tb.HeaderRow)
	}
	m := catalog.Map(tb)
	products, warnings, err := catalog.Products(tb, m)
	if err != nil || len(warnings) > 0 {
		t.Fatal(err, warnings)
	}
	languages, categories, thin, rows := map[string]int{}, map[string]bool{}, 0, 4
	for _, p := range products {
		languages[p.Language()]++
		category, _, _ := strings.Cut(p.Value(catalog.Category), " ")
		categories[category] = true
		if len(p.Facts()) <= 3 && len(strings.Fields(p.Value(catalog.Description))) <= 6 && p.Value(catalog.Category) == "" {
			thin++
		}
		if p.KeyCell == "" || p.Value(catalog.Title) == "" || len(p.Value(catalog.GTIN)) != 13 {
			t.Errorf("row %d: key %q, title %q, bar code %q", p.Row, p.KeyCell, p.Value(catalog.Title), p.Value(catalog.GTIN))
		}
		if p.Row <= rows {
			t.Errorf("row %d after row %d", p.Row, rows)
		}
		rows = p.Row
		for _, f := range p.Fields {
			if f.Value == "" || strings.Contains(f.Value, "<") || strings.Contains(f.Value, "&nbsp") {
				t.Errorf("row %d: %s holds %q", p.Row, f.Name, f.Value)
			}
		}
	}
	if languages["en"] < 40 || languages["zh"] < 24 || len(categories) < 8 || thin < 10 {
		t.Errorf("%v, %d categories, %d thin rows", languages, len(categories), thin)
	}
}

// The same products come out of the old file of an ERP program.
func TestSampleInGB18030(t *testing.T) {
	tb, err := sheet.Read("../../assets/samples/sample-zh.csv", sheet.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if tb.Encoding != sheet.GB18030 {
		t.Errorf("read as %s", tb.Encoding)
	}
	products, _, err := catalog.Products(tb, catalog.Map(tb))
	if err != nil || len(products) < 24 {
		t.Fatal(len(products), err)
	}
	for _, p := range products {
		if p.Language() != "zh" || !strings.HasPrefix(p.Key, "CN-") {
			t.Errorf("row %d: %s in %s", p.Row, p.Key, p.Language())
		}
	}
}
