package page

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"shelftalk/app/catalog"
	"shelftalk/app/compose"
	"shelftalk/app/studio"
	"shelftalk/ui/present"
	"shelftalk/ui/theme"
	"shelftalk/ui/uitest"
	"shelftalk/ui/widget"
)

// The first start: an empty catalogue, the sample, and a job, by three presses.
func TestThreeClicksToTheFirstDraft(t *testing.T) {
	for _, l := range looks() {
		t.Run(l.name, func(t *testing.T) {
			d := newDesk(t, l.mode, l.lang, true, 0)
			c := NewCatalogue(d.Env)
			d.show(t, c, Route{}, l.width, l.height)
			uitest.Picture(t, d.window, "catalogue-empty-"+l.name)
			uitest.Button(t, c.Object(), d.Say("catalogue.empty.sample")).Press() // the first
			if len(d.routes) != 1 || d.routes[0] != (Route{Page: "import"}) {
				t.Fatalf("went to %v", d.routes)
			}
			i := NewImporting(d.Env)
			d.show(t, i, d.routes[0], l.width, l.height)
			d.until(t, "the columns", func() bool { return uitest.Reads(i.Object(), "Product name") })
			if !i.page.PanelOpen() {
				i.page.OpenPanel(true)
				d.settle()
			}
			uitest.Picture(t, d.window, "import-"+l.name)
			products := i.p.State().Action
			uitest.Button(t, i.Object(), products).Press() // the second
			d.until(t, "the catalogue", func() bool { return len(d.routes) == 2 })
			d.show(t, c, d.routes[1], l.width, l.height)
			if c.page.Narrow() {
				uitest.Button(t, c.Object(), d.Say("catalogue.panel.open")).Press()
				d.settle()
			}
			uitest.Picture(t, d.window, "catalogue-"+l.name)
			uitest.Button(t, c.Object(), c.p.State().Action).Press() // the third
			d.until(t, "the job", func() bool { return len(d.routes) == 3 && d.routes[2].Page == "jobs" })
			d.studio.Wait()
			if drafts, err := d.studio.Drafts(); err != nil || len(drafts) == 0 {
				t.Errorf("%d drafts, %v", len(drafts), err)
			}
		})
	}
}

func TestCatalogueFiltersSearchesAndSelects(t *testing.T) {
	d := newDesk(t, theme.ModeLight, "en", false, 0)
	d.write(t, 20, compose.English)
	d.studio.Wait()
	c := NewCatalogue(d.Env)
	d.show(t, c, Route{}, 1080, 800)
	d.until(t, "drafts", func() bool { return uitest.Reads(c.Object(), "Needs a look") })
	uitest.Picture(t, d.window, "catalogue-drafts")
	all := c.p.Rows()

	chip, ok := uitest.Find(c.Object(), func(f *widget.FilterChip) bool { return strings.HasPrefix(f.Text(), "Needs a look") })
	if !ok {
		t.Fatal("no filter for findings")
	}
	test.Tap(chip)
	d.settle()
	look := c.p.Rows()
	if look == 0 || look >= 20 {
		t.Errorf("the filter leaves %d of %d rows", look, all)
	}
	for i := range look {
		if chip := c.p.Row(i).Chip; chip.Tone != present.Warning {
			t.Errorf("row %d shows %v", i, chip)
		}
	}
	c.showAll()
	c.FocusSearch()
	test.Type(c.search, "tent")
	d.settle()
	if n := c.p.Rows(); n == 0 || n >= all {
		t.Errorf("%q leaves %d of %d rows", c.search.Text, n, all)
	}
	if !c.Escape() || c.search.Text != "" {
		t.Error("Esc doesn't clear the search")
	}

	// The keyboard: to the second row, check it, and the button counts it.
	d.Window.Canvas().Focus(c.table)
	c.table.TypedKey(&fyne.KeyEvent{Name: fyne.KeyDown})
	c.table.TypedKey(&fyne.KeyEvent{Name: fyne.KeySpace})
	d.settle()
	if s := c.p.State(); s.Selected != "1 selected" || s.Action != "Write 1 draft" {
		t.Errorf("after Space: %q, %q", s.Selected, s.Action)
	}
	c.p.CheckAll(true)
	d.settle()
	if s := c.p.State(); !s.AllChecked {
		t.Error("not all are checked")
	}
	c.table.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	if len(d.routes) != 1 || d.routes[0].Page != "draft" {
		t.Errorf("Enter went to %v", d.routes)
	}
}

