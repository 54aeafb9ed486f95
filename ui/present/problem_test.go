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

// Every error that has sentences has them in both languages.
func TestSentinelsHaveWords(t *testing.T) {
	for _, lang := range []string{"en", "zh"} {
		say := words(t, lang)
		for _, s := range sentinels() {
			for _, part := range []string{".title", ".hint"} {
				if key := "problem." + s.key + part; say(key) == key {
					t.Errorf("%s: no %q", lang, key)
				}
			}
		}
	}
}
