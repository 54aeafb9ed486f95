// Package sched lets many texts be written at once by one network.
//
// A Loop owns the network, the cache and the one goroutine that uses them. A Row is a text to be written: its prompt, and
// the parts of its answer, fixed text and slots. In every step the loop takes the tokens that rows have to have computed
// (one of a row that is being written, a run of a row whose prompt or fixed text is still to be read), computes them
// together, and lets each row that came to its end choose its next token.
//
// Rows whose prompts begin alike wait for each other: the first computes what they have in common, the others find it in
// the cache. A row with a contrast prompt has a second sequence, which is asked only where it could change the choice: in about
// a third of all places of real copy. There, and nowhere else, the answer's tokens are computed in it; the others are lent
// to it by the row, turned to their places. What a row writes depends on its own prompts, parameters and seed alone.
//
// A Scoring asks for no text, but for how likely some are; it goes before the rows of batches.
package sched

import (
	"errors"

	"shelftalk/inference/internal/sample"
)

// The package's refusals.
var (
	// ErrContext means a prompt with an answer that doesn't fit.
	ErrContext = errors.New("prompt and answer are longer than the context")
	// ErrLost means that the network's weights can't be read any more.
	ErrLost = errors.New("the weights can't be read")
	// ErrClosed means that the loop has ended.
	ErrClosed = errors.New("the loop has ended")
)

// Reason says why a slot ended.
type Reason uint8

// The reasons.
const (
	Stopped Reason = iota // by a stop text, or as its rules demand
	Ended                 // by the model
	Cut                   // by its length
)

// Part is a piece of an answer: fixed text, or a slot.
type Part struct {
	Text string
	Slot *Slot
}

// Slot is a gap to be filled.
type Slot struct {
	Name      string
	Rules     sample.Rules
	MaxTokens int // 0: as many as fit
	Params    sample.Params
	Alpha     float64
	Weights   *sample.Weights // of Alpha, by class; may be nil
	// Judge, if set, tells how much is wrong with a text that the slot could end with. While that is more than 0, the slot
	// is written again, up to Tries times, each Warmer than the one before; the first of those with least wrong stands. It
	// is called by the loop's goroutine.
	Judge  func(text string) float64
	Tries  int
	Warmer float64
	// Probs asks for the log-probability of every token; Others for that many alternatives to each.
	Probs  bool
	Others int
}

// Job is a text to be written.
type Job struct {
	Prompt, Contrast []int32 // Contrast may be nil
	Parts            []Part
	Seed             uint64
	// Interactive rows go before all others.
	Interactive bool
	// Group is the batch that the row belongs to; may be nil.
	Group *Group
	// OnText, if set, is told the current slot's text after each of its tokens; the first final bytes of it won't change,
	// and probs are those of the tokens that lie in them. It is called by the loop's goroutine.
	OnText func(slot string, text []byte, final int, probs []Prob)
	// OnSlot, if set, is told a slot's text when it ends. Also by the loop's goroutine.
	OnSlot func(Filled)
	// OnDone is told the row's end, once, by the loop's goroutine.
	OnDone func(Done)
	// Canceled, if set, tells that nobody wants the row any more.
	Canceled func() error
}

// Filled is a slot with its text.
type Filled struct {
	Name    string
	Text    string // trimmed
	Reason  Reason
	Tokens  int
	LogProb float64
	Probs   []Prob // of the tokens kept, where the slot asked for them
}

// Prob is a token of a slot with its log-probability under the plain prompt, and what else was likely.
type Prob struct {
	sample.Alternative
	Others []sample.Alternative
	Forced bool // not chosen: it could be no other
}

// Done is how a row ended.
type Done struct {
	Text              string // all parts
	Slots             []Filled
	Cached, Generated int
	Err               error
}

// Group counts what the rows of a batch have done. OnStep, if set, is called after every step in which one of its rows
// took part, by the loop's goroutine.
type Group struct {
	OnStep func(*Group)
	// Auto leaves to the loop how many of the group's rows are written together; see pace.
	Auto                         bool
	Active, Prefilled, Generated int
	touched                      bool
}
