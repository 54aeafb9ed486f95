package main

import (
	"context"
	"errors"
	"io/fs"

	"shelftalk/app/models"
	"shelftalk/app/sheet"
	"shelftalk/app/studio"
	"shelftalk/inference"
	"shelftalk/store"
)

// The exit codes.
const (
	exitOK          = 0
	exitFailure     = 1
	exitUsage       = 2
	exitInput       = 3
	exitModel       = 4
	exitStore       = 5
	exitOutput      = 6
	exitRowsFailed  = 7
	exitInterrupted = 130
)

const exitHelp = `Exit codes: 0 done, 1 failure, 2 wrong usage, 3 the input file can't be used, 4 the model can't be used, 5 the store is in use or damaged, 6 the output can't be written, 7 done but some rows failed, 130 interrupted (the same command goes on).`

var (
	// errInput marks what is wrong with the file that was given.
	errInput = errors.New("the input can't be used")
	// errOutput marks what is wrong with the file that was to be written.
	errOutput = errors.New("the output can't be written")
	// errRowsFailed means that a job ran to its end and some of its rows failed.
	errRowsFailed = errors.New("some rows failed: their Status says why; the same command with --retry tries them again")
	// errInterrupted means that the user ended the command.
	errInterrupted = errors.New("interrupted")
	// errUsage marks flags that contradict each other.
	errUsage = errors.New("wrong usage")
)

func exitCode(err error) int {
	for _, kind := range []struct {
		code int
		of   []error
	}{
		{exitInterrupted, []error{errInterrupted, context.Canceled}},
		{exitUsage, []error{errUsage}},
		{exitRowsFailed, []error{errRowsFailed}},
		{exitStore, []error{store.ErrInUse, store.ErrDamaged, store.ErrNewer}},
		{exitModel, []error{
			models.ErrMissing, models.ErrUnknown, models.ErrWrong, models.ErrFetch,
			inference.ErrFormat, inference.ErrTruncated, inference.ErrUnsupported, inference.ErrTooLarge, inference.ErrMemory,
			inference.ErrAdapter, inference.ErrEncoder, inference.ErrDecoder, inference.ErrLost,
		}},
		{exitOutput, []error{errOutput, store.ErrFull, sheet.ErrReadOnly, sheet.ErrDiskFull, sheet.ErrInUse, sheet.ErrCellTooLong}},
		{exitInput, []error{errInput, sheet.ErrFormat, sheet.ErrEncoding, sheet.ErrQuote, sheet.ErrEmpty, sheet.ErrSheet, sheet.ErrTooLarge, fs.ErrNotExist, studio.ErrNoCatalogue}},
	} {
		for _, target := range kind.of {
			if errors.Is(err, target) {
				return kind.code
			}
		}
	}
	return exitFailure
}
