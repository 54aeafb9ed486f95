package present

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"shelftalk/app/catalog"
	"shelftalk/app/sheet"
	"shelftalk/app/studio"
)

// ImportService is what the import page needs of the studio.
type ImportService interface {
	Preview(path string, o sheet.Options) (*studio.Import, error)
	Sample() (*studio.Import, error)
	Keep(*studio.Import) (studio.Catalogue, error)
	Catalogue() studio.Catalogue
}

// Importing is the page that shows what a spreadsheet means before anything is kept.
type Importing struct {
	// OnChange is called on the window's thread when anything of the page changed; OnKept when the catalogue is new.
	OnChange func()
	OnKept   func()

	stage    *Stage
	svc      ImportService
	path     string // "" for the sample
	options  sheet.Options
	in       *studio.Import
	products int
	warnings []string
	busy     bool
	problem  *Problem
	run      int // which reading is the latest
}

// NewImporting returns the presenter; Open or OpenSample starts it.
func NewImporting(stage *Stage, svc ImportService) *Importing {
	return &Importing{stage: stage, svc: svc, OnChange: func() {}, OnKept: func() {}}
}

// Open reads a file.
func (p *Importing) Open(path string) {
	p.begin(path)
}

// OpenSample reads the catalogue that the program carries.
func (p *Importing) OpenSample() {
	p.begin("")
}

// begin reads a file, and keeps nothing of the one before.
func (p *Importing) begin(path string) {
	p.path, p.options, p.in, p.products, p.warnings = path, sheet.Options{}, nil, 0, nil
	p.read()
}

// read reads the file as the options say, and counts what it would give.
func (p *Importing) read() {
	p.run++
	run, path, options := p.run, p.path, p.options
	p.busy, p.problem = true, nil
	var in *studio.Import
	var found result
	p.stage.Go(func(context.Context) (err error) {
		if path == "" {
			in, err = p.svc.Sample()
		} else {
			in, err = p.svc.Preview(path, options)
		}
		if err == nil {
			found = count(p.stage.Say, in)
		}
		return err
	}, func(err error) {
		if run != p.run { // read again meanwhile
			return
		}
		p.busy = false
		if p.problem = ExplainFile(p.stage.Say, err, path); err == nil {
			p.in = in
			p.take(found)
		}
		p.OnChange()
	})
	p.OnChange()
}

// result is what a table gives as it is mapped.
type result struct {
	products int
	warnings []string
	err      error
}

func count(say Say, in *studio.Import) result {
	products, warnings, err := in.Products()
	r := result{products: len(products), err: err}
	for _, w := range in.Table.Warnings {
		r.warnings = append(r.warnings, oddity(say, string(w.Code), w.String(), w.Row, w.Column))
	}
	for _, w := range warnings {
		row := 0
		if len(w.Rows) > 0 {
			row = w.Rows[0]
		}
		r.warnings = append(r.warnings, oddity(say, string(w.Code), w.String(), row, w.Key))
	}
	return r
}

// oddity says what was odd about a file. The packages that find it say it in English, with every detail; in another
// language its kind is said, and where.
func oddity(say Say, code, english string, row int, what string) string {
	if say("code") == "en" {
		return english
	}
	text := say("import.odd." + code)
	if what != "" {
		text = say("import.odd.what", what, text)
	}
	if row > 0 {
		text = say("import.odd.row", row, text)
	}
	return text
}

func (p *Importing) take(r result) {
	p.products, p.warnings = r.products, r.warnings
	p.problem = Explain(p.stage.Say, r.err)
}

// SetRole says what a column means.
func (p *Importing) SetRole(column int, role string) {
	if p.in == nil || p.busy {
		return
	}
	p.in.SetRole(column, catalog.Role(role))
	p.take(count(p.stage.Say, p.in))
	p.OnChange()
}

// SetSheet reads another sheet of the workbook.
func (p *Importing) SetSheet(name string) {
	p.options.Sheet, p.options.HeaderRow = name, 0
	p.read()
}

// SetHeaderRow takes a row of the file as the header; "0" has it found.
func (p *Importing) SetHeaderRow(row string) {
	p.options.HeaderRow, _ = strconv.Atoi(row) // the page offers numbers only
	p.read()
}

