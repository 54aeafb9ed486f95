package ui

import (
	"errors"
	"sync"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"shelftalk/app/studio"
	"shelftalk/ui/page"
	"shelftalk/ui/theme"
	"shelftalk/ui/uitest"
)

// thread is the window's thread: a queue that settle runs.
type thread struct {
	mu    sync.Mutex
	queue []func()
}

func (q *thread) dispatch(f func()) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.queue = append(q.queue, f)
}

func (q *thread) run() {
	for {
		q.mu.Lock()
		todo := q.queue
		q.queue = nil
		q.mu.Unlock()
		if len(todo) == 0 {
			return
		}
		for _, f := range todo {
			f()
		}
	}
}

// open starts the window over a fresh studio without a model.
func open(t *testing.T, o Options) (w *Window, s *studio.Studio, settle func()) {
	t.Helper()
	dir := t.TempDir()
	s, err := studio.Open(studio.Options{
		DataDir: dir, ModelsDir: dir,
		OpenModel: func(string, int, func(done, total int64)) (studio.Model, error) {
			return nil, errors.New("no model in this test")
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() }) // closed already where the test closed the window
	o.App, o.Studio, o.DataDir, o.ModelsDir, o.Home = uitest.App(t, theme.ModeLight), s, dir, dir, dir
	q := &thread{}
	o.Close, o.Dispatch = s.Close, q.dispatch
	if o.Exit == nil {
		o.Exit = func(int) {}
	}
	w, err = New(o)
	if err != nil {
		t.Fatal(err)
	}
	w.win.Resize(fyne.NewSize(1280, 800))
	w.Start()
	settle = func() {
		for range 3 {
			w.stage.Wait()
			time.Sleep(20 * time.Millisecond)
			q.run()
		}
		uitest.Settle(w.win)
	}
	settle()
	return w, s, settle
}

func shortcut(w *Window, name fyne.KeyName, m fyne.KeyModifier) {
	pressed := (&desktop.CustomShortcut{KeyName: name, Modifier: m}).ShortcutName()
	for _, b := range w.bindings() {
		if b.on.ShortcutName() == pressed {
			b.do()
		}
	}
}

func TestKeysOpenThePages(t *testing.T) {
	w, _, settle := open(t, Options{Language: "en"})
	if w.route.Page != "catalogue" || !uitest.Reads(w.root, "Bring your products") {
		t.Errorf("the first page is %q and reads %q", w.route.Page, uitest.Texts(w.root))
	}
	for i, name := range railPages() {
		shortcut(w, fyne.KeyName(rune('1'+i)), fyne.KeyModifierShortcutDefault)
		settle()
		if w.route.Page != name {
			t.Errorf("Ctrl+%d shows %q, want %q", i+1, w.route.Page, name)
		}
		if !uitest.Reads(w.root, w.env.Say("shell.page."+name)) {
			t.Errorf("page %q reads %q", name, uitest.Texts(w.root))
		}
	}
}

func TestLanguageAndColoursChangeInPlace(t *testing.T) {
	w, s, settle := open(t, Options{})
	w.Go(page.Route{Page: "settings"})
	settings := s.Settings()
	settings.Language, settings.Theme = "zh", "dark"
	w.apply(settings)
	settle()
	if w.route.Page != "settings" || !uitest.Reads(w.root, "快捷键") || !uitest.Reads(w.root, "商品目录") {
		t.Errorf("in Chinese page %q reads %q", w.route.Page, uitest.Texts(w.root))
	}
	if theme.Color(theme.Background) != theme.Dark()[theme.Background] {
		t.Error("the colours are still light")
	}
}

func TestRailShrinksOnANarrowWindow(t *testing.T) {
	w, _, settle := open(t, Options{Language: "en"})
	if got := w.rail.Size().Width; got != theme.RailWidth {
		t.Errorf("the rail is %v wide", got)
	}
	w.win.Resize(fyne.NewSize(1000, 700))
	settle()
	if got := w.rail.Size().Width; got != theme.RailNarrow {
		t.Errorf("on a narrow window the rail is %v wide", got)
	}
	if uitest.Reads(w.rail, "Rulesets") {
		t.Error("a narrow rail has no room for words")
	}
}

func TestPaletteFindsAndRuns(t *testing.T) {
	w, _, settle := open(t, Options{Language: "en"})
	shortcut(w, fyne.KeyK, fyne.KeyModifierShortcutDefault)
	settle()
	top := w.win.Canvas().Overlays().Top()
	if top == nil || !uitest.Reads(top, "Rulesets") {
		t.Fatal("Ctrl+K shows no commands")
	}
	for _, r := range "ruleset" {
		w.win.Canvas().Focused().TypedRune(r)
	}
	w.win.Canvas().Focused().TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	settle()
	if w.route.Page != "rulesets" || w.win.Canvas().Overlays().Top() != nil {
		t.Errorf("the palette led to %q", w.route.Page)
	}
	found := matching(w.commands(), "dark colours")
	if len(found) != 1 {
		t.Fatalf("%d commands for dark colours", len(found))
	}
	found[0].do()
	settle()
	if theme.Color(theme.Surface) != theme.Dark()[theme.Surface] {
		t.Error("the command doesn't change the colours")
	}
}

// Closing keeps the size, closes the store, and doesn't need the toolkit to end the program.
func TestCloseKeepsEverything(t *testing.T) {
	events := make(chan string, 100)
	exits := make(chan int, 4)
	w, s, _ := open(t, Options{Language: "en", Exit: func(code int) { exits <- code }, Event: func(name string, _ ...any) {
		select {
		case events <- name:
		default:
		}
	}})
	w.Close()
	w.Close() // a second press on the way out
	deadline := time.After(10 * time.Second)
	for name := ""; name != "closed"; {
		select {
		case name = <-events:
		case <-deadline:
			t.Fatal("it doesn't close")
		}
	}
	if err := s.SetSettings(studio.Settings{}); err == nil {
		t.Error("the store is still open")
	}
	select {
	case code := <-exits:
		if code != 0 {
			t.Errorf("exit code %d", code)
		}
	case <-deadline:
		t.Error("nothing ends a program whose toolkit hangs")
	}
}

func TestEventsAreLinesOfJSON(t *testing.T) {
	var out lines
	say := Events(&out)
	say("page", "name", "jobs")
	say("waits", "p95_ms", 1.5)
	if len(out) != 2 || out[0][0] != '{' || out[1][len(out[1])-1] != '\n' {
		t.Errorf("%q", out)
	}
}

type lines []string

func (l *lines) Write(p []byte) (int, error) {
	*l = append(*l, string(p))
	return len(p), nil
}
