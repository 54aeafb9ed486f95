package page

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"shelftalk/app/compose"
	"shelftalk/app/studio"
	"shelftalk/ui/present"
	"shelftalk/ui/theme"
	"shelftalk/ui/uitest"
	"shelftalk/ui/widget"
)

// looks are the ways in which each page is drawn: theme, language, and the size of the page beside the rail.
func looks() []struct {
	name          string
	mode          theme.Mode
	lang          string
	width, height float32
} {
	return []struct {
		name          string
		mode          theme.Mode
		lang          string
		width, height float32
	}{
		{"wide-light-en", theme.ModeLight, "en", 1080, 800}, {"narrow-dark-zh", theme.ModeDark, "zh", 944, 700},
	}
}

// Until a page has read what it shows, it must claim nothing and offer nothing that would act on nothing.
func TestPagesBeforeTheyAreRead(t *testing.T) {
	d := newDesk(t, theme.ModeLight, "en", false, 0)
	for name, p := range map[string]Page{
		"catalogue": NewCatalogue(d.Env), "jobs": NewJobs(d.Env), "rulesets": NewRulesets(d.Env), "editor": NewEditor(d.Env),
	} {
		for _, width := range []float32{1080, 944} {
			w := uitest.Show(t, p.Object(), width, 800)
			for _, claim := range []string{d.Say("catalogue.nomatch"), d.Say("jobs.rows.none"), d.Say("rulesets.name")} {
				if uitest.Reads(w.Content(), claim) {
					t.Errorf("%s, %v wide: it says %q", name, width, claim)
				}
			}
			if b, ok := uitest.Find(w.Content(), func(b *widget.Button) bool { return b.Enabled() && b.Label() != "" }); ok {
				t.Errorf("%s, %v wide: %q can be pressed", name, width, b.Label())
			}
			if c, ok := uitest.Find(w.Content(), func(c *widget.Chip) bool { return c.Text() == "" }); ok {
				t.Errorf("%s, %v wide: an empty chip at %v", name, width, c.Position())
			}
		}
	}
}

func TestJobsPage(t *testing.T) {
	for _, l := range looks() {
		t.Run(l.name, func(t *testing.T) {
			d := newDesk(t, l.mode, l.lang, false, 0)
			p := NewJobs(d.Env)
			d.show(t, p, Route{}, l.width, l.height)
			if !uitest.Reads(p.Object(), d.Say("jobs.empty.title")) {
				t.Fatalf("no empty state: %q", uitest.Texts(p.Object()))
			}
			uitest.Picture(t, d.window, "jobs-empty-"+l.name)
			id := d.write(t, 20, compose.English)
			d.studio.Wait()
			p.Show(Route{ID: id})
			d.until(t, "the end of the job", func() bool { return uitest.Reads(p.Object(), d.Say("jobs.count", 20, 20)) })
			if !uitest.Reads(p.Object(), d.Say("row.passed")) {
				t.Errorf("no finished rows: %q", uitest.Texts(p.Object()))
			}
			uitest.Picture(t, d.window, "jobs-done-"+l.name)
		})
	}
}

func TestJobsPageRunning(t *testing.T) {
	for _, l := range looks() {
		t.Run(l.name, func(t *testing.T) {
			d := newDesk(t, l.mode, l.lang, false, 20*time.Millisecond)
			p := NewJobs(d.Env)
			d.show(t, p, Route{}, l.width, l.height)
			d.write(t, 12, compose.English)
			writing := d.Say("row.writing")
			d.until(t, "a row being written", func() bool { return uitest.Reads(p.Object(), writing) })
			d.until(t, "a finished row", func() bool { return p.p.Rows() > 3 })
			uitest.Picture(t, d.window, "jobs-running-"+l.name)
			pause := uitest.Button(t, p.Object(), d.Say("jobs.pause"))
			pause.Press()
			d.until(t, "the pause", func() bool {
				_, ok := uitest.Find(p.Object(), func(b *widget.Button) bool { return b.Label() == d.Say("jobs.resume") })
				return ok && !uitest.Reads(p.Object(), writing)
			})
			uitest.Picture(t, d.window, "jobs-paused-"+l.name)
			uitest.Button(t, p.Object(), d.Say("jobs.resume")).Press()
			d.studio.Wait()
			d.until(t, "the end", func() bool { return uitest.Reads(p.Object(), d.Say("jobs.count", 12, 12)) })
		})
	}
}

