package sample

import (
	"testing"
)

func TestScripts(t *testing.T) {
	for _, test := range []struct {
		allowed Script
		text    string
		legal   bool
		words   []string
	}{
		{Latin, "A 350 ml mug, ½ price – “new” café", true, nil},
		{Latin, "mug 杯", false, nil},
		{Latin, "кружка", false, nil},
		{Han, "容量350ml的杯子，高12 cm。", true, nil},
		{Han, "这款mug很好", false, nil},
		{Han, "ケトル", false, nil},
		{Latin | Han, "这款 mug 很好", true, nil},
		{0, "кружка", true, nil},
		{Han, "Lowtide马克杯350ml，IP67", true, []string{"Lowtide", "ml", "IP"}},
		{Han, "Lowtides", false, []string{"Lowtide"}},
		{Han, "Low杯", false, []string{"Lowtide"}},
		{Han, "Low", true, []string{"Lowtide"}}, // may become one
		{Han, "350cups", false, []string{"Lowtide"}},
		{Latin, "any mug", true, []string{"Lowtide"}},
	} {
		g := NewGuard(Rules{Script: test.allowed, Words: test.words})
		if got := g.Token([]byte(test.text)).OK; got != test.legal {
			t.Errorf("%q in scripts %d: %v", test.text, test.allowed, got)
		}
	}
	// A listed word is whole at the text's end.
	for text, legal := range map[string]bool{"这款Low": false, "这款Lowtide": true, "这款": true, "350ml": true} {
		g := NewGuard(Rules{Script: Han, Words: []string{"Lowtide", "ml"}, Stop: []string{"\n"}})
		if got := g.Token([]byte(text + "\n")).OK; got != legal {
			t.Errorf("%q ended: %v", text, got)
		}
	}
	// A character is refused from its first byte on if it can't become a legal one.
	if g := NewGuard(Rules{Script: Latin}); g.Token([]byte("\xe6")).OK {
		t.Error("the first byte of a Chinese character was legal in Latin")
	}
	if g := NewGuard(Rules{}); g.Token([]byte("\xff")).OK {
		t.Error("a byte that no character has was legal")
	}
}