// SetEncoding takes the file's text as written in that encoding; "" has it found.
func (p *Importing) SetEncoding(name string) {
	p.options.Encoding = name
	p.read()
}

// Keep makes the table the catalogue.
func (p *Importing) Keep() {
	if p.in == nil || p.busy || p.products == 0 {
		return
	}
	p.busy = true
	in := p.in
	p.stage.Go(func(context.Context) error {
		_, err := p.svc.Keep(in)
		return err
	}, func(err error) {
		p.busy = false
		if p.problem = Explain(p.stage.Say, err); err == nil {
			p.OnKept()
		}
		p.OnChange()
	})
	p.OnChange()
}

// ImportColumn is a column of the file.
type ImportColumn struct {
	Header string
	Sample string // some of its values
	Role   string
	Muted  bool // it isn't used
}

// ImportState is the page.
type ImportState struct {
	Busy       bool
	Read       bool // there is a table to look at
	Name       string
	About      string // rows, columns, encoding
	Columns    []ImportColumn
	Roles      []Choice
	Sheets     []Choice // nil: no choice
	Sheet      string
	HeaderRows []Choice
	HeaderRow  string
	Encodings  []Choice // nil: no choice
	Encoding   string
	Warnings   []string
	Note       string // what keeping does
	Action     string // "Keep 62 products"
	Blocked    string
	Problem    *Problem
}

// State returns the page as it is now.
func (p *Importing) State() ImportState {
	say := p.stage.Say
	s := ImportState{Busy: p.busy, Read: p.in != nil, Problem: p.problem, Warnings: p.warnings, Action: say.Count("import.keep", p.products)}
	for _, r := range []catalog.Role{catalog.Key, catalog.Title, catalog.Brand, catalog.Category, catalog.Price, catalog.Description, catalog.GTIN, catalog.Attribute, catalog.Ignore} {
		s.Roles = append(s.Roles, Choice{string(r), say("import.role." + string(r))})
	}
	s.Note = say("import.first")
	if p.svc.Catalogue().Products > 0 {
		s.Note = say("import.replace")
	}
	switch {
	case p.busy:
		s.Blocked = say("import.blocked.busy")
	case p.in == nil || p.products == 0:
		s.Blocked = say("import.blocked.none")
	}
	if p.in == nil {
		s.Action = say("import.keep.unread")
		return s
	}
	t := p.in.Table
	s.Name = t.Source
	s.About = say.Count("import.rows", len(t.Rows)) + " · " + say.Count("import.columns", len(t.Header))
	for _, c := range p.in.Mapping.Columns {
		s.Columns = append(s.Columns, ImportColumn{
			Header: c.Header, Sample: strings.Join(c.Sample, "  ·  "), Role: string(c.Role), Muted: c.Role == catalog.Ignore,
		})
	}
	p.stateReading(&s)
	return s
}

// stateReading fills in how the file was read.
func (p *Importing) stateReading(s *ImportState) {
	say, t := p.stage.Say, p.in.Table
	if len(t.Sheets) > 1 {
		for _, name := range t.Sheets {
			s.Sheets = append(s.Sheets, Choice{name, name})
		}
		s.Sheet = t.Sheet
	}
	if p.path == "" { // the sample is read as it is
		return
	}
	s.HeaderRow = strconv.Itoa(max(t.HeaderRow, 0))
	if t.HeaderRow == 0 {
		s.HeaderRow = strconv.Itoa(sheet.NoHeaderRow)
	}
	s.HeaderRows = append(s.HeaderRows, Choice{strconv.Itoa(sheet.NoHeaderRow), say("import.header.none")})
	for row := 1; row <= 20; row++ {
		s.HeaderRows = append(s.HeaderRows, Choice{strconv.Itoa(row), say("import.header.row", row)})
	}
	if t.Encoding != "" {
		for _, name := range sheet.Encodings() {
			s.Encodings = append(s.Encodings, Choice{name, name})
		}
		if !slices.ContainsFunc(s.Encodings, func(c Choice) bool { return c.ID == t.Encoding }) {
			s.Encodings = append(s.Encodings, Choice{t.Encoding, t.Encoding})
		}
		s.Encoding = t.Encoding
	}
}
