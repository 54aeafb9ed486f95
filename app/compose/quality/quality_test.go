package quality

import (
	"bytes"
	"context"
	"encoding/json"
	"iter"
	"os"
	"strings"
	"testing"

	"shelftalk/app/catalog"
	"shelftalk/app/channel"
	"shelftalk/app/compose"
	"shelftalk/inference"
)

// boaster writes the same page for every row: a number, a claim and an example's fact that no row has, unless rules hold.
type boaster struct{ contrasts, plain int }

func (b *boaster) Generate(context.Context, inference.Request) iter.Seq2[inference.Chunk, error] {
	return func(func(inference.Chunk, error) bool) {}
}

func (b *boaster) Batch(_ context.Context, reqs iter.Seq[inference.Request], _ inference.BatchOptions) iter.Seq2[inference.Result, error] {
	return func(yield func(inference.Result, error) bool) {
		index := 0
		for r := range reqs {
			if len(r.Contrast) > 0 {
				b.contrasts++
			} else {
				b.plain++
			}
			out := inference.Result{Index: index, Generated: 10}
			for _, p := range r.Frame {
				if p.Slot == nil {
					continue
				}
				text := "This red mug is of premium quality and holds 900 ml, like Kettlewell."
				if p.Slot.Rules.Never != nil {
					text = "This is a red mug."
				}
				out.Slots = append(out.Slots, inference.SlotText{Name: p.Slot.Name, Text: text})
			}
			if !yield(out, nil) {
				return
			}
			index++
		}
	}
}

func TestRun(t *testing.T) {
	channels, err := channel.Load(os.DirFS("../../../assets/channels"))
	if err != nil {
		t.Fatal(err)
	}
	c, err := compose.New(channels, os.DirFS("../../../assets/prompts"), os.DirFS("../../../assets/lexicons"), os.DirFS("../../../assets/glossary"))
	if err != nil {
		t.Fatal(err)
	}
	var products []catalog.Product
	for _, title := range []string{"Mug", "Cup", "杯子"} {
		products = append(products, catalog.Product{Key: title, Fields: []catalog.Field{
			{Name: "Title", Role: catalog.Title, Value: title}, {Name: "Colour", Role: catalog.Attribute, Value: "red"},
		}})
	}
	products = append(products, catalog.Product{Key: "nothing"})
	g := &boaster{}
	report, err := Run(context.Background(), g, Options{Composer: c, Products: products, Channel: "shopify", Ruleset: compose.Rulesets()[0], Language: compose.English, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	if len(report.Figures) != len(Arms()) {
		t.Fatalf("%d columns, want one for each way of writing", len(report.Figures))
	}
	delivered, off := report.Figures[0], report.Figures[len(Arms())-1]
	if delivered.Rows != 4 || delivered.Skipped != 1 || delivered.Failed != 0 {
		t.Errorf("rows %+v", delivered)
	}
	if delivered.ClaimsAll != 0 || delivered.Numbers != 0 || delivered.Leaks != 0 {
		t.Errorf("delivered %+v", delivered)
	}
	if off.Claims["quality"] < 3 || off.Numbers < 3 || off.NumbersUnflagged != 0 || off.Leaks < 3 || off.FlaggedMust != 1 {
		t.Errorf("with everything off %+v", off)
	}
	if g.contrasts == 0 || g.plain == 0 {
		t.Errorf("%d requests with contrast, %d without: an arm isn't what it says", g.contrasts, g.plain)
	}
	var text bytes.Buffer
	if err := report.Write(&text); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"delivered", "contrast", "claims untraced", "copied from the supplier"} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("the table lacks %q:\n%s", want, text.String())
		}
	}
	text.Reset()
	if err := report.WriteDrafts(&text, 2); err != nil || strings.Count(text.String(), "## ") != 2 {
		t.Errorf("two drafts: %v\n%s", err, text.String())
	}
	if _, err := json.Marshal(report); err != nil {
		t.Error(err)
	}
}
