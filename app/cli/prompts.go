package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"os"
	"slices"
	"strings"
	"sync"

	"shelftalk/inference"
)

// recorder is a model that remembers what it is asked, so that the same work can be given to another program.
type recorder struct {
	*inference.Model

	mu    sync.Mutex
	lines []*promptLine
}

// promptLine is a page that was asked for.
type promptLine struct {
	Messages  []promptMessage `json:"messages"`
	Tokens    int             `json:"tokens"`    // of the page, what the program wrote into it included
	Generated int             `json:"generated"` // by the model, all requests together
	Requests  int             `json:"requests"`  // the first one and its repairs
}

type promptMessage struct {
	Role    inference.Role `json:"role"`
	Content string         `json:"content"`
}

// Batch is the model's; what goes in and what comes out is noted.
func (r *recorder) Batch(ctx context.Context, reqs iter.Seq[inference.Request], o inference.BatchOptions) iter.Seq2[inference.Result, error] {
	return func(yield func(inference.Result, error) bool) {
		var asked []*promptLine // by the index of the request; behind mu
		noted := func(yield func(inference.Request) bool) {
			for request := range reqs {
				r.mu.Lock()
				asked = append(asked, r.line(request.Messages))
				r.mu.Unlock()
				if !yield(request) {
					return
				}
			}
		}
		for result, err := range r.Model.Batch(ctx, noted, o) {
			if err == nil && result.Err == nil {
				tokens := len(r.Tokens(result.Text))
				r.mu.Lock()
				line := asked[result.Index]
				line.Tokens, line.Generated, line.Requests = tokens, line.Generated+result.Generated, line.Requests+1
				r.mu.Unlock()
			}
			if !yield(result, err) {
				return
			}
		}
	}
}

// line finds the page that a prompt is for. A repair's prompt is the first one's, or that with a paragraph of notes at its
// end. It needs mu.
func (r *recorder) line(messages []inference.Message) *promptLine {
	last := len(messages) - 1
	for _, line := range r.lines {
		if len(line.Messages) != len(messages) {
			continue
		}
		notes, again := strings.CutPrefix(messages[last].Content, line.Messages[last].Content)
		if again && (notes == "" || strings.HasPrefix(notes, "\n\n")) &&
			slices.EqualFunc(line.Messages[:last], messages[:last], func(a promptMessage, b inference.Message) bool {
				return a.Role == b.Role && a.Content == b.Content
			}) {
			return line
		}
	}
	line := &promptLine{}
	for _, m := range messages {
		line.Messages = append(line.Messages, promptMessage{m.Role, m.Content})
	}
	r.lines = append(r.lines, line)
	return line
}

// write puts one JSON document per page into a file, in the order of asking.
func (r *recorder) write(path string) (err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	f, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("%w: %w", errOutput, err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	enc := json.NewEncoder(f)
	enc.SetEscapeHTML(false)
	for _, line := range r.lines {
		if line.Requests == 0 { // interrupted
			continue
		}
		if err := enc.Encode(line); err != nil {
			return fmt.Errorf("%w: %w", errOutput, err)
		}
	}
	return nil
}
