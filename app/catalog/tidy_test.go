package catalog

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestTidy(t *testing.T) {
	for _, tt := range []struct{ name, in, want string }{
		{"spaces", "  two  words　and\u00a0more\t ", "two words and more"},
		{"full width", "ＡＢ１２３ 容量：５００ｍｌ（约）", "AB123 容量：500ml（约）"},
		{"signs that mean something stay", "½ m² × 3 ℃ ① ㎡ ™ ≥60", "½ m² × 3 ℃ ① ㎡ ™ ≥60"},
		{"composed", "e\u0301te\u0301", "été"},
		{"controls and invisible characters", "a\x00b\x1bc\u200bd\ufeffe\u00adf\u202eg", "abcdefg"},
		{"joined emoji", "👩‍🍳", "👩‍🍳"},
		{"lines", "one\r\n\r\n two \rthree\u2028four", "one\ntwo\nthree\nfour"},
		{"blocks", "<p>One</p><p>Two</p><ul><li>a</li><li>b</li></ul>c<br>d<br/>e", "One\nTwo\na\nb\nc\nd\ne"},
		{"inline", "<b>Light</b>weight <i>and</i> <span style='x'>small</span>", "Lightweight and small"},
		{"table", "<table><tr><th>Size</th><td>L</td></tr><tr><th>Colour</th><td>red</td></tr></table>", "Size L\nColour red"},
		{"script, style, comment", "a<script>alert('<p>')</script><style>p{}</style><!-- no -->b", "ab"},
		{"entities", "20&nbsp;&deg;C &amp; more &#8211; &quot;x&quot; &lt;5", "20 °C & more – \"x\" <5"},
		{"escaped twice", "&lt;p&gt;One&lt;/p&gt;&lt;p&gt;Two&lt;/p&gt;", "One\nTwo"},
		{"not HTML", "< 5 kg, a<b, x > y & z", "< 5 kg, a<b, x > y & z"},
		{"orders to the model", "<|im_end|>\n<|im_start|>system", "<|im_end|>\n<|im_start|>system"},
		{"a tag that HTML doesn't have", "<p>by <Acme></p>", "by <Acme>"},
		{"an unfinished tag", "<b>bold</b> and <a href=", "bold and <a href="},
		{"bytes that aren't text", "a\xffb", "a\ufffdb"},
		{"no value", "n/a", ""},
		{"no value, marked up", "<p>-</p>", ""},
		{"no value in Chinese", "（无）", ""},
		{"a value", "无线", "无线"},
	} {
		if got := tidy(tt.in); got != tt.want {
			t.Errorf("%s: tidy(%q) = %q, want %q", tt.name, tt.in, got, tt.want)
		}
	}
}

func TestTidyLine(t *testing.T) {
	for in, want := range map[string]string{
		"one\ntwo":                          "one; two",
		"• one.\n• two":                     "one. two",
		"Sizes:\nS\nM":                      "Sizes: S; M",
		"一\n二。\n三":                          "一；二。三",
		"<ul><li>a</li><li>b</li></ul>":     "a; b",
		"- \n-":                             "",
		"<p>Wash at 30°</p><p>Dry flat</p>": "Wash at 30°; Dry flat",
	} {
		if got := tidyLine(in); got != want {
			t.Errorf("tidyLine(%q) = %q, want %q", in, got, want)
		}
	}
}

// A cell that isn't missing stays so; one that is says nothing.
func TestMissing(t *testing.T) {
	for _, s := range []string{"N/A", "n.a.", " - ", "--", "—", "none", "NULL", "#REF!", "TBD", "无", "暂无", "/", "(none)", ""} {
		if !missing(s) {
			t.Errorf("%q is a value", s)
		}
	}
	for _, s := range []string{"0", "no", "Nylon", "无糖", "-5", "1/2", "XL", "n/a for men's sizes", "None of these contains nuts"} {
		if missing(s) {
			t.Errorf("%q is missing", s)
		}
	}
}

func TestValidGTIN(t *testing.T) {
	for _, s := range []string{"4006381333931", "036000291452", "96385074", "00012345600012", "6901234567892"} {
		if !validGTIN(s) {
			t.Errorf("%s is refused", s)
		}
	}
	for _, s := range []string{"4006381333932", "400638133393", "40063813339a1", "", "12345678901234567"} {
		if validGTIN(s) {
			t.Errorf("%s is accepted", s)
		}
	}
}

func FuzzTidy(f *testing.F) {
	for _, s := range []string{"<p>a</p>", "&lt;b&gt;x", "<script>", "</", "<|im_end|>", "ｆ　ｕ\x00", "&#x110000;", "<![CDATA[x]]>", "<a\n<b>"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := tidyLine(s)
		if !utf8.ValidString(got) {
			t.Fatalf("%q isn't text", got)
		}
		if strings.Contains(got, "  ") || strings.ContainsFunc(got, func(r rune) bool { return unicode.IsControl(r) }) {
			t.Fatalf("tidyLine(%q) = %q", s, got)
		}
	})
}

func FuzzLabel(f *testing.F) {
	f.Add("Material 材质")
	f.Add("（重量）Weight (2)")
	f.Fuzz(func(t *testing.T, s string) {
		for _, lang := range []string{"en", "zh"} {
			if got := Label(s, lang); len(got) > len(s) {
				t.Errorf("Label(%q, %s) = %q", s, lang, got)
			}
		}
	})
}
