package main

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"shelftalk/inference"
)

type generateCmd struct {
	Model  string `placeholder:"NAME|PATH" help:"The model."`
	Prompt string `required:"" help:"What to answer; - reads standard input."`
	System string `help:"The system message."`
	Schema string `type:"path" placeholder:"FILE" help:"A JSON schema: the answer is a document that satisfies it."`
	weights
	sampling
	LogProbs int `name:"logprobs" placeholder:"N" help:"The log-probability of each token, and with 2 and more the likeliest N-1 in its place."`
}

// sampling are the flags for how tokens are chosen; zero is off.
type sampling struct {
	Max              int      `default:"512" placeholder:"N" help:"Tokens at most."`
	Temperature      float64  `default:"0" help:"0 always takes the likeliest token."`
	TopK             int      `placeholder:"N" help:"Only the N likeliest tokens."`
	TopP             float64  `help:"Only the likeliest that hold this share together."`
	MinP             float64  `help:"Only those with this share of the likeliest one's probability."`
	Typical          float64  `help:"Only the most typical that hold this share together."`
	TopNSigma        float64  `name:"top-n-sigma" help:"Only logits within so many standard deviations of the highest."`
	XTC              float64  `name:"xtc" help:"Probability of leaving out all likely tokens but the last."`
	RepeatPenalty    float64  `help:"Divides what was written among the last tokens; 1 is off."`
	FrequencyPenalty float64  `help:"Taken off for each time that it was."`
	PresencePenalty  float64  `help:"Taken off once."`
	RepeatLast       int      `placeholder:"N" help:"How many the last tokens are (default: 64)."`
	DRY              float64  `name:"dry" help:"Discourages going on with a repetition."`
	Mirostat         float64  `placeholder:"BITS" help:"Holds the surprise near so many bits, instead of the choices above."`
	Stop             []string `placeholder:"TEXT" sep:"none" help:"Ends the answer; may be given again."`
	Seed             uint64   `default:"1" help:"Fixes the random choices."`
}

func (s sampling) params() inference.Params {
	return inference.Params{
		Temperature: s.Temperature, TopK: s.TopK, TopP: s.TopP, MinP: s.MinP, Typical: s.Typical, TopNSigma: s.TopNSigma,
		XTC: inference.XTC{Probability: s.XTC}, RepeatPenalty: s.RepeatPenalty, FrequencyPenalty: s.FrequencyPenalty,
		PresencePenalty: s.PresencePenalty, RepeatLast: s.RepeatLast, DRY: inference.DRY{Multiplier: s.DRY},
		Mirostat: inference.Mirostat{Tau: s.Mirostat}, Stop: s.Stop, MaxTokens: s.Max,
	}
}

func (s sampling) check() error {
	for _, share := range []float64{s.TopP, s.MinP, s.Typical, s.XTC} {
		if !(share >= 0 && share <= 1) {
			return fmt.Errorf("%w: --top-p, --min-p, --typical and --xtc are 0 to 1", errUsage)
		}
	}
	for _, n := range []float64{s.Temperature, s.TopNSigma, s.RepeatPenalty, s.DRY, s.Mirostat, float64(s.TopK), float64(s.RepeatLast)} {
		if !(n >= 0 && n < 1e6) {
			return fmt.Errorf("%w: --temperature and the other choices are at least 0", errUsage)
		}
	}
	if s.Max < 1 {
		return fmt.Errorf("%w: --max is at least 1", errUsage)
	}
	return nil
}

// generateAnswer is what the command answers.
type generateAnswer struct {
	Text     string           `json:"text"`
	Tokens   int              `json:"tokens"`
	Reason   inference.Reason `json:"reason"`
	LogProbs []tokenProb      `json:"logprobs,omitempty"`
}

// tokenProb is a token of the answer. Its text may be a part of a character.
type tokenProb struct {
	Text    string      `json:"text"`
	LogProb float64     `json:"logprob"`
	Top     []tokenProb `json:"top,omitempty"`
}

// Run streams an answer.
func (c *generateCmd) Run(a *app) (err error) {
	request, err := c.request(a)
	if err != nil {
		return err
	}
	m, err := a.open(c.Model, c.weights)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, m.Close()) }()
	answer, err := c.stream(a, m, request)
	switch {
	case errors.Is(err, inference.ErrRequest) && c.Schema != "":
		return fmt.Errorf("%w: %q: %w", errInput, c.Schema, err)
	case errors.Is(err, inference.ErrRequest):
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	if err != nil {
		return err
	}
	a.out.printf("\n")
	for _, p := range answer.LogProbs {
		a.out.printf("%9.4f  %q", p.LogProb, p.Text)
		for _, other := range p.Top {
			a.out.printf("  %.4f %q", other.LogProb, other.Text)
		}
		a.out.printf("\n")
	}
	return a.out.document(answer)
}

// request is what the flags ask for.
func (c *generateCmd) request(a *app) (inference.Request, error) {
	r := inference.Request{Params: c.params(), Seed: c.Seed}
	if err := c.check(); err != nil {
		return r, err
	}
	if c.LogProbs < 0 || c.LogProbs > 64 {
		return r, fmt.Errorf("%w: --logprobs is 0 to 64", errUsage)
	}
	r.Params.LogProbs = c.LogProbs
	prompt, err := a.text(c.Prompt)
	if err != nil {
		return r, err
	}
	r.Messages = conversation(c.System, prompt)
	if c.Schema != "" {
		if r.Schema, err = os.ReadFile(c.Schema); err != nil {
			return r, fmt.Errorf("%w: %w", errInput, err)
		}
	}
	return r, nil
}

// stream writes the answer as it comes, and returns it.
func (c *generateCmd) stream(a *app, m *inference.Model, request inference.Request) (generateAnswer, error) {
	var answer generateAnswer
	var text strings.Builder
	for chunk, err := range m.Generate(a.ctx, request) {
		if err != nil {
			return answer, err
		}
		text.WriteString(chunk.Text)
		if chunk.Done {
			answer.Reason = chunk.Reason
		}
		for _, p := range chunk.Probs {
			one := tokenProb{Text: p.Text, LogProb: p.LogProb}
			for _, other := range p.Top {
				one.Top = append(one.Top, tokenProb{Text: other.Text, LogProb: other.LogProb})
			}
			answer.LogProbs = append(answer.LogProbs, one)
		}
		a.out.printf("%s", chunk.Text)
		if err := a.out.flush(); err != nil {
			return answer, err
		}
	}
	answer.Text = text.String()
	answer.Tokens = len(m.Tokens(answer.Text))
	return answer, nil
}