func TestJobsPageRetry(t *testing.T) {
	d := newDesk(t, theme.ModeLight, "en", false, 0)
	products, err := d.studio.Products()
	if err != nil {
		t.Fatal(err)
	}
	d.fail.Store(products[1].Product.Key, true)
	p := NewJobs(d.Env)
	d.show(t, p, Route{}, 1080, 800)
	d.write(t, 4, compose.English)
	d.until(t, "a failed row", func() bool { return uitest.Reads(p.Object(), "failed: The text is too long for the model") })
	d.studio.Wait()
	d.until(t, "the end", func() bool { return uitest.Reads(p.Object(), "4 of 4") })
	uitest.Picture(t, d.window, "jobs-failed")
	uitest.Button(t, p.Object(), d.Say("jobs.retry")).Press()
	d.until(t, "the row written again", func() bool { return !uitest.Reads(p.Object(), "failed: ") && uitest.Reads(p.Object(), "4 of 4") })
	if p.p.Rows() != 4 {
		t.Errorf("%d rows", p.p.Rows())
	}
}

func TestDraftsPage(t *testing.T) {
	for _, l := range looks() {
		t.Run(l.name, func(t *testing.T) {
			d := newDesk(t, l.mode, l.lang, false, 0)
			p := NewDrafts(d.Env)
			d.show(t, p, Route{}, l.width, l.height)
			uitest.Picture(t, d.window, "drafts-empty-"+l.name)
			d.write(t, 30, compose.English)
			d.studio.Wait()
			d.until(t, "drafts", func() bool { return p.p.Rows() > 10 })
			approve := uitest.Button(t, p.Object(), d.Say("drafts.approve"))
			if approve.Enabled() {
				t.Error("nothing is selected, and Approve is enabled")
			}
			p.p.CheckAll(true)
			d.settle()
			uitest.Picture(t, d.window, "drafts-checked-"+l.name)
			approve.Press()
			d.until(t, "approved drafts", func() bool {
				return strings.Contains(strings.Join(uitest.Texts(p.Object()), " "), d.Say("status.approved"))
			})
			uitest.Picture(t, d.window, "drafts-"+l.name)
			p.open(2)
			if len(d.routes) != 1 || d.routes[0].Page != "draft" || len(d.Stage.Reading) != p.p.Rows() {
				t.Errorf("opened %v", d.routes)
			}
		})
	}
}

// findings opens a draft that has some.
func findings(t *testing.T, d *desk) studio.DraftView {
	t.Helper()
	all, err := d.studio.Drafts()
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range all {
		if v.Findings > 1 {
			return v
		}
	}
	t.Fatal("no draft has findings")
	return studio.DraftView{}
}

func TestEditorPage(t *testing.T) {
	for _, l := range looks() {
		t.Run(l.name, func(t *testing.T) {
			d := newDesk(t, l.mode, l.lang, false, 5*time.Millisecond)
			d.write(t, 12, compose.English)
			d.studio.Wait()
			v := findings(t, d)
			p := NewEditor(d.Env)
			d.show(t, p, Route{Page: "draft", ID: v.ID}, l.width, l.height)
			if !uitest.Reads(p.Object(), v.Title) || !uitest.Reads(p.Object(), d.Say("field.seo_title")) {
				t.Fatalf("%q", uitest.Texts(p.Object()))
			}
			uitest.Picture(t, d.window, "editor-"+l.name)
			p.begin("description")
			d.settle()
			uitest.Picture(t, d.window, "editor-typing-"+l.name)
			p.edit.entry.SetText("A text of my own.")
			p.keep()
			d.until(t, "the typed text", func() bool { return uitest.Reads(p.Object(), "A text of my own.") })
			p.Undo()
			d.until(t, "the old text", func() bool { return !uitest.Reads(p.Object(), "A text of my own.") })
			if p.page.Narrow() {
				p.toggleFindings()
				d.settle()
				uitest.Picture(t, d.window, "editor-findings-"+l.name)
				p.Escape()
				p.toggleFacts()
				d.settle()
				uitest.Picture(t, d.window, "editor-facts-"+l.name)
				p.Escape()
			}
			p.setCurrent("title")
			p.WriteAgain()
			d.settle()
			uitest.Picture(t, d.window, "editor-writing-"+l.name)
			d.until(t, "the new title", func() bool { return uitest.Reads(p.Object(), v.Title+" written again.") })
		})
	}
}

// In a small window the product's name is what the header is for, also in English, also when the draft is approved.
func TestEditorNamesItsProductInASmallWindow(t *testing.T) {
	d := newDesk(t, theme.ModeLight, "en", false, 0)
	d.write(t, 6, compose.English)
	d.studio.Wait()
	all, err := d.studio.Drafts()
	if err != nil {
		t.Fatal(err)
	}
	p := NewEditor(d.Env)
	d.show(t, p, Route{ID: all[0].ID}, 944, 700)
	for _, state := range []string{"draft", "approved"} {
		if !uitest.Reads(p.header, all[0].Title) {
			t.Errorf("%s: %q is cut: %q", state, all[0].Title, uitest.Texts(p.header))
		}
		if state == "draft" {
			p.p.Approve()
			d.until(t, "the approval", func() bool { return p.p.State().Approved })
		}
	}
}

