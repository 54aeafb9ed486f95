package inference

import "errors"

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
