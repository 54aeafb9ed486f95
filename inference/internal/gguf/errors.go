package gguf

import "errors"

// Every refusal of Read wraps one of these; the accessors of File wrap ErrMissing and ErrKind.
var (
	// ErrForeign means that the file doesn't begin as a GGUF file does.
	ErrForeign = errors.New("not a GGUF file")
	// ErrVersion means a version of the format that isn't 2 or 3, or a big-endian file.
	ErrVersion = errors.New("GGUF version isn't supported")
	// ErrTruncated means that the file ends before the data that it announces.
	ErrTruncated = errors.New("the file is cut short")
	// ErrLimit means a count or a length beyond what any model holds.
	ErrLimit = errors.New("a count in the file is out of bounds")
	// ErrSyntax means metadata that breaks the format's rules.
	ErrSyntax = errors.New("the metadata is damaged")
	// ErrDuplicate means two keys or two tensors of one name.
	ErrDuplicate = errors.New("a name appears twice")
	// ErrTensor means a tensor whose shape, type, place or size can't be.
	ErrTensor = errors.New("a tensor's description is damaged")
	// ErrType means a tensor type that this program doesn't know.
	ErrType = errors.New("a tensor's type isn't supported")
	// ErrSplit means one part of a model that is spread over several files.
	ErrSplit = errors.New("the model is split over several files")
	// ErrMissing means that a key isn't there.
	ErrMissing = errors.New("a value is missing")
	// ErrKind means that a key's value is of another kind than its meaning asks for.
	ErrKind = errors.New("a value is of the wrong kind")
)
