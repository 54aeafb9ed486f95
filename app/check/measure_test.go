package check

import (
	"slices"
	"strings"
	"testing"
)

func TestNumberOfAnotherMeasure(t *testing.T) {
	cases := []struct {
		name, text string
		row        []string
		wrong      []string
	}{
		{"qualifier cut off", "折叠桌，重30kg，稳固耐用", []string{"承重: 承重30kg"}, []string{"30"}},
		{"header tells", "桌子重30kg", []string{"承重: 30kg"}, []string{"30"}},
		{"as in the row", "桌子承重30kg", []string{"承重: 30kg"}, nil},
		{"with a link", "最大承重可达30kg", []string{"最大承重: 30kg"}, nil},
		{"cut off in English", "The shelf weighs 30 kg.", []string{"Max load: 30 kg"}, []string{"30"}},
		{"in grams", "The shelf weighs 30000 g.", []string{"Max load: 30 kg"}, []string{"30000"}},
		{"with about", "The shelf weighs about 30 kg.", []string{"Weight capacity: 30 kg"}, []string{"30"}},
		{"holds", "It holds up to 30 kg.", []string{"Weight capacity: 30 kg"}, nil},
		{"max weight", "With a load of 30 kg", []string{"Max weight: 30 kg"}, nil},
		{"row has both", "It weighs 30 kg.", []string{"Max load: 30 kg", "Weight: 30 kg"}, nil},
		{"weight", "It weighs 1.5 kg.", []string{"Weight: 1500 g"}, nil},
		{"weight as load", "It holds 1.5 kg.", []string{"Weight: 1500 g"}, []string{"1.5"}},
		{"row doesn't tell", "It weighs 1.5 kg.", []string{"Details: 1.5 kg, steel"}, nil},
		{"row's own words", "It is 40 cm wide.", []string{"description: A lamp 40 cm high"}, []string{"40"}},
		{"same in other words", "It has a height of 40 cm.", []string{"description: A lamp 40 cm high"}, nil},
		{"dimension string", "18 cm wide, 7 cm deep", []string{"Size: 18 x 7 x 7 cm"}, nil},
		{"volume", "It holds 350 ml.", []string{"Volume: 350 ml"}, nil},
		{"two adjectives", "It is 40 cm wide 50 cm high.", []string{"Width: 40 cm", "Height: 50 cm"}, nil},
		{"swapped", "It is 50 cm wide and 40 cm high.", []string{"Width: 40 cm", "Height: 50 cm"}, []string{"50", "40"}},
		{"in a row", "长40cm宽30cm高20cm", []string{"长: 40cm", "宽: 30cm", "高: 20cm"}, nil},
		{"contents", "The bag holds 250 g.", []string{"Net weight: 250 g"}, nil},
		{"told in one field only", "It is 30 cm wide.", []string{"Size: 40 x 30 x 20 cm", "Depth: 30 cm"}, nil},
		{"the same number of something else", "It weighs 30 kg.", []string{"Battery: 30 hours", "Max load: 30 kg"}, []string{"30"}},
		{"next clause", "It is 40 cm wide, high-quality steel.", []string{"Width: 40 cm"}, nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			for _, f := range findings(t, "bullet_1", c.text, "", c.row...) {
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

func TestCounted(t *testing.T) {
	run := NewEvidence(row("title: Marble run 60 pieces", "description: 60 pieces. Combines with our 36 piece set. Bluetooth 5.3. 1.8m of track.", "Suits: Age 4 and up"), lexicon(t))
	for title, want := range map[string]bool{
		"Marble Run, 60 Pieces":                    true,
		"Marble Run, 60 Pieces, with 36 Piece Set": false,
		"Marble Run, Bluetooth 5.3, 1.8m Track":    true,
		"Marble Run, Age 4+":                       true,
	} {
		if got := run.Counted(title); got != want {
			t.Errorf("%q: %v", title, got)
		}
	}
}

func TestRemeasured(t *testing.T) {
	shirt := NewEvidence(row("title: 真丝衬衫", "description: 19姆米重磅真丝，袖长60cm", "材质: 100%桑蚕丝（19姆米）", "胸围: 92cm", "重量: 92g"), lexicon(t))
	for text, want := range map[string]string{
		"采用19mm桑蚕丝": "采用19姆米桑蚕丝",
		"采用19桑蚕丝":   "采用19桑蚕丝", // no unit is said
		"胸围92kg":    "胸围92kg",  // the row has two
		"含21mm":     "含21mm",
	} {
		at := strings.IndexAny(text, "0123456789")
		if got := shirt.Remeasured(text, at); got != want {
			t.Errorf("%q became %q", text, got)
		}
	}
}
