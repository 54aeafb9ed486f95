//go:build !linux && !darwin && !windows

package models

import "errors"

func memoryOfMachine() int64 { return 0 }

func freeSpace(string) (int64, error) { return 0, errors.ErrUnsupported }
