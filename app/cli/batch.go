package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"shelftalk/app/batch"
	"shelftalk/app/catalog"
	"shelftalk/app/compose"
	"shelftalk/app/sheet"
	"shelftalk/app/studio"
	"shelftalk/inference"
)

type batchCmd struct {
	In       string   `required:"" type:"path" placeholder:"FILE" help:"The spreadsheet, .xlsx or .csv."`
	Out      string   `required:"" type:"path" placeholder:"FILE" help:"The file to write, .xlsx or .csv."`
	Model    string   `placeholder:"NAME|PATH" help:"The model (default: standard, or light below 8 GB of memory)."`
	Language string   `enum:",en,zh" default:"" help:"Language of the copy: en or zh (default: each row's own)."`
	Channel  string   `default:"shopify" help:"Where the copy goes: shopify, woocommerce, amazon, google-merchant, taobao …"`
	Limit    int      `placeholder:"N" help:"Write only the first N products; the other rows stay without copy."`
	Seed     uint64   `default:"1" help:"Fixes the random choices."`
	Variants int      `default:"1" help:"Variants of each draft to choose from."`
	Careful  *float64 `placeholder:"0..1" help:"How close to the data: 0 is lively, 1 careful (default: the ruleset's)."`
	Sheet    string   `help:"Sheet of a workbook (default: the one with the table)."`
	Resume   bool     `help:"Go on with an interrupted run, and refuse to begin a new one. (Without this flag the same command goes on by itself.)"`
	Fresh    bool     `help:"Begin anew, whatever an interrupted run has left."`
	Retry    bool     `help:"Try the failed rows of the last run again."`
	weights
	Prompts string `type:"path" placeholder:"FILE" help:"Also write the prompts, with the tokens of each page, as JSON lines: for measuring another program by the same work."`

	count func(text string) int // tokens; nil until the model is loaded
}

// batchAnswer is what the command answers.
type batchAnswer struct {
	Out           string   `json:"out"`
	Rows          int      `json:"rows"` // written to the file
	Done          int      `json:"done"`
	Failed        int      `json:"failed"`
	Skipped       int      `json:"skipped"`
	Pending       int      `json:"pending"`
	NeedsLook     int      `json:"needs_look"`
	Tokens        int      `json:"tokens"`
	Seconds       float64  `json:"seconds"`
	SecondsPerRow float64  `json:"seconds_per_row"`
	Resumed       bool     `json:"resumed"`
	Warnings      []string `json:"warnings"`
}

// Run writes the job's rows one after the other into a store, and from there the output, so that an interrupted run has
// lost nothing and the same command goes on with it.
func (c *batchCmd) Run(a *app) error {
	if err := c.check(); err != nil {
		return err
	}
	opts, err := c.options()
	if err != nil {
		return err
	}
	path, err := a.located(c.Model)
	if err != nil {
		return err
	}
	mark, err := c.mark(path)
	if err != nil {
		return err
	}
	dir, own := a.cli.Data, a.cli.Data == ""
	if own {
		dir = filepath.Join(filepath.Dir(c.Out), "."+filepath.Base(c.Out)+".job")
	}
	if err := writable(filepath.Dir(c.Out)); err != nil {
		return err
	}
	s, err := a.studio(dir, path, func(m *inference.Model) studio.Model {
		c.count = func(text string) int { return len(m.Tokens(text)) }
		return m
	}, opts...)
	if err != nil {
		return err
	}
	over, err := c.run(a, s, mark)
	err = errors.Join(err, s.Close())
	if own && over && err == nil {
		err = os.RemoveAll(dir)
	}
	return err
}

func (c *batchCmd) check() error {
	switch {
	case c.Limit < 0 || c.Variants < 1 || c.Variants > 8:
		return fmt.Errorf("%w: --limit is at least 0, --variants 1 to 8", errUsage)
	case c.Careful != nil && (*c.Careful < 0 || *c.Careful > 1):
		return fmt.Errorf("%w: --careful is 0 to 1", errUsage)
	case c.Resume && c.Fresh:
		return fmt.Errorf("%w: --resume and --fresh exclude each other", errUsage)
	}
	if _, err := sheet.FormatOf(c.Out); err != nil {
		return fmt.Errorf("%w: --out: %w", errUsage, err)
	}
	in, errIn := os.Stat(c.In)
	if errIn != nil {
		return fmt.Errorf("%w: %w", errInput, errIn)
	}
	if out, err := os.Stat(c.Out); err == nil && os.SameFile(in, out) {
		return fmt.Errorf("%w: --out is the same file as --in: name another", errUsage)
	}
	return nil
}

