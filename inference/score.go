package inference

import (
	"context"
	"fmt"

	"shelftalk/inference/internal/sched"
)

// ScoreOptions steer Model.Score.
type ScoreOptions struct {
	// Prior is the same conversation about an empty item: what labels owe to themselves alone. Empty: no PMI.
	Prior []Message
}

// Scored is a label with how likely it is as the beginning of the answer.
type Scored struct {
	Label  string
	Tokens int
	// LogProb is the sum of the log-probabilities of the label's tokens, PerToken the same over Tokens: the sum favours
	// short labels, the mean long ones.
	LogProb, PerToken float64
	// PMI is LogProb less the label's LogProb behind the Prior, so that a label isn't preferred for being common.
	PMI float64
}

// Score returns how likely each label is as the beginning of the answer to messages, in the order of labels. The labels are
// read together behind the messages, what they begin with in common once. It goes before every Batch that runs beside it,
// and lets Generate go on.
func (m *Model) Score(ctx context.Context, messages []Message, labels []string, o ScoreOptions) ([]Scored, error) {
	if err := m.writes(); err != nil {
		return nil, err
	}
	if len(labels) == 0 {
		return nil, fmt.Errorf("%w: no labels", ErrRequest)
	}
	ids := make([][]int32, len(labels))
	for i, label := range labels {
		if ids[i] = m.tokens.Append(nil, label, false); len(ids[i]) == 0 {
			return nil, fmt.Errorf("%w: label %d is empty", ErrRequest, i+1)
		}
	}
	logs, err := m.scores(ctx, messages, ids)
	if err != nil {
		return nil, err
	}
	out := make([]Scored, len(labels))
	for i, label := range labels {
		s := Scored{Label: label, Tokens: len(ids[i]), LogProb: sum(logs[i])}
		s.PerToken = s.LogProb / float64(s.Tokens)
		out[i] = s
	}
	if len(o.Prior) == 0 {
		return out, nil
	}
	prior, err := m.scores(ctx, o.Prior, ids)
	if err != nil {
		return nil, fmt.Errorf("prior: %w", err)
	}
	for i := range out {
		out[i].PMI = out[i].LogProb - sum(prior[i])
	}
	return out, nil
}

// scores returns the log-probability of every token of labels.
func (m *Model) scores(ctx context.Context, messages []Message, labels [][]int32) ([][]float64, error) {
	prompt, err := m.prompt(messages)
	if err != nil {
		return nil, err
	}
	type result struct {
		logs [][]float64
		err  error
	}
	done := make(chan result, 1)
	err = m.loop.Score(sched.Scoring{
		Prompt: prompt, Labels: labels, Canceled: ctx.Err,
		OnDone: func(logs [][]float64, err error) { done <- result{logs, err} },
	})
	if err != nil {
		return nil, refusal(err)
	}
	r := <-done
	return r.logs, refusal(r.err)
}

func sum(list []float64) float64 {
	var s float64
	for _, x := range list {
		s += x
	}
	return s
}
