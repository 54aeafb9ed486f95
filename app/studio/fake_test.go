package studio_test

import (
	"context"
	"errors"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"shelftalk/app/catalog"
	"shelftalk/app/channel"
	"shelftalk/app/check"
	"shelftalk/app/compose"
	"shelftalk/app/studio"
	"shelftalk/inference"
)

// pen writes predictable copy: no model is needed to see what the studio does with it.
type pen struct {
	delay time.Duration
}

func (p pen) Compose(ctx context.Context, _ compose.Generator, briefs iter.Seq[compose.Brief], o compose.Options) iter.Seq2[compose.Outcome, error] {
	return func(yield func(compose.Outcome, error) bool) {
		index := 0
		for b := range briefs {
			if ctx.Err() != nil {
				yield(compose.Outcome{}, ctx.Err())
				return
			}
			time.Sleep(p.delay)
			out := p.write(b)
			out.Index = index
			index++
			if o.OnText != nil {
				o.OnText(out.Index, compose.FieldTitle, "Writing")
			}
			if o.OnStep != nil {
				o.OnStep(inference.Progress{Active: 1, TokensPerSecond: 50})
			}
			if !yield(out, nil) {
				return
			}
		}
	}
}

func (p pen) write(b compose.Brief) compose.Outcome {
	title := b.Product.Value(catalog.Title)
	switch {
	case title == "":
		return compose.Outcome{Skipped: "not enough data"}
	case strings.Contains(title, "bad"):
		return compose.Outcome{Err: errors.New("a bad row")}
	}
	var variants []compose.Variant
	for i := range b.Variants {
		v := compose.Variant{Seed: uint64(i), Fields: []compose.Field{
			{Name: compose.FieldTitle, Text: title},
			{Name: compose.FieldDescription, Text: title + ", described" + strings.Repeat("!", i)},
			{Name: "bullet_1", Text: "One point"},
			{Name: compose.FieldSEOTitle, Text: title},
			{Name: compose.FieldSEODescription, Text: "SEO"},
		}}
		p.Recheck(b, &v)
		variants = append(variants, v)
	}
	return compose.Outcome{Draft: compose.Draft{
		ID: compose.DraftID(b), ProductKey: b.Product.Key, Row: b.Product.Row, Template: b.Template,
		Channel: b.Channel, Language: b.Language, Variants: variants, Status: compose.StatusDraft, Tokens: 10, Created: time.Now(), Updated: time.Now(),
	}}
}

func (pen) Rewrite(_ context.Context, _ compose.Generator, _ compose.Brief, _ compose.Variant, field string, _ uint64) iter.Seq2[inference.Chunk, error] {
	return func(yield func(inference.Chunk, error) bool) {
		for _, word := range []string{"Written ", "once ", "more"} {
			if !yield(inference.Chunk{Slot: field, Text: word}, nil) {
				return
			}
		}
	}
}

// Recheck finds the word "wonderful", and what must not stand: "waterproof".
func (pen) Recheck(_ compose.Brief, v *compose.Variant) {
	v.Findings = nil
	for _, f := range v.Fields {
		for word, severity := range map[string]check.Severity{"wonderful": check.Should, "waterproof": check.Must} {
			if at := strings.Index(f.Text, word); at >= 0 {
				v.Findings = append(v.Findings, check.Finding{Kind: check.Claim, Severity: severity, Field: f.Name, Start: at, End: at + len(word), Text: word, Detail: word + " isn't in the data"})
			}
		}
	}
}

func (pen) Trace(compose.Brief, compose.Variant) []compose.TraceSpan { return nil }

func (pen) Limits(compose.Brief, compose.Variant) (map[string]channel.Field, error) {
	return map[string]channel.Field{compose.FieldTitle: {ID: "title", Max: 70}}, nil
}

// model is a language model that isn't asked anything.
type model struct{ closed func() }

func (model) Generate(context.Context, inference.Request) iter.Seq2[inference.Chunk, error] {
	return func(func(inference.Chunk, error) bool) {}
}

func (model) Batch(context.Context, iter.Seq[inference.Request], inference.BatchOptions) iter.Seq2[inference.Result, error] {
	return func(func(inference.Result, error) bool) {}
}

func (model) Info() inference.Info { return inference.Info{Name: "fake"} }

func (m model) Close() error {
	if m.closed != nil {
		m.closed()
	}
	return nil
}

// options are a fresh data folder, a pen, and a model that loads.
func options(t testing.TB) studio.Options {
	t.Helper()
	dir := t.TempDir()
	path := filepath.Join(dir, "fake.gguf")
	if err := os.WriteFile(path, []byte("fake"), 0o600); err != nil {
		t.Fatal(err)
	}
	return studio.Options{
		DataDir: filepath.Join(dir, "data"), ModelsDir: dir, Model: path, Writer: pen{},
		OpenModel: func(_ string, _ int, progress func(done, total int64)) (studio.Model, error) {
			progress(1, 2)
			return model{}, nil
		},
	}
}

func open(t testing.TB, o studio.Options) *studio.Studio {
	t.Helper()
	s, err := studio.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

const goods = "SKU,Name,Colour,Weight\n001,Oak lamp,brown,2 kg\n002,Tin mug,red,100 g\n003,A bad thing,blue,1 kg\n004,,,\n002,Other mug,green,90 g\n"

// stocked is a studio with the goods as its catalogue.
func stocked(t testing.TB, o studio.Options) *studio.Studio {
	t.Helper()
	s := open(t, o)
	keep(t, s, goods)
	return s
}

func keep(t testing.TB, s *studio.Studio, csv string) {
	t.Helper()
	in, err := s.Preview(file(t, "goods.csv", csv), sheetOptions)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Keep(in); err != nil {
		t.Fatal(err)
	}
}

func file(t testing.TB, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// ear collects events.
type ear struct {
	mu     sync.Mutex
	events []studio.Event
}

func listen(t testing.TB, s *studio.Studio) *ear {
	e := &ear{}
	t.Cleanup(s.Subscribe(func(event studio.Event) {
		e.mu.Lock()
		defer e.mu.Unlock()
		e.events = append(e.events, event)
	}))
	return e
}

func (e *ear) count(kind studio.EventKind) int {
	e.mu.Lock()
	defer e.mu.Unlock()
	n := 0
	for _, event := range e.events {
		if event.Kind == kind {
			n++
		}
	}
	return n
}
