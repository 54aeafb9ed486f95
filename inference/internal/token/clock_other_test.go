//go:build !linux

package token

import (
	"testing"
	"time"
)

func taken(_ testing.TB, f func()) time.Duration {
	start := time.Now()
	f()
	return time.Since(start)
}