// mark identifies a run: the same input, model and choices are the same run.
func (c *batchCmd) mark(model string) (string, error) {
	f, err := os.Open(c.In)
	if err != nil {
		return "", fmt.Errorf("%w: %w", errInput, err)
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", fmt.Errorf("%w: %w", errInput, err)
	}
	data, err := json.Marshal([]any{filepath.Base(model), c.Language, c.Channel, c.Limit, c.Seed, c.Variants, c.Careful, c.Sheet, c.weights})
	if err != nil {
		return "", err
	}
	_, _ = h.Write(data)
	return hex.EncodeToString(h.Sum(nil)), nil
}

// writable fails early, before hours of writing, when nothing can be written to the folder of the output.
func writable(dir string) error {
	f, err := os.CreateTemp(dir, ".shelftalk-*")
	if err != nil {
		return fmt.Errorf("%w: %w; name a folder that you may write to", errOutput, err)
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}

// studio opens the store in dir with the model at path. The model is used as use returns it.
func (a *app) studio(dir, model string, use func(*inference.Model) studio.Model, more ...inference.Option) (*studio.Studio, error) {
	return studio.Open(studio.Options{
		DataDir: dir, ModelsDir: string(a.places.Models), Model: model, Default: defaultModel(),
		OpenModel: func(path string, _ int, progress func(done, total int64)) (studio.Model, error) {
			m, err := a.load(path, progress, more...)
			if err != nil {
				return nil, err
			}
			return use(m), nil
		},
	})
}

// plainly uses a model as it is.
func plainly(m *inference.Model) studio.Model { return m }

// run does the job and writes the output; over says that there is nothing left to go on with.
func (c *batchCmd) run(a *app, s *studio.Studio, mark string) (over bool, err error) {
	job, resumed, err := c.job(a, s, mark)
	if err != nil {
		return false, err
	}
	if resumed && job.State != batch.Done {
		a.out.note("Going on with the run of %s: %d of %d rows are there.", job.Created.Format(time.DateTime), job.Counts.Finished(), job.Counts.Total)
	}
	cancel := s.Subscribe(a.follow)
	defer cancel()
	interrupted, err := a.work(s, job)
	if err != nil {
		return false, err
	}
	job, err = s.Job(job.ID)
	if err != nil {
		return false, err
	}
	a.out.clear()
	if job.Problem != "" && job.Counts.Finished() == 0 {
		return false, jobProblem(s, job)
	}
	report, err := s.ExportJob(job.ID, c.Out)
	if err != nil {
		return false, fmt.Errorf("%w; the copy is kept: run the same command again, and it is put there at once", err)
	}
	if c.Prompts != "" {
		if c.count == nil {
			return false, fmt.Errorf("%w: --prompts: no row is left to be written; add --fresh", errUsage)
		}
		if err := writePrompts(s, job, c.count, c.Prompts); err != nil {
			return false, err
		}
	}
	answer := batchAnswer{
		Out: c.Out, Rows: report.Rows, Done: job.Counts.Done, Failed: job.Counts.Failed, Skipped: job.Counts.Skipped,
		Pending: job.Counts.Pending, NeedsLook: job.Counts.NeedsLook, Tokens: job.Tokens, Seconds: job.Active.Seconds(),
		SecondsPerRow: job.SecondsPerRow(), Resumed: resumed, Warnings: append([]string{}, report.Warnings...),
	}
	a.out.printf("%s\n", answer.words())
	if err := a.out.document(answer); err != nil {
		return false, err
	}
	switch {
	case job.Problem != "":
		return false, jobProblem(s, job)
	case interrupted && job.Counts.Pending > 0:
		return false, fmt.Errorf("%w: %d of %d rows are written to %q; the same command goes on from here", errInterrupted, job.Counts.Finished(), job.Counts.Total, c.Out)
	case answer.Failed > 0:
		return false, fmt.Errorf("%w (%d of %d)", errRowsFailed, answer.Failed, job.Counts.Total)
	}
	return true, s.Unmark(job.ID)
}

// jobProblem is why a job paused by itself, with the error that the engine gave where it was the engine.
func jobProblem(s *studio.Studio, job batch.Job) error {
	if err := s.Engine().Err; err != nil {
		return err
	}
	return fmt.Errorf("the run stopped after %d of %d rows: %s; what is written is kept, the same command goes on", job.Counts.Finished(), job.Counts.Total, job.Problem)
}

// work runs a job until it ends, or until the user interrupts it.
func (a *app) work(s *studio.Studio, job batch.Job) (interrupted bool, err error) {
	if job.Counts.Pending == 0 {
		return false, nil
	}
	if err := s.Resume(job.ID); err != nil {
		return false, err
	}
	over := make(chan struct{})
	go func() {
		defer close(over)
		s.Wait()
	}()
	select {
	case <-over:
		return false, nil
	case <-a.ctx.Done():
		s.Halt()
		<-over
		return true, nil
	}
}

// job finds the run to go on with, or makes a new one.
func (c *batchCmd) job(a *app, s *studio.Studio, mark string) (batch.Job, bool, error) {
	all, err := s.Jobs()
	if err != nil {
		return batch.Job{}, false, err
	}
	for _, job := range all {
		if job.Mark != mark || c.Fresh {
			continue
		}
		if c.Retry && job.Counts.Failed > 0 {
			if _, err := s.ReopenFailed(job.ID); err != nil {
				return batch.Job{}, false, err
			}
			job, err := s.Job(job.ID)
			return job, true, err
		}
		return job, true, nil
	}
	if c.Resume || c.Retry {
		return batch.Job{}, false, fmt.Errorf("%w: there is no run of this input and these choices to go on with", errUsage)
	}
	in, err := s.Preview(c.In, sheet.Options{Sheet: c.Sheet})
	if err != nil {
		return batch.Job{}, false, err
	}
	for _, w := range in.Table.Warnings {
		a.out.note("%s: %s", in.Table.Source, w)
	}
	products, warnings, err := in.Products()
	if err != nil {
		return batch.Job{}, false, fmt.Errorf("%w: %w", errInput, err)
	}
	for _, w := range warnings {
		a.out.note("%s: %s", in.Table.Source, w)
	}
	if _, err := s.Keep(in); err != nil {
		return batch.Job{}, false, err
	}
	spec := batch.Spec{Channel: c.Channel, Language: compose.Language(c.Language), Variants: c.Variants, Careful: c.Careful, Seed: c.Seed}
	if c.Limit > 0 && c.Limit < len(products) {
		spec.Keys = keysOf(products[:c.Limit])
	}
	job, err := s.MakeJob(spec, mark)
	if errors.Is(err, studio.ErrNotFound) {
		err = fmt.Errorf("%w: %w; there are: %s", errUsage, err, strings.Join(channelIDs(s), ", "))
	}
	return job, false, err
}

func keysOf(products []catalog.Product) []string {
	keys := make([]string, len(products))
	for i, p := range products {
		keys[i] = p.Key
	}
	return keys
}

func channelIDs(s *studio.Studio) []string {
	var ids []string
	for _, c := range s.Channels() {
		ids = append(ids, c.ID)
	}
	return ids
}

// follow shows a job's progress.
func (a *app) follow(e studio.Event) {
	switch e.Kind {
	case studio.EngineChanged:
		if e.Engine.Loading {
			a.out.show(int64(e.Engine.Loaded*1000), 1000, "Loading the model")
		}
	case studio.JobProgress, studio.RowFinished:
		p := e.Progress
		if p.TokensPerSecond == 0 && p.Counts.Finished() < p.Counts.Total {
			return // nothing is being written yet
		}
		words := fmt.Sprintf("%d of %d rows", p.Counts.Finished(), p.Counts.Total)
		if p.Counts.Failed > 0 {
			words += fmt.Sprintf(", %d failed", p.Counts.Failed)
		}
		if p.TokensPerSecond > 0 {
			words += fmt.Sprintf(", %.0f tokens/s", p.TokensPerSecond)
		}
		if p.Left > 0 {
			words += ", about " + duration(p.Left) + " left"
		}
		a.out.show(int64(p.Counts.Finished()), int64(p.Counts.Total), words)
	}
}

func (b batchAnswer) words() string {
	s := fmt.Sprintf("%s: %d rows, %d with copy", b.Out, b.Rows, b.Done)
	for _, part := range []struct {
		n    int
		word string
	}{{b.NeedsLook, "to look at"}, {b.Skipped, "skipped"}, {b.Failed, "failed"}, {b.Pending, "still to write"}} {
		if part.n > 0 {
			s += fmt.Sprintf(", %d %s", part.n, part.word)
		}
	}
	if b.SecondsPerRow > 0 {
		s += fmt.Sprintf("; %.1f s per row", b.SecondsPerRow)
	}
	for _, w := range b.Warnings {
		s += "\n" + w
	}
	return s
}
