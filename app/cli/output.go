package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"
)

// output writes answers to standard output and progress to standard error. Progress is a line that is drawn over on a
// terminal, and a new line now and then elsewhere; that it can't be shown stops nothing.
type output struct {
	answer   *bufio.Writer
	json     bool
	quiet    bool
	progress io.Writer
	terminal bool

	mu    sync.Mutex
	drawn int       // characters of the line on the terminal
	last  time.Time // when progress was last shown
}

func newOutput(stdout, stderr io.Writer, asJSON, quiet bool) *output {
	o := &output{answer: bufio.NewWriter(stdout), json: asJSON, quiet: quiet, progress: stderr}
	o.last = time.Now() // what takes less than lineEvery needs no line
	if f, ok := stderr.(*os.File); ok {
		info, err := f.Stat()
		o.terminal = err == nil && info.Mode()&os.ModeCharDevice != 0
	}
	if o.terminal {
		o.last = time.Time{}
	}
	return o
}

func (o *output) flush() error { return o.answer.Flush() }

// printf writes a part of an answer in words; with --json there are none.
func (o *output) printf(format string, args ...any) {
	if !o.json {
		_, _ = fmt.Fprintf(o.answer, format, args...) // flush has the error
	}
}

// document writes an answer as JSON, when that was asked for.
func (o *output) document(v any) error {
	if !o.json {
		return nil
	}
	return o.always(v)
}

func (o *output) always(v any) error {
	enc := json.NewEncoder(o.answer)
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}

// note says something beside the answer, on a line of its own.
func (o *output) note(format string, args ...any) {
	o.clear()
	_, _ = fmt.Fprintf(o.progress, format+"\n", args...)
}

// lineEvery is the time between two lines of progress where there is no terminal.
const lineEvery = 10 * time.Second

// show shows how far something is: done of total, and words about it.
func (o *output) show(done, total int64, words string) {
	if o.quiet {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	now := time.Now()
	over := total > 0 && done >= total
	if o.terminal {
		if now.Sub(o.last) < 100*time.Millisecond && !over {
			return
		}
		line := bar(done, total) + " " + words
		pad := max(0, o.drawn-len([]rune(line)))
		_, _ = fmt.Fprintf(o.progress, "\r%s%s", line, strings.Repeat(" ", pad))
		o.drawn, o.last = len([]rune(line)), now
		return
	}
	if now.Sub(o.last) >= lineEvery {
		_, _ = fmt.Fprintln(o.progress, words)
		o.last = now
	}
}

// clear ends the line on the terminal.
func (o *output) clear() {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.terminal && o.drawn > 0 {
		_, _ = fmt.Fprintln(o.progress)
	}
	o.drawn = 0
}

func bar(done, total int64) string {
	const width = 24
	if total <= 0 {
		return "[" + strings.Repeat(" ", width) + "]"
	}
	full := int(min(done, total) * width / total)
	return "[" + strings.Repeat("#", full) + strings.Repeat(".", width-full) + "]"
}

// size is a number of bytes in words.
func size(n int64) string {
	switch {
	case n >= 1e9:
		return fmt.Sprintf("%.2f GB", float64(n)/1e9)
	case n >= 1e6:
		return fmt.Sprintf("%.0f MB", float64(n)/1e6)
	case n >= 1e3:
		return fmt.Sprintf("%.0f KB", float64(n)/1e3)
	}
	return fmt.Sprintf("%d bytes", n)
}

// duration is a time in words that don't pretend to know the second of an hour.
func duration(d time.Duration) string {
	switch {
	case d >= time.Hour:
		return fmt.Sprintf("%d h %d min", int(d.Hours()), int(d.Minutes())%60)
	case d >= 10*time.Minute:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	case d >= time.Minute:
		return fmt.Sprintf("%d min %d s", int(d.Minutes()), int(d.Seconds())%60)
	}
	return fmt.Sprintf("%d s", int(d.Round(time.Second).Seconds()))
}
