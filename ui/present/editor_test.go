package present

import (
	"slices"
	"strings"
	"testing"

	"shelftalk/app/check"
	"shelftalk/app/compose"
)

func openEditor(t *testing.T, d *desk, id string) (*Editor, *thread) {
	t.Helper()
	w := &thread{}
	p := NewEditor(NewStage(w.dispatch, words(t, "en")), d)
	p.Open(id)
	settle(p, w)
	t.Cleanup(p.Close)
	return p, w
}

// settle lets everything that was asked for end.
func settle(p *Editor, w *thread) {
	for {
		p.stage.Wait()
		w.mu.Lock()
		idle := len(w.queue) == 0
		w.mu.Unlock()
		if idle {
			return
		}
		w.run()
	}
}

func fieldCard(t *testing.T, s EditorState, id string) FieldCard {
	t.Helper()
	i := slices.IndexFunc(s.Fields, func(c FieldCard) bool { return c.ID == id })
	if i < 0 {
		t.Fatalf("no field %q in %+v", id, s.Fields)
	}
	return s.Fields[i]
}

func TestEditorView(t *testing.T) {
	p, _ := openEditor(t, newDesk(3), "d0")
	s := p.State()
	if s.Title != "Speaker 0" || s.Key != "K0" || s.Subject != "Shopify · English · House voice" || s.Position != "1 of 3" {
		t.Errorf("%+v", s)
	}
	if s.Chips[0] != (Chip{"2 findings", Warning}) || s.Blocked == "" {
		t.Errorf("chips %v, blocked %q", s.Chips, s.Blocked)
	}
	if len(s.Facts) != 3 || !s.Facts[0].Used || s.Facts[2].Used || s.FactsNote != "Marked values are used in this draft. 2 of 3 used." {
		t.Errorf("facts %+v %q", s.Facts, s.FactsNote)
	}
	if c := fieldCard(t, s, "seo_title"); c.Counter != "68 of 60" || !c.Over {
		t.Errorf("%+v", c)
	}
	d := fieldCard(t, s, "description")
	if d.Counter != "12 words" || len(d.Lines[0].Marks) != 3 || d.Lines[0].Marks[0].Tone != Bad || d.Lines[0].Marks[0].Finding != 0 {
		t.Errorf("%+v", d)
	}
	if b := fieldCard(t, s, "bullets"); b.Counter != "2 of 5" || len(b.Lines) != 2 || b.CanAdd != "bullet_3" {
		t.Errorf("%+v", b)
	}
	claim, length := s.Findings[0], s.Findings[1]
	if claim.Title != "“Perfect for any occasion”" || claim.Kind != (Chip{"Claim", Bad}) || claim.Cures[0].ID != CureRemove || claim.Cures[1].ID != CureKeep {
		t.Errorf("%+v", claim)
	}
	if length.Title != "SEO title, 9 over" || length.Offer != "Sonaro Portable Speaker 20 W, great for all your parties" || length.Cures[0].ID != CureUse {
		t.Errorf("%+v", length)
	}
}

func TestEditorCures(t *testing.T) {
	d := newDesk(1)
	p, w := openEditor(t, d, "d0")
	p.Cure(0, CureRemove)
	settle(p, w)
	if got := fieldCard(t, p.State(), "description").Lines[0].Text; got != "The speaker puts 20 W into 560 g." {
		t.Errorf("removed: %q", got)
	}
	p.Cure(1, CureUse)
	settle(p, w)
	if got := fieldCard(t, p.State(), "seo_title"); got.Over {
		t.Errorf("used: %+v", got)
	}
	p.Cure(0, CureKeep)
	p.Cure(7, CureKeep)
	settle(p, w)
	if got := strings.Join(d.calls, ", "); got != "save description, save seo_title, keep claim" {
		t.Error(got)
	}
}

func TestEditorRewriteStreams(t *testing.T) {
	d := newDesk(1)
	d.gate = make(chan struct{})
	p, w := openEditor(t, d, "d0")
	p.Rewrite("description")
	line := func() FieldLine { return fieldCard(t, p.State(), "description").Lines[0] }
	if l := line(); !l.Writing || !l.Old || l.Text != speakerText {
		t.Fatalf("the old text should stay until the new one comes: %+v", l)
	}
	d.gate <- struct{}{}
	w.until(t, func() bool { return line().Text == "A new " })
	if p.State().Blocked == "" {
		t.Error("a draft that is being written can be approved")
	}
	d.gate <- struct{}{}
	d.gate <- struct{}{}
	w.until(t, func() bool { return p.State().Writing == "" })
	if l := line(); l.Writing || l.Text != "A new text of 20 W." {
		t.Fatalf("%+v", l)
	}
}

