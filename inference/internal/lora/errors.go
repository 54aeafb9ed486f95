package lora

import "errors"

// Every refusal wraps one of these, or one of package gguf's where the file itself is damaged.
var (
	// ErrForeign means a file that isn't a LoRA adapter.
	ErrForeign = errors.New("not a LoRA adapter")
	// ErrBase means an adapter that was trained for another model.
	ErrBase = errors.New("the adapter doesn't fit the model")
	// ErrPair means a matrix of which only one half is there.
	ErrPair = errors.New("the adapter is incomplete")
	// ErrValue means a number that isn't finite.
	ErrValue = errors.New("the adapter holds a number that isn't finite")
	// ErrUnsupported means an adapter that works in a way which can't be laid over weights.
	ErrUnsupported = errors.New("this kind of adapter isn't supported")
)
