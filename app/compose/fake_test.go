package compose

import (
	"context"
	"errors"
	"iter"
	"os"
	"strings"
	"sync"
	"testing"

	"shelftalk/app/catalog"
	"shelftalk/app/channel"
	"shelftalk/inference"
)

// script is a Generator that answers by a function. It pulls requests from a goroutine of its own, at most width ahead of
// the results taken, as the engine does.
type script struct {
	answer func(r inference.Request, slot string) string
	fate   func(r inference.Request) error // of a row; nil: none
	width  int
	broken error // ends the batch behind the first result

	mu   sync.Mutex
	seen []inference.Request
}

func (s *script) Batch(ctx context.Context, reqs iter.Seq[inference.Request], _ inference.BatchOptions) iter.Seq2[inference.Result, error] {
	return func(yield func(inference.Result, error) bool) {
		slots := make(chan struct{}, max(1, s.width))
		results := make(chan inference.Result)
		over := make(chan struct{})
		defer close(over)
		go func() {
			defer close(results)
			index := 0
			for r := range reqs {
				select {
				case slots <- struct{}{}:
				case <-over:
					return
				}
				select {
				case results <- s.result(r, index):
				case <-over:
					return
				}
				index++
			}
		}()
		for {
			select {
			case <-ctx.Done():
				yield(inference.Result{}, ctx.Err())
				return
			case r, ok := <-results:
				if !ok {
					return
				}
				<-slots
				if !yield(r, nil) {
					return
				}
				if s.broken != nil {
					yield(inference.Result{}, s.broken)
					return
				}
			}
		}
	}
}

func (s *script) result(r inference.Request, index int) inference.Result {
	s.mu.Lock()
	s.seen = append(s.seen, r)
	s.mu.Unlock()
	out := inference.Result{Index: index, Generated: 7}
	if s.fate != nil {
		if out.Err = s.fate(r); out.Err != nil {
			return out
		}
	}
	for _, p := range r.Frame {
		if p.Slot == nil {
			continue
		}
		text := s.answer(r, p.Slot.Name)
		for n := 0; p.Slot.Judge != nil && n < p.Slot.Tries && p.Slot.Judge(text) > 0; n++ {
			text = s.answer(r, p.Slot.Name)
		}
		out.Slots = append(out.Slots, inference.SlotText{Name: p.Slot.Name, Text: text})
	}
	return out
}

func (s *script) Generate(_ context.Context, r inference.Request) iter.Seq2[inference.Chunk, error] {
	s.seen = append(s.seen, r)
	return func(yield func(inference.Chunk, error) bool) {
		for _, p := range r.Frame {
			if p.Slot == nil {
				continue
			}
			for _, word := range strings.SplitAfter(s.answer(r, p.Slot.Name), " ") {
				if !yield(inference.Chunk{Slot: p.Slot.Name, Text: word}, nil) {
					return
				}
			}
			if !yield(inference.Chunk{Slot: p.Slot.Name, Done: true, Reason: inference.ReasonStop}, nil) {
				return
			}
		}
	}
}

var errEngine = errors.New("the engine broke")

func composer(t testing.TB) *Composer {
	t.Helper()
	channels, err := channel.Load(os.DirFS("../../assets/channels"))
	if err != nil {
		t.Fatal(err)
	}
	c, err := New(channels, os.DirFS("../../assets/prompts"), os.DirFS("../../assets/lexicons"), os.DirFS("../../assets/glossary"))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// product makes a row of "Name: value" lines; Title, Brand, Category, Price and Description have their roles.
func product(key string, lines ...string) catalog.Product {
	p := catalog.Product{Key: key, Row: 2}
	for _, line := range lines {
		name, value, _ := strings.Cut(line, ": ")
		role := catalog.Attribute
		switch name {
		case "Title", "Brand", "Category", "Price", "Description":
			role = catalog.Role(strings.ToLower(name))
		}
		p.Fields = append(p.Fields, catalog.Field{Name: name, Role: role, Value: value})
	}
	return p
}

func mug(key string) catalog.Product {
	return product(key, "Title: Harbour mug", "Brand: Lowtide", "Category: Kitchen > Mugs", "Price: $14.00",
		"Description: Mug with a sea green glaze.", "Material: stoneware", "Capacity: 350ml", "Care: Dishwasher safe")
}

func brief(p catalog.Product) Brief {
	return Brief{Product: p, Template: ProductPage, Channel: "shopify", Language: English, Ruleset: Rulesets()[0], Seed: 1}
}

// honest answers every slot of the mug's page with what its row says.
func honest(_ inference.Request, slot string) string {
	switch slot {
	case FieldTitle:
		return "Lowtide Harbour Stoneware Mug"
	case "description.0":
		return "The Harbour mug is made of stoneware with a sea green glaze."
	case "description.1":
		return "It holds 350 ml."
	case FieldSEOTitle:
		return "Harbour Stoneware Mug | Lowtide"
	case FieldSEODescription:
		return "A stoneware mug from Lowtide with a sea green glaze."
	}
	return "Made of stoneware"
}

// forcedText is a frame without its slots.
func forcedText(r inference.Request) string {
	out := ""
	for _, p := range r.Frame {
		out += p.Text
	}
	return out
}
