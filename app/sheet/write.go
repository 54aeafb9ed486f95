package sheet

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Format is a kind of file to write.
type Format string

// The formats.
const (
	XLSX Format = "xlsx"
	CSV  Format = "csv" // UTF-8 with a byte order mark, CR LF, comma
)

// FormatOf tells the format by the ending of a file's name.
func FormatOf(path string) (Format, error) {
	switch ext := strings.ToLower(filepath.Ext(path)); ext {
	case ".xlsx":
		return XLSX, nil
	case ".csv":
		return CSV, nil
	default:
		return "", fmt.Errorf("%w: %q ends in %q; name the file .xlsx or .csv", ErrFormat, filepath.Base(path), ext)
	}
}

// Writer writes a table to a file that appears whole or not at all: it is made under another name in the same folder and
// takes its place in Close. Every writer ends with Close or Abort; Abort after Close does nothing, so it can be deferred.
// A Writer belongs to one goroutine.
type Writer struct {
	path  string
	temp  *os.File
	buf   *bufio.Writer
	table tableWriter
	width int
	row   int
	err   error // the first; every later call returns it
	done  bool
}

// tableWriter is one of the formats.
type tableWriter interface {
	header(cells []string, widths []float64) error
	row(n int, cells []string) error // n counts from 1, the header
	flush(w io.Writer) error
}

// Create begins a file at path, in the format that its ending names, with a header. widths are the columns' widths in
// characters and may be nil.
//
// The folder must exist. The errors tell the cure: ErrReadOnly, ErrDiskFull, ErrInUse, ErrFormat, fs.ErrNotExist.
func Create(path string, header []string, widths []float64) (*Writer, error) {
	format, err := FormatOf(path)
	if err != nil {
		return nil, err
	}
	if err := checkCells(format, 1, header); err != nil {
		return nil, fmt.Errorf("write %q: %w", path, err)
	}
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return nil, fmt.Errorf("write %q: %w: it is a folder; choose a file name", path, ErrFormat)
	}
	temp, err := createBeside(path)
	if err != nil {
		return nil, explain(path, err)
	}
	w := &Writer{path: path, temp: temp, buf: bufio.NewWriterSize(temp, 64<<10), width: len(header), row: 1}
	if format == CSV {
		w.table = &csvWriter{w: w.buf}
	} else if w.table, err = newXLSXWriter(); err != nil {
		w.Abort()
		return nil, explain(path, err)
	}
	if err := w.table.header(header, widths); err != nil {
		w.Abort()
		return nil, explain(path, err)
	}
	return w, nil
}

// createBeside makes a temporary file in path's folder, readable as the file that it will replace.
func createBeside(path string) (*os.File, error) {
	temp, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*.tmp")
	if err != nil {
		return nil, err
	}
	mode := fs.FileMode(0o644)
	if info, err := os.Stat(path); err == nil {
		mode = info.Mode().Perm()
	}
	if err := temp.Chmod(mode); err != nil && !errors.Is(err, errors.ErrUnsupported) {
		temp.Close()
		os.Remove(temp.Name())
		return nil, err
	}
	return temp, nil
}

// Row adds a row. It has at most as many cells as the header; missing ones are empty.
func (w *Writer) Row(cells []string) error {
	if w.err != nil {
		return w.err
	}
	if w.done {
		return w.fail(errors.New("the writer is closed"))
	}
	w.row++
	if len(cells) > w.width {
		return w.fail(fmt.Errorf("row %d has %d cells under %d headers", w.row, len(cells), w.width))
	}
	format, _ := FormatOf(w.path)
	if err := checkCells(format, w.row, cells); err != nil {
		return w.fail(err)
	}
	if err := w.table.row(w.row, cells); err != nil {
		return w.fail(err)
	}
	return nil
}

// Close finishes the file and puts it in its place. On an error the target is as it was before Create.
func (w *Writer) Close() error {
	if w.done || w.err != nil {
		w.Abort()
		return w.err
	}
	if err := w.commit(); err != nil {
		err = w.fail(err)
		w.Abort()
		return err
	}
	w.done = true
	return nil
}

func (w *Writer) commit() error {
	if err := w.table.flush(w.buf); err != nil {
		return err
	}
	if err := w.buf.Flush(); err != nil {
		return err
	}
	if err := w.temp.Sync(); err != nil {
		return err
	}
	if err := w.temp.Close(); err != nil {
		return err
	}
	if err := os.Rename(w.temp.Name(), w.path); err != nil {
		return err
	}
	syncFolder(filepath.Dir(w.path))
	return nil
}

// Abort gives the file up and leaves nothing behind.
func (w *Writer) Abort() {
	if w.done {
		return
	}
	w.done = true
	w.temp.Close()
	os.Remove(w.temp.Name())
}

func (w *Writer) fail(err error) error {
	w.err = explain(w.path, err)
	return w.err
}

// syncFolder makes the renaming last through a power cut, where the system can do that for a folder.
func syncFolder(dir string) {
	if d, err := os.Open(dir); err == nil {
		_ = d.Sync()
		d.Close()
	}
}

// checkCells refuses what an XLSX cell can't hold: cutting it silently would lose copy.
func checkCells(format Format, row int, cells []string) error {
	if format != XLSX {
		return nil
	}
	if len(cells) > maxColumns {
		return fmt.Errorf("%w: %d columns; an .xlsx sheet has %d", ErrTooLarge, len(cells), maxColumns)
	}
	if row > maxRows {
		return fmt.Errorf("%w: an .xlsx sheet ends at row %d; export as .csv", ErrTooLarge, maxRows)
	}
	for i, c := range cells {
		if len(c) > maxCell && utf16Len(c) > maxCell {
			return fmt.Errorf("row %d, column %d: %w: %d characters, the most is %d; shorten the text or export as .csv", row, i+1, ErrCellTooLong, utf16Len(c), maxCell)
		}
	}
	return nil
}

// maxRows is where an XLSX sheet ends.
const maxRows = 1_048_576

// explain turns what the system says into one of this package's errors, with the file and the cure.
func explain(path string, err error) error {
	dir := filepath.Dir(path)
	switch {
	case isDiskFull(err):
		return fmt.Errorf("write %q: %w: nothing was written. Make room or choose another folder: %w", path, ErrDiskFull, err)
	case isInUse(err):
		return fmt.Errorf("write %q: %w: close it there and export again: %w", path, ErrInUse, err)
	case errors.Is(err, fs.ErrPermission) || isReadOnly(err):
		return fmt.Errorf("write %q: the folder %q %w: choose another folder: %w", path, dir, ErrReadOnly, err)
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("write %q: there is no folder %q: create it or choose another: %w", path, dir, err)
	}
	return fmt.Errorf("write %q: %w", path, err)
}
