package sheet_test

import (
	"encoding/binary"
	"errors"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"

	"shelftalk/app/sheet"
)

func utf16Bytes(s string, order binary.ByteOrder, mark bool) string {
	if mark {
		s = "\ufeff" + s
	}
	var out []byte
	for _, u := range utf16.Encode([]rune(s)) {
		out = append(out, 0, 0)
		order.PutUint16(out[len(out)-2:], u)
	}
	return string(out)
}

func encode(t *testing.T, e encoding.Encoding, s string) string {
	t.Helper()
	out, err := e.NewEncoder().String(s)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

const (
	simplified  = "货号,品名,描述\r\nA-01,不锈钢保温杯,\"双层真空，保温六小时。\r\n附茶隔\"\r\nA-02,折叠水壶,食品级硅胶\r\n"
	traditional = "貨號,品名,描述\r\nA-01,不鏽鋼保溫杯,雙層真空，保溫六小時\r\nA-02,摺疊水壺,食品級矽膠材質，可折疊收納\r\n"
	japaneseCSV = "品番,商品名,説明\r\nA-01,ステンレスボトル,二重構造で温かさを保ちます\r\nA-02,折りたたみカップ,シリコーン製\r\n"
	koreanCSV   = "품번,상품명,설명\r\nA-01,스테인리스 보온병,이중 진공 구조로 여섯 시간 보온\r\nA-02,접이식 물병,실리콘\r\n"
	western     = "Réf;Désignation;Prix\r\nA-01;Théière émaillée à décor bleu;12,50 €\r\nA-02;Crème de châtaigne – pot en grès;4,90 €\r\n"
)

func TestEncodings(t *testing.T) {
	for _, tt := range []struct {
		name, data, text, encoding string
		delimiter                  rune
	}{
		{"UTF-8", simplified, simplified, sheet.UTF8, ','},
		{"UTF-8 with mark", "\ufeff" + simplified, simplified, sheet.UTF8, ','},
		{"UTF-16 LE with mark", utf16Bytes(simplified, binary.LittleEndian, true), simplified, sheet.UTF16LE, ','},
		{"UTF-16 BE with mark", utf16Bytes(simplified, binary.BigEndian, true), simplified, sheet.UTF16BE, ','},
		{"UTF-16 LE, tabs, as Excel's Unicode text", utf16Bytes(strings.ReplaceAll(western, ";", "\t"), binary.LittleEndian, true), strings.ReplaceAll(western, ";", "\t"), sheet.UTF16LE, '\t'},
		{"UTF-16 LE without mark", utf16Bytes(western, binary.LittleEndian, false), western, sheet.UTF16LE, ';'},
		{"UTF-16 BE without mark", utf16Bytes(western, binary.BigEndian, false), western, sheet.UTF16BE, ';'},
		{"GBK", encode(t, simplifiedchinese.GBK, simplified), simplified, sheet.GB18030, ','},
		{"GB18030 with rare characters", encode(t, simplifiedchinese.GB18030, simplified+"A-03,𠮷祥䶮字,龘靐\r\n"), simplified + "A-03,𠮷祥䶮字,龘靐\r\n", sheet.GB18030, ','},
		{"GBK, one cell in an English list", encode(t, simplifiedchinese.GBK, "sku,name,colour\na-1,Bottle,Red\na-2,Bottle,Blue\na-3,Cup,雾蓝\n"), "sku,name,colour\na-1,Bottle,Red\na-2,Bottle,Blue\na-3,Cup,雾蓝\n", sheet.GB18030, ','},
		{"Big5", encode(t, traditionalchinese.Big5, traditional), traditional, sheet.Big5, ','},
		{"Shift-JIS", encode(t, japanese.ShiftJIS, japaneseCSV), japaneseCSV, sheet.ShiftJIS, ','},
		{"EUC-KR", encode(t, korean.EUCKR, koreanCSV), koreanCSV, sheet.EUCKR, ','},
		{"Windows-1252, semicolons", encode(t, charmap.Windows1252, western), western, sheet.Windows1252, ';'},
		{"Windows-1252, one sign", encode(t, charmap.Windows1252, "sku,name,note\na,Cup,20 °C\nb,Mug,hot\n"), "sku,name,note\na,Cup,20 °C\nb,Mug,hot\n", sheet.Windows1252, ','},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := mustRead(t, tt.data, sheet.Options{})
			if got.Encoding != tt.encoding || got.Delimiter != tt.delimiter {
				t.Errorf("read as %s, delimiter %q; want %s, %q", got.Encoding, got.Delimiter, tt.encoding, tt.delimiter)
			}
			want := mustRead(t, tt.text, sheet.Options{Encoding: sheet.UTF8, Delimiter: tt.delimiter})
			if d := cmp.Diff(want.Header, got.Header); d != "" {
				t.Error(d)
			}
			if d := cmp.Diff(want.Rows, got.Rows); d != "" {
				t.Error(d)
			}
			// The user can choose, whatever was detected.
			chosen := mustRead(t, tt.data, sheet.Options{Encoding: tt.encoding, Delimiter: tt.delimiter})
			if d := cmp.Diff(want.Rows, chosen.Rows); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestWrongEncodingIsTold(t *testing.T) {
	data := encode(t, simplifiedchinese.GBK, simplified)
	got := mustRead(t, data, sheet.Options{Encoding: sheet.UTF8})
	if len(got.Warnings) == 0 || got.Warnings[0].Code != sheet.Undecodable {
		t.Errorf("warnings %v", got.Warnings)
	}
	if _, err := readString(data, sheet.Options{Encoding: "koi8-r"}); !errors.Is(err, sheet.ErrEncoding) {
		t.Errorf("unknown encoding: %v", err)
	}
}
