package gloss

import (
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"pgregory.net/rapid"
)

func small(t *testing.T, lines ...string) *Glossary {
	t.Helper()
	g, err := Load(fstest.MapFS{"x/terms.tsv": {Data: []byte(strings.Join(lines, "\n"))}})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func builtIn(t testing.TB) *Glossary {
	t.Helper()
	g, err := Load(os.DirFS("../../assets/glossary"))
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func TestTranslate(t *testing.T) {
	g := small(
		t, "// a comment", "porch\t前厅\tnoun", "tent\t帐篷\tnoun:顶", "pole\t帐杆\tnoun:根", "knife\t刀\tnoun:把", "battery\t电池\tnoun:块",
		"zip\t拉链\tnoun:条", "walkie talkie\t对讲机", "# way\t#向", "brass\t黄铜\tmaterial", "stainless steel\t不锈钢\tmaterial", "steel\t钢\tmaterial",
		"lid\t盖子|盖\tpart", "polypropylene\t聚丙烯\tmaterial", "colour\t颜色", "grey\t灰色", "high|tall\t高\tpost", "folded\t折叠后\tpost", "each\t每个\tpost",
		"with\t，带|带\tgrammar", "and\t和|与\tgrammar", "for\t，适用于|适用于\tgrammar", "hour\t小时", "keeps hot for # hours\t保热#小时", "charging\t充电",
		"side\t面\tnoun", "# year\t#年", "filter\t滤芯\tpart", "age # and up\t#岁以上", "box\t盒子\tnoun",
	)
	for _, test := range []struct {
		from, to, want string
		left           []string
	}{
		// the longest term wins; numbers, singular and plural, British and American spelling
		{"Brass zip", "zh", "黄铜拉链", nil},
		{"Two-way zip", "zh", "双向拉链", nil},
		{"Walkie-talkies", "zh", "对讲机", nil},
		{"stainless steel", "zh", "不锈钢", nil},
		{"2 porches", "zh", "2个前厅", nil},
		{"Two porches", "zh", "两个前厅", nil},
		{"3 brass poles", "zh", "3根黄铜帐杆", nil},
		{"knives and batteries", "zh", "刀和电池", nil},
		{"Gray color", "zh", "灰色颜色", nil},
		{"Keeps hot for 12 hours.", "zh", "保热12小时。", nil},
		// figures and their dimension, units, models, sizes
		{"26.5 cm high, 7cm folded", "zh", "高26.5cm，折叠后7cm", nil},
		{"42 x 14cm folded", "zh", "折叠后42×14cm", nil},
		{"60g each", "zh", "每个60g", nil},
		{"IP67, USB-C charging, 230C", "zh", "IP67，USB-C充电，230℃", nil},
		{"X50CrMoV15 steel; S, XL", "zh", "X50CrMoV15钢；S、XL", nil},
		{`15.6" tent`, "zh", "15.6英寸帐篷", nil},
		// small words order the whole
		{"Tent with two porches", "zh", "帐篷，带两个前厅", nil},
		{"lid polypropylene", "zh", "盖子：聚丙烯", nil},
		{"a tent and the zip", "zh", "帐篷和拉链", nil},
		// what isn't known stays, and what is stands in its place
		{"Serrated knife with brass", "zh", "Serrated 刀 with 黄铜", []string{"Serrated"}},
		{"Porch. The lid is open", "zh", "前厅。The 盖子 is open", []string{"is", "open"}},
		// the other way
		{"不锈钢盖子", "en", "Stainless steel lid", nil},
		{"盖不锈钢", "en", "Lid: stainless steel", nil},
		{"高22.5cm，折叠后6cm", "en", "22.5cm high, 6cm folded", nil},
		{"滤芯×2、帐杆×1", "en", "2 filters, 1 pole", nil},
		{"两个前厅", "en", "2 porches", nil},
		{"1年", "en", "1 year", nil},
		{"8岁以上", "en", "Age 8 and up", nil},
		{"洁面", "en", "洁面", []string{"洁", "面"}},
		{"帐篷带前厅", "en", "Tent with porch", nil},
		{"帐篷 盒子", "en", "Tent, box", nil},
	} {
		got := g.Translate(test.from, test.to, nil)
		if got.Text != test.want || !slices.Equal(got.Left, test.left) {
			t.Errorf("%q in %s: %q, left %q; want %q, left %q", test.from, test.to, got.Text, got.Left, test.want, test.left)
		}
	}
}

func TestNames(t *testing.T) {
	g := small(t, "slate\t石板灰", "bottle\t瓶子\tnoun", "camp\t露营", "gas\t燃气")
	for _, test := range []struct {
		text  string
		names []string
		want  string
	}{
		{"Slate bottle", []string{"Slate"}, "Slate 瓶子"},
		{"slate bottle", []string{"Slate"}, "石板灰瓶子"}, // only as it is spelt
		{"DisplayPort bottle", nil, "DisplayPort 瓶子"},
		{"ANC bottle", nil, "ANC瓶子"},
		{"CAMP GAS QUUX", nil, "露营燃气 QUUX"},
	} {
		if got := g.Translate(test.text, Chinese, test.names); strings.ReplaceAll(got.Text, " ", "") != strings.ReplaceAll(test.want, " ", "") {
			t.Errorf("%q: %q, want %q", test.text, got.Text, test.want)
		}
	}
	if got := g.Translate("CAMP GAS QUUX", Chinese, nil); !slices.Equal(got.Left, []string{"QUUX"}) {
		t.Errorf("a word in capitals among others is no name: left %q", got.Left)
	}
}

func TestLoad(t *testing.T) {
	for _, test := range []string{"one cell", "a\tb\tc\td", "porch\t前厅\tverb", "porch\t", "\t前厅", "porch\t前厅\nporches\t门廊", "two way\t双向", "# hours\t小时"} {
		if _, err := Load(fstest.MapFS{"terms.tsv": {Data: []byte(test)}}); !errors.Is(err, ErrGlossary) {
			t.Errorf("%q: %v", test, err)
		}
	}
}

// The built-in glossary: no empty entries, nothing there twice, nothing in the other language's column.
func TestBuiltIn(t *testing.T) {
	g := builtIn(t)
	if g.Len() < 1000 {
		t.Fatalf("%d entries", g.Len())
	}
	var walk func(n *node, chinese bool)
	walk = func(n *node, chinese bool) {
		if e := n.entry; e != nil && e.class != grammar {
			for _, w := range e.en {
				if strings.ContainsFunc(w, isHan) || strings.TrimSpace(w) == "" {
					t.Errorf("%q in the English column", w)
				}
			}
			for _, w := range e.zh {
				if !strings.ContainsFunc(w, func(r rune) bool { return isHan(r) || r == '#' }) && w != "WiFi" {
					t.Errorf("%q in the Chinese column", w)
				}
			}
			if chinese {
				back := g.Translate(e.en[0], Chinese, nil)
				if len(back.Left) > 0 {
					t.Errorf("%q isn't known", e.en[0])
				}
			}
		}
		for _, next := range n.next {
			walk(next, chinese)
		}
	}
	walk(g.english, false)
	walk(g.chinese, true)
}

// Whatever a cell holds, numbers survive and nothing foreign is passed over in silence.
func TestNothingLost(t *testing.T) {
	g := builtIn(t)
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SliceOfN(rapid.SampledFrom([]string{"tent", "brass", "quux", "12", "cm", ",", "and", "with", "(", ")", "steel", "high", "2.5", "kg", "不锈钢", "铝", "。", "×", "x", "Serrated", "的", "-", "C", "°", "\"", "#", "/"}), 0, 12).Draw(t, "words")
		text := strings.Join(words, " ")
		for _, to := range []string{English, Chinese} {
			got := g.Translate(text, to, nil)
			for _, w := range words {
				if w == "12" || w == "2.5" {
					if strings.Count(got.Text, w) < 1 {
						t.Fatalf("%q in %s lost %q: %q", text, to, w, got.Text)
					}
				}
			}
			if to == Chinese && slices.Contains(words, "quux") && !slices.Contains(got.Left, "quux") {
				t.Fatalf("%q: quux isn't among %q", text, got.Left)
			}
		}
	})
}

func FuzzTranslate(f *testing.F) {
	g := builtIn(f)
	f.Add("Two porches, 42 x 14cm packed")
	f.Add("内胆316不锈钢，外壳304不锈钢，杯盖PP")
	f.Fuzz(func(t *testing.T, text string) {
		for _, to := range []string{English, Chinese} {
			if got := g.Translate(text, to, nil); len(got.Text) > 64*(len(text)+1) {
				t.Errorf("%q became %q", text, got.Text)
			}
		}
	})
}
