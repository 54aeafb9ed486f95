package present

import (
	"context"
	"errors"
	"io/fs"
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

// sentinel ties an error to its sentences: problem.KEY.title, .hint, and .detail where the error's own text isn't told.
type sentinel struct {
	is  error
	key string
}

// sentinels are tried in order: the more special ones first.
func sentinels() []sentinel {
	return []sentinel{
		{syscall.ENOSPC, "full"},
		{syscall.EROFS, "readonly"},
		{fs.ErrPermission, "readonly"},
		{sheet.ErrDiskFull, "full"},
		{sheet.ErrReadOnly, "readonly"},
		{sheet.ErrInUse, "sheet.inuse"},
		{sheet.ErrFormat, "sheet.format"},
		{sheet.ErrEncoding, "sheet.encoding"},
		{sheet.ErrQuote, "sheet.quote"},
		{sheet.ErrEmpty, "sheet.empty"},
		{sheet.ErrSheet, "sheet.sheet"},
		{sheet.ErrTooLarge, "sheet.large"},
		{sheet.ErrCellTooLong, "sheet.cell"},
		{fs.ErrNotExist, "missing"},
		{studio.ErrFindings, "findings"},
		{studio.ErrBusy, "busy"},
		{studio.ErrNoCatalogue, "catalogue"},
		{studio.ErrNoDrafts, "nodrafts"},
		{studio.ErrNotFound, "gone"},
		{studio.ErrClosed, "closing"},
		{batch.ErrNoRows, "norows"},
		{batch.ErrNoJob, "gone"},
		{batch.ErrState, "moved"},
		{batch.ErrClosed, "closing"},
		{models.ErrMissing, "model.missing"},
		{models.ErrWrong, "model.wrong"},
		{models.ErrFetch, "model.fetch"},
		{models.ErrUnknown, "missing"},
		{inference.ErrTruncated, "model.truncated"},
		{inference.ErrFormat, "model.format"},
		{inference.ErrUnsupported, "model.unsupported"},
		{inference.ErrTooLarge, "model.format"},
		{inference.ErrMemory, "model.memory"},
		{inference.ErrContext, "context"},
		{inference.ErrClosed, "model.closed"},
	}
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
		var quote *sheet.QuoteError
		if errors.As(err, &quote) {
			p.Detail = say("problem."+s.key+".detail", quote.Line, brief(quote.Text, 40))
		}
		return p
	}
	return &Problem{Title: say("problem.other.title"), Detail: err.Error(), Hint: say("problem.other.hint")}
}
