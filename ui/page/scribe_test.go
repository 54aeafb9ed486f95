package page

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"shelftalk/app/batch"
	"shelftalk/app/catalog"
	"shelftalk/app/channel"
	"shelftalk/app/compose"
	"shelftalk/app/studio"
	"shelftalk/assets"
	"shelftalk/inference"
	"shelftalk/ui/present"
	"shelftalk/ui/theme"
	"shelftalk/ui/uitest"
	"shelftalk/ui/widget"
)

// scribe writes drafts without a model: plain sentences from the row, and in every third product a claim that the row
// doesn't carry. Its checks and traces are the real ones.
type scribe struct {
	*compose.Composer
	wait time.Duration // per field
	fail *sync.Map     // product keys whose next try fails
}

func (s scribe) Compose(ctx context.Context, _ compose.Generator, briefs iter.Seq[compose.Brief], o compose.Options) iter.Seq2[compose.Outcome, error] {
	return func(yield func(compose.Outcome, error) bool) {
		i := 0
		for b := range briefs {
			if ctx.Err() != nil {
				return
			}
			if !yield(s.outcome(ctx, i, b, o), nil) {
				return
			}
			i++
		}
	}
}

func (s scribe) outcome(ctx context.Context, i int, b compose.Brief, o compose.Options) compose.Outcome {
	out := compose.Outcome{Index: i}
	if _, fails := s.fail.LoadAndDelete(b.Product.Key); fails {
		out.Err = errors.New("the text is longer than the model can read")
		return out
	}
	if !slices.ContainsFunc(b.Product.Fields, func(f catalog.Field) bool { return f.Role == catalog.Attribute }) {
		out.Skipped = "not enough data"
		return out
	}
	d := compose.Draft{
		ID: compose.DraftID(b), ProductKey: b.Product.Key, Row: b.Product.Row, Template: b.Template, Channel: b.Channel, Language: b.Language,
		Status: compose.StatusDraft, Seconds: 1.94, Tokens: 160, Created: time.Now(), Updated: time.Now(),
	}
	for n := range max(b.Variants, 1) {
		v := compose.Variant{Fields: s.fields(b.Product, i, n)}
		for _, f := range v.Fields {
			for end := 8; o.OnText != nil && end < len(f.Text) && s.wait > 0; end += 8 {
				o.OnText(i, f.Name, strings.ToValidUTF8(f.Text[:end], ""))
				select {
				case <-time.After(s.wait / 10):
				case <-ctx.Done():
				}
			}
		}
		s.Recheck(b, &v)
		d.Variants = append(d.Variants, v)
	}
	out.Draft = d
	return out
}

func (scribe) fields(p catalog.Product, i, n int) []compose.Field {
	title := p.Value(catalog.Title)
	var facts []string
	for _, f := range p.Fields {
		if f.Role == catalog.Attribute {
			facts = append(facts, f.Value)
		}
	}
	text := fmt.Sprintf("%s with %s.", title, strings.Join(facts, ", "))
	if i%3 == 2 {
		text += " Made of premium quality for every occasion."
	}
	fields := []compose.Field{{Name: compose.FieldTitle, Text: strings.TrimSpace(title + []string{"", ", new"}[n%2])}, {Name: compose.FieldDescription, Text: text}}
	for k, f := range facts[:min(len(facts), 3)] {
		fields = append(fields, compose.Field{Name: fmt.Sprint("bullet_", k+1), Text: f})
	}
	return append(fields,
		compose.Field{Name: compose.FieldSEOTitle, Text: strings.Join(append([]string{title}, facts[:len(facts)*(i%2)]...), ", ")},
		compose.Field{Name: compose.FieldSEODescription, Text: title + ", " + facts[0] + "."})
}

func (s scribe) Rewrite(ctx context.Context, _ compose.Generator, b compose.Brief, _ compose.Variant, field string, _ uint64) iter.Seq2[inference.Chunk, error] {
	return func(yield func(inference.Chunk, error) bool) {
		for _, word := range []string{b.Product.Value(catalog.Title), " written", " again."} {
			select {
			case <-time.After(s.wait):
			case <-ctx.Done():
				yield(inference.Chunk{}, ctx.Err())
				return
			}
			if !yield(inference.Chunk{Slot: field, Text: word}, nil) {
				return
			}
		}
	}
}

