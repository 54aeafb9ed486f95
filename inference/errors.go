package inference

import (
	"errors"
	"fmt"

	"shelftalk/inference/internal/arch"
	"shelftalk/inference/internal/gguf"
	"shelftalk/inference/internal/kernel"
	"shelftalk/inference/internal/kv"
	"shelftalk/inference/internal/sched"
	"shelftalk/inference/internal/token"
)

// Every refusal of the engine wraps one of these.
var (
	// ErrFormat means that the file isn't a GGUF model, or contradicts itself.
	ErrFormat = errors.New("not a valid model file")
	// ErrTruncated means that the file ends before the data that it announces.
	ErrTruncated = errors.New("the model file is cut short")
	// ErrUnsupported means that the file is sound, but holds something that this engine can't run.
	ErrUnsupported = errors.New("the model is of a kind that this program can't run")
	// ErrTooLarge means that a figure in the file is beyond any model that this engine accepts.
	ErrTooLarge = errors.New("the model file announces more than any model holds")
	// ErrMemory means that the model needs more memory than the machine, or the caller's limit, allows.
	ErrMemory = errors.New("not enough memory for the model")
	// ErrContext means that a prompt doesn't fit into the model's context.
	ErrContext = errors.New("the text is longer than the model can read")
	// ErrRequest means that a request contradicts itself.
	ErrRequest = errors.New("the request can't be answered")
	// ErrClosed means that the model was closed.
	ErrClosed = errors.New("the model is closed")
)

// refusal gives an error of the engine's parts the sentinel that callers know.
func refusal(err error) error {
	for _, r := range []struct {
		sentinel error
		of       []error
	}{
		{ErrTruncated, []error{gguf.ErrTruncated}},
		{ErrTooLarge, []error{gguf.ErrLimit}},
		{ErrUnsupported, []error{
			gguf.ErrVersion, gguf.ErrType, gguf.ErrSplit, arch.ErrUnsupported, kernel.ErrType,
			token.ErrModel, token.ErrPattern,
		}},
		{ErrFormat, []error{
			gguf.ErrForeign, gguf.ErrSyntax, gguf.ErrDuplicate, gguf.ErrTensor, gguf.ErrMissing, gguf.ErrKind,
			arch.ErrShape, kernel.ErrShape, kernel.ErrScale, token.ErrVocabulary, token.ErrMerges, token.ErrSpecial,
		}},
		{ErrMemory, []error{kernel.ErrMemory, kv.ErrFull}},
		{ErrContext, []error{sched.ErrContext}},
		{ErrClosed, []error{sched.ErrClosed}},
	} {
		for _, e := range r.of {
			if errors.Is(err, e) {
				return fmt.Errorf("%w: %w", r.sentinel, err)
			}
		}
	}
	return err
}
