package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode/utf8"

	"shelftalk/inference"
)

// open loads the model of a name or path.
func (a *app) open(name string) (*inference.Model, error) {
	path, err := a.located(name)
	if err != nil {
		return nil, err
	}
	m, err := inference.Open(path, inference.Threads(a.cli.Threads), inference.OnLoad(a.progress("Loading the model")))
	a.out.clear()
	return m, err
}

type tokensCmd struct {
	Model string `placeholder:"NAME|PATH" help:"The model whose tokenizer to use."`
}

// Run answers each line as soon as the lines at hand are read.
func (c *tokensCmd) Run(a *app) (err error) {
	m, err := a.open(c.Model)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, m.Close()) }()
	in := bufio.NewReaderSize(a.in, 1<<16)
	for number := 1; ; number++ {
		line, err := in.ReadString('\n')
		if err != nil && err != io.EOF {
			return fmt.Errorf("standard input: %w", err)
		}
		if line == "" {
			return nil
		}
		line = strings.TrimSuffix(line, "\n")
		if !utf8.ValidString(line) {
			return fmt.Errorf("standard input, line %d: %w: it isn't UTF-8", number, errInput)
		}
		ids := m.Tokens(line)
		if ids == nil {
			ids = []int32{}
		}
		if err := a.out.always(ids); err != nil {
			return err
		}
		if in.Buffered() == 0 {
			if err := a.out.flush(); err != nil {
				return err
			}
		}
	}
}

type perplexityCmd struct {
	Model string `placeholder:"NAME|PATH" help:"The model."`
	Ctx   int    `default:"512" placeholder:"N" help:"Tokens per chunk."`
	File  string `arg:"" type:"path" help:"The text, UTF-8."`
}

// Run scores a file.
func (c *perplexityCmd) Run(a *app) (err error) {
	text, err := os.ReadFile(c.File)
	if err != nil {
		return fmt.Errorf("%w: %w", errInput, err)
	}
	m, err := a.open(c.Model)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, m.Close()) }()
	value, tokens, err := m.Perplexity(a.ctx, string(text), c.Ctx)
	if err != nil {
		return fmt.Errorf("%q: %w", c.File, err)
	}
	a.out.printf("Perplexity %.4f over %d tokens\n", value, tokens)
	return a.out.document(struct {
		Perplexity float64 `json:"perplexity"`
		Tokens     int     `json:"tokens"`
	}{value, tokens})
}

type generateCmd struct {
	Model       string  `placeholder:"NAME|PATH" help:"The model."`
	Prompt      string  `required:"" help:"What to answer; - reads standard input."`
	System      string  `help:"The system message."`
	Max         int     `default:"512" placeholder:"N" help:"Tokens at most."`
	Temperature float64 `default:"0" help:"0 always takes the likeliest token."`
	TopP        float64 `default:"0" help:"Nucleus sampling; 0 is off."`
	Seed        uint64  `default:"1" help:"Fixes the random choices."`
}

// Run streams an answer.
func (c *generateCmd) Run(a *app) (err error) {
	if c.Max < 1 || c.Temperature < 0 || c.TopP < 0 || c.TopP > 1 {
		return fmt.Errorf("%w: --max is at least 1, --temperature at least 0, --top-p 0 to 1", errUsage)
	}
	prompt := c.Prompt
	if prompt == "-" {
		all, err := io.ReadAll(a.in)
		if err != nil {
			return fmt.Errorf("standard input: %w", err)
		}
		prompt = string(all)
	}
	m, err := a.open(c.Model)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, m.Close()) }()
	var messages []inference.Message
	if c.System != "" {
		messages = append(messages, inference.Message{Role: inference.System, Content: c.System})
	}
	messages = append(messages, inference.Message{Role: inference.User, Content: prompt})
	request := inference.Request{
		Messages: messages, Seed: c.Seed,
		Params: inference.Params{Temperature: c.Temperature, TopP: c.TopP, MaxTokens: c.Max},
	}
	var text strings.Builder
	var reason inference.Reason
	for chunk, err := range m.Generate(a.ctx, request) {
		if err != nil {
			return err
		}
		text.WriteString(chunk.Text)
		if chunk.Done {
			reason = chunk.Reason
		}
		a.out.printf("%s", chunk.Text)
		if err := a.out.flush(); err != nil {
			return err
		}
	}
	a.out.printf("\n")
	return a.out.document(struct {
		Text   string           `json:"text"`
		Tokens int              `json:"tokens"`
		Reason inference.Reason `json:"reason"`
	}{text.String(), len(m.Tokens(text.String())), reason})
}
