package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"unicode/utf8"

	"shelftalk/inference"
)

// open loads the model of a name or path.
func (a *app) open(name string, w weights) (*inference.Model, error) {
	opts, err := w.options()
	if err != nil {
		return nil, err
	}
	path, err := a.located(name)
	if err != nil {
		return nil, err
	}
	m, err := a.load(path, a.progress("Loading the model"), opts...)
	a.out.clear()
	return m, err
}

// load reads the model at path as the flags for all commands say.
func (a *app) load(path string, progress func(done, total int64), more ...inference.Option) (*inference.Model, error) {
	opts := []inference.Option{inference.Threads(a.cli.Threads), inference.OnLoad(progress), inference.PackedCache(a.places.Packed)}
	return inference.Open(path, append(opts, more...)...)
}

// weights are the flags for how a model is read.
type weights struct {
	Quant   string   `enum:",q8,q4,exact" default:"" help:"How the weights of a folder are held: q8, q4 (half as large, a little worse) or exact. GGUF files keep their own types."`
	Adapter []string `placeholder:"FILE[=SCALE]" sep:"none" help:"A LoRA adapter, a GGUF file, to lay over the model; may be given again."`
}

// options are what the flags say.
func (w weights) options() ([]inference.Option, error) {
	var out []inference.Option
	if w.Quant != "" {
		out = append(out, inference.Quantise(w.Quant))
	}
	for _, adapter := range w.Adapter {
		path, scale := adapter, 1.0
		if at := strings.LastIndexByte(adapter, '='); at >= 0 {
			number, err := strconv.ParseFloat(adapter[at+1:], 64)
			if err != nil {
				return nil, fmt.Errorf("%w: --adapter: %q isn't a scale", errUsage, adapter[at+1:])
			}
			path, scale = adapter[:at], number
		}
		if _, err := os.Stat(path); err != nil {
			return nil, fmt.Errorf("%w: %w", inference.ErrAdapter, err)
		}
		out = append(out, inference.Adapter(path, scale))
	}
	return out, nil
}

// eachLines calls f with the lines of standard input, as many at a time as are at hand, and most at most.
func (a *app) eachLines(most int, f func(lines []string) error) error {
	in := bufio.NewReaderSize(a.in, 1<<16)
	var lines []string
	for number := 1; ; number++ {
		line, err := in.ReadString('\n')
		if err != nil && err != io.EOF {
			return fmt.Errorf("standard input: %w", err)
		}
		over := line == ""
		if !over {
			line = strings.TrimSuffix(line, "\n")
			if !utf8.ValidString(line) {
				return fmt.Errorf("standard input, line %d: %w: it isn't UTF-8", number, errInput)
			}
			lines = append(lines, line)
		}
		if len(lines) > 0 && (over || len(lines) == most || in.Buffered() == 0) {
			if err := f(lines); err != nil {
				return err
			}
			lines = lines[:0]
			if err := a.out.flush(); err != nil {
				return err
			}
		}
		if over {
			return nil
		}
	}
}

type tokensCmd struct {
	Model string `placeholder:"NAME|PATH" help:"The model whose tokenizer to use."`
}

// Run answers each line as soon as the lines at hand are read.
func (c *tokensCmd) Run(a *app) (err error) {
	m, err := a.open(c.Model, weights{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, m.Close()) }()
	return a.eachLines(1024, func(lines []string) error {
		for _, line := range lines {
			ids := m.Tokens(line)
			if ids == nil {
				ids = []int32{}
			}
			if err := a.out.always(ids); err != nil {
				return err
			}
		}
		return nil
	})
}

type embedCmd struct {
	Model string `placeholder:"NAME|PATH" default:"minilm" help:"The model (default: minilm)."`
	weights
}

// embedTogether is how many lines are computed at once.
const embedTogether = 64

// Run answers each line with its vector as soon as the lines at hand are read.
func (c *embedCmd) Run(a *app) (err error) {
	m, err := a.open(c.Model, c.weights)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, m.Close()) }()
	return a.eachLines(embedTogether, func(lines []string) error {
		vectors, err := m.Embed(a.ctx, lines)
		if err != nil {
			return err
		}
		for _, v := range vectors {
			if err := a.out.always(v); err != nil {
				return err
			}
		}
		return nil
	})
}

type perplexityCmd struct {
	Model string `placeholder:"NAME|PATH" help:"The model."`
	weights
	Ctx  int    `default:"512" placeholder:"N" help:"Tokens per chunk."`
	File string `arg:"" type:"path" help:"The text, UTF-8."`
}

// Run scores a file.
func (c *perplexityCmd) Run(a *app) (err error) {
	text, err := os.ReadFile(c.File)
	if err != nil {
		return fmt.Errorf("%w: %w", errInput, err)
	}
	m, err := a.open(c.Model, c.weights)
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