func TestCatalogueRemembersItsChoices(t *testing.T) {
	d := newDesk(t, theme.ModeLight, "en", false, 0)
	c := NewCatalogue(d.Env)
	d.show(t, c, Route{}, 1080, 800)
	c.panel.channel.Choose("amazon")
	c.panel.variants.Choose("3")
	c.panel.language.Choose("zh")
	c.p.Check(0, true)
	c.p.Write()
	d.until(t, "the job", func() bool { return len(d.routes) == 1 })
	d.studio.Wait()
	again := NewCatalogue(d.Env)
	d.show(t, again, Route{}, 1080, 800)
	if got := again.p.Choices(); got.Channel != "amazon" || got.Variants != 3 || got.Language != compose.Chinese {
		t.Errorf("remembered %+v", got)
	}
}

func TestImportTellsWhatIsWrong(t *testing.T) {
	d := newDesk(t, theme.ModeLight, "en", true, 0)
	i := NewImporting(d.Env)
	d.show(t, i, Route{Page: "import", ID: filepath.Join(t.TempDir(), "gone.xlsx")}, 1080, 800)
	if s := i.p.State(); s.Problem == nil || s.Blocked == "" {
		t.Fatalf("a file that isn't there: %+v", s)
	}
	if !uitest.Reads(i.Object(), i.p.State().Problem.Title) {
		t.Errorf("the page doesn't say so: %q", uitest.Texts(i.Object()))
	}
	uitest.Picture(t, d.window, "import-problem")
}

