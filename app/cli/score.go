package main

import (
	"errors"
	"fmt"
	"io"
	"slices"

	"shelftalk/inference"
)

type scoreCmd struct {
	Model  string   `placeholder:"NAME|PATH" help:"The model."`
	Prompt string   `required:"" help:"What the labels answer; - reads standard input."`
	System string   `help:"The system message."`
	Label  []string `required:"" sep:"none" placeholder:"TEXT" help:"A possible answer; given again for each."`
	Prior  string   `placeholder:"TEXT" help:"The prompt about nothing in particular: labels are measured by what the real one adds."`
	weights
}

// scoreAnswer is what the command answers.
type scoreAnswer struct {
	Best   string       `json:"best"` // by pmi where there is a prior, else by logprob
	Labels []scoreLabel `json:"labels"`
}

type scoreLabel struct {
	Label    string   `json:"label"`
	Tokens   int      `json:"tokens"`
	LogProb  float64  `json:"logprob"`
	PerToken float64  `json:"per_token"`
	PMI      *float64 `json:"pmi,omitempty"`
}

// weight is what labels are compared by.
func (l scoreLabel) weight() float64 {
	if l.PMI != nil {
		return *l.PMI
	}
	return l.LogProb
}

// Run says how likely each label is.
func (c *scoreCmd) Run(a *app) (err error) {
	prompt, err := a.text(c.Prompt)
	if err != nil {
		return err
	}
	m, err := a.open(c.Model, c.weights)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, m.Close()) }()
	var o inference.ScoreOptions
	if c.Prior != "" {
		o.Prior = conversation(c.System, c.Prior)
	}
	scored, err := m.Score(a.ctx, conversation(c.System, prompt), c.Label, o)
	if errors.Is(err, inference.ErrRequest) {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	if err != nil {
		return err
	}
	var answer scoreAnswer
	for _, s := range scored {
		l := scoreLabel{Label: s.Label, Tokens: s.Tokens, LogProb: s.LogProb, PerToken: s.PerToken}
		if c.Prior != "" {
			l.PMI = &s.PMI
		}
		answer.Labels = append(answer.Labels, l)
	}
	sorted := slices.Clone(answer.Labels)
	slices.SortStableFunc(sorted, func(x, y scoreLabel) int {
		switch {
		case x.weight() > y.weight():
			return -1
		case x.weight() < y.weight():
			return 1
		}
		return 0
	})
	answer.Best = sorted[0].Label
	for _, l := range sorted {
		a.out.printf("%9.4f  %9.4f a token", l.LogProb, l.PerToken)
		if l.PMI != nil {
			a.out.printf("  %9.4f more than before", *l.PMI)
		}
		a.out.printf("  %s\n", l.Label)
	}
	return a.out.document(answer)
}

// text is what a flag says, or standard input for "-".
func (a *app) text(flag string) (string, error) {
	if flag != "-" {
		return flag, nil
	}
	all, err := io.ReadAll(a.in)
	if err != nil {
		return "", fmt.Errorf("standard input: %w", err)
	}
	return string(all), nil
}

// conversation is a system message, if any, and a user's.
func conversation(system, user string) []inference.Message {
	var out []inference.Message
	if system != "" {
		out = append(out, inference.Message{Role: inference.System, Content: system})
	}
	return append(out, inference.Message{Role: inference.User, Content: user})
}
