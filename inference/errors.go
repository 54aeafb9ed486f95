package inference

import (
	"errors"
	"fmt"

	"shelftalk/inference/internal/arch"
	"shelftalk/inference/internal/gguf"
	"shelftalk/inference/internal/hf"
	"shelftalk/inference/internal/kernel"
	"shelftalk/inference/internal/kv"
	"shelftalk/inference/internal/sched"
	"shelftalk/inference/internal/schema"
	"shelftalk/inference/internal/token"
)

// Every refusal of the engine wraps one of these.
var (
	// ErrFormat means that the file isn't a GGUF model, or the folder not a Hugging Face model, or that it contradicts itself.
	ErrFormat = errors.New("not a valid model file")
	// ErrTruncated means that the file ends before the data that it announces.
	ErrTruncated = errors.New("the model file is cut short")
	// ErrUnsupported means that the file is sound, but holds something that this engine can't run.
	ErrUnsupported = errors.New("the model is of a kind that this program can't run")
	// ErrTooLarge means that a figure in the file is beyond any model that this engine accepts.
	ErrTooLarge = errors.New("the model file announces more than any model holds")
	// ErrAdapter means an adapter file that isn't one, is damaged, or was made for another model.
	ErrAdapter = errors.New("the adapter can't be used with this model")
	// ErrMemory means that the model needs more memory than the machine, or the caller's limit, allows.
	ErrMemory = errors.New("not enough memory for the model")
	// ErrContext means that a prompt doesn't fit into the model's context.
	ErrContext = errors.New("the text is longer than the model can read")
	// ErrRequest means that a request contradicts itself.
	ErrRequest = errors.New("the request can't be answered")
	// ErrEncoder means that text was asked of a model that only turns texts into vectors.
	ErrEncoder = errors.New("the model turns texts into vectors, it can't write")
	// ErrDecoder means that vectors were asked of a model that writes.
	ErrDecoder = errors.New("the model writes texts, it can't turn them into vectors")
	// ErrLost means that a part of the model's weights can't be read any more: the file that keeps them packed was damaged
	// while it was in use. Opening the model again makes another one.
	ErrLost = errors.New("the model's weights can't be read any more, open it again")
	// ErrClosed means that the model was closed.
	ErrClosed = errors.New("the model is closed")
)

// refusal gives an error of the engine's parts the sentinel that callers know.
func refusal(err error) error {
	for _, r := range []struct {
		sentinel error
		of       []error
	}{
		{ErrTruncated, []error{gguf.ErrTruncated, hf.ErrTruncated}},
		{ErrTooLarge, []error{gguf.ErrLimit, hf.ErrLimit}},
		{ErrUnsupported, []error{
			gguf.ErrVersion, gguf.ErrType, gguf.ErrSplit, arch.ErrUnsupported, kernel.ErrType,
			token.ErrModel, token.ErrPattern, hf.ErrUnsupported, hf.ErrQuantised, hf.ErrPickle, hf.ErrTokenizer,
		}},
		{ErrFormat, []error{
			gguf.ErrForeign, gguf.ErrSyntax, gguf.ErrDuplicate, gguf.ErrTensor, gguf.ErrMissing, gguf.ErrKind,
			arch.ErrShape, kernel.ErrShape, kernel.ErrScale, token.ErrVocabulary, token.ErrMerges, token.ErrSpecial,
			hf.ErrMissing, hf.ErrConfig, hf.ErrSafetensors, hf.ErrValue,
		}},
		{ErrMemory, []error{kernel.ErrMemory, kv.ErrFull}},
		{ErrContext, []error{sched.ErrContext}},
		{ErrRequest, []error{schema.ErrSyntax, schema.ErrKeyword, schema.ErrEmpty, schema.ErrLimit}},
		{ErrLost, []error{sched.ErrLost}},
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
