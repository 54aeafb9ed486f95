package compose

import "testing"

func TestListing(t *testing.T) {
	for text, want := range map[string]bool{
		"Folding crank.": true,
		"100% European flax linen, 165 gsm; Oatmeal colour.":     true,
		"Flysheet made of 68D polyester with a 3000 mm coating.": true,
		"Regular fit with cuffs.":                                true,
		"It is made of linen; Colour: oatmeal.":                  true,
		"It has a folding crank.":                                false,
		"This pen darkens with use.":                             false,
		"Open, it stands 46 cm high.":                            false,
		"Inner ties hold the duvet in place.":                    false,
		"":                                                       false,
	} {
		if got := listing(text); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}

func TestInColour(t *testing.T) {
	j, err := composer(t).prepare(brief(product("T", "Title: Play tent", "Material: Cotton canvas; pine poles", "Colour: Cream with grey stars")))
	if err != nil {
		t.Fatal(err)
	}
	p := piece{slot: "description.0", facts: j.plan.sentences[0]}
	for text, want := range map[string]string{
		"It is made of cotton canvas, pine poles, and cream with grey stars.": "It is made of cotton canvas, pine poles, in cream with grey stars.",
		"Made of canvas and cream with grey stars.":                           "Made of canvas, in cream with grey stars.",
		"It is made of cotton canvas and is cream with grey stars.":           "It is made of cotton canvas and is cream with grey stars.",
		"It comes in canvas and cream with grey stars.":                       "It comes in canvas and cream with grey stars.",
	} {
		if got := j.tidy(p, text); got != want {
			t.Errorf("%q became %q", text, got)
		}
	}
}

func TestPruned(t *testing.T) {
	j, err := composer(t).prepare(brief(product("T", "Title: Dutch oven", "Description: Round, for all hobs.", "Material: Cast iron, three layers of enamel", "Colour: Juniper blue")))
	if err != nil {
		t.Fatal(err)
	}
	const head, listed = "This oven is round. It is suitable for all hobs.", "Cast iron with three layers of enamel, Juniper blue colour."
	page := func(description, bullet string) []Field {
		return []Field{{FieldTitle, "Dutch Oven, Juniper Blue"}, {FieldDescription, description}, {"bullet_1", bullet}}
	}
	for name, c := range map[string]struct {
		fields []Field
		want   string
	}{
		"a bullet has it":     {page(head+" "+listed, "Material: Cast iron, three layers of enamel"), head},
		"nothing else has it": {page(head+" "+listed, "Weight: 5 kg"), head + " " + listed},
		"too little is left":  {page("This oven is round. "+listed, "Material: Cast iron, three layers of enamel"), "This oven is round. " + listed},
		"the supplier's own":  {page(head+" Round, for all hobs.", "Round, for all hobs"), head + " Round, for all hobs."},
	} {
		if got := j.pruned(c.fields); got != c.want {
			t.Errorf("%s: %q", name, got)
		}
	}
}
