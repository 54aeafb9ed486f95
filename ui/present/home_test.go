package present

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"shelftalk/app/catalog"
	"shelftalk/app/compose"
	"shelftalk/app/studio"
	"shelftalk/assets"
)

func english(t *testing.T) Say {
	t.Helper()
	words, err := LoadWords(assets.Lang, "lang")
	if err != nil {
		t.Fatal(err)
	}
	return words.Say("en")
}

func TestDialReadsBetweenMeasuredPlaces(t *testing.T) {
	d := loadDial(fstest.MapFS{"prompts/dial.json": {Data: []byte(
		`{"points":[{"careful":0,"look":40,"copied":10},{"careful":0.5,"look":20,"copied":30},{"careful":1,"look":4,"copied":50}]}`)}})
	for careful, want := range map[float64]dialPoint{
		0: {0, 40, 10}, 0.25: {0.25, 30, 20}, 0.5: {0.5, 20, 30}, 0.75: {0.75, 12, 40}, 1: {1, 4, 50}, 2: {1, 4, 50},
	} {
		if got := d.at(careful); got != want {
			t.Errorf("at %v: %+v, want %+v", careful, got, want)
		}
	}
	if got := d.say(english(t), 0.25); !strings.Contains(got, "30 of 100 sample drafts need a look") || !strings.Contains(got, "20 %") {
		t.Errorf("it says %q", got)
	}
}

func TestDialWithoutFiguresSpeaksInWords(t *testing.T) {
	for name, files := range map[string]fstest.MapFS{
		"no file": {}, "damaged": {"prompts/dial.json": {Data: []byte("{")}}, "one point": {"prompts/dial.json": {Data: []byte(`{"points":[{"careful":1}]}`)}},
	} {
		if got := loadDial(files).say(english(t), 1); got == "" || strings.ContainsAny(got, "0123456789%") {
			t.Errorf("%s: it says %q", name, got)
		}
	}
}

func TestPhrasesAreSplitAsPeopleTypeThem(t *testing.T) {
	for text, want := range map[string][]string{
		"":                                   nil,
		"cheap":                              {"cheap"},
		"cheap, low cost ;\n best ever \n\n": {"cheap", "low cost", "best ever"},
		"便宜、劣质，最好；第一":                        {"便宜", "劣质", "最好", "第一"},
		"once\nonce":                         {"once"},
	} {
		if got := Phrases(text); !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestLeafOfACategory(t *testing.T) {
	for category, want := range map[string]string{
		"": "", "Tents": "Tents", "Outdoor > Camping > Tents": "Tents", "家居/家纺/毛巾": "毛巾", "Outdoor > ": "Outdoor > ", "A|B": "B", "灯具›台灯": "台灯",
	} {
		if got := leaf(category); got != want {
			t.Errorf("%q: %q, want %q", category, got, want)
		}
	}
}

// Every product is in exactly one filter besides "all".
func TestProductFilters(t *testing.T) {
	for _, c := range []struct {
		status   studio.ProductStatus
		findings int
		want     ProductFilter
	}{
		{studio.ProductNone, 0, ProductsNone},
		{studio.ProductDraft, 0, ProductsDraft},
		{studio.ProductDraft, 2, ProductsLook},
		{studio.ProductEdited, 1, ProductsLook},
		{studio.ProductApproved, 1, ProductsApproved},
		{studio.ProductExported, 0, ProductsExported},
		{studio.ProductThin, 0, ProductsTrouble},
		{studio.ProductFailed, 0, ProductsTrouble},
	} {
		v := studio.ProductView{Product: catalog.Product{Key: "A"}, Status: c.status, Findings: c.findings}
		if got := filterOfProduct(v); got != c.want {
			t.Errorf("%s with %d findings is in %q, want %q", c.status, c.findings, got, c.want)
		}
		if chip := productChip(english(t), v); chip.Text == "" || strings.Contains(chip.Text, ".") {
			t.Errorf("%s shows %q", c.status, chip.Text)
		}
	}
}

func TestOwnRulesetsAreNamedUntilRenamed(t *testing.T) {
	words, err := LoadWords(assets.Lang, "lang")
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range compose.Rulesets() {
		if got := rulesetName(words.Say("zh"), r); got == r.Name || strings.Contains(got, ".") {
			t.Errorf("in Chinese %q is %q", r.Name, got)
		}
		r.Name = "Ours"
		if got := rulesetName(words.Say("zh"), r); got != "Ours" {
			t.Errorf("a renamed one is %q", got)
		}
	}
}

func TestOdditiesAreSaidInTheWindowsLanguage(t *testing.T) {
	words, err := LoadWords(assets.Lang, "lang")
	if err != nil {
		t.Fatal(err)
	}
	if got := oddity(words.Say("en"), "stray_quote", "row 4: a quote in the middle", 4, ""); got != "row 4: a quote in the middle" {
		t.Errorf("in English %q", got)
	}
	if got := oddity(words.Say("zh"), "stray_quote", "row 4: a quote in the middle", 4, "描述"); !strings.HasPrefix(got, "第 4 行，描述：") {
		t.Errorf("in Chinese %q", got)
	}
}
