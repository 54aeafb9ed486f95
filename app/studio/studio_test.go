package studio_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shelftalk/app/batch"
	"shelftalk/app/catalog"
	"shelftalk/app/compose"
	"shelftalk/app/sheet"
	"shelftalk/app/studio"
	"shelftalk/inference"
	"shelftalk/store"
)

var sheetOptions = sheet.Options{}

// write runs a job over the whole catalogue.
func write(t testing.TB, s *studio.Studio, spec batch.Spec) batch.Job {
	t.Helper()
	id, err := s.StartJob(spec)
	if err != nil {
		t.Fatal(err)
	}
	s.Wait()
	job, err := s.Job(id)
	if err != nil {
		t.Fatal(err)
	}
	return job
}

func statuses(t testing.TB, s *studio.Studio) []string {
	t.Helper()
	products, err := s.Products()
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, p := range products {
		out = append(out, p.Product.Key+" "+string(p.Status))
	}
	return out
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestFromFileToDraftsAndBack(t *testing.T) {
	o := options(t)
	s := stocked(t, o)
	heard := listen(t, s)
	if c := s.Catalogue(); c.Name != "goods.csv" || c.Products != 5 {
		t.Fatalf("the catalogue is %+v", c)
	}
	job := write(t, s, batch.Spec{Language: compose.English, Variants: 2})
	if want := (batch.Counts{Total: 5, Done: 3, Failed: 1, Skipped: 1}); job.Counts != want || job.State != batch.Done {
		t.Fatalf("the job is %s %+v", job.State, job.Counts)
	}
	want := []string{"001 draft", "002 draft", "003 failed", "004 thin", "002 (row 6) draft"}
	if diff := cmp.Diff(want, statuses(t, s)); diff != "" {
		t.Error(diff)
	}
	if n := heard.count(studio.RowFinished); n != 5 {
		t.Errorf("told of %d finished rows", n)
	}
	d := firstDraft(t, s)
	if d.Draft.Model != "fake.gguf" || len(d.Draft.Variants) != 2 || d.Limits[compose.FieldTitle].Max != 70 || d.Product.Key != "001" {
		t.Errorf("the draft is %+v", d)
	}

	must(t, s.Close())
	s = open(t, o)
	if diff := cmp.Diff(want, statuses(t, s)); diff != "" {
		t.Errorf("after opening it again: %s", diff)
	}
}

func TestSecondStudioIsRefused(t *testing.T) {
	o := options(t)
	open(t, o)
	if _, err := studio.Open(o); !errors.Is(err, store.ErrInUse) {
		t.Errorf("got %v, want ErrInUse", err)
	}
}

func TestRolesAreRemembered(t *testing.T) {
	s := open(t, options(t))
	path := file(t, "a.csv", "SKU,Name,Finish\n1,Lamp,matt\n2,Mug,shiny\n")
	in, err := s.Preview(path, sheetOptions)
	must(t, err)
	in.SetRole(2, catalog.Ignore)
	_, err = s.Keep(in)
	must(t, err)
	again, err := s.Preview(path, sheetOptions)
	must(t, err)
	if role := again.Mapping.Columns[2].Role; role != catalog.Ignore {
		t.Errorf("the column is %s", role)
	}
}

func TestExportHasARowPerRow(t *testing.T) {
	s := stocked(t, options(t))
	path := filepath.Join(t.TempDir(), "copy.csv")
	if _, err := s.Export(t.Context(), studio.ExportSpec{Path: path}); !errors.Is(err, studio.ErrNoDrafts) {
		t.Fatalf("got %v, want ErrNoDrafts", err)
	}
	job := write(t, s, batch.Spec{Language: compose.English})
	must(t, s.Approve(firstDraft(t, s).Draft.ID))
	jobPath := filepath.Join(t.TempDir(), "job.csv")
	_, err := s.ExportJob(job.ID, jobPath)
	must(t, err)
	report, err := s.Export(t.Context(), studio.ExportSpec{Path: path, OnlyApproved: true})
	must(t, err)
	if report.Rows != 5 {
		t.Errorf("%d rows", report.Rows)
	}
	for name, want := range map[string][]string{
		jobPath: {"001 Oak lamp approved", "002 Tin mug draft", "003  failed: a bad row", "004  skipped: not enough data", "002 Other mug draft"},
		path:    {"001 Oak lamp approved", "002  not approved", "003  failed: a bad row", "004  skipped: not enough data", "002  not approved"},
	} {
		table, err := sheet.Read(name, sheet.Options{})
		must(t, err)
		if table.Header[0] != "SKU" {
			t.Errorf("the key column is %q", table.Header[0])
		}
		status := slices.Index(table.Header, "Status")
		var got []string
		for _, row := range table.Rows {
			got = append(got, fmt.Sprintf("%s %s %s", row[0], row[1], row[status]))
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", filepath.Base(name), diff)
		}
	}
	if got := statuses(t, s)[0]; got != "001 exported" {
		t.Errorf("got %q", got)
	}
}

func TestExportIntoAReadOnlyPlaceLeavesDraftsApproved(t *testing.T) {
	s := stocked(t, options(t))
	write(t, s, batch.Spec{Language: compose.English})
	must(t, s.Approve(firstDraft(t, s).Draft.ID))
	_, err := s.Export(t.Context(), studio.ExportSpec{Path: filepath.Join(t.TempDir(), "no folder", "copy.xlsx")})
	if err == nil {
		t.Fatal("exported into a folder that isn't there")
	}
	if got := statuses(t, s)[0]; got != "001 approved" {
		t.Errorf("got %q", got)
	}
}

func TestSettingsAndRulesetsStick(t *testing.T) {
	o := options(t)
	s := open(t, o)
	want := studio.Settings{Language: "zh", Theme: "dark", WindowWidth: 1000, Panel: studio.Panel{Channel: "amazon", Variants: 3}, Other: map[string]string{"a": "b"}}
	must(t, s.SetSettings(want))
	all, err := s.Rulesets()
	must(t, err)
	if len(all) != len(compose.Rulesets()) || all[0].ID != compose.Rulesets()[0].ID {
		t.Fatalf("a fresh store has %+v", all)
	}
	mine, err := s.CloneRuleset(all[0].ID, "Ours")
	must(t, err)
	mine.Never = []string{"cheap"}
	_, err = s.SaveRuleset(mine)
	must(t, err)
	for _, r := range all {
		must(t, s.DeleteRuleset(r.ID))
	}
	if err := s.DeleteRuleset(mine.ID); !errors.Is(err, studio.ErrLastRuleset) {
		t.Errorf("got %v", err)
	}
	must(t, s.Close())
	s = open(t, o)
	if diff := cmp.Diff(want, s.Settings()); diff != "" {
		t.Error(diff)
	}
	all, err = s.Rulesets()
	must(t, err)
	if len(all) != 1 || all[0].Name != "Ours" || !slices.Equal(all[0].Never, []string{"cheap"}) {
		t.Errorf("the rulesets are %+v", all)
	}
}

func TestModelIsLoadedOnceAndExchanged(t *testing.T) {
	o := options(t)
	other := filepath.Join(filepath.Dir(o.Model), "other.gguf")
	must(t, os.WriteFile(other, []byte("x"), 0o600))
	loads, closed := make(chan string, 10), 0
	o.OpenModel = func(path string, _ int, _ func(done, total int64)) (studio.Model, error) {
		loads <- filepath.Base(path)
		time.Sleep(20 * time.Millisecond)
		return model{closed: func() { closed++ }}, nil
	}
	s := stocked(t, o)
	for range 5 {
		s.Warm()
	}
	write(t, s, batch.Spec{Language: compose.English})
	if len(loads) != 1 || !s.Engine().Ready || s.Engine().File != "fake.gguf" {
		t.Fatalf("loaded %d times, %+v", len(loads), s.Engine())
	}
	must(t, s.UseModel(other))
	if s.Engine().Ready || closed != 1 || s.Settings().Model != other {
		t.Errorf("%+v, closed %d", s.Engine(), closed)
	}
	write(t, s, batch.Spec{Language: compose.English})
	if <-loads; <-loads != "other.gguf" {
		t.Error("the other model wasn't loaded")
	}
}

// The chosen number of threads counts from the next load on, and in the next session.
func TestThreadsAreChosenAndKept(t *testing.T) {
	o := options(t)
	loads := make(chan int, 10)
	o.OpenModel = func(_ string, threads int, _ func(done, total int64)) (studio.Model, error) {
		loads <- threads
		return model{}, nil
	}
	s := stocked(t, o)
	write(t, s, batch.Spec{Language: compose.English})
	must(t, s.UseThreads(1))
	if s.Engine().Ready {
		t.Error("the model of other threads is still loaded")
	}
	write(t, s, batch.Spec{Language: compose.English})
	must(t, s.Close())
	again, err := studio.Open(o)
	must(t, err)
	write(t, again, batch.Spec{Language: compose.English})
	must(t, again.Close())
	if got := []int{<-loads, <-loads, <-loads}; !slices.Equal(got, []int{0, 1, 1}) {
		t.Errorf("loaded with %v threads", got)
	}
}

func TestModelCannotBeExchangedWhileItWrites(t *testing.T) {
	o := options(t)
	o.Writer = pen{delay: 20 * time.Millisecond}
	s := stocked(t, o)
	_, err := s.StartJob(batch.Spec{Language: compose.English})
	must(t, err)
	for !s.Engine().Ready {
		time.Sleep(time.Millisecond)
	}
	time.Sleep(5 * time.Millisecond)
	if err := s.UseModel(o.Model); !errors.Is(err, studio.ErrBusy) {
		t.Errorf("got %v, want ErrBusy", err)
	}
	s.Wait()
}

func TestMissingModelPausesTheJob(t *testing.T) {
	o := options(t)
	o.Model = "standard"
	s := stocked(t, o)
	if e := s.Engine(); !e.Missing || e.Err == nil {
		t.Errorf("the engine is %+v", e)
	}
	job := write(t, s, batch.Spec{Language: compose.English})
	if job.State != batch.Paused || !strings.Contains(job.Problem, "models get standard") || job.Counts.Pending != 5 {
		t.Errorf("the job is %s %q %+v", job.State, job.Problem, job.Counts)
	}
}

func TestBrokenModelPausesTheJob(t *testing.T) {
	o := options(t)
	broken := true
	o.OpenModel = func(string, int, func(done, total int64)) (studio.Model, error) {
		if broken {
			return nil, inference.ErrTruncated
		}
		return model{}, nil
	}
	s := stocked(t, o)
	job := write(t, s, batch.Spec{Language: compose.English})
	if job.State != batch.Paused || !errors.Is(s.Engine().Err, inference.ErrTruncated) {
		t.Fatalf("the job is %s, the engine %+v", job.State, s.Engine())
	}
	broken = false // the user has put another file there
	must(t, s.Resume(job.ID))
	s.Wait()
	if job, _ = s.Job(job.ID); job.State != batch.Done {
		t.Errorf("the job is %s %q", job.State, job.Problem)
	}
}

func TestCloseInTheMiddleOfAJob(t *testing.T) {
	o := options(t)
	o.Writer = pen{delay: 10 * time.Millisecond}
	s := stocked(t, o)
	id, err := s.StartJob(batch.Spec{Language: compose.English})
	must(t, err)
	must(t, s.Close())
	s = open(t, o)
	job, err := s.Job(id)
	must(t, err)
	if !job.Interrupted || job.State != batch.Paused {
		t.Fatalf("the job is %+v", job)
	}
	must(t, s.Resume(id))
	s.Wait()
	if job, _ = s.Job(id); job.State != batch.Done || job.Counts.Done != 3 {
		t.Errorf("the job is %s %+v", job.State, job.Counts)
	}
}

func TestLanguageFollowsTheRow(t *testing.T) {
	s := open(t, options(t))
	keep(t, s, "SKU,Name,Material\n1,Oak lamp,oak\n2,不锈钢保温杯,不锈钢\n")
	write(t, s, batch.Spec{})
	all, err := s.Drafts()
	must(t, err)
	if len(all) != 2 || all[0].Language != compose.English || all[1].Language != compose.Chinese {
		t.Errorf("got %+v", all)
	}
}

func TestSampleIsACatalogueWhereThereIsNone(t *testing.T) {
	s := open(t, options(t))
	must(t, s.KeepSample())
	if n := s.Catalogue().Products; n < 60 {
		t.Errorf("the sample has %d products", n)
	}
	s = stocked(t, options(t))
	must(t, s.KeepSample())
	if c := s.Catalogue(); c.Products > 10 {
		t.Errorf("the sample took the place of the user's catalogue: %+v", c)
	}
}

func TestEstimateIsMeasured(t *testing.T) {
	o := options(t)
	o.Writer = pen{delay: 10 * time.Millisecond}
	s := stocked(t, o)
	if _, ok := s.Estimate(10, 1); ok {
		t.Error("an estimate without a measurement")
	}
	write(t, s, batch.Spec{Language: compose.English})
	if d, ok := s.Estimate(10, 2); !ok || d < 100*time.Millisecond || d > 10*time.Second {
		t.Errorf("got %v, %v", d, ok)
	}
}

// Who stops a job after some rows has measured this machine all the same, and finds it remembered the next day.
func TestAStoppedJobIsMeasuredToo(t *testing.T) {
	o := options(t)
	o.Writer = pen{delay: 10 * time.Millisecond}
	s := open(t, o)
	keep(t, s, "SKU,Name,Colour\n"+strings.Repeat("1,Oak lamp,brown\n", 200))
	id, err := s.StartJob(batch.Spec{Language: compose.English})
	must(t, err)
	for job := (batch.Job{}); job.Counts.Done < 3; time.Sleep(time.Millisecond) {
		job, err = s.Job(id)
		must(t, err)
	}
	must(t, s.Stop(id))
	s.Wait()
	if job, err := s.Job(id); err != nil || job.State != batch.Stopped {
		t.Fatalf("the job is %s, %v", job.State, err)
	}
	must(t, s.Close())
	if _, ok := open(t, o).Estimate(10, 1); !ok {
		t.Error("nothing was remembered")
	}
}

func TestBackupIsAStudio(t *testing.T) {
	o := options(t)
	s := stocked(t, o)
	write(t, s, batch.Spec{Language: compose.English})
	want := statuses(t, s)
	o.DataDir = t.TempDir()
	must(t, s.Backup(filepath.Join(o.DataDir, studio.StoreFile)))
	if diff := cmp.Diff(want, statuses(t, open(t, o))); diff != "" {
		t.Error(diff)
	}
}

func TestNothingToDo(t *testing.T) {
	s := open(t, options(t))
	if _, err := s.StartJob(batch.Spec{}); !errors.Is(err, studio.ErrNoCatalogue) {
		t.Errorf("got %v", err)
	}
	if _, err := s.Export(context.Background(), studio.ExportSpec{Path: "x.csv"}); !errors.Is(err, studio.ErrNoCatalogue) {
		t.Errorf("got %v", err)
	}
	keep(t, s, goods)
	if _, err := s.StartJob(batch.Spec{Channel: "no such shop"}); !errors.Is(err, studio.ErrNotFound) {
		t.Errorf("got %v", err)
	}
	if _, err := s.StartJob(batch.Spec{RulesetID: "none"}); !errors.Is(err, studio.ErrNotFound) {
		t.Errorf("got %v", err)
	}
	if err := s.Approve("none"); !errors.Is(err, studio.ErrNotFound) {
		t.Errorf("got %v", err)
	}
}
