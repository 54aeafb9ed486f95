package compose

import "errors"

// Every refusal of a brief wraps one of these.
var (
	// ErrChannel means that a brief names a channel that isn't known.
	ErrChannel = errors.New("unknown channel")
	// ErrTemplate means that a brief names a template that isn't known.
	ErrTemplate = errors.New("unknown template")
	// ErrLanguage means that there are no prompts for a brief's language.
	ErrLanguage = errors.New("no prompts for language")
	// ErrField means that a draft has no such field.
	ErrField = errors.New("the draft has no such field")
	// ErrNothingToSay means that a row has neither a name nor a fact.
	ErrNothingToSay = errors.New("the row has neither a name nor a fact")
)
