package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"shelftalk/inference"
)

type benchCmd struct {
	Model string `placeholder:"NAME|PATH" help:"The model."`
	weights
	Runs    int    `default:"3" placeholder:"N" help:"Runs of each measurement; the median counts."`
	Limits  bool   `help:"Measure what the machine can do at most, too."`
	Prompts string `type:"path" placeholder:"FILE" help:"Also answer the prompts of a file that batch --prompts wrote, together, each with free text of its page's length."`
}

type rate struct {
	TokensPerSecond float64 `json:"tokens_per_second"`
}

// benchAnswer is what the command answers.
type benchAnswer struct {
	Model   string      `json:"model"`
	Quant   string      `json:"quant"`
	Threads int         `json:"threads"`
	Kernel  string      `json:"kernel"`
	Load    float64     `json:"load_seconds"`           // from opening the file until the model is ready
	Memory  int64       `json:"memory_bytes,omitempty"` // of this process once it has read all weights; where the system tells
	Prefill rate        `json:"prefill"`
	Stream  rate        `json:"stream"`
	Batch   rate        `json:"batch"`
	First   *firstToken `json:"ttft,omitempty"` // absent where the context is too short
	Replay  *replay     `json:"prompts,omitempty"`
	Limits  *limits     `json:"limits,omitempty"`
}

// Run measures the figures that matter.
func (c *benchCmd) Run(a *app) (err error) {
	if c.Runs < 1 {
		return fmt.Errorf("%w: --runs is at least 1", errUsage)
	}
	var pages []promptLine
	if c.Prompts != "" {
		if pages, err = readPrompts(c.Prompts); err != nil {
			return err
		}
	}
	before := time.Now()
	m, err := a.open(c.Model, c.weights)
	if err != nil {
		return err
	}
	loaded := time.Since(before).Seconds()
	defer func() { err = errors.Join(err, m.Close()) }()
	if err := warm(a.ctx, m); err != nil {
		return err
	}
	answer := benchAnswer{Load: loaded, Memory: resident()}
	r, err := m.Bench(a.ctx, c.Runs)
	if err != nil {
		return err
	}
	info := m.Info()
	answer.Model, answer.Quant, answer.Threads, answer.Kernel = info.Name, info.Quant, info.Threads, info.Kernel
	answer.Prefill, answer.Stream, answer.Batch = rate{r.Prefill}, rate{r.Stream}, rate{r.Batch}
	if answer.First, err = measureFirst(a.ctx, m, c.Runs); err != nil {
		return err
	}
	if pages != nil {
		if answer.Replay, err = replayPrompts(a.ctx, m, pages); err != nil {
			return err
		}
	}
	if answer.Limits, err = c.limits(info.Threads); err != nil {
		return err
	}
	answer.print(a.out)
	return a.out.document(answer)
}

// warm has a model compute a token: weights that are mapped from a file count as memory when they have been read.
func warm(ctx context.Context, m *inference.Model) error {
	request := inference.Request{Messages: []inference.Message{{Role: inference.User, Content: "A lamp."}}, Params: inference.Params{MaxTokens: 1}}
	for _, err := range m.Generate(ctx, request) {
		if err != nil {
			return err
		}
	}
	return nil
}

func (b *benchAnswer) print(out *output) {
	out.printf("%s, %s, %d threads, %s\n", b.Model, b.Quant, b.Threads, b.Kernel)
	out.printf("load     %8.2f s         until the model is ready", b.Load)
	if b.Memory > 0 {
		out.printf("; %s of memory with all weights read", size(b.Memory))
	}
	out.printf("\nprefill  %8.1f tokens/s  a prompt of 512 tokens\n", b.Prefill.TokensPerSecond)
	out.printf("stream   %8.1f tokens/s  one row, 48 tokens behind 512\n", b.Stream.TokensPerSecond)
	out.printf("batch    %8.1f tokens/s  32 rows over one shared prefix of 512, 48 tokens each\n", b.Batch.TokensPerSecond)
	if f := b.First; f != nil {
		out.printf("first    %8.1f ms        until an answer begins: %d tokens, %d of them read before\n", f.Seconds*1000, f.Prompt, f.Cached)
	}
	if p := b.Replay; p != nil {
		out.printf("prompts  %8.1f rows/min  %d rows, %d tokens in %.1f s\n", p.RowsPerMinute, p.Rows, p.Tokens, p.Seconds)
	}
	if l := b.Limits; l != nil {
		out.printf("memory   %8.1f GB/s read\n", l.ReadGB)
		out.printf("bytes    %8.1f billion multiply-adds a second\n", l.DotGMAC)
		out.printf("floats   %8.1f billion multiply-adds a second\n", l.FMAG)
	}
}

// limits is what the machine can do at most.
type limits struct {
	ReadGB  float64 `json:"read_gigabytes_per_second"`
	DotGMAC float64 `json:"byte_multiply_adds_billions_per_second"`
	FMAG    float64 `json:"float_multiply_adds_billions_per_second"`
}

// limits measures them when they are asked for.
func (c *benchCmd) limits(threads int) (*limits, error) {
	if !c.Limits {
		return nil, nil
	}
	l, err := inference.MeasureLimits(threads)
	if err != nil {
		return nil, err
	}
	return &limits{l.ReadGB, l.DotGMAC, l.FMAG}, nil
}
