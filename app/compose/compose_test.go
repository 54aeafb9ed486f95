package compose

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"shelftalk/app/catalog"
	"shelftalk/app/check"
	"shelftalk/inference"
)

// drafts runs Compose to its end, and fails the test where that takes too long: a deadlock.
func drafts(t *testing.T, c *Composer, g Generator, briefs iter.Seq[Brief]) ([]Outcome, error) {
	t.Helper()
	type answer struct {
		out []Outcome
		err error
	}
	done := make(chan answer, 1)
	go func() {
		var a answer
		for o, err := range c.Compose(context.Background(), g, briefs, Options{}) {
			if err != nil {
				a.err = err
				break
			}
			a.out = append(a.out, o)
		}
		done <- a
	}()
	select {
	case a := <-done:
		slices.SortFunc(a.out, func(x, y Outcome) int { return x.Index - y.Index })
		return a.out, a.err
	case <-time.After(20 * time.Second):
		t.Fatal("Compose doesn't end")
		return nil, nil
	}
}

func TestGoodPageNeedsOneRequest(t *testing.T) {
	g := &script{answer: honest, width: 4}
	out, err := drafts(t, composer(t), g, slices.Values([]Brief{brief(mug("A-1"))}))
	if err != nil || len(out) != 1 {
		t.Fatalf("%d outcomes, %v", len(out), err)
	}
	if len(g.seen) != 1 {
		t.Errorf("%d requests for a page without findings, want 1", len(g.seen))
	}
	d := out[0].Draft
	if d.ID != "A-1|shopify|product-page|en" || d.Tokens != 7 || d.Status != StatusDraft {
		t.Errorf("draft %+v", d)
	}
	v := d.Current()
	for name, want := range map[string]string{
		FieldTitle: "Lowtide Harbour Stoneware Mug", FieldDescription: "The Harbour mug is made of stoneware with a sea green glaze. It holds 350 ml.",
		"bullet_1": "Material: stoneware", "bullet_2": "Capacity: 350 ml", "bullet_3": "Care: Dishwasher safe",
	} {
		if got := v.Text(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if len(v.Findings) > 0 {
		t.Errorf("findings %+v", v.Findings)
	}
}

func TestFailingSlotIsMadeAgain(t *testing.T) {
	g := &script{answer: func(r inference.Request, slot string) string {
		last := r.Messages[len(r.Messages)-1].Content
		if slot == FieldSEODescription && !strings.Contains(last, "high-quality") {
			return "A high-quality stoneware mug with a sea green glaze."
		}
		return honest(r, slot)
	}}
	out, err := drafts(t, composer(t), g, slices.Values([]Brief{brief(mug("A-1"))}))
	if err != nil {
		t.Fatal(err)
	}
	if len(g.seen) != 2 {
		t.Fatalf("%d requests, want the page and one repair", len(g.seen))
	}
	var open []string
	forced := ""
	for _, p := range g.seen[1].Frame {
		if p.Slot != nil {
			open = append(open, p.Slot.Name)
			if p.Slot.Tries > 0 {
				t.Errorf("the repair's %s may be tried again", p.Slot.Name)
			}
		}
		forced += p.Text
	}
	if !slices.Equal(open, []string{FieldSEODescription}) {
		t.Errorf("open slots %q", open)
	}
	if !strings.Contains(forced, "The Harbour mug is made of stoneware") {
		t.Errorf("the good sentence isn't kept: %q", forced)
	}
	if g.seen[1].Params.Temperature >= g.seen[0].Params.Temperature {
		t.Error("the repair isn't colder")
	}
	v := out[0].Draft.Current()
	if v.Repaired != 1 || len(v.Findings) > 0 {
		t.Errorf("repaired %d times, findings %+v", v.Repaired, v.Findings)
	}
}

func TestHopelessSlotIsDeliveredAfterOneRepair(t *testing.T) {
	g := &script{answer: func(r inference.Request, slot string) string {
		if slot == "description.0" {
			return "A luxurious mug of bone china for any occasion."
		}
		return honest(r, slot)
	}}
	out, err := drafts(t, composer(t), g, slices.Values([]Brief{brief(mug("A-1"))}))
	if err != nil {
		t.Fatal(err)
	}
	if len(g.seen) != 2 {
		t.Errorf("%d requests, want the page and a repair", len(g.seen))
	}
	if got := out[0].Draft.Current().Text(FieldDescription); got != "Mug with a sea green glaze. It holds 350 ml." {
		t.Errorf("description %q, want the supplier's own sentence", got)
	}
}

// A slot that fails is written again in its place by the engine: no request more. A fact left out, which notes can't mend,
// brings none either.
func TestSlotsAreTriedInPlace(t *testing.T) {
	tries := map[string]int{}
	g := &script{answer: func(r inference.Request, slot string) string {
		tries[slot]++
		switch {
		case slot == FieldTitle && tries[slot] == 1:
			return "Lowtide High-Quality Harbour Mug"
		case slot == "description.0" && tries[slot] < 3:
			return "The Harbour mug holds 350 ml."
		case slot == "description.1":
			return "The Harbour mug is for tea."
		}
		return honest(r, slot)
	}}
	out, err := drafts(t, composer(t), g, slices.Values([]Brief{brief(mug("A-1"))}))
	if err != nil {
		t.Fatal(err)
	}
	if len(g.seen) != 1 || tries[FieldTitle] != 2 || tries["description.0"] != 3 || tries["description.1"] != 3 || tries[FieldSEOTitle] != 1 {
		t.Errorf("%d requests, tries %v", len(g.seen), tries)
	}
	v := out[0].Draft.Current()
	if title := v.Text(FieldTitle); title != "Lowtide Harbour Stoneware Mug" || v.Text(FieldDescription) != "The Harbour mug is made of stoneware with a sea green glaze." {
		t.Errorf("title %q, description %q", title, v.Text(FieldDescription))
	}
}

// A fact may be left out beside another. If it is a sentence of the supplier's, code adds that.
func TestFactsThatMayBeLeftOut(t *testing.T) {
	c := composer(t)
	j, err := c.prepare(brief(product("A-1", "Title: Kettlebell", "Description: Has a flat base for storage.", "Material: cast iron", "Colour: black")))
	if err != nil {
		t.Fatal(err)
	}
	of := map[string]fact{}
	for _, f := range j.plan.facts {
		of[f.value] = f
	}
	detail, material, colour := of["Has a flat base for storage."], of["cast iron"], of["black"]
	for _, test := range []struct {
		facts []fact
		text  string
		want  int
		added string
	}{
		{[]fact{material, colour}, "The kettlebell is made of black cast iron.", 0, ""},
		{[]fact{material, colour}, "The kettlebell is made of cast iron.", 1, ""},
		{[]fact{material, colour}, "The kettlebell is heavy.", 2, ""},
		{[]fact{colour}, "The kettlebell is made of cast iron.", 2, ""},
		{[]fact{detail}, "The kettlebell is black.", 2, ""},
		{[]fact{detail, colour}, "The kettlebell is black.", 1, " Has a flat base for storage."},
		{[]fact{detail, colour}, "The base is flat, for storage.", 1, ""},
	} {
		p := piece{slot: "description.0", facts: test.facts}
		if got := j.missing(p, test.text); got != test.want {
			t.Errorf("%q misses %d of %d facts, want %d", test.text, got, len(test.facts), test.want)
		}
		if got, want := j.completed(p, test.text), test.text+test.added; got != want {
			t.Errorf("%q is completed to %q, want %q", test.text, got, want)
		}
	}
}

func TestWhatCannotBeMendedIsFlagged(t *testing.T) {
	g := &script{answer: func(r inference.Request, slot string) string {
		if slot == "description.0" {
			return "This jug of bone china holds 900 ml."
		}
		return honest(r, slot)
	}}
	p := product("A-1", "Title: Jug")
	out, err := drafts(t, composer(t), g, slices.Values([]Brief{brief(p)}))
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[check.Kind]bool{}
	for _, f := range out[0].Draft.Current().Findings {
		kinds[f.Kind] = true
	}
	if !kinds[check.Number] || !kinds[check.Claim] {
		t.Errorf("an invented number and material are delivered unflagged: %+v", out[0].Draft.Current())
	}
}

func TestRowsFailAlone(t *testing.T) {
	g := &script{answer: honest, width: 2, fate: func(r inference.Request) error {
		if strings.Contains(r.Messages[len(r.Messages)-1].Content, "Broken") {
			return inference.ErrContext
		}
		return nil
	}}
	wrong := brief(mug("A-5"))
	wrong.Channel = "nowhere"
	briefs := []Brief{brief(mug("A-1")), brief(product("A-2", "Title: Broken mug")), brief(product("A-3", "Price: $3")), brief(mug("A-4")), wrong}
	out, err := drafts(t, composer(t), g, slices.Values(briefs))
	if err != nil || len(out) != len(briefs) {
		t.Fatalf("%d outcomes of %d, %v", len(out), len(briefs), err)
	}
	for i, want := range []string{"draft", "error", "skipped", "draft", "error"} {
		got := "draft"
		switch {
		case out[i].Err != nil:
			got = "error"
		case out[i].Skipped != "":
			got = "skipped"
		}
		if got != want || out[i].Index != i {
			t.Errorf("brief %d: %s (%+v), want %s", i, got, out[i], want)
		}
	}
	if !errors.Is(out[1].Err, inference.ErrContext) || !errors.Is(out[4].Err, ErrChannel) {
		t.Errorf("errors %v, %v", out[1].Err, out[4].Err)
	}
}

func TestVariantsAreKept(t *testing.T) {
	n := 0
	g := &script{answer: func(r inference.Request, slot string) string {
		if slot == FieldTitle {
			n++
			return []string{"Harbour Mug", "Lowtide Harbour Mug", "Harbour Stoneware Mug"}[n%3]
		}
		return honest(r, slot)
	}}
	b := brief(mug("A-1"))
	b.Variants = 3
	out, err := drafts(t, composer(t), g, slices.Values([]Brief{b}))
	if err != nil {
		t.Fatal(err)
	}
	if got := len(out[0].Draft.Variants); got != 3 {
		t.Errorf("%d variants, want 3", got)
	}
	if seeds := []uint64{g.seen[0].Seed, g.seen[1].Seed, g.seen[2].Seed}; seeds[0] == seeds[1] || seeds[1] == seeds[2] {
		t.Errorf("candidates share seeds: %v", seeds)
	}
	if best := out[0].Draft.Current().Text(FieldTitle); best == "Harbour Mug" {
		t.Errorf("chosen is %q, which carries fewest facts", best)
	}
}

func TestBrokenEngineEndsTheRun(t *testing.T) {
	g := &script{answer: honest, broken: errEngine}
	_, err := drafts(t, composer(t), g, slices.Values([]Brief{brief(mug("A-1")), brief(mug("A-2"))}))
	if !errors.Is(err, errEngine) {
		t.Errorf("error %v", err)
	}
}

func TestBriefsArePulledLazily(t *testing.T) {
	var pulled atomic.Int64 // the engine's goroutine pulls
	delivered := 0
	briefs := func(yield func(Brief) bool) {
		for i := range 200 {
			pulled.Add(1)
			if !yield(brief(mug(fmt.Sprint("A-", i)))) {
				return
			}
		}
	}
	g := &script{answer: honest, width: 3}
	for _, err := range composer(t).Compose(context.Background(), g, briefs, Options{}) {
		if err != nil {
			t.Fatal(err)
		}
		if delivered++; delivered == 10 {
			break
		}
	}
	if n := pulled.Load(); n > 20 {
		t.Errorf("%d briefs pulled for 10 drafts", n)
	}
}

func TestCancelledRunEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	g := &script{answer: honest}
	var got error
	for _, err := range composer(t).Compose(ctx, g, slices.Values([]Brief{brief(mug("A-1")), brief(mug("A-2")), brief(mug("A-3"))}), Options{}) {
		if err != nil {
			got = err
		}
		cancel()
	}
	if !errors.Is(got, context.Canceled) {
		t.Errorf("error %v", got)
	}
}

func TestRewriteKeepsWhatStandsBefore(t *testing.T) {
	g := &script{answer: func(_ inference.Request, slot string) string { return "New " + slot + " text." }}
	b := brief(product("A-1", "Title: Desk lamp", "Description: Lamp with a foldable arm and a touch switch in the foot. It remembers the last setting that was used.", "Material: aluminium", "Power: 8W"))
	c := composer(t)
	j, err := c.prepare(b)
	if err != nil {
		t.Fatal(err)
	}
	v := Variant{}
	for _, name := range j.order {
		v.Fields = append(v.Fields, Field{name, "Old " + name + "."})
	}
	text, done := "", 0
	for _, err := range c.Rewrite(context.Background(), g, b, v, FieldTitle, 8) {
		if err != nil {
			t.Fatal(err)
		}
	}
	if forced := forcedText(g.seen[0]); !strings.Contains(forced, "Old description.") || strings.Contains(forced, "Old title.") {
		t.Errorf("the title follows %q", forced)
	}
	g.seen = nil
	for chunk, err := range c.Rewrite(context.Background(), g, b, v, FieldDescription, 9) {
		if err != nil {
			t.Fatal(err)
		}
		if chunk.Slot != FieldDescription {
			t.Errorf("chunk of %q", chunk.Slot)
		}
		text += chunk.Text
		if chunk.Done {
			done++
		}
	}
	if !strings.HasPrefix(text, "New description.0 text. New description.1 text.") || done != 1 {
		t.Errorf("text %q, done %d times", text, done)
	}
	if forced := forcedText(g.seen[0]); strings.Contains(forced, "Old") || strings.Contains(forced, "SEO") {
		t.Errorf("the description follows %q", forced)
	}
	if g.seen[0].Seed != 9 {
		t.Error("the seed isn't the one asked for")
	}
	for _, err := range c.Rewrite(context.Background(), g, b, v, "bullet_9", 1) {
		if !errors.Is(err, ErrField) {
			t.Errorf("bullet_9: error %v", err)
		}
	}
	printed := bulletName(slices.IndexFunc(j.plan.bullets, func(f fact) bool { return f.kind.ID == "power" }))
	for _, err := range c.Rewrite(context.Background(), g, b, v, printed, 1) {
		if err != nil {
			t.Errorf("a printed bullet can't be written again: %v", err)
		}
	}
}

func TestRecheckAndTrace(t *testing.T) {
	c, b := composer(t), brief(mug("A-1"))
	v := Variant{Fields: []Field{{FieldTitle, "Harbour mug of pure gold"}, {FieldDescription, "It is made of stoneware."}}}
	c.Recheck(b, &v)
	if !slices.ContainsFunc(v.Findings, func(f check.Finding) bool { return f.Field == FieldTitle && f.Class == "material" }) {
		t.Errorf("gold isn't found: %+v", v.Findings)
	}
	spans := c.Trace(b, v)
	if !slices.ContainsFunc(spans, func(s TraceSpan) bool {
		return s.Field == FieldDescription && b.Product.Fields[s.Fact].Role == catalog.Attribute && v.Fields[1].Text[s.Start:s.End] == "stoneware"
	}) {
		t.Errorf("stoneware isn't traced: %+v", spans)
	}
}
