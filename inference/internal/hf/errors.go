package hf

import "errors"

// Every refusal of Open wraps one of these, unless reading the folder itself fails.
var (
	// ErrMissing means that a file of the folder, or a tensor of its weights, isn't there.
	ErrMissing = errors.New("the model folder is incomplete")
	// ErrConfig means that one of the folder's JSON files is damaged or contradicts itself.
	ErrConfig = errors.New("the model folder's settings are damaged")
	// ErrSafetensors means a weight file that breaks the format's rules.
	ErrSafetensors = errors.New("the weight file is damaged")
	// ErrTruncated means a weight file that ends before the data that it announces.
	ErrTruncated = errors.New("the weight file is cut short")
	// ErrLimit means a file, a count or a figure beyond what any model holds.
	ErrLimit = errors.New("a figure in the model folder is out of bounds")
	// ErrUnsupported means a sound folder of a kind that can't be presented.
	ErrUnsupported = errors.New("this kind of model folder isn't supported")
	// ErrQuantised means weights that were quantised in a format of their own.
	ErrQuantised = errors.New("the weights are already quantised")
	// ErrPickle means weights stored as a Python pickle, which is a program and is never run.
	ErrPickle = errors.New("the weights are stored as a Python pickle")
	// ErrTokenizer means a tokenizer that this package can't translate.
	ErrTokenizer = errors.New("the folder's tokenizer isn't supported")
	// ErrValue means a weight that isn't a finite number.
	ErrValue = errors.New("a weight isn't a finite number")
)
