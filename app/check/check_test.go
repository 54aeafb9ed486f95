package check

import (
	"os"
	"slices"
	"strings"
	"testing"

	"shelftalk/app/catalog"
	"shelftalk/app/channel"
)

func lexicon(t testing.TB) *Lexicon {
	t.Helper()
	l, err := LoadLexicon(os.DirFS("../../assets/lexicons"))
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// row makes a product of "role name: value" lines; without a role it is an attribute.
func row(lines ...string) catalog.Product {
	p := catalog.Product{Key: "k", Row: 2}
	for _, line := range lines {
		name, value, _ := strings.Cut(line, ": ")
		role := catalog.Role(name)
		if !slices.Contains([]catalog.Role{catalog.Title, catalog.Brand, catalog.Category, catalog.Price, catalog.Description}, role) {
			role = catalog.Attribute
		}
		p.Fields = append(p.Fields, catalog.Field{Name: name, Role: role, Value: value})
	}
	return p
}

func TestNumbers(t *testing.T) {
	cases := []struct {
		name, text string
		row        []string
		wrong      []string
	}{
		{"as in the row", "It holds 350 ml.", []string{"Capacity: 350 ml"}, nil},
		{"glued unit", "It holds 350 ml.", []string{"Capacity: 350ml"}, nil},
		{"other value", "It holds 400 ml.", []string{"Capacity: 350 ml"}, []string{"400"}},
		{"other unit", "It weighs 350 g.", []string{"Capacity: 350 ml"}, []string{"350"}},
		{"converted", "It weighs 1.5 kg.", []string{"Weight: 1500 g"}, nil},
		{"thousands", "A water column of 10000 mm", []string{"Water column: 10,000 mm"}, nil},
		{"continental", "1299 grams", []string{"Gewicht: 1.299,00 g"}, nil},
		{"decimal comma", "It holds 0.5 l.", []string{"Volume: 0,5 l"}, nil},
		{"word for figure", "A sofa with 2 seats", []string{"title: Two seater sofa"}, nil},
		{"figure for word", "A two-seater sofa", []string{"title: Sofa, 2 seats"}, nil},
		{"word from nowhere", "It has four pockets.", []string{"title: Coat"}, []string{"four"}},
		{"one isn't counted", "One of a kind, one piece", []string{"title: Coat"}, nil},
		{"pair isn't counted", "A pair of shoes", []string{"title: Shoes"}, nil},
		{"dimension string", "18 cm wide, 7 cm deep", []string{"Size: 18 x 7 x 7 cm"}, nil},
		{"dimension in another unit", "It is 18 mm wide.", []string{"Size: 18 x 7 x 7 cm"}, []string{"18"}},
		{"range", "from 2700 K to 6500 K", []string{"Colour temperature: 2700-6500 K"}, nil},
		{"length of a list", "It comes in three colours.", []string{"Colour: Sand, Ink, Coral"}, nil},
		{"price", "for $49", []string{"price: $49.00"}, nil},
		{"Chinese", "容量500毫升，保温12小时", []string{"容量: 500ml", "保温: 12小时"}, nil},
		{"Chinese numeral", "两个抽屉，三层", []string{"抽屉: 2个"}, []string{"三"}},
		{"twelve in Chinese", "十二种颜色", []string{"颜色: 12种"}, nil},
		{"numeral in a word", "三角形，万能，四季", []string{"标题: 挂件"}, nil},
		{"another unit in Chinese", "19mm桑蚕丝衬衫", []string{"材质: 100%桑蚕丝（19姆米）"}, []string{"19"}},
		{"silk's weight", "19姆米桑蚕丝衬衫", []string{"材质: 100%桑蚕丝（19 momme）"}, nil},
		{"full width", "容量５００毫升", []string{"容量: 500毫升"}, nil},
		{"inside a model's name", "IPX7 and USB-C 3", []string{"防水: IPX7", "port: USB-C 3"}, nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			found := findings(t, "bullet_1", c.text, "", c.row...)
			var got []string
			for _, f := range found {
				if f.Kind == Number {
					got = append(got, f.Text)
				}
			}
			if !slices.Equal(got, c.wrong) {
				t.Errorf("%q with %q: numbers %q, want %q", c.text, c.row, got, c.wrong)
			}
		})
	}
}

