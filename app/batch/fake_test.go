package batch_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"strings"
	"sync"
	"time"

	"shelftalk/app/catalog"
	"shelftalk/app/check"
	"shelftalk/app/compose"
	"shelftalk/inference"
	"shelftalk/store"
)

// scribe is a composer that keeps width rows in flight and ends them in random order.
type scribe struct {
	width int
	delay time.Duration // per row ended
	// fate decides what becomes of a brief; nil: a draft.
	fate func(b compose.Brief) compose.Outcome
	// breakAfter ends the whole batch with errEngine after so many rows; 0: never.
	breakAfter int
	// forget drops every n-th row without an outcome; 0: none.
	forget int
	// started is told each brief as it is pulled.
	started func(b compose.Brief)
}

var errEngine = errors.New("the engine broke")

// Compose pulls on a goroutine of its own, as the real one does.
func (s *scribe) Compose(ctx context.Context, _ compose.Generator, briefs iter.Seq[compose.Brief], o compose.Options) iter.Seq2[compose.Outcome, error] {
	return func(yield func(compose.Outcome, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		slots := make(chan struct{}, s.width)
		flight := make(chan compose.Outcome, s.width)
		var wait sync.WaitGroup
		defer wait.Wait()
		wait.Go(func() {
			defer close(flight)
			index := 0
			for b := range briefs {
				if s.started != nil {
					s.started(b)
				}
				select {
				case slots <- struct{}{}:
				case <-ctx.Done():
					return
				}
				out := s.outcome(b)
				out.Index = index
				index++
				if o.OnText != nil {
					o.OnText(out.Index, compose.FieldTitle, "Writing "+b.Product.Key)
				}
				select {
				case flight <- out:
				case <-ctx.Done():
					return
				}
			}
		})
		s.deliver(ctx, slots, flight, o, yield)
		cancel() // before the wait
	}
}

func (s *scribe) deliver(ctx context.Context, slots chan struct{}, flight chan compose.Outcome, o compose.Options, yield func(compose.Outcome, error) bool) {
	var held []compose.Outcome
	ended := 0
	for open := true; open || len(held) > 0; {
		if open && len(held) < s.width {
			wait := time.After(time.Millisecond)
			if len(held) == 0 {
				wait = nil
			}
			select {
			case out, ok := <-flight:
				if open = ok; ok {
					held = append(held, out)
				}
				continue
			case <-wait:
			case <-ctx.Done():
				yield(compose.Outcome{}, ctx.Err())
				return
			}
		}
		if ctx.Err() != nil {
			yield(compose.Outcome{}, ctx.Err())
			return
		}
		if s.breakAfter > 0 && ended >= s.breakAfter {
			yield(compose.Outcome{}, errEngine)
			return
		}
		time.Sleep(s.delay)
		at := rand.IntN(len(held))
		out := held[at]
		held = append(held[:at], held[at+1:]...)
		ended++
		<-slots
		if o.OnStep != nil {
			o.OnStep(inference.Progress{Active: len(held), TokensPerSecond: 100})
		}
		if s.forget > 0 && ended%s.forget == 0 {
			continue
		}
		if !yield(out, nil) {
			return
		}
	}
}

func (s *scribe) outcome(b compose.Brief) compose.Outcome {
	if s.fate != nil {
		return s.fate(b)
	}
	return drafted(b)
}

func drafted(b compose.Brief) compose.Outcome {
	v := compose.Variant{Fields: []compose.Field{{Name: compose.FieldDescription, Text: textFor(b.Product)}}}
	if b.Product.Row%5 == 0 {
		v.Findings = []check.Finding{{Kind: check.Filler, Severity: check.Should}}
	}
	return compose.Outcome{Draft: compose.Draft{
		ID: draftID(b.Product.Key), ProductKey: b.Product.Key, Row: b.Product.Row,
		Variants: []compose.Variant{v}, Tokens: 10, Seconds: 0.5,
	}}
}

func draftID(key string) string { return "draft of " + key }

func textFor(p catalog.Product) string { return "All about " + p.Value(catalog.Title) }

func product(i int) catalog.Product {
	return catalog.Product{
		Key: fmt.Sprintf("SKU-%d", i), Row: i + 2,
		Fields: []catalog.Field{{Name: "Name", Role: catalog.Title, Value: fmt.Sprintf("Product number %d", i)}},
	}
}

func briefs(n int) iter.Seq[compose.Brief] {
	return func(yield func(compose.Brief) bool) {
		for i := range n {
			if !yield(compose.Brief{Product: product(i), Language: compose.English}) {
				return
			}
		}
	}
}

var drafts = store.CollectionOf[compose.Draft]("drafts")

// keep stores drafts, and refuses to store one twice.
func keep(tx *store.Tx, _ compose.Brief, d compose.Draft) error {
	if _, err := drafts.Get(tx, d.ID); err == nil {
		return fmt.Errorf("%s is written twice", d.ID)
	}
	return drafts.Put(tx, d.ID, d)
}

// failing makes the rows fail whose key ends with one of the suffixes.
func failing(suffixes ...string) func(compose.Brief) compose.Outcome {
	return func(b compose.Brief) compose.Outcome {
		for _, s := range suffixes {
			if strings.HasSuffix(b.Product.Key, s) {
				return compose.Outcome{Err: errors.New("a bad row")}
			}
		}
		return drafted(b)
	}
}