// noModel stands for a model that is never asked.
type noModel struct{ compose.Generator }

func (noModel) Info() inference.Info { return inference.Info{Name: "test"} }
func (noModel) Close() error         { return nil }

// desk is a page's environment over a real studio.
type desk struct {
	*Env
	studio *studio.Studio
	routes []Route
	window fyne.Window
	fail   *sync.Map

	mu    sync.Mutex
	queue []func()
}

// dispatch keeps what the window's thread has to do until settle, which is that thread.
func (d *desk) dispatch(f func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.queue = append(d.queue, f)
}

func (d *desk) drain() {
	for {
		d.mu.Lock()
		todo := d.queue
		d.queue = nil
		d.mu.Unlock()
		if len(todo) == 0 {
			return
		}
		for _, f := range todo {
			f()
		}
	}
}

// newDesk opens a studio with the sample catalogue in it, or, with empty, without.
func newDesk(t *testing.T, mode theme.Mode, lang string, empty bool, wait time.Duration) *desk {
	t.Helper()
	uitest.App(t, mode)
	dir := t.TempDir()
	file := filepath.Join(dir, "test.gguf")
	if err := os.WriteFile(file, []byte("model"), 0o600); err != nil {
		t.Fatal(err)
	}
	channels, err := channel.Load(assets.Channels)
	if err != nil {
		t.Fatal(err)
	}
	composer, err := compose.New(channels, assets.Prompts, assets.Lexicons, assets.Glossary)
	if err != nil {
		t.Fatal(err)
	}
	fail := &sync.Map{}
	s, err := studio.Open(studio.Options{
		DataDir: dir, ModelsDir: dir, Model: file, Writer: scribe{composer, wait, fail},
		OpenModel: func(string, int, func(done, total int64)) (studio.Model, error) { return noModel{}, nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	if !empty {
		in, err := s.Sample()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Keep(in); err != nil {
			t.Fatal(err)
		}
	}
	words, err := present.LoadWords(assets.Lang, "lang")
	if err != nil {
		t.Fatal(err)
	}
	d := &desk{studio: s, fail: fail}
	d.window = uitest.Show(t, widget.Column(0), 1080, 800)
	d.Env = &Env{
		Stage: present.NewStage(d.dispatch, words.Say(lang)), Say: words.Say(lang), Studio: s, Window: d.window,
		Go: func(r Route) { d.routes = append(d.routes, r) }, Event: func(string, ...any) {}, Home: dir,
	}
	t.Cleanup(d.Stage.Close)
	return d
}

// write has copy written for n products and waits for it.
func (d *desk) write(t *testing.T, n int, lang compose.Language) string {
	t.Helper()
	products, err := d.studio.Products()
	if err != nil {
		t.Fatal(err)
	}
	spec := batch.Spec{Language: lang, Variants: 2}
	for _, p := range products[:n] {
		spec.Keys = append(spec.Keys, p.Product.Key)
	}
	id, err := d.studio.StartJob(spec)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// show puts a page into the window.
func (d *desk) show(t *testing.T, p Page, r Route, width, height float32) {
	t.Helper()
	d.window = uitest.Show(t, p.Object(), width, height)
	d.Window = d.window
	p.Show(r)
	d.settle()
}

// settle lets what was asked for end, and the page be laid out.
func (d *desk) settle() {
	for range 3 {
		d.Stage.Wait()
		d.drain()
		time.Sleep(60 * time.Millisecond) // longer than a coalesced value waits
	}
	d.drain()
	uitest.Settle(d.window)
}

// until settles the page until it shows what is wanted.
func (d *desk) until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for d.settle(); !ok(); d.settle() {
		if time.Now().After(deadline) {
			t.Fatalf("waited for %s; the page reads %q", what, uitest.Texts(d.window.Content()))
		}
	}
}