// What was odd about one file must not stand beside the trouble with another.
func TestImportForgetsTheFileBefore(t *testing.T) {
	d := newDesk(t, theme.ModeLight, "en", true, 0)
	odd := filepath.Join(t.TempDir(), "odd.csv")
	if err := os.WriteFile(odd, []byte("sku,title,title\n1,Lamp,Oak\n2,Chair,Ash\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	i := NewImporting(d.Env)
	d.show(t, i, Route{Page: "import", ID: odd}, 1080, 800)
	d.until(t, "the oddity", func() bool { return uitest.Reads(i.Object(), d.Say.Count("import.warnings", 1)) })
	gone := filepath.Join(t.TempDir(), "gone.xlsx")
	i.Show(Route{Page: "import", ID: gone})
	d.until(t, "the problem", func() bool { return i.p.State().Problem != nil })
	for _, rest := range []string{d.Say.Count("import.warnings", 1), d.Say("import.first"), "no such file"} {
		if uitest.Reads(i.Object(), rest) {
			t.Errorf("%q is left: %q", rest, uitest.Texts(i.Object()))
		}
	}
	if left := i.p.State().Warnings; len(left) > 0 {
		t.Errorf("the page would still tell %q", left)
	}
	if p := i.p.State().Problem; p.Detail != gone {
		t.Errorf("the file that is missing is told as %q", p.Detail)
	}
}

// On a small window the panel is folded away: what there is to know and the way on must be seen all the same.
func TestImportGoesOnInASmallWindow(t *testing.T) {
	file := filepath.Join(t.TempDir(), "odd.csv")
	if err := os.WriteFile(file, []byte("sku,title,title\n1,Lamp,Oak\n2,Chair,Ash\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, l := range looks() {
		t.Run(l.name, func(t *testing.T) {
			d := newDesk(t, l.mode, l.lang, true, 0)
			i := NewImporting(d.Env)
			d.show(t, i, Route{Page: "import", ID: file}, l.width, l.height)
			keep := d.Say.Count("import.keep", 2)
			d.until(t, "the way on", func() bool { return uitest.Reads(i.Object(), keep) })
			uitest.Picture(t, d.window, "import-odd-"+l.name)
			if !uitest.Reads(i.Object(), d.Say.Count("import.warnings", 1)) {
				t.Errorf("the oddity isn't told: %q", uitest.Texts(i.Object()))
			}
			uitest.Button(t, i.Object(), keep).Press()
			d.until(t, "the catalogue", func() bool { return len(d.routes) == 1 })
		})
	}
}

func TestImportChangesAColumnsMeaning(t *testing.T) {
	file := filepath.Join(t.TempDir(), "stock.csv")
	if err := os.WriteFile(file, []byte("Code;Thing;Made of\nA-1;Lamp;oak\nA-2;Chair;ash\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	d := newDesk(t, theme.ModeLight, "en", true, 0)
	i := NewImporting(d.Env)
	d.show(t, i, Route{Page: "import", ID: file}, 1080, 800)
	d.until(t, "the columns", func() bool { return len(i.lines) == 3 })
	i.lines[1].role.Choose(string(catalog.Title))
	i.lines[0].role.Choose(string(catalog.Key))
	d.settle()
	uitest.Button(t, i.Object(), "Keep 2 products").Press()
	d.until(t, "the catalogue", func() bool { return len(d.routes) == 1 })
	products, err := d.studio.Products()
	if err != nil || len(products) != 2 {
		t.Fatalf("%d products, %v", len(products), err)
	}
	if p := products[1].Product; p.Key != "A-2" || p.Value(catalog.Title) != "Chair" {
		t.Errorf("the second product is %+v", p)
	}
}

func TestRulesetsAreEditedAndCloned(t *testing.T) {
	for _, l := range looks() {
		t.Run(l.name, func(t *testing.T) {
			d := newDesk(t, l.mode, l.lang, false, 0)
			r := NewRulesets(d.Env)
			d.show(t, r, Route{}, l.width, l.height)
			before := len(r.p.State().All)
			uitest.Picture(t, d.window, "rulesets-"+l.name)
			uitest.Button(t, r.Object(), d.Say("rulesets.clone")).Press()
			d.until(t, "the copy", func() bool { return len(r.p.State().All) == before+1 })
			r.never.SetText("cheap\n便宜；劣质")
			r.name.SetText("Ours")
			uitest.Button(t, r.Object(), d.Say("rulesets.save")).Press()
			d.settle()
			all, err := d.studio.Rulesets()
			if err != nil {
				t.Fatal(err)
			}
			for _, rules := range all {
				if rules.Name == "Ours" {
					if got := strings.Join(rules.Never, "|"); got != "cheap|便宜|劣质" {
						t.Errorf("never-words %q", got)
					}
					return
				}
			}
			t.Errorf("the renamed copy isn't there: %v", all)
		})
	}
}

func TestModelsAndSettingsPages(t *testing.T) {
	for _, l := range looks() {
		t.Run(l.name, func(t *testing.T) {
			d := newDesk(t, l.mode, l.lang, false, 0)
			m := NewModels(d.Env)
			d.show(t, m, Route{}, l.width, l.height)
			uitest.Button(t, m.Object(), d.Say("models.get"))
			uitest.Picture(t, d.window, "models-"+l.name)
			applied := ""
			d.Apply = func(s studio.Settings) { applied = s.Theme + s.Language }
			s := NewSettings(d.Env)
			d.show(t, s, Route{}, l.width, l.height)
			uitest.Picture(t, d.window, "settings-"+l.name)
			s.colours.Choose("dark")
			d.settle()
			s.language.Choose("zh")
			d.settle()
			s.threads.Choose("1")
			d.settle()
			if applied != "darkzh" {
				t.Errorf("applied %q", applied)
			}
			if got := d.studio.Settings(); got.Theme != "dark" || got.Language != "zh" || got.Threads != 1 {
				t.Errorf("kept %+v", got)
			}
		})
	}
}

// A model goes once that was agreed to, and the one in use doesn't.
func TestModelsPageRemoves(t *testing.T) {
	for _, l := range looks() {
		t.Run(l.name, func(t *testing.T) {
			d := newDesk(t, l.mode, l.lang, false, 0)
			own := filepath.Join(d.Home, "own.gguf")
			if err := os.WriteFile(own, []byte("weights"), 0o600); err != nil {
				t.Fatal(err)
			}
			m := NewModels(d.Env)
			d.show(t, m, Route{}, l.width, l.height)
			var card *modelCard
			for i, line := range m.p.State().Lines {
				if want := line.Name == "own.gguf"; line.CanRemove != want || m.cards[i].remove.Visible() != want {
					t.Errorf("%s can be removed: %v", line.Name, line.CanRemove)
				} else if want {
					card = m.cards[i]
				}
			}
			press := func(label string) {
				t.Helper()
				uitest.Button(t, card.object, d.Say("models.remove")).Press()
				d.settle()
				uitest.Picture(t, d.window, "models-remove-"+l.name)
				uitest.Button(t, d.Window.Canvas().Overlays().Top(), label).Press()
				d.settle()
			}
			press(d.Say("files.cancel"))
			if _, err := os.Stat(own); err != nil {
				t.Fatal(err)
			}
			press(d.Say("models.remove"))
			if _, err := os.Stat(own); err == nil || uitest.Reads(m.Object(), "own") {
				t.Errorf("it is still there: %q", uitest.Texts(m.Object()))
			}
			if err := d.studio.RemoveModel("test.gguf"); !errors.Is(err, studio.ErrChosen) {
				t.Errorf("the one in use: %v", err)
			}
		})
	}
}

// A brand's voice takes an afternoon to write: one click must not lose it, nor a Return that follows it.
func TestRulesetsPageAsksBeforeDeleting(t *testing.T) {
	for _, l := range looks() {
		t.Run(l.name, func(t *testing.T) {
			d := newDesk(t, l.mode, l.lang, false, 0)
			r := NewRulesets(d.Env)
			d.show(t, r, Route{}, l.width, l.height)
			d.settle()
			before := r.p.State()
			uitest.Button(t, r.Object(), d.Say("rulesets.delete")).Press()
			d.settle()
			sheet := d.Window.Canvas().Overlays().Top()
			if sheet == nil || !uitest.Reads(sheet, d.Say("rulesets.delete.title", before.Name)) {
				t.Fatalf("it doesn't ask: %d of %d rulesets", len(r.p.State().All), len(before.All))
			}
			uitest.Picture(t, d.window, "rulesets-delete-"+l.name)
			d.Window.Canvas().Focused().TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
			d.settle()
			if got := len(r.p.State().All); got != len(before.All) || d.Window.Canvas().Overlays().Top() != nil {
				t.Fatalf("after Return: %d of %d rulesets", got, len(before.All))
			}
			uitest.Button(t, r.Object(), d.Say("rulesets.delete")).Press()
			d.settle()
			uitest.Button(t, d.Window.Canvas().Overlays().Top(), d.Say("rulesets.delete")).Press()
			d.settle()
			if got := len(r.p.State().All); got != len(before.All)-1 {
				t.Errorf("%d of %d rulesets", got, len(before.All))
			}
		})
	}
}

func TestFileSheetListsFoldersAndSpreadsheets(t *testing.T) {
	d := newDesk(t, theme.ModeLight, "en", true, 0)
	for _, name := range []string{"b.xlsx", "a.csv", "notes.pdf", ".hidden.csv"} {
		if err := os.WriteFile(filepath.Join(d.Home, name), []byte("Code,Thing\n1,Lamp\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(d.Home, "suppliers"), 0o700); err != nil {
		t.Fatal(err)
	}
	ShowFiles(d.Env)
	d.settle()
	sheet := d.Window.Canvas().Overlays().Top()
	uitest.Picture(t, d.window, "files")
	texts := strings.Join(uitest.Texts(sheet), "|")
	if !strings.Contains(texts, "a.csv") || !strings.Contains(texts, "suppliers/") || strings.Contains(texts, "notes.pdf") || strings.Contains(texts, "hidden") {
		t.Errorf("the sheet lists %q", texts)
	}
	entry, ok := uitest.Find(sheet, func(*widget.Entry) bool { return true })
	if !ok {
		t.Fatal("no field for a path")
	}
	entry.SetText(filepath.Join(d.Home, "a.csv"))
	uitest.Button(t, sheet, "Open").Press()
	d.settle()
	if want := filepath.Join(d.Home, "a.csv"); len(d.routes) != 1 || d.routes[0].ID != want {
		t.Errorf("went to %v", d.routes)
	}
	if got := d.studio.Settings().LastFolder; got != d.Home {
		t.Errorf("the last folder is %q", got)
	}
}
