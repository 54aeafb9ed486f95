package check

import (
	"slices"
	"testing"
)

func TestMadeOf(t *testing.T) {
	tent := []string{"title: Play Tent", "description: Play tent with mesh walls and long sleeves. Double wall vacuum.", "Material: Cotton canvas; pine poles", "Colour: Cream with grey stars", "Suits: Dogs from 10 to 40 kg"}
	cases := []struct {
		text string
		row  []string
		want []string
	}{
		// drafts of the two models
		{"It is made of cotton canvas, pine poles, and cream with grey stars.", tent, []string{"cream with grey stars"}},
		{"It is made of cotton canvas, with pine poles, and cream with grey stars.", tent, []string{"cream with grey stars"}},
		{"It is made of canvas, pine poles, and dogs from 10 to 40 kg.", tent, []string{"dogs from 10 to 40 kg"}},
		{"A cover made of Mustard.", []string{"title: Cover", "Colour: Mustard"}, []string{"Mustard"}},
		{"It is made of double wall vacuum technology, keeping drinks cold.", tent, []string{"double wall vacuum technology"}},
		{"This tent is made of mesh walls.", tent, []string{"mesh walls"}},
		{"It is made of long sleeves and has seams.", tent, []string{"long sleeves"}},
		{"This beard oil is made of cedar scented and is in a 30ml bottle.", []string{"title: Beard oil", "description: Cedar scented, 30ml bottle"}, []string{"cedar scented"}},
		{"This bottle is made of double wall vacuum bottles.", []string{"title: Bottle", "Pack contents: Bottle, brush"}, []string{"double wall vacuum bottles"}},
		{"This tent is made of a play tent with mesh walls.", tent, []string{"a play tent"}},
		// nothing wrong
		{"It is made of cotton canvas and pine poles, and it is cream with grey stars.", tent, nil},
		{"It is made of cotton canvas with long sleeves, cream with grey stars.", tent, nil},
		{"It is made of pine, and cream in colour.", tent, nil},
		{"It is made of pine and a cream colour.", tent, nil},
		{"It is made of canvas and comes in cream with grey stars.", tent, nil},
		{"The desk is made of walnut.", []string{"title: Walnut desk", "Colour: Walnut"}, nil},
		{"The glass is made of recycled glass.", []string{"title: Drinking glass", "Material: Recycled glass"}, nil},
		{"These shears are made for branches.", []string{"title: Shears"}, nil},
		{"The blade is made of steel, and the handle is made of walnut.", []string{"title: Knife", "Material: Blade: steel; handle: walnut", "Colour: Walnut"}, nil},
	}
	for _, c := range cases {
		var got []string
		for _, f := range findings(t, "description", c.text, "en", c.row...) {
			if f.Class == "material" {
				got = append(got, f.Text)
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%q: no material %q, want %q", c.text, got, c.want)
		}
	}
}

func TestMaker(t *testing.T) {
	shirt := []string{"title: Women's Mulberry Silk Shirt", "brand: Hollin Row", "Material: 100% mulberry silk", "Origin: Czech Republic", "description: For French press and from Kyoto"}
	cases := []struct {
		text string
		want []string
	}{
		{"This shirt from LitterBox has a small collar.", []string{"LitterBox"}},
		{"A leave-in hair oil from Camellia that is light.", []string{"Camellia"}},
		{"This shirt from Hollin Row is soft.", nil},
		{"A shirt from Hollin Row.", nil},
		{"It comes from the Czech Republic.", nil},
		{"A cup from Kyoto with a lid.", nil},
		{"It is made from FSC paper and from PET.", nil},
		{"18 settings, from Espresso to French press.", nil},
		{"It is woven from Mulberry silk.", nil},
	}
	for _, c := range cases {
		var got []string
		for _, f := range findings(t, "description", c.text, "en", shirt...) {
			if f.Class == "origin" && f.Detail[:len("The row doesn't say that")] == "The row doesn't say that" {
				got = append(got, f.Text)
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%q: from %q, want %q", c.text, got, c.want)
		}
	}
}
