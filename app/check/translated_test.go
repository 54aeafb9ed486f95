package check

import (
	"slices"
	"strings"
	"testing"

	"shelftalk/app/catalog"
)

func TestTranslatedEvidence(t *testing.T) {
	fields := func(material, details string) catalog.Product {
		return catalog.Product{Key: "k", Fields: []catalog.Field{
			{Name: "Title", Role: catalog.Title, Value: "Lowtide burner"},
			{Name: "Material", Role: catalog.Attribute, Value: material},
			{Name: "Details", Role: catalog.Description, Value: details},
		}}
	}
	loose := "手柄 frobs quickly。"
	e := NewTranslated(fields("stainless steel, aluminium, 12 hours", "The handle frobs quickly."), Translation{
		Language: "zh", Product: fields("不锈钢、铝，12小时", loose), Names: []string{"Lowtide", "USB-C"}, Loose: []string{loose}, Unnamed: "",
	}, lexicon(t))
	if got := e.Foreign("Lowtide这款burner有USB-C，5 cm长，frobs"); !slices.Equal(got, []string{"burner", "frobs"}) {
		t.Errorf("foreign words %q", got)
	}
	if got := e.Latin(); !slices.Equal(got, []string{"C", "Lowtide", "USB"}) {
		t.Errorf("words that stay %q", got)
	}
	for text, want := range map[string]Kind{
		"Lowtide炉头用不锈钢、铝制成。":      "",
		"Lowtide炉头用不锈钢和铝制成，12小时。": "",
		"Lowtide炉头用不锈钢制成，13小时。":   Number,
		"Lowtide炉头用stainless钢制成。": Language,
		"Lowtide炉头用钛合金制成。":        Claim,
	} {
		var kinds []Kind
		for _, f := range Draft(Input{Fields: []Text{{"bullet_1", text}}, Evidence: e, Language: "zh"}) {
			if f.Severity == Must {
				kinds = append(kinds, f.Kind)
			}
		}
		if want == "" && len(kinds) > 0 || want != "" && !slices.Contains(kinds, want) {
			t.Errorf("%q: %q, want %q", text, kinds, want)
		}
	}
	said := e.Untranslated([]Text{{"description", "手柄转得很快。"}})
	if len(said) != 1 || said[0].Text == "" || !strings.Contains(said[0].Class, "frobs") {
		t.Errorf("a model's translation: %+v", said)
	}
	out := e.Untranslated([]Text{{"description", "炉头用铝制成。"}})
	if len(out) != 1 || out[0].Text != "" || !strings.Contains(out[0].Detail, "Left out") {
		t.Errorf("a fact that is left out: %+v", out)
	}
}

func TestKeepsFigures(t *testing.T) {
	for _, test := range []struct {
		fact, text string
		want       bool
	}{
		{"不锈钢机身，PP手柄", "机身和手柄都是不锈钢制成", false},
		{"不锈钢机身，PP手柄", "机身不锈钢，手柄PP", true},
		{"保冷24小时，保热12小时", "保热12小时", false},
	} {
		if got := KeepsFigures(test.fact, test.text); got != test.want {
			t.Errorf("%q in %q: %v", test.fact, test.text, got)
		}
	}
}
