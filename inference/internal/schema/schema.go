// Package schema turns a JSON schema into a machine that knows, byte by byte, what a valid document may go on with.
//
// Of the standard (json-schema.org, 2020-12) it knows what an answer needs: objects, whose keys come in the order of the
// schema; arrays; strings with lengths and patterns; numbers within bounds; true, false and null; enum and const; and
// "type" with several types. Anything else is refused by name rather than ignored. There are no references and so no
// recursion: a document's depth is the schema's.
//
// Documents have one form: a space behind each colon and comma, none elsewhere; no escapes but \", \\ and \n, since
// everything else can be written as it is; no exponents. So a machine is a small stack, nearly every state has few ways on,
// and where there is only one (keys, punctuation, constants) Forced says so.
//
// Compile makes a Schema, which any number of Machines share. A Mask lists the tokens of a vocabulary that are legal in a
// state; it is kept for the next time.
package schema

import (
	"errors"
	"fmt"
	"sync"
)

// The package's refusals.
var (
	// ErrSyntax means that the schema isn't JSON, or that a keyword's value isn't what the standard asks for.
	ErrSyntax = errors.New("not a JSON schema")
	// ErrKeyword means a keyword, or a use of one, that this program doesn't know.
	ErrKeyword = errors.New("the schema uses something that isn't supported")
	// ErrEmpty means that no document satisfies the schema.
	ErrEmpty = errors.New("nothing satisfies the schema")
	// ErrLimit means that the schema is larger than any that is accepted.
	ErrLimit = errors.New("the schema is too large")
)

// The limits of a schema.
const (
	maxBytes   = 64 << 10
	maxDepth   = 24
	maxNodes   = 2000
	maxLiteral = 1000
	maxLeast   = 64 << 10 // bytes of the shortest document
	maxCount   = 1 << 20  // of minLength and its like
)

// Schema is a compiled schema. It may be used by any number of goroutines.
type Schema struct {
	root *node
	most int // bytes that may ever be needed to close a document

	mu    sync.Mutex
	masks map[string][]uint64
}

// kind is what a node describes.
type kind uint8

const (
	object kind = iota
	array
	text
	number
	literal
	union
)

// node describes a value.
type node struct {
	kind kind
	id   int
	// least is a shortest document.
	least []byte

	members  []member // object
	items    *node    // array
	min, max int      // items, or characters; max < 0: unbounded
	pattern  *pattern // text; nil: any
	bounds   bounds   // number
	texts    []string // literal
	ways     []*node  // union; no two begin with the same byte
}

// member is a property. Its key is the text from the quote to the space behind the colon.
type member struct {
	key      string
	required bool
	value    *node
}

// Compile reads a schema.
func Compile(source []byte) (*Schema, error) {
	if len(source) > maxBytes {
		return nil, fmt.Errorf("%w: %d bytes", ErrLimit, len(source))
	}
	v, err := parse(source)
	if err != nil {
		return nil, err
	}
	b := &builder{}
	root, err := b.node(v, "the schema", 0)
	if err != nil {
		return nil, err
	}
	return &Schema{root: root, most: b.most, masks: map[string][]uint64{}}, nil
}

// Least is a shortest document.
func (s *Schema) Least() []byte { return s.root.least }

// Most is a bound of the bytes that a document may ever need to be closed, wherever it stands.
func (s *Schema) Most() int { return s.most }
