package present

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Files is a choice of a file: a folder's contents, its folders first, and only files of some kinds.
type Files struct {
	// OnChange is called on the window's thread when the folder's contents are there.
	OnChange func()

	stage   *Stage
	kinds   []string // extensions with their dots, lower case
	folder  string
	entries []FileLine
	problem *Problem
	now     func() time.Time
}

// FileLine is an entry of a folder.
type FileLine struct {
	Name, Path    string
	Folder        bool
	Size, Changed string
}

// most is how many entries of a folder are shown: more than anybody reads, less than a disk holds.
const most = 5000

// NewFiles returns a choice that begins in a folder.
func NewFiles(stage *Stage, folder string, kinds ...string) *Files {
	return &Files{stage: stage, kinds: kinds, folder: folder, OnChange: func() {}, now: time.Now}
}

// Open shows a folder.
func (p *Files) Open(folder string) {
	var entries []FileLine
	p.stage.Go(func(context.Context) (err error) {
		entries, err = p.list(folder)
		return err
	}, func(err error) {
		if p.problem = Explain(p.stage.Say, err); err == nil {
			p.folder, p.entries = folder, entries
		}
		p.OnChange()
	})
}

func (p *Files) list(folder string) ([]FileLine, error) {
	dir, err := os.Open(folder)
	if err != nil {
		return nil, err
	}
	defer dir.Close()
	all, err := dir.ReadDir(most)
	if err != nil && !errors.Is(err, io.EOF) { // EOF: an empty folder
		return nil, err
	}
	var out []FileLine
	for _, e := range all {
		if line, ok := p.line(folder, e); ok {
			out = append(out, line)
		}
	}
	slices.SortFunc(out, func(a, b FileLine) int {
		if a.Folder != b.Folder {
			if a.Folder {
				return -1
			}
			return 1
		}
		return strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name))
	})
	return out, nil
}

// line is an entry, when it is a folder or a file of the kinds and isn't hidden.
func (p *Files) line(folder string, e os.DirEntry) (FileLine, bool) {
	info, err := os.Stat(filepath.Join(folder, e.Name())) // follows links
	if err != nil || strings.HasPrefix(e.Name(), ".") {
		return FileLine{}, false
	}
	if !info.IsDir() && !slices.Contains(p.kinds, strings.ToLower(filepath.Ext(e.Name()))) {
		return FileLine{}, false
	}
	l := FileLine{Name: e.Name(), Path: filepath.Join(folder, e.Name()), Folder: info.IsDir(), Changed: moment(p.stage.Say, info.ModTime(), p.now())}
	if !info.IsDir() {
		l.Size = fileSize(p.stage.Say, info.Size())
	}
	return l, true
}

func fileSize(say Say, n int64) string {
	if n < 1e6 {
		return say("files.kb", max(n/1000, 1))
	}
	return size(say, n)
}

// Up shows the folder above.
func (p *Files) Up() { p.Open(filepath.Dir(p.folder)) }

// Folder is the folder that is shown.
func (p *Files) Folder() string { return p.folder }

// Entries are its contents.
func (p *Files) Entries() []FileLine { return p.entries }

// Problem is why a folder couldn't be shown, or nil.
func (p *Files) Problem() *Problem { return p.problem }
