package present

import (
	"context"
	"fmt"
	"io/fs"
	"strings"
	"syscall"
	"testing"

	"shelftalk/app/sheet"
	"shelftalk/app/studio"
	"shelftalk/inference"
)

func TestExplain(t *testing.T) {
	en, zh := words(t, "en"), words(t, "zh")
	for _, tt := range []struct {
		err            error
		en, zh, detail string
	}{
		{fmt.Errorf("export: %w", &fs.PathError{Op: "open", Path: "/media/usb/a.xlsx", Err: syscall.EROFS}), "This folder can’t be written to", "这个文件夹不能写入", "/media/usb/a.xlsx"},
		{fmt.Errorf("write: %w", syscall.ENOSPC), "The disk is full", "磁盘已满", "no space"},
		{fmt.Errorf("draft %q: %w", "d1", studio.ErrFindings), "This draft has findings to deal with first", "这条文案还有问题要处理", ""},
		{fmt.Errorf("read %q: %w", "a.csv", &sheet.QuoteError{Line: 7, Text: "Lamp"}), "A quotation mark is never closed", "有一个引号没有配对", "7"},
		{fmt.Errorf("read: %w", &sheet.Fault{Is: sheet.ErrFormat, Why: sheet.WhyRow, Sheet: "Prices", Row: 12, Text: "XML syntax error"}), "This file can’t be read as a spreadsheet", "这个文件不能当表格读取", "sheet “Prices”, row 12: what is in this row can’t be read."},
		{fmt.Errorf("something else"), "That didn’t work", "没有成功", "something else"},
	} {
		p := Explain(en, tt.err)
		if p == nil || p.Title != tt.en || !strings.Contains(p.Detail, tt.detail) || p.Hint == "" {
			t.Errorf("%v: %+v", tt.err, p)
		}
		if p := Explain(zh, tt.err); p == nil || p.Title != tt.zh {
			t.Errorf("%v: %+v", tt.err, p)
		}
	}
	for _, err := range []error{nil, context.Canceled, fmt.Errorf("rewrite: %w", context.Canceled)} {
		if p := Explain(en, err); p != nil {
			t.Errorf("%v is shown: %+v", err, p)
		}
	}
}

// A job keeps the words of what stopped it, not the error: the window knows them again.
func TestReason(t *testing.T) {
	zh := words(t, "zh")
	for text, want := range map[string]string{
		fmt.Errorf("store: sync: %w", syscall.ENOSPC).Error():                            "磁盘已满",
		fmt.Errorf("open model %q: %w", "a.gguf", inference.ErrTruncated).Error():        "模型文件不完整",
		fmt.Errorf("%w: it needs 3.1 GB, there are 2.0 GB", inference.ErrMemory).Error(): "内存不够，模型装不下",
		"something else": "",
		"":               "",
	} {
		if got := reason(zh, text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// A file that can't be read is named, with the place and the cure in the window's language, not with the system's words.
func TestExplainFile(t *testing.T) {
	en, zh := words(t, "en"), words(t, "zh")
	const path = "/home/mei/prices.xlsx"
	for _, tt := range []struct {
		err                error
		title, detail, han string
	}{
		{fmt.Errorf("read spreadsheet: %w", &fs.PathError{Op: "open", Path: path, Err: syscall.ENOENT}), "The file or folder isn’t there", path, path},
		{fmt.Errorf("read spreadsheet: %w", &fs.PathError{Op: "open", Path: path, Err: syscall.EACCES}), "This file may not be read", path, path},
		{fmt.Errorf("read: %w", &sheet.Fault{Is: sheet.ErrEmpty, Why: sheet.WhyHeader, Row: 7}), "There are no rows in this file", "prices.xlsx: row 7: chosen as the header, it is empty or beyond the end.", "prices.xlsx：第 7 行：选作表头的这一行是空的，或不存在。"},
		{fmt.Errorf("read: %w", &sheet.Fault{Is: sheet.ErrFormat, Why: sheet.WhyPDF}), "This file can’t be read as a spreadsheet", "prices.xlsx: a PDF, which shows a table but holds no cells.", "prices.xlsx：这是 PDF，看着像表格，里面没有单元格。"},
		{fmt.Errorf("read: %w", &sheet.QuoteError{Line: 7, Text: `"Lamp`}), "A quotation mark is never closed", "prices.xlsx: Line 7: the cell that begins with “Lamp” has an opening quotation mark and no closing one.", "prices.xlsx：第 7 行：以“Lamp”开头的单元格只有前引号，没有后引号。"},
	} {
		if p := ExplainFile(en, tt.err, path); p == nil || p.Title != tt.title || p.Detail != tt.detail || p.Hint == "" {
			t.Errorf("%v: %+v", tt.err, p)
		}
		if p := ExplainFile(zh, tt.err, path); p == nil || p.Detail != tt.han {
			t.Errorf("%v: %+v", tt.err, p)
		}
	}
}

// Every error that has sentences has them in both languages.
func TestSentinelsHaveWords(t *testing.T) {
	for _, lang := range []string{"en", "zh"} {
		say := words(t, lang)
		for _, why := range []sheet.Why{
			sheet.WhyFolder, sheet.WhyXLS, sheet.WhyPDF, sheet.WhyMarkup, sheet.WhyJSON, sheet.WhyBinary, sheet.WhyNotText,
			sheet.WhyDamaged, sheet.WhyXLSB, sheet.WhyODS, sheet.WhyNumbers, sheet.WhyArchive, sheet.WhyRow, sheet.WhyBlank,
			sheet.WhyBare, sheet.WhyHeader, sheet.WhyHuge, sheet.WhyMany, sheet.WhyUnzipped, sheet.WhyColumns,
		} {
			if key := "problem.why." + string(why); say(key) == key {
				t.Errorf("%s: no %q", lang, key)
			}
		}
		for _, s := range sentinels() {
			for _, part := range []string{".title", ".hint"} {
				if key := "problem." + s.key + part; say(key) == key {
					t.Errorf("%s: no %q", lang, key)
				}
			}
		}
	}
}
