package present

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"
	"strings"
	"syscall"

	"shelftalk/app/batch"
	"shelftalk/app/models"
	"shelftalk/app/sheet"
	"shelftalk/app/studio"
	"shelftalk/inference"
)

func isFindings(err error) bool { return errors.Is(err, studio.ErrFindings) }

// Problem is an error in words: what happened, why, and what to do next. It is shown where it happened.
type Problem struct {
	Title, Detail, Hint string
}

// The tone: plain, short, second person, no blame, no exclamation marks. The title says what didn't work, the detail
// why, with the file's name, the hint what helps. The sentences are in assets/lang/*/problem.json.

// sentinel ties an error to its sentences: problem.KEY.title and .hint. Between them stands what place can say of the
// error, or else its own text; told says that the title has said it all.
type sentinel struct {
	is   error
	key  string
	told bool
}

// sentinels are tried in order: the more special ones first.
func sentinels() []sentinel {
	return []sentinel{
		{syscall.ENOSPC, "full", false},
		{syscall.EROFS, "readonly", false},
		{fs.ErrPermission, "readonly", false},
		{sheet.ErrDiskFull, "full", false},
		{sheet.ErrReadOnly, "readonly", false},
		{sheet.ErrInUse, "sheet.inuse", false},
		{sheet.ErrFormat, "sheet.format", false},
		{sheet.ErrEncoding, "sheet.encoding", false},
		{sheet.ErrQuote, "sheet.quote", false},
		{sheet.ErrEmpty, "sheet.empty", false},
		{sheet.ErrSheet, "sheet.sheet", false},
		{sheet.ErrTooLarge, "sheet.large", false},
		{sheet.ErrCellTooLong, "sheet.cell", false},
		{fs.ErrNotExist, "missing", false},
		{studio.ErrInUse, "inuse", true},
		{studio.ErrDamaged, "damaged", false},
		{studio.ErrNewer, "newer", true},
		{studio.ErrFindings, "findings", true},
		{studio.ErrBusy, "busy", true},
		{studio.ErrChosen, "chosen", true},
		{studio.ErrNoCatalogue, "catalogue", true},
		{studio.ErrNoDrafts, "nodrafts", true},
		{studio.ErrNotFound, "gone", true},
		{studio.ErrClosed, "closing", true},
		{batch.ErrNoRows, "norows", true},
		{batch.ErrNoJob, "gone", true},
		{batch.ErrState, "moved", true},
		{batch.ErrClosed, "closing", true},
		{models.ErrMissing, "model.missing", false},
		{models.ErrWrong, "model.wrong", false},
		{models.ErrFetch, "model.fetch", false},
		{models.ErrUnknown, "missing", false},
		{inference.ErrTruncated, "model.truncated", false},
		{inference.ErrFormat, "model.format", false},
		{inference.ErrUnsupported, "model.unsupported", false},
		{inference.ErrTooLarge, "model.format", false},
		{inference.ErrMemory, "model.memory", false},
		{inference.ErrContext, "context", false},
		{inference.ErrLost, "model.lost", false},
		{inference.ErrClosed, "model.closed", false},
	}
}

// place says in the window's language what an error knows of itself: the path, or the row and the reason; "" where it
// knows nothing.
func place(say Say, err error) string {
	var quote *sheet.QuoteError
	var fault *sheet.Fault
	var path *fs.PathError
	switch {
	case errors.As(err, &quote):
		return say("problem.sheet.quote.detail", quote.Line, brief(strings.TrimPrefix(quote.Text, `"`), 40))
	case errors.As(err, &fault):
		why := say("problem.why." + string(fault.Why))
		switch {
		case fault.Sheet != "" && fault.Row > 0:
			return say("problem.place.both", fault.Sheet, fault.Row, why)
		case fault.Sheet != "":
			return say("problem.place.sheet", fault.Sheet, why)
		case fault.Row > 0:
			return say("problem.place.row", fault.Row, why)
		}
		return why
	case errors.As(err, &path):
		return path.Path
	}
	return ""
}

// reason puts the text of an error that was stored, not the error, into words: it is known by a sentinel's own text in it.
// "" where it is none.
func reason(say Say, text string) string {
	for _, s := range sentinels() {
		if strings.Contains(text, s.is.Error()) {
			return say("problem." + s.key + ".title")
		}
	}
	return ""
}

// ExplainFile is Explain for a spreadsheet that was to be read: it names the file.
func ExplainFile(say Say, err error, path string) *Problem {
	p := Explain(say, err)
	if p == nil || path == "" {
		return p
	}
	if errors.Is(err, fs.ErrPermission) {
		p.Title, p.Hint = say("problem.unreadable.title"), say("problem.unreadable.hint")
	}
	var quote *sheet.QuoteError
	var fault *sheet.Fault
	if errors.As(err, &quote) || errors.As(err, &fault) {
		p.Detail = say("problem.file", filepath.Base(path), p.Detail)
	} else if place(say, err) != "" {
		p.Detail = path
	}
	return p
}

// Explain puts err into words. It answers nil for no error and for an action that the user cancelled.
func Explain(say Say, err error) *Problem {
	if err == nil || errors.Is(err, context.Canceled) {
		return nil
	}
	for _, s := range sentinels() {
		if !errors.Is(err, s.is) {
			continue
		}
		p := &Problem{
			Title:  say("problem." + s.key + ".title"),
			Detail: err.Error(),
			Hint:   say("problem." + s.key + ".hint"),
		}
		if s.told {
			p.Detail = ""
		}
		if told := place(say, err); told != "" && !s.told {
			p.Detail = told
		}
		return p
	}
	return &Problem{Title: say("problem.other.title"), Detail: err.Error(), Hint: say("problem.other.hint")}
}