func TestEditorKeys(t *testing.T) {
	d := newDesk(t, theme.ModeLight, "en", false, 0)
	d.write(t, 6, compose.English)
	d.studio.Wait()
	all, err := d.studio.Drafts()
	if err != nil {
		t.Fatal(err)
	}
	p := NewEditor(d.Env)
	d.show(t, p, Route{ID: all[0].ID}, 1080, 800)
	text := d.shownText(t, all[0].ID, "title")
	p.begin("title")
	p.edit.entry.SetText("Thrown away")
	p.edit.entry.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
	d.settle()
	if got := d.shownText(t, all[0].ID, "title"); got != text || p.edit != nil {
		t.Errorf("Esc kept %q", got)
	}
	p.begin("title")
	p.edit.entry.SetText("Kept by Enter")
	p.edit.entry.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	d.settle()
	if got := d.shownText(t, all[0].ID, "title"); got != "Kept by Enter" {
		t.Errorf("Enter kept %q", got)
	}
	p.begin("title")
	if d.window.Canvas().Focused() != p.edit.entry {
		t.Errorf("the focus is on %T", d.window.Canvas().Focused())
	}
	p.edit.entry.TypedShortcut(&fyne.ShortcutUndo{})
	d.settle()
	if got := d.shownText(t, all[0].ID, "title"); got != text {
		t.Errorf("undo left %q", got)
	}
	p.begin("title")
	p.edit.entry.SetText("Kept by going on")
	p.next()
	d.settle()
	if got := d.shownText(t, all[0].ID, "title"); got != "Kept by going on" {
		t.Errorf("going on kept %q", got)
	}
	if p.shown.ID != all[1].ID {
		t.Errorf("went on to %s", p.shown.ID)
	}
	p.Escape()
	if len(d.routes) == 0 || d.routes[len(d.routes)-1].Page != "drafts" {
		t.Errorf("Esc leads to %v", d.routes)
	}
}

// shownText is a field's text as the studio has it.
func (d *desk) shownText(t *testing.T, id, field string) string {
	t.Helper()
	detail, err := d.studio.Draft(id)
	if err != nil {
		t.Fatal(err)
	}
	return detail.Draft.Current().Text(field)
}

func TestExportSheet(t *testing.T) {
	for _, l := range looks() {
		t.Run(l.name, func(t *testing.T) {
			d := newDesk(t, l.mode, l.lang, false, 0)
			d.write(t, 8, compose.English)
			d.studio.Wait()
			page := NewDrafts(d.Env)
			d.show(t, page, Route{}, l.width, l.height)
			ShowExport(d.Env)
			d.settle()
			sheet := d.window.Canvas().Overlays().Top()
			uitest.Picture(t, d.window, "export-"+l.name)
			entry, ok := uitest.Find(sheet, func(*widget.Entry) bool { return true })
			if !ok {
				t.Fatal("no path")
			}
			entry.SetText(filepath.Join(d.Home, "copy.xlsx"))
			uitest.Button(t, sheet, d.Say("export.choose")).Press()
			d.settle()
			folders := d.window.Canvas().Overlays().Top()
			uitest.Picture(t, d.window, "export-folder-"+l.name)
			uitest.Button(t, folders, d.Say("export.folder.use")).Press()
			d.settle()
			if got := filepath.Dir(entry.Text); got != d.Home {
				t.Errorf("the folder is %q, want %q", got, d.Home)
			}
			entry.SetText(filepath.Join(d.Home, "no such folder", "copy.xlsx"))
			uitest.Button(t, sheet, d.Say("export.run")).Press()
			d.until(t, "the error in its place", func() bool { return uitest.Reads(sheet, d.Say("problem.missing.title")) })
			uitest.Picture(t, d.window, "export-problem-"+l.name)
			path := filepath.Join(d.Home, "copy.csv")
			entry.SetText(path)
			uitest.Button(t, sheet, d.Say("export.run")).Press()
			d.until(t, "the end of the export", func() bool { return uitest.Reads(sheet, d.Say("export.done", "copy.csv")) })
			uitest.Picture(t, d.window, "export-done-"+l.name)
			if info, err := os.Stat(path); err != nil || info.Size() < 1000 {
				t.Errorf("written: %v %v", info, err)
			}
			uitest.Button(t, sheet, d.Say("export.close")).Press()
			if d.window.Canvas().Overlays().Top() != nil {
				t.Error("the sheet stays")
			}
		})
	}
}

// Chips say every tone in its own colour.
func TestTones(t *testing.T) {
	seen := map[widget.ChipKind]bool{}
	for _, tone := range []present.Tone{present.Neutral, present.Accent, present.Good, present.Warning, present.Bad} {
		seen[look(present.Chip{Text: "x", Tone: tone}).Kind] = true
	}
	if len(seen) != 5 {
		t.Error(fmt.Sprint(seen))
	}
}
