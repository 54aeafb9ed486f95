package compose

import (
	"context"
	"iter"

	"shelftalk/inference"
)

// Generator is the language model that a Composer writes with: an *inference.Model, or a test's own.
type Generator interface {
	Generate(ctx context.Context, r inference.Request) iter.Seq2[inference.Chunk, error]
	Batch(ctx context.Context, reqs iter.Seq[inference.Request], o inference.BatchOptions) iter.Seq2[inference.Result, error]
}

// Outcome is what became of one brief: a draft, a reason why there is none, or an error of its own.
type Outcome struct {
	Index   int // of the brief, in the order in which they were pulled
	Draft   Draft
	Skipped string // why nothing was written, e.g. "not enough data"
	Err     error
}

// Options steer Composer.Compose.
type Options struct {
	// Rows is the number of products written together. 0: the engine's choice.
	Rows int
	// OnStep, when set, is called after every step of the engine, from its goroutine: be quick.
	OnStep func(inference.Progress)
	// OnText, when set, is called with a brief's current field and that field's text so far.
	OnText func(index int, field, text string)
}

// TraceSpan says that the bytes Start to End of a draft's field carry the product's Fact-th field.
type TraceSpan struct {
	Field      string
	Start, End int
	Fact       int // index into Product.Fields
}
