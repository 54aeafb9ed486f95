//go:build !linux && !darwin && !windows

package inference

// fastCores isn't known on this system.
func fastCores() int { return 0 }
