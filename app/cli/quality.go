package main

import (
	"errors"
	"fmt"
	"os"

	"shelftalk/app/catalog"
	"shelftalk/app/channel"
	"shelftalk/app/compose"
	"shelftalk/app/compose/quality"
	"shelftalk/app/sheet"
	"shelftalk/app/studio"
	"shelftalk/assets"
)

type qualityCmd struct {
	Model    string   `placeholder:"NAME|PATH" help:"The model."`
	In       string   `type:"path" placeholder:"FILE" help:"A spreadsheet (default: the sample catalogue)."`
	Language string   `enum:",en,zh" default:"" help:"Language of the copy (default: each row's own)."`
	Channel  string   `default:"shopify" help:"Where the copy goes."`
	Every    int      `placeholder:"N" help:"Only each N-th product."`
	Limit    int      `placeholder:"N" help:"Only the first N products."`
	Seed     uint64   `default:"1" help:"Fixes the random choices."`
	Variants int      `default:"1" help:"Candidates of each draft."`
	Careful  *float64 `placeholder:"0..1" help:"How close to the data (default: the first ruleset's)."`
	Only     string   `placeholder:"ARM" help:"Only one of the ways of writing that are compared, e.g. \"delivered\"."`
	Drafts   string   `type:"path" placeholder:"FILE" help:"Also write the drafts as text, to be read."`
}

// newComposer is the composer of the program's own channels and texts.
func newComposer() (*compose.Composer, error) {
	channels, err := channel.Load(assets.Channels)
	if err != nil {
		return nil, err
	}
	return compose.New(channels, assets.Prompts, assets.Lexicons, assets.Glossary)
}

// Run writes the same products in several ways and prints the figures of each.
func (c *qualityCmd) Run(a *app) (err error) {
	products, err := c.products()
	if err != nil {
		return err
	}
	composer, err := newComposer()
	if err != nil {
		return err
	}
	m, err := a.open(c.Model, weights{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, m.Close()) }()
	rules := compose.Rulesets()[0]
	if c.Careful != nil {
		rules.Careful = *c.Careful
	}
	report, err := quality.Run(a.ctx, m, quality.Options{
		Composer: composer, Products: products, Channel: c.Channel, Ruleset: rules, Language: compose.Language(c.Language),
		Variants: c.Variants, Seed: c.Seed, Every: c.Every, Limit: c.Limit, Only: c.Only,
		OnProgress: func(arm string, done, total int) {
			a.out.show(int64(done), int64(total), fmt.Sprintf("%s: %d of %d rows", arm, done, total))
		},
	})
	a.out.clear()
	if err != nil {
		return err
	}
	if c.Drafts != "" {
		if err := writeDrafts(report, c.Drafts); err != nil {
			return fmt.Errorf("%w: %w", errOutput, err)
		}
	}
	if a.cli.JSON {
		return a.out.document(report)
	}
	return report.Write(a.out.answer)
}

func (c *qualityCmd) products() ([]catalog.Product, error) {
	in, err := studio.ReadSample()
	if c.In != "" {
		in, err = studio.Read(c.In, sheet.Options{})
	}
	if err != nil {
		return nil, err
	}
	products, _, err := in.Products()
	return products, err
}

func writeDrafts(report quality.Report, path string) (err error) {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return report.WriteDrafts(f, -1)
}
