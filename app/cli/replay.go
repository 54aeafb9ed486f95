package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"shelftalk/inference"
)

// firstToken is how long a chat's answer takes to begin, when all but its last turn has been read before.
type firstToken struct {
	Seconds float64 `json:"seconds"`
	Prompt  int     `json:"prompt_tokens"`
	Cached  int     `json:"cached_tokens"`
}

// The conversation of measureFirst: so many tokens come before the last turn.
const (
	firstPrefix   = 1024
	firstSentence = "The shop sells lamps, mugs, chairs and shelves, each with its own colour, weight and material. "
	firstQuestion = "Which of the articles would you put into a small room, and why? Question number %d."
)

// measureFirst returns the median of some runs, or nil for a model with too short a context.
func measureFirst(ctx context.Context, m *inference.Model, runs int) (*firstToken, error) {
	if m.Info().Context < firstPrefix+256 {
		return nil, nil
	}
	words := strings.Repeat(firstSentence, firstPrefix/len(m.Tokens(firstSentence)))
	turn := func(number int) inference.Request {
		return inference.Request{
			Messages: []inference.Message{
				{Role: inference.System, Content: words},
				{Role: inference.User, Content: fmt.Sprintf(firstQuestion, number)},
			},
			Params: inference.Params{MaxTokens: 1},
		}
	}
	var out firstToken
	for number := range 2 { // the first one reads the beginning, the second finds it read
		for result, err := range m.Batch(ctx, slices.Values([]inference.Request{turn(number)}), inference.BatchOptions{}) {
			if err == nil {
				err = result.Err
			}
			if err != nil {
				return nil, err
			}
			out.Prompt, out.Cached = result.Prompt, result.Cached
		}
	}
	var all []float64
	for run := range runs {
		before := time.Now()
		for _, err := range m.Generate(ctx, turn(100+run)) {
			if err != nil {
				return nil, err
			}
			break
		}
		all = append(all, time.Since(before).Seconds())
	}
	slices.Sort(all)
	out.Seconds = all[len(all)/2]
	return &out, nil
}

// replay is how long a file of prompts takes.
type replay struct {
	Rows          int     `json:"rows"`
	Tokens        int     `json:"tokens"`
	Seconds       float64 `json:"seconds"`
	RowsPerMinute float64 `json:"rows_per_minute"`
}

// readPrompts reads what batch --prompts wrote.
func readPrompts(path string) ([]promptLine, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errInput, err)
	}
	defer f.Close()
	var out []promptLine
	scan := bufio.NewScanner(f)
	scan.Buffer(nil, 1<<24)
	for scan.Scan() {
		var line promptLine
		if err := json.Unmarshal(scan.Bytes(), &line); err != nil || len(line.Messages) == 0 || line.Tokens < 1 {
			return nil, fmt.Errorf("%w: %q, line %d isn't a prompt as batch --prompts writes it", errInput, path, len(out)+1)
		}
		out = append(out, line)
	}
	if err := scan.Err(); err != nil {
		return nil, fmt.Errorf("%w: %q: %w", errInput, path, err)
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("%w: %q is empty", errInput, path)
	}
	return out, nil
}

// replayPrompts answers all pages together, each with free text of exactly as many tokens as its page had.
func replayPrompts(ctx context.Context, m *inference.Model, pages []promptLine) (*replay, error) {
	requests := make([]inference.Request, len(pages))
	for i, page := range pages {
		for _, message := range page.Messages {
			requests[i].Messages = append(requests[i].Messages, inference.Message{Role: message.Role, Content: message.Content})
		}
		requests[i].Frame = []inference.Part{{Slot: &inference.Slot{
			Name: "text", MaxTokens: page.Tokens,
			Length: inference.Length{Min: 1 << 30}, // no end before MaxTokens
		}}}
	}
	out := &replay{Rows: len(pages)}
	before := time.Now()
	for result, err := range m.Batch(ctx, slices.Values(requests), inference.BatchOptions{}) {
		if err == nil {
			err = result.Err
		}
		if err != nil {
			return nil, err
		}
		out.Tokens += result.Generated
	}
	out.Seconds = time.Since(before).Seconds()
	out.RowsPerMinute = 60 * float64(out.Rows) / out.Seconds
	return out, nil
}
