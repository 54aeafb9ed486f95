package studio_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shelftalk/app/batch"
	"shelftalk/app/check"
	"shelftalk/app/compose"
	"shelftalk/app/studio"
)

func firstDraft(t testing.TB, s *studio.Studio) studio.DraftDetail {
	t.Helper()
	all, err := s.Drafts()
	if err != nil || len(all) == 0 {
		t.Fatalf("%d drafts, %v", len(all), err)
	}
	return draft(t, s, all[0].ID)
}

func draft(t testing.TB, s *studio.Studio, id string) studio.DraftDetail {
	t.Helper()
	d, err := s.Draft(id)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestDraftsBelongToTheSameProduct(t *testing.T) {
	s := stocked(t, options(t))
	write(t, s, batch.Spec{Language: compose.English})
	keep(t, s, "SKU,Name,Colour,Weight\n001,Oak  lamp (new),brown,2 kg\n002,Garden hose,yellow,25 m\n")
	// 001 has a corrected cell and is still the lamp; 002 is another thing now.
	if diff := cmp.Diff([]string{"001 draft", "002 none"}, statuses(t, s)); diff != "" {
		t.Error(diff)
	}
	keep(t, s, goods)
	if got := statuses(t, s); got[1] != "002 draft" {
		t.Errorf("the old file has its drafts back: %v", got)
	}
}

func TestEditUndoRedo(t *testing.T) {
	o := options(t)
	s := stocked(t, o)
	write(t, s, batch.Spec{Language: compose.English, Variants: 2})
	id := firstDraft(t, s).Draft.ID
	before := firstDraft(t, s)
	if before.CanUndo || before.CanRedo {
		t.Error("a fresh draft has nothing to undo")
	}
	must(t, s.SaveField(id, compose.FieldTitle, "A wonderful lamp"))
	must(t, s.SaveField(id, "bullet_2", "Two points"))
	must(t, s.Choose(id, 1))
	edited := draft(t, s, id)
	if edited.Draft.Status != compose.StatusEdited || edited.Draft.Chosen != 1 || !edited.CanUndo {
		t.Fatalf("got %+v", edited.Draft)
	}
	must(t, s.Close()) // the history outlives the program
	s = open(t, o)
	for range 3 {
		must(t, s.Undo(id))
	}
	if diff := cmp.Diff(before.Draft, draft(t, s, id).Draft, cmp.Comparer(time.Time.Equal)); diff != "" {
		t.Error(diff)
	}
	if err := s.Undo(id); !errors.Is(err, studio.ErrNothing) {
		t.Errorf("got %v", err)
	}
	for range 3 {
		must(t, s.Redo(id))
	}
	if diff := cmp.Diff(edited.Draft, draft(t, s, id).Draft, cmp.Comparer(time.Time.Equal)); diff != "" {
		t.Error(diff)
	}
	if err := s.Redo(id); !errors.Is(err, studio.ErrNothing) {
		t.Errorf("got %v", err)
	}
	must(t, s.Undo(id))
	must(t, s.SaveField(id, compose.FieldTitle, "Another way"))
	if draft(t, s, id).CanRedo {
		t.Error("an edit ends the future")
	}
}

func TestWrittenAnewCanBeUndone(t *testing.T) {
	s := stocked(t, options(t))
	write(t, s, batch.Spec{Language: compose.English})
	id := firstDraft(t, s).Draft.ID
	must(t, s.SaveField(id, compose.FieldTitle, "My own title"))
	write(t, s, batch.Spec{Language: compose.English})
	if got := current(t, s, id).Text(compose.FieldTitle); got != "Oak lamp" {
		t.Fatalf("the title is %q", got)
	}
	must(t, s.Undo(id))
	if got := current(t, s, id).Text(compose.FieldTitle); got != "My own title" {
		t.Errorf("the user's words are gone: %q", got)
	}
}

func TestApprovalNeedsCuredFindings(t *testing.T) {
	s := stocked(t, options(t))
	write(t, s, batch.Spec{Language: compose.English})
	id := firstDraft(t, s).Draft.ID
	must(t, s.SaveField(id, compose.FieldTitle, "A wonderful waterproof lamp"))
	if err := s.Approve(id); !errors.Is(err, studio.ErrFindings) {
		t.Fatalf("got %v, want ErrFindings", err)
	}
	all, err := s.Drafts()
	must(t, err)
	if v := all[0]; v.Findings != 2 || v.First.Severity != check.Must {
		t.Errorf("the list shows %+v", v)
	}
	for _, f := range current(t, s, id).Findings {
		if f.Severity == check.Must {
			must(t, s.KeepFinding(id, f))
		}
	}
	must(t, s.SaveField(id, compose.FieldTitle, "A waterproof lamp")) // kept words stay kept
	if n := len(current(t, s, id).Findings); n != 0 {
		t.Errorf("%d findings are left", n)
	}
	must(t, s.Approve(id))
	if got := statuses(t, s)[0]; got != "001 approved" {
		t.Errorf("got %q", got)
	}
	must(t, s.Unapprove(id))
	if got := statuses(t, s)[0]; got != "001 edited" {
		t.Errorf("got %q", got)
	}
}

func TestRewriteSavesWhatIsWhole(t *testing.T) {
	s := stocked(t, options(t))
	write(t, s, batch.Spec{Language: compose.English})
	id := firstDraft(t, s).Draft.ID
	was := current(t, s, id).Text(compose.FieldTitle)
	for range s.Rewrite(t.Context(), id, compose.FieldTitle) {
		break // the user stops it
	}
	if got := current(t, s, id).Text(compose.FieldTitle); got != was {
		t.Errorf("half a text was saved: %q", got)
	}
	var streamed strings.Builder
	for chunk, err := range s.Rewrite(t.Context(), id, compose.FieldTitle) {
		must(t, err)
		streamed.WriteString(chunk.Text)
	}
	got := current(t, s, id).Text(compose.FieldTitle)
	if got != "Written once more" || streamed.String() != got {
		t.Errorf("streamed %q, saved %q", streamed.String(), got)
	}
	must(t, s.Undo(id))
	if got := current(t, s, id).Text(compose.FieldTitle); got != was {
		t.Errorf("undo gives %q", got)
	}
	for _, err := range s.Rewrite(t.Context(), "no such draft", compose.FieldTitle) {
		if !errors.Is(err, studio.ErrNotFound) {
			t.Errorf("got %v", err)
		}
	}
}

func TestAgainAddsAVariant(t *testing.T) {
	s := stocked(t, options(t))
	write(t, s, batch.Spec{Language: compose.English})
	id := firstDraft(t, s).Draft.ID
	heard := 0
	must(t, s.Again(t.Context(), id, func(string, string) { heard++ }))
	d := draft(t, s, id)
	if len(d.Draft.Variants) != 2 || d.Draft.Chosen != 1 || heard == 0 {
		t.Errorf("%d variants, %d chosen, heard %d times", len(d.Draft.Variants), d.Draft.Chosen, heard)
	}
	must(t, s.Undo(id))
	if d := draft(t, s, id); len(d.Draft.Variants) != 1 {
		t.Errorf("%d variants after undo", len(d.Draft.Variants))
	}
}

func current(t testing.TB, s *studio.Studio, id string) compose.Variant {
	t.Helper()
	d := draft(t, s, id)
	return d.Draft.Current()
}
