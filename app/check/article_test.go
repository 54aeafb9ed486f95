package check

import "testing"

func TestArticled(t *testing.T) {
	cases := []struct{ text, want string }{
		// from drafts of the standard model
		{"It comes with a 18 cm cable.", "It comes with an 18 cm cable."},
		{"with a 18.5 micron texture", "with an 18.5 micron texture"},
		{"torque settings and a LED work light", "torque settings and an LED work light"},
		{"A adjustable kettlebell", "An adjustable kettlebell"},
		{"It has a steel nib with a F tip.", "It has a steel nib with an F tip."},
		{"An elevated bowl. A elevated bowl.", "An elevated bowl. An elevated bowl."},
		{"a Osmerby knife and an Murrow hub", "an Osmerby knife and a Murrow hub"},
		{"an 4-tier shelf, an 100 W hub, a 8 oz cup, a 80 mm fan", "a 4-tier shelf, a 100 W hub, an 8 oz cup, an 80 mm fan"},
		{"a 11,000 mAh bank, an 1,100 g pack", "an 11,000 mAh bank, a 1,100 g pack"},
		{"an USB-C port, an unit, an European plug, an one-piece body, a hour", "a USB-C port, a unit, a European plug, a one-piece body, an hour"},
		{"a umbrella (a item)", "an umbrella (an item)"},
		{"a A5 notebook, an T-shirt", "an A5 notebook, a T-shirt"},
		// right, or said in two ways
		{"a USB hub, a universal plug, an SD card, an HDMI cable, an X-shaped base", "a USB hub, a universal plug, an SD card, an HDMI cable, an X-shaped base"},
		{"a one-year warranty, an hour, an heirloom, a house, a UV filter", "a one-year warranty, an hour, an heirloom, a house, a UV filter"},
		{"a SIM tray, a LAN port, an historic style, a historic style, a 1800 W motor, a 0.5 mm tip", "a SIM tray, a LAN port, an historic style, a historic style, a 1800 W motor, a 0.5 mm tip"},
		{"Vitamin A oil, Grade A eggs, vitamin A and E, plan a or b", "Vitamin A oil, Grade A eggs, vitamin A and E, plan a or b"},
		{"a 1/8 inch jack, 5 a day, a eucalyptus scent", "a 1/8 inch jack, 5 a day, a eucalyptus scent"},
		{"Banana oil, a", "Banana oil, a"},
		{"", ""},
	}
	for _, c := range cases {
		if got := Articled(c.text); got != c.want {
			t.Errorf("%q: %q, want %q", c.text, got, c.want)
		}
	}
}

func TestArticleIsAFinding(t *testing.T) {
	got := findings(t, "bullet_1", "Has a LED light", "en", "Light: LED")
	if len(got) != 1 || got[0].Kind != Grammar || got[0].Text != "a LED" || got[0].Class != "an LED" {
		t.Errorf("%+v", got)
	}
}
