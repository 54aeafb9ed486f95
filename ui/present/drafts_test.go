package present

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"shelftalk/app/compose"
	"shelftalk/app/studio"
)

func showDrafts(t *testing.T, d *desk) (*Drafts, func()) {
	t.Helper()
	w := &thread{}
	p := NewDrafts(NewStage(w.dispatch, words(t, "en")), d)
	p.now = func() time.Time { return time.Date(2026, 11, 24, 15, 0, 0, 0, time.Local) }
	p.Show()
	settle := func() {
		for range 3 {
			p.stage.Wait()
			w.run()
		}
	}
	settle()
	t.Cleanup(p.Close)
	return p, settle
}

func TestDraftsFilterAndSearch(t *testing.T) {
	d := newDesk(5)
	d.details["d3"].Draft.Status = compose.StatusApproved
	p, _ := showDrafts(t, d)
	s := p.State()
	var labels []string
	for _, f := range s.Filters {
		labels = append(labels, f.Label)
	}
	if got := strings.Join(labels, ", "); got != "All 5, To look at 1, No findings 3, Approved 1" {
		t.Error(got)
	}
	r := p.Row(0)
	if r.Finding != "effect claim" || r.Chip != (Chip{"2 findings", Warning}) || r.Where != "Shopify · English" || r.Changed != "14:00" {
		t.Errorf("%+v", r)
	}
	p.Filter(FilterClean)
	if got := strings.Join(p.Order(), " "); got != "d1 d2 d4" {
		t.Error(got)
	}
	p.Search("SPEAKER 2")
	if p.Rows() != 1 || p.ID(0) != "d2" || p.IndexOf("d2") != 0 {
		t.Error(p.Order())
	}
	p.Search("k4")
	if p.ID(0) != "d4" {
		t.Error(p.Order())
	}
	p.Search("nothing like it")
	if s := p.State(); !s.NoMatch || s.Empty {
		t.Errorf("%+v", s)
	}
}

func TestDraftsApproveSeveral(t *testing.T) {
	d := newDesk(3)
	p, settle := showDrafts(t, d)
	if s := p.State(); s.Blocked == "" {
		t.Error("nothing is selected, and it could be approved")
	}
	p.CheckAll(true)
	if s := p.State(); s.Approvable != 3 || s.Blocked != "" || !s.AllChecked || s.Selected != "3 selected" {
		t.Fatalf("%+v", s)
	}
	p.Approve()
	settle()
	s := p.State()
	if s.Notice != "2 drafts approved. 1 has a finding to deal with first." || s.Selected != "1 selected" || s.Problem != nil {
		t.Fatalf("%+v", s)
	}
	d.err = errors.New("disk gone")
	p.Approve()
	settle()
	if s := p.State(); s.Problem == nil {
		t.Fatalf("%+v", s)
	}
}

func newExport(t *testing.T, d *desk) (*Export, func()) {
	t.Helper()
	w := &thread{}
	p := NewExport(NewStage(w.dispatch, words(t, "en")), d)
	return p, func() { p.stage.Wait(); w.run() }
}

func TestExport(t *testing.T) {
	d := newDesk(3)
	d.details["d1"].Draft.Status = compose.StatusApproved
	dir := t.TempDir()
	d.catalogue = studio.Catalogue{Name: "spring.csv", Source: filepath.Join(dir, "spring.csv")}
	p, settle := newExport(t, d)
	s := p.State()
	if s.Path != filepath.Join(dir, "spring-copy.xlsx") || !s.OnlyApproved || s.Approved != "Approved copy only (1)" || s.Blocked != "" {
		t.Fatalf("%+v", s)
	}
	p.SetFormat("csv")
	if got := p.State().Path; got != filepath.Join(dir, "spring-copy.csv") {
		t.Error(got)
	}
	p.SetPath(filepath.Join(dir, "other.XLSX"))
	if got := p.State().Format; got != "xlsx" {
		t.Error(got)
	}
	p.SetPath(filepath.Join(dir, "plain"))
	p.Run()
	settle()
	s = p.State()
	if s.Done == nil || s.Done.Detail != "5 rows, 1 with copy." || d.exported.Path != filepath.Join(dir, "plain.xlsx") || d.settings.LastFolder != dir {
		t.Fatalf("%+v %+v", s, d.exported)
	}
	p.SetPath(dir) // a folder is where the file goes, not its name
	p.Run()
	settle()
	if want := filepath.Join(dir, "spring-copy.xlsx"); d.exported.Path != want {
		t.Errorf("to a folder: %q, want %q", d.exported.Path, want)
	}
	d.settings.Export.Path = filepath.Join(dir, "pulled-out", "stick.xlsx")
	if again, _ := newExport(t, d); strings.Contains(again.State().Path, "pulled-out") {
		t.Errorf("it offers a folder that is gone: %q", again.State().Path)
	}
	d.export = errors.New("no room")
	p.Run()
	settle()
	if s = p.State(); s.Problem == nil || s.Done != nil || s.Blocked != "" {
		t.Fatalf("%+v", s)
	}
}

func TestExportWithoutCopy(t *testing.T) {
	p, _ := newExport(t, newDesk(0))
	if s := p.State(); s.Blocked != "There is no copy to export yet." {
		t.Fatalf("%+v", s)
	}
	p.Run() // does nothing
	p, _ = newExport(t, newDesk(2))
	if s := p.State(); s.OnlyApproved || !s.NoApproved {
		t.Fatalf("nothing is approved, and only approved copy is offered: %+v", s)
	}
	p.SetPath(" ")
	if s := p.State(); s.Blocked != "Say where the file should go." {
		t.Fatalf("%+v", s)
	}
}
