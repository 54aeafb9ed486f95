//go:build !linux

package token

import "time"

func taken(f func()) time.Duration {
	start := time.Now()
	f()
	return time.Since(start)
}
