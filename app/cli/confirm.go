package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"strings"
)

// confirm asks whoever sits at the terminal. Where nobody does, --yes has to be given.
func (a *app) confirm(question string) (bool, error) {
	f, ok := a.in.(*os.File)
	if ok {
		info, err := f.Stat()
		ok = err == nil && info.Mode()&os.ModeCharDevice != 0
	}
	if !ok {
		return false, fmt.Errorf("%w: there is no terminal to ask at: %s Say so with --yes", errUsage, question)
	}
	a.out.clear()
	return ask(a.ctx, a.in, a.out.progress, question)
}

// ask takes y and yes for a yes, and any other line for a no.
func ask(ctx context.Context, in io.Reader, out io.Writer, question string) (bool, error) {
	_, _ = fmt.Fprint(out, question+" [y/N] ")
	answer := make(chan string, 1)
	go func() {
		line, _ := bufio.NewReader(in).ReadString('\n') // the end of the input is a no
		answer <- strings.ToLower(strings.TrimSpace(line))
	}()
	select {
	case <-ctx.Done():
		return false, fmt.Errorf("%w: %w", errInterrupted, ctx.Err())
	case line := <-answer:
		return line == "y" || line == "yes", nil
	}
}
