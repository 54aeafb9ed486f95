package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"shelftalk/app/batch"
	"shelftalk/app/compose"
	"shelftalk/app/studio"
	"shelftalk/inference"
)

// promptLine is a page as another program would have to make it, and what it took here.
type promptLine struct {
	Messages  []promptMessage `json:"messages"`  // the row with all its facts: such a program has no frame to tell them
	Tokens    int             `json:"tokens"`    // of the page as delivered, with its labels and what code printed
	Generated int             `json:"generated"` // by the model, what was written again included
	Requests  int             `json:"requests"`  // the first one and its repairs
}

type promptMessage struct {
	Role    inference.Role `json:"role"`
	Content string         `json:"content"`
}

// writePrompts puts one JSON document per written row of a job into a file, in the order of the rows. count counts the
// tokens of a text.
func writePrompts(s *studio.Studio, job batch.Job, count func(string) int, path string) (err error) {
	rows, err := s.JobRows(job.ID)
	if err != nil {
		return err
	}
	composer, err := newComposer()
	if err != nil {
		return err
	}
	f, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("%w: %w", errOutput, err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	enc := json.NewEncoder(f)
	enc.SetEscapeHTML(false)
	for _, row := range rows {
		if row.State != batch.RowDone {
			continue
		}
		detail, err := s.Draft(row.DraftID)
		if err != nil {
			return err
		}
		d := detail.Draft
		messages, page, err := composer.Plain(compose.Brief{
			Product: detail.Product, Template: d.Template, Channel: d.Channel, Ruleset: detail.Ruleset, Language: d.Language,
		}, d.Current())
		if err != nil {
			return err
		}
		line := promptLine{Tokens: count(page), Generated: d.Tokens, Requests: 1 + d.Current().Repaired}
		for _, m := range messages {
			line.Messages = append(line.Messages, promptMessage{m.Role, m.Content})
		}
		if err := enc.Encode(line); err != nil {
			return fmt.Errorf("%w: %w", errOutput, err)
		}
	}
	return nil
}
