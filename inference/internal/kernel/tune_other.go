//go:build !amd64 || noasm

package kernel

// Tune has nothing to choose here.
func Tune() {}
