package main

import (
	"fmt"
	"strings"

	"shelftalk/app/catalog"
	"shelftalk/app/compose"
	"shelftalk/app/sheet"
	"shelftalk/app/studio"
)

type importCmd struct {
	File     string            `arg:"" optional:"" type:"path" help:"The spreadsheet, .xlsx or .csv."`
	Sample   bool              `help:"Take the sample catalogue instead of a file."`
	Sheet    string            `help:"Sheet of a workbook."`
	Header   int               `placeholder:"ROW" help:"Row of the header, from 1 (default: find it)."`
	Encoding string            `help:"Encoding of a .csv (default: find out)."`
	Role     map[string]string `placeholder:"HEADER=ROLE" help:"Change a column's role: key, title, brand, category, price, description, gtin, attribute, ignore."`
	Keep     bool              `help:"Make it the studio's catalogue."`
}

// importAnswer is how a file is understood.
type importAnswer struct {
	Source    string         `json:"source"`
	Sheet     string         `json:"sheet,omitempty"`
	Encoding  string         `json:"encoding,omitempty"`
	HeaderRow int            `json:"header_row"`
	KeyHeader string         `json:"key_header"`
	Columns   []importColumn `json:"columns"`
	Rows      int            `json:"rows"`
	Products  int            `json:"products"`
	Kept      bool           `json:"kept"`
	Warnings  []string       `json:"warnings"`
}

type importColumn struct {
	Header string       `json:"header"`
	Role   catalog.Role `json:"role"`
	Why    string       `json:"why"`
	Sample []string     `json:"sample"`
}

// Run shows the mapping, and keeps the catalogue when asked to.
func (c *importCmd) Run(a *app) error {
	if (c.File == "") == !c.Sample {
		return fmt.Errorf("%w: name a file, or --sample", errUsage)
	}
	in, err := c.preview()
	if err != nil {
		return err
	}
	products, warnings, err := in.Products()
	if err != nil {
		return fmt.Errorf("%w: %w", errInput, err)
	}
	answer := importAnswer{
		Source: in.Table.Source, Sheet: in.Table.Sheet, Encoding: in.Table.Encoding, HeaderRow: in.Table.HeaderRow,
		KeyHeader: in.Mapping.KeyHeader(), Rows: len(in.Table.Rows), Products: len(products), Warnings: []string{},
	}
	for _, col := range in.Mapping.Columns {
		answer.Columns = append(answer.Columns, importColumn{col.Header, col.Role, col.Why.String(), append([]string{}, col.Sample...)})
	}
	for _, w := range in.Table.Warnings {
		answer.Warnings = append(answer.Warnings, w.String())
	}
	for _, w := range warnings {
		answer.Warnings = append(answer.Warnings, w.String())
	}
	if c.Keep {
		if answer.Kept, err = a.keep(in); err != nil {
			return err
		}
	}
	c.print(a, answer)
	return a.out.document(answer)
}

func (c *importCmd) preview() (*studio.Import, error) {
	o := sheet.Options{Sheet: c.Sheet, HeaderRow: c.Header, Encoding: c.Encoding}
	var in *studio.Import
	var err error
	if c.Sample {
		in, err = studio.ReadSample()
	} else {
		in, err = studio.Read(c.File, o)
	}
	if err != nil {
		return nil, err
	}
	for header, role := range c.Role {
		at := -1
		for i, col := range in.Mapping.Columns {
			if strings.EqualFold(col.Header, header) {
				at = i
			}
		}
		if at < 0 || !knownRole(catalog.Role(role)) {
			return nil, fmt.Errorf("%w: --role %s=%s: no such column, or no such role", errUsage, header, role)
		}
		in.SetRole(at, catalog.Role(role))
	}
	return in, nil
}

func knownRole(r catalog.Role) bool {
	switch r {
	case catalog.Key, catalog.Title, catalog.Brand, catalog.Category, catalog.Price, catalog.Description, catalog.GTIN, catalog.Attribute, catalog.Ignore:
		return true
	}
	return false
}

func (a *app) keep(in *studio.Import) (bool, error) {
	s, err := a.studio(a.places.Data, "", plainly)
	if err != nil {
		return false, err
	}
	defer func() { _ = s.Close() }() // what is kept is on the disk
	_, err = s.Keep(in)
	return err == nil, err
}

func (c *importCmd) print(a *app, answer importAnswer) {
	where := answer.Sheet
	if answer.Encoding != "" {
		where = answer.Encoding
	}
	a.out.printf("%s (%s): header in row %d, %d rows, %d products\n\n", answer.Source, where, answer.HeaderRow, answer.Rows, answer.Products)
	for _, col := range answer.Columns {
		sample := strings.Join(col.Sample, " | ")
		if r := []rune(sample); len(r) > 60 {
			sample = string(r[:60]) + "…"
		}
		a.out.printf("%-28s %-12s %-36s %s\n", col.Header, col.Role, col.Why, sample)
	}
	for i, w := range answer.Warnings {
		if i == 0 {
			a.out.printf("\n")
		}
		a.out.printf("! %s\n", w)
	}
	switch {
	case answer.Kept:
		a.out.printf("\nKept in %s.\n", a.places.Data)
	default:
		a.out.printf("\nNothing is kept yet: --keep makes it the catalogue, --role HEADER=ROLE changes a column.\n")
	}
}

type exportCmd struct {
	Out      string `required:"" type:"path" placeholder:"FILE" help:"The file to write, .xlsx or .csv."`
	Approved bool   `help:"Only copy that was approved."`
	Channel  string `help:"Only copy for this channel."`
	Language string `enum:",en,zh" default:"" help:"Only copy in this language."`
	Backup   bool   `help:"Write the whole store into the file instead: a backup."`
}

// exportAnswer says what was written.
type exportAnswer struct {
	Out      string   `json:"out"`
	Rows     int      `json:"rows"`
	Warnings []string `json:"warnings"`
}

// Run writes what the studio's store holds.
func (c *exportCmd) Run(a *app) (err error) {
	s, err := a.studio(a.places.Data, "", plainly)
	if err != nil {
		return err
	}
	defer func() {
		if closed := s.Close(); err == nil {
			err = closed
		}
	}()
	if c.Backup {
		if err := s.Backup(c.Out); err != nil {
			return fmt.Errorf("%w: %w", errOutput, err)
		}
		a.out.printf("%s: a copy of everything in %s\n", c.Out, a.places.Data)
		return a.out.document(exportAnswer{Out: c.Out, Warnings: []string{}})
	}
	report, err := s.Export(a.ctx, studio.ExportSpec{Path: c.Out, OnlyApproved: c.Approved, Channel: c.Channel, Language: compose.Language(c.Language)})
	if err != nil {
		return err
	}
	a.out.printf("%s: %d rows\n", c.Out, report.Rows)
	for _, w := range report.Warnings {
		a.out.printf("! %s\n", w)
	}
	return a.out.document(exportAnswer{c.Out, report.Rows, append([]string{}, report.Warnings...)})
}