func TestEditorStopKeepsTheOldText(t *testing.T) {
	d := newDesk(1)
	d.gate = make(chan struct{})
	p, w := openEditor(t, d, "d0")
	p.Rewrite("description")
	d.gate <- struct{}{}
	w.until(t, func() bool { return fieldCard(t, p.State(), "description").Lines[0].Text == "A new " })
	p.StopWriting()
	settle(p, w)
	s := p.State()
	if got := fieldCard(t, s, "description").Lines[0]; got.Text != speakerText || got.Writing || s.Problem != nil || s.Writing != "" {
		t.Fatalf("%+v %+v", got, s.Problem)
	}
	if slices.Contains(d.calls, "save description") {
		t.Error("a stopped text was saved")
	}
}

func TestEditorAgainAndVariants(t *testing.T) {
	d := newDesk(1)
	p, w := openEditor(t, d, "d0")
	p.Again()
	settle(p, w)
	s := p.State()
	if len(s.Variants) != 3 || !s.Variants[2].Chosen || fieldCard(t, s, "title").Lines[0].Text != "Third title" {
		t.Fatalf("%+v", s.Variants)
	}
	p.Choose(0)
	settle(p, w)
	if !p.State().Variants[0].Chosen {
		t.Fatal("not chosen")
	}
}

func TestEditorApproveNextGoesThroughTheList(t *testing.T) {
	d := newDesk(4)
	d.details["d2"].Draft.Status = compose.StatusApproved
	p, w := openEditor(t, d, "d0")
	last := 0
	p.OnLast = func() { last++ }
	p.ApproveNext() // has a finding to deal with
	settle(p, w)
	if s := p.State(); s.ID != "d0" || s.Problem == nil {
		t.Fatalf("%s %+v", s.ID, s.Problem)
	}
	p.Skip()
	settle(p, w)
	p.ApproveNext()
	settle(p, w)
	if s := p.State(); s.ID != "d3" || s.Position != "4 of 4" {
		t.Fatalf("%s %s", s.ID, s.Position)
	}
	p.ApproveNext()
	settle(p, w)
	if s := p.State(); last != 1 || !s.Approved {
		t.Fatalf("last %d, %+v", last, s)
	}
	p.Approve()
	settle(p, w)
	if p.State().Approved {
		t.Fatal("the approval wasn't taken back")
	}
}

// A draft that nobody has seen yet isn't changed, however fast the keys come; what was typed belongs to the one that is shown.
func TestEditorActsOnWhatIsShown(t *testing.T) {
	d := newDesk(5)
	p, w := openEditor(t, d, "d1")
	p.Skip() // d2 is asked for
	p.Edit("title", "Mine")
	p.ApproveNext()
	p.Approve()
	p.Rewrite("description")
	settle(p, w)
	if s := p.State(); s.ID != "d2" || s.Approved || s.Writing != "" {
		t.Fatalf("%s, approved %v, writing %q", s.ID, s.Approved, s.Writing)
	}
	for id, want := range map[string]string{"d1": "Mine", "d2": "Sonaro Portable Speaker"} {
		if draft := d.details[id].Draft; draft.Current().Fields[0].Text != want || draft.Status == compose.StatusApproved {
			t.Errorf("%s is %v", id, draft)
		}
	}
	p.ApproveNext()
	p.ApproveNext()
	settle(p, w)
	if s := p.State(); s.ID != "d3" || d.details["d3"].Draft.Status == compose.StatusApproved {
		t.Errorf("pressed twice: %s, %v", s.ID, d.details["d3"].Draft.Status)
	}
}

func TestEditorUndoWithNothingToUndoIsQuiet(t *testing.T) {
	p, w := openEditor(t, newDesk(1), "d0")
	p.Undo()
	settle(p, w)
	if s := p.State(); s.Problem != nil {
		t.Fatalf("%+v", s.Problem)
	}
	p.Redo()
	settle(p, w)
	if s := p.State(); s.Problem == nil {
		t.Fatal("an error was swallowed")
	}
}

// A slip of grammar is told with what is right, and Use it takes that.
func TestEditorMendsGrammar(t *testing.T) {
	d := newDesk(1)
	v := &d.details["d0"].Draft.Variants[0]
	for i, f := range v.Fields {
		if f.Name == "description" {
			v.Fields[i].Text = "The speaker has a LED light."
		}
	}
	v.Findings = []check.Finding{{Kind: check.Grammar, Severity: check.Should, Field: "description", Start: 16, End: 21, Text: "a LED", Class: "an LED"}}
	p, w := openEditor(t, d, "d0")
	card := p.State().Findings[0]
	if card.Title != "“a LED”" || card.Kind.Text != "Grammar" || card.Reason != "Write “an LED”." || card.Cures[0].ID != CureUse {
		t.Errorf("%+v", card)
	}
	p.Cure(0, CureUse)
	settle(p, w)
	if got := fieldCard(t, p.State(), "description").Lines[0].Text; got != "The speaker has an LED light." {
		t.Errorf("used: %q", got)
	}
}