// findings judges one field; language "" is guessed from the text.
func findings(t *testing.T, field, text, language string, lines ...string) []Finding {
	t.Helper()
	if language == "" {
		language = "en"
		if strings.IndexFunc(text, isHan) >= 0 {
			language = "zh"
		}
	}
	return Draft(Input{
		Fields:   []Text{{field, text}},
		Evidence: NewEvidence(row(lines...), lexicon(t)),
		Language: language,
		Labels:   []string{"Title", "标题"},
		Examples: []string{"Kettlewell"},
		Never:    []string{"cheap"},
		MaxWords: 120,
	})
}

func TestKinds(t *testing.T) {
	cases := []struct {
		name, field, text string
		language          string
		row               []string
		want              string // kind:class:text, comma separated
	}{
		{"clean", "description", "This mug is made of stoneware and holds 350 ml.", "en", []string{"title: Mug", "Material: stoneware", "Capacity: 350 ml"}, ""},
		{"quality", "bullet_1", "Made of high-quality beads", "en", []string{"title: Beaded bracelet"}, "claim:quality:high-quality"},
		{"material", "bullet_1", "Handle of stainless steel", "en", []string{"Handle: steel"}, "claim:material:stainless steel"},
		{"part of the row's material", "bullet_1", "Handle of steel", "en", []string{"Handle: stainless steel"}, ""},
		{"sealed", "bullet_1", "Leather strap", "en", []string{"Strap: faux leather"}, "claim:material:Leather"},
		{"sealed, itself", "bullet_1", "Faux leather strap", "en", []string{"Strap: faux leather"}, ""},
		{"Chinese material", "bullet_1", "纯棉面料", "zh", []string{"材质: 牛津布"}, "claim:material:纯棉"},
		{"backed in the other language", "bullet_1", "橡木桌面", "zh", []string{"Top: oak"}, ""},
		{"not means no", "bullet_1", "Dishwasher safe", "en", []string{"Care: Not dishwasher safe"}, "claim:effect:Dishwasher safe"},
		{"opposite", "bullet_1", "Wide collar", "en", []string{"Collar: narrow"}, "claim:contradiction:Wide"},
		{"banned", "bullet_1", "A cheap thing", "en", nil, "banned::cheap"},
		{"leak", "bullet_1", "Kettlewell stool", "en", []string{"title: Stool"}, "leak::Kettlewell"},
		{"no leak", "bullet_1", "Kettlewell stool", "en", []string{"title: Kettlewell stool"}, ""},
		{"empty", "title", "  ", "en", nil, "empty::"},
		{"bold", "bullet_1", "A **red** thing", "en", []string{"Colour: red"}, "markup::**,markup::**"},
		{"label", "title", "Title: Mug", "en", []string{"title: Mug"}, "markup::Title:"},
		{"tag", "bullet_1", "Red<br>mug", "en", []string{"Colour: red mug"}, "markup::<br>"},
		{"less than", "bullet_1", "Noise < 30 dB", "en", []string{"Noise: < 30 dB"}, ""},
		{"Chinese in English", "bullet_1", "Red 红色 mug", "en", []string{"Colour: red"}, "language::红色"},
		{"English in Chinese", "bullet_1", "这个 green mug 是", "zh", []string{"颜色: 红"}, "language::green mug"},
		{"the row's Latin in Chinese", "bullet_1", "支持 Bluetooth", "zh", []string{"连接: Bluetooth"}, ""},
		{"Cyrillic", "bullet_1", "Red кружка", "en", []string{"Colour: red"}, "language::к"},
		{"said twice", "description", "It is red. It is red.", "en", []string{"Colour: red"}, "repeat::It is red."},
		{"excluded", "bullet_1", "For children under 3 years", "en", []string{"Note: Age 4+. Not for children under 3 years: small parts."}, "claim:contradiction:For children under 3 years"},
		{"excluded, and said so", "bullet_1", "Not for children under 3 years", "en", []string{"Note: Age 4+. Not for children under 3 years: small parts."}, ""},
		{"excluded in Chinese", "bullet_1", "可放入洗碗机", "zh", []string{"保养: 不可放入洗碗机、微波炉"}, "claim:contradiction:可放入洗碗机"},
		{"stutter", "bullet_1", "防止猫砂带带出", "zh", []string{"说明: 防止猫砂带出"}, "repeat::带带"},
		{"a word of two", "bullet_1", "常常清洗", "zh", []string{"说明: 常清洗"}, ""},
		{"filler", "description", "It is red. What else is there to say?", "en", []string{"Colour: red"}, "filler::What else is there to say?"},
		{"cut", "description", "It is red and", "en", []string{"Colour: red"}, "cut::and"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			for _, f := range findings(t, c.field, c.text, c.language, c.row...) {
				if f.Text != c.text[f.Start:f.End] {
					t.Errorf("text %q, but bytes %d to %d are %q", f.Text, f.Start, f.End, c.text[f.Start:f.End])
				}
				if f.Detail == "" {
					t.Errorf("%s without a reason", f.Kind)
				}
				got = append(got, string(f.Kind)+":"+f.Class+":"+f.Text)
			}
			if c.name == "bold" {
				got = append(got, got...) // the marker is reported once
			}
			if strings.Join(got, ",") != c.want {
				t.Errorf("%q: %q, want %q", c.text, strings.Join(got, ","), c.want)
			}
		})
	}
}

