// Command shelftalk-cli is the studio without a window: it imports, writes, checks and exports copy, fetches and measures
// models, and looks at the machine. Answers go to standard output, as text or, with --json, as one JSON document each;
// progress and problems go to standard error. The exit code says what went wrong (see exit.go, and --help).
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	"shelftalk/app/models"
	"shelftalk/app/studio"
	"shelftalk/inference"
)

// cli is the command line.
type cli struct {
	JSON      bool   `name:"json" help:"Answer with one JSON document."`
	Quiet     bool   `short:"q" help:"Show no progress."`
	ModelsDir string `name:"models-dir" placeholder:"DIR" help:"Folder of the models (default: SHELFTALK_MODELS, or the user's cache folder)."`
	Data      string `placeholder:"DIR" help:"Folder of the studio's store (default: SHELFTALK_DATA, or the user's data folder; batch: beside the output)."`
	NoPacked  bool   `name:"no-packed" help:"Read models from their own files: neither keep their weights packed (SHELFTALK_PACKED, or the user's cache folder) nor use those kept."`
	Threads   int    `placeholder:"N" help:"Worker threads (default: one per core, one core left free from four on)."`

	Batch      batchCmd      `cmd:"" help:"Write copy for the products of a spreadsheet into a new one."`
	Import     importCmd     `cmd:"" help:"Show how a spreadsheet is understood; --keep makes it the studio's catalogue."`
	Export     exportCmd     `cmd:"" help:"Write the studio's copy into a spreadsheet."`
	Generate   generateCmd   `cmd:"" help:"Answer one prompt, streamed."`
	Models     modelsCmd     `cmd:"" help:"List, fetch, verify and remove models; free what is kept of them packed."`
	Doctor     doctorCmd     `cmd:"" help:"Look at this machine: processor, memory, disk, models."`
	Bench      benchCmd      `cmd:"" help:"Measure a model's speed on this machine."`
	Quality    qualityCmd    `cmd:"" help:"Measure the drafts: limits, numbers, claims, language, likeness; from a seed."`
	Score      scoreCmd      `cmd:"" help:"Say how likely each of some answers is."`
	Embed      embedCmd      `cmd:"" help:"Turn each line of standard input into a JSON array of numbers: near in meaning, near in direction."`
	Tokens     tokensCmd     `cmd:"" help:"Turn each line of standard input into a JSON array of token ids."`
	Perplexity perplexityCmd `cmd:"" help:"Score a text file in chunks of --ctx tokens, the second half of each."`
}

// app is what every command needs.
type app struct {
	ctx    context.Context // the process's own: ended by an interrupt
	cli    *cli
	places studio.Places
	in     io.Reader
	out    *output
}

func main() {
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	signal.Ignore(syscall.SIGPIPE) // a closed pipe is an error to handle, not a death in the middle of a row
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second interrupt ends the program at once

	var c cli
	exited := -1
	parser, err := kong.New(&c, kong.Name("shelftalk-cli"), kong.Description(description), kong.UsageOnError(),
		kong.Writers(stdout, stderr), kong.Exit(func(code int) { exited = code }), kong.ConfigureHelp(kong.HelpOptions{Compact: true}))
	if err != nil {
		return say(stderr, err, exitFailure)
	}
	command, err := parser.Parse(args)
	if exited >= 0 { // --help
		return exited
	}
	if err != nil {
		return say(stderr, fmt.Errorf("%w (see shelftalk-cli --help)", err), exitUsage)
	}
	places, err := places(&c)
	if err != nil {
		return say(stderr, err, exitFailure)
	}
	if name := os.Getenv("SHELFTALK_KERNEL"); name != "" {
		if err := inference.SetKernel(name); err != nil {
			return say(stderr, fmt.Errorf("SHELFTALK_KERNEL: %w", err), exitUsage)
		}
	}
	a := &app{ctx: ctx, cli: &c, places: places, in: stdin, out: newOutput(stdout, stderr, c.JSON, c.Quiet)}
	err = errors.Join(command.Run(a), a.out.flush())
	if errors.Is(err, syscall.EPIPE) { // whoever read the answer has had enough
		return exitOK
	}
	if err != nil {
		a.out.clear()
		return say(stderr, err, exitCode(err))
	}
	return exitOK
}

func say(stderr io.Writer, err error, code int) int {
	_, _ = fmt.Fprintf(stderr, "shelftalk-cli: %v\n", err)
	return code
}

const description = `Product copy from spreadsheets, written on this machine. Nothing leaves it.

` + exitHelp

// places are the folders that this run uses.
func places(c *cli) (studio.Places, error) {
	home, err := os.UserHomeDir()
	if err != nil {
		return studio.Places{}, err
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return studio.Places{}, err
	}
	p := studio.DefaultPlaces(os.Getenv, home, cache)
	if c.Data != "" {
		p.Data = c.Data
	}
	if c.ModelsDir != "" {
		p.Models = models.Folder(c.ModelsDir)
	}
	if c.NoPacked {
		p.Packed = ""
	}
	return p, nil
}

// defaultModel is the model that a command takes when it is told none.
func defaultModel() string { return models.Default(models.Memory()) }
