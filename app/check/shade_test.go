package check

import (
	"slices"
	"testing"

	"shelftalk/app/catalog"
)

func TestShadeOfAColour(t *testing.T) {
	cases := []struct {
		text  string
		row   string
		wrong []string
	}{
		{"It is in a light grey colour.", "Colour: Heather grey", []string{"light grey"}},
		{"A crew neck in light grey.", "Colour: Heather grey", []string{"light grey"}},
		{"A crew neck in heather grey.", "Colour: Heather grey", nil},
		{"A crew neck in heather gray.", "Colour: Heather grey", nil},
		{"A light-grey crew neck.", "Colour: Light Grey", nil},
		{"It comes in dark blue.", "Colour: Blue", []string{"dark blue"}},
		{"A light, grey crew neck.", "Colour: Grey", nil},
		{"A soft crew neck in grey.", "Colour: Grey", nil},
		{"A soft grey crew neck.", "Colour: Grey", nil},
		{"A pale blue shirt.", "Colour: Light blue", nil},
		{"The lamp gives warm white light.", "Light: white, 4000 K", []string{"warm white"}},
		{"It gives a warm light. White shade.", "Colour: White", nil},
		{"The lamp gives warm white light.", "Light: warm white, 2700 K", nil},
		{"浅灰色圆领衫", "颜色: 麻灰色", []string{"浅灰"}},
		{"深蓝色圆领衫", "颜色: 深蓝", nil},
		{"颜色由浅入深，红色款", "颜色: 红色", nil},
	}
	for _, c := range cases {
		t.Run(c.text, func(t *testing.T) {
			var got []string
			for _, f := range findings(t, "bullet_1", c.text, "", c.row) {
				if f.Class == "colour" {
					got = append(got, f.Text)
				}
			}
			if !slices.Equal(got, c.wrong) {
				t.Errorf("%q with %q: shades %q, want %q", c.text, c.row, got, c.wrong)
			}
		})
	}
}

// Sentences that the standard model wrote for rows of the sample catalogue.
func TestClaimsSeenInDrafts(t *testing.T) {
	cases := []struct {
		text, row, wrong string
	}{
		{"It is made for screw-on cartridges and is EN 417 compliant.", "description: Burner for screw-on cartridges (EN 417)", "compliant"},
		{"The plug is RoHS compliant.", "description: RoHS compliant plug", ""},
		{"Made of 100% cotton, waxed for a warm feel", "Material: 100% cotton, waxed", "warm feel"},
		{"It has 40mm drivers for clear audio.", "description: 40mm drivers", "clear audio"},
		{"Protection, which automatically turns off", "Feature: Boil-dry protection", "automatically turns off"},
		{"It turns off automatically.", "Feature: Switches itself off", ""},
	}
	for _, c := range cases {
		t.Run(c.text, func(t *testing.T) {
			got := ""
			for _, f := range findings(t, "bullet_1", c.text, "", c.row) {
				if f.Kind == Claim {
					got = f.Text
				}
			}
			if got != c.wrong {
				t.Errorf("%q with %q: claim %q, want %q", c.text, c.row, got, c.wrong)
			}
		})
	}
}

// A colour that was left in the row's language may be any shade; one that was translated is what it says.
func TestShadeOfATranslatedColour(t *testing.T) {
	of := func(colour string) catalog.Product {
		return catalog.Product{Key: "k", Fields: []catalog.Field{
			{Name: "Title", Role: catalog.Title, Value: "Crew neck"},
			{Name: "Colour", Role: catalog.Attribute, Value: colour},
		}}
	}
	for translated, want := range map[string]int{"light grey": 0, "浅灰": 0, "麻灰": 1} {
		e := NewTranslated(of("light grey"), Translation{Language: "zh", Product: of(translated)}, lexicon(t))
		got := 0
		for _, f := range Draft(Input{Fields: []Text{{"bullet_1", "浅灰色圆领衫"}}, Evidence: e, Language: "zh"}) {
			if f.Class == "colour" {
				got++
			}
		}
		if got != want {
			t.Errorf("translated as %q: %d findings, want %d", translated, got, want)
		}
	}
}
