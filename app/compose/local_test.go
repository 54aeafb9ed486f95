package compose

import (
	"context"
	"slices"
	"strings"
	"testing"

	"shelftalk/app/check"
	"shelftalk/inference"
)

func chinese(b Brief) Brief {
	b.Language = Chinese
	return b
}

// A row in another language is planned, printed and shown in the draft's.
func TestTranslatedPlan(t *testing.T) {
	c := composer(t)
	row := product("t", "Title: Tarnwick Ridge 2 Person Tent", "Brand: Tarnwick", "Description: Screw lid with carry loop. It frobs quickly.",
		"Material: stainless steel, brass", "Feature: Piezo ignition", "Size: 42 x 14cm packed", "Power: 2600W", "Care: Do not machine wash.")
	j, err := c.prepare(chinese(brief(row)))
	if err != nil {
		t.Fatal(err)
	}
	if j.plan.title != "Tarnwick Ridge 2人帐篷" {
		t.Errorf("title %q", j.plan.title)
	}
	if got := j.plan.product.Value("brand"); got != "Tarnwick" {
		t.Errorf("brand %q", got)
	}
	printed := ""
	for _, text := range j.printed {
		printed += text + "\n"
	}
	for _, want := range []string{"压电点火", "不锈钢、黄铜", "收纳后42×14cm"} {
		if !strings.Contains(printed, want) {
			t.Errorf("no %q among the printed bullets:\n%s", want, printed)
		}
	}
	if j.rules.Script != inference.Han {
		t.Errorf("scripts %d", j.rules.Script)
	}
	for word, legal := range map[string]bool{"Tarnwick": true, "Ridge": true, "W": true, "cm": true, "frobs": false, "brass": false, "Hz": false} {
		if slices.Contains(j.rules.Words, word) != legal {
			t.Errorf("%q may be written: %v", word, !legal)
		}
	}
}

// A brand without a Latin spelling isn't named in English, and that is said.
func TestUnnamedBrand(t *testing.T) {
	c := composer(t)
	b := brief(product("t", "Title: 栖谷316不锈钢保温杯 480ml", "Brand: 栖谷", "材质: 内胆316不锈钢，外壳304不锈钢", "颜色: 米白、松绿", "尺寸: 高22.5cm"))
	j, err := c.prepare(b)
	if err != nil {
		t.Fatal(err)
	}
	if j.plan.title != "316 Stainless Steel Vacuum Flask 480ml" || j.plan.brand() != "" {
		t.Errorf("title %q, brand %q", j.plan.title, j.plan.brand())
	}
	found := c.verdict(j, []Field{{Name: FieldTitle, Text: j.plan.title}}, nil)
	if len(found) != 1 || found[0].Kind != check.Translated || !strings.Contains(found[0].Detail, "栖谷") {
		t.Errorf("found %+v", found)
	}
}

// What the model translates by itself is flagged, as is what is left out, and a word left in the row's language is a fault.
func TestTranslatedDraft(t *testing.T) {
	row := product("m", "Title: Harbour mug", "Brand: Lowtide", "Description: Ceramic mug. It frobs the handle quickly.", "Material: stoneware", "Capacity: 350ml", "Care: Dishwasher safe")
	for _, test := range []struct {
		sentence string
		want     check.Kind
		severity check.Severity
	}{
		{"这款马克杯的手柄转得很快。", check.Translated, check.Should},
		{"这款mug的手柄转得很快。", check.Language, check.Must},
	} {
		g := &script{answer: func(_ inference.Request, slot string) string {
			if fieldOf(slot) == FieldDescription {
				return test.sentence
			}
			return "Lowtide陶瓷马克杯，可用洗碗机清洗"
		}}
		tuned := composer(t).Tuned(Tuning{NoRepair: true})
		for out, err := range tuned.Compose(context.Background(), g, slices.Values([]Brief{chinese(brief(row))}), Options{}) {
			if err != nil || out.Err != nil {
				t.Fatal(err, out.Err)
			}
			v := out.Draft.Current()
			tuned.Recheck(chinese(brief(row)), &v)
			if !slices.ContainsFunc(v.Findings, func(f check.Finding) bool { return f.Kind == test.want && f.Severity == test.severity }) {
				t.Errorf("%q: %+v", test.sentence, v.Findings)
			}
		}
	}
}

// A row of the draft's own language is left alone.
func TestOwnLanguage(t *testing.T) {
	c := composer(t)
	if e := c.Evidence(brief(mug("m"))); e.Translated() || e.Foreign("马克杯") != nil {
		t.Error("an English row was translated for an English draft")
	}
	if got := c.Evidence(chinese(brief(mug("m")))); !got.Translated() || got.Language() != "zh" {
		t.Errorf("an English row in Chinese: %s", got.Language())
	}
}

func TestTranslatedTitle(t *testing.T) {
	c := composer(t)
	for want, row := range map[string][]string{
		"Murrow USB-C扩展坞 7合1":    {"Title: USB-C Hub 7 in 1", "Brand: Murrow"},
		"Tarnwick露营折叠燃气炉头":       {"Title: CAMP STOVE FOLDING GAS BURNER", "Brand: Tarnwick"},
		"Lanthorn落地灯 弧形":         {"Title: Floor lamp, arc", "Brand: Lanthorn"},
		"Sallowfield瑜伽垫 天然橡胶4mm": {"Title: Yoga Mat Natural Rubber 4mm", "Brand: Sallowfield"},
	} {
		j, err := c.prepare(chinese(brief(product("t", append(row, "Colour: Grey", "Care: Wipe clean")...))))
		if err != nil {
			t.Fatal(err)
		}
		if got := j.pieces[0].fixed; got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