func TestLimits(t *testing.T) {
	in := Input{
		Fields:   []Text{{"title", "武夷肉桂茶"}, {"seo_title", "Mug"}},
		Evidence: NewEvidence(row("title: 武夷肉桂茶"), lexicon(t)),
		Language: "zh",
		Limit: func(field string) (channel.Field, bool) {
			return channel.Field{Max: 8, Unit: channel.DoubleWidth, Hard: true}, field == "title"
		},
	}
	found := Draft(in)
	if len(found) == 0 || found[0].Kind != Length || found[0].Got != 10 || found[0].Limit != 8 || found[0].Severity != Must {
		t.Errorf("five wide characters against eight: %+v", found)
	}
}

func TestBulletsAlike(t *testing.T) {
	found := Draft(Input{
		Fields:   []Text{{"bullet_1", "Made of solid oak"}, {"bullet_2", "Solid oak made"}, {"bullet_3", "Weighs 2 kg"}},
		Evidence: NewEvidence(row("Material: solid oak", "Weight: 2 kg"), lexicon(t)),
		Language: "en",
	})
	if len(found) != 1 || found[0].Field != "bullet_2" || found[0].Kind != Repeat {
		t.Errorf("got %+v", found)
	}
}

func TestSentences(t *testing.T) {
	cases := map[string][]string{
		"It holds 0.5 l. It is red!":    {"It holds 0.5 l.", "It is red!"},
		"Weighs approx. 3 kg":           {"Weighs approx. 3 kg"},
		"容量5升。红色！":                      {"容量5升。", "红色！"},
		"“It is red.” So it is.":        {"“It is red.”", "So it is."},
		"No end":                        {"No end"},
		"First line\nsecond line. ":     {"First line", "second line."},
		"Use with Dr. Martens. Not it.": {"Use with Dr. Martens.", "Not it."},
		"":                              nil,
	}
	for text, want := range cases {
		var got []string
		for _, s := range Sentences(text) {
			got = append(got, text[s.Start:s.End])
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestTraces(t *testing.T) {
	e := NewEvidence(row("title: Desk Lamp", "brand: Orrin", "Arm: foldable aluminium arm", "description: Desk lamp with touch control."), lexicon(t))
	text := "The Orrin lamp has a foldable aluminium arm and touch control."
	var got []string
	for _, s := range e.Traces(text) {
		got = append(got, text[s.Start:s.End]+"="+e.product.Fields[s.Fact].Name)
	}
	want := []string{"Orrin=brand", "lamp=description", "foldable aluminium arm=Arm", "touch control=description"}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestNumbersForTheDecoder(t *testing.T) {
	e := NewEvidence(row("title: Two seater sofa", "Size: 152 x 84 cm", "Load: 1,200 kg", "price: $499"), lexicon(t))
	got := e.Numbers()
	for _, want := range []string{"2", "152", "84", "1,200", "1200"} {
		if !slices.Contains(got, want) {
			t.Errorf("%q isn't in %q", want, got)
		}
	}
	if slices.Contains(got, "499") {
		t.Error("the price is among the numbers")
	}
}

func TestRepeats(t *testing.T) {
	for _, c := range []struct {
		text, said string
		want       bool
	}{
		{"Coconut buttons", "Linen cover with coconut buttons", true},
		{"Load 12 kg per shelf", "Each shelf carries 12 kg; load it well", true},
		{"Load 12 kg per shelf", "Each shelf carries 15 kg; load it well", false},
		{"Not dishwasher safe", "Dishwasher safe lid", false},
		{"Isn't dishwasher safe", "Dishwasher safe lid", false},
		{"Not dishwasher safe", "The lid is not dishwasher safe", true},
		{"带登山扣", "食品级硅胶，带登山扣", true},
		{"不含香精", "含香精", false},
		{"Three years", "Oak", false},
	} {
		if got := Repeats(c.text, c.said); got != c.want {
			t.Errorf("%q behind %q: %v", c.text, c.said, got)
		}
	}
}

func TestTiled(t *testing.T) {
	e := NewEvidence(row("title: 听澜真无线蓝牙耳机", "颜色: 墨黑；月白", "说明: IPX4防水溅"), lexicon(t))
	for text, want := range map[string]bool{"听澜蓝牙耳机 防水溅 墨黑": true, "IPX4真无线耳机": true, "蓝牙耳机 毛黑": false, "蓝牙耳机 水防水溅": false} {
		if got := e.Tiled(text); got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}

func TestSameness(t *testing.T) {
	texts := []string{"This mug is made of stoneware and holds 350 ml.", "A lamp with a foldable arm.", "This mug is made of stoneware and holds 250 ml."}
	pairs := Sameness(texts, 0.3)
	if len(pairs) != 1 || pairs[0].A != 0 || pairs[0].B != 2 {
		t.Errorf("got %+v", pairs)
	}
	if Opening(texts[0]) != Opening(texts[2]) || Opening(texts[0]) == Opening(texts[1]) {
		t.Error("openings are compared wrongly")
	}
}

func FuzzDraft(f *testing.F) {
	l := lexicon(f)
	f.Add("It holds 1,299.00 ml… “two” 两个 ５０ <b>", "title: 武夷 two 18 x 7cm")
	f.Add("\xff\xfe. 。！\"", "Material: faux leather\xff")
	f.Fuzz(func(t *testing.T, text, field string) {
		e := NewEvidence(row(field, "Material: oak", "description: "+text), l)
		for _, lang := range []string{"en", "zh"} {
			for _, d := range Draft(Input{Fields: []Text{{"description", text}}, Evidence: e, Language: lang, Hooks: 1}) {
				if d.Text != text[d.Start:d.End] && d.Kind != Empty {
					t.Fatalf("%+v isn't %q", d, text[d.Start:d.End])
				}
			}
		}
		e.Traces(text)
		e.CopiedShare(text)
	})
}
