package present

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"shelftalk/app/catalog"
	"shelftalk/app/compose"
	"shelftalk/app/sheet"
	"shelftalk/app/studio"
)

// ExportService is what an export needs of the studio.
type ExportService interface {
	Catalogue() studio.Catalogue
	Drafts() ([]studio.DraftView, error)
	Export(ctx context.Context, spec studio.ExportSpec) (catalog.Report, error)
	Settings() studio.Settings
	SetSettings(studio.Settings) error
}

// Export is the way of drafts into a file: which format, which copy, which path.
type Export struct {
	// OnChange is called on the window's thread when State has something new.
	OnChange func()

	stage    *Stage
	svc      ExportService
	spec     studio.ExportSpec
	format   string // "xlsx" or "csv"; the path's ending says the same
	name     string // of the file, without its ending, until the user names it otherwise
	approved int
	finished int
	busy     bool
	problem  *Problem
	report   *catalog.Report
	copied   int // drafts in it
}

// NewExport returns the presenter with the last export's choices, for the current catalogue.
func NewExport(stage *Stage, svc ExportService) *Export {
	p := &Export{stage: stage, svc: svc, OnChange: func() {}}
	settings := svc.Settings()
	p.spec = settings.Export
	if p.format = "xlsx"; strings.EqualFold(filepath.Ext(p.spec.Path), ".csv") {
		p.format = "csv"
	}
	if settings.Export.Path == "" {
		p.spec.OnlyApproved = true
	}
	c := svc.Catalogue()
	folder := settings.LastFolder
	if c.Source != "" {
		folder = filepath.Dir(c.Source)
	}
	if settings.Export.Path != "" {
		folder = filepath.Dir(settings.Export.Path)
	}
	if info, err := os.Stat(folder); err != nil || !info.IsDir() { // none, or on a stick that was pulled out
		folder, _ = os.UserHomeDir() // no home: the path is relative, and shown
	}
	name := strings.TrimSuffix(filepath.Base(c.Name), filepath.Ext(c.Name))
	if name == "" || name == "." {
		name = "drafts"
	}
	p.name = name + "-copy"
	p.spec.Path = filepath.Join(folder, p.name+"."+p.format)
	if drafts, err := svc.Drafts(); err != nil {
		p.problem = Explain(stage.Say, err)
	} else {
		p.count(drafts)
	}
	return p
}

func (p *Export) count(drafts []studio.DraftView) {
	p.finished = len(drafts)
	for _, d := range drafts {
		if d.Status == compose.StatusApproved || d.Status == compose.StatusExported {
			p.approved++
		}
	}
	if p.approved == 0 {
		p.spec.OnlyApproved = false
	}
}

// ExportState is the dialog.
type ExportState struct {
	Format, Path string
	OnlyApproved bool
	// What the two choices would write, and why there is nothing to write.
	Approved, Finished string
	NoApproved         bool
	Blocked            string
	Busy               bool
	Replaces           bool // a file is there already
	Problem            *Problem
	Done               *ExportDone
}

// ExportDone tells of the written file.
type ExportDone struct {
	Title, Detail, Path string
	Warning             string // what a spreadsheet program may do to the file
}

// State returns the dialog as it is now.
func (p *Export) State() ExportState {
	say := p.stage.Say
	s := ExportState{
		Format: p.format, Path: p.spec.Path, OnlyApproved: p.spec.OnlyApproved,
		Approved: say("export.what.approved", p.approved), Finished: say("export.what.finished", p.finished), NoApproved: p.approved == 0,
		Busy: p.busy, Problem: p.problem,
	}
	switch {
	case p.busy:
		s.Blocked = say("export.blocked.busy")
	case p.finished == 0:
		s.Blocked = say("export.blocked.none")
	case strings.TrimSpace(p.spec.Path) == "":
		s.Blocked = say("export.blocked.path")
	}
	if info, err := os.Stat(p.spec.Path); err == nil && !info.IsDir() {
		s.Replaces = true
	}
	if p.report != nil {
		s.Done = p.told()
	}
	return s
}

func (p *Export) told() *ExportDone {
	say, r := p.stage.Say, *p.report
	warning := ""
	if len(r.Warnings) > 0 {
		warning = say("export.done.csv")
	}
	return &ExportDone{
		Warning: warning,
		Title:   say("export.done", filepath.Base(p.spec.Path)), Path: p.spec.Path,
		Detail: say.Count("export.done.rows", r.Rows) + " " + say.Count("export.done.copy", p.copied),
	}
}

// SetFormat chooses "xlsx" or "csv"; the path's ending follows.
func (p *Export) SetFormat(format string) {
	old := "." + p.format
	p.format = format
	if strings.EqualFold(filepath.Ext(p.spec.Path), old) {
		p.spec.Path = p.spec.Path[:len(p.spec.Path)-len(old)] + "." + format
	}
	p.touched()
}

// SetOnlyApproved chooses between approved copy and all of it.
func (p *Export) SetOnlyApproved(only bool) {
	p.spec.OnlyApproved = only
	p.touched()
}

// SetPath says where to. An ending that names the other format chooses it.
func (p *Export) SetPath(path string) {
	p.spec.Path = path
	switch ext := strings.ToLower(filepath.Ext(path)); ext {
	case ".xlsx", ".csv":
		p.format = ext[1:]
	}
	p.touched()
}

func (p *Export) touched() {
	p.problem, p.report = nil, nil
	p.OnChange()
}

// Run writes the file. A path without the format's ending gets it, and a folder the file's usual name.
func (p *Export) Run() {
	if p.State().Blocked != "" {
		return
	}
	if info, err := os.Stat(p.spec.Path); err == nil && info.IsDir() {
		p.spec.Path = filepath.Join(p.spec.Path, p.name)
	}
	if ext := filepath.Ext(p.spec.Path); !strings.EqualFold(ext, "."+p.format) {
		p.spec.Path += "." + p.format
	}
	p.busy, p.problem, p.report = true, nil, nil
	spec := p.spec
	if p.copied = p.finished; spec.OnlyApproved {
		p.copied = p.approved
	}
	var report catalog.Report
	p.stage.Go(func(ctx context.Context) (err error) {
		if report, err = p.svc.Export(ctx, spec); err != nil {
			return err
		}
		settings := p.svc.Settings()
		settings.Export, settings.LastFolder = spec, filepath.Dir(spec.Path)
		return p.svc.SetSettings(settings)
	}, func(err error) {
		p.busy = false
		if p.problem = Explain(p.stage.Say, err); err == nil {
			p.report = &report
		} else if p.problem != nil && aboutFolder(err) {
			p.problem.Detail = filepath.Dir(spec.Path)
		}
		p.OnChange()
	})
	p.OnChange()
}

// aboutFolder says whether an export failed because of where it should go.
func aboutFolder(err error) bool {
	for _, is := range []error{fs.ErrNotExist, fs.ErrPermission, sheet.ErrReadOnly, sheet.ErrDiskFull} {
		if errors.Is(err, is) {
			return true
		}
	}
	return false
}
