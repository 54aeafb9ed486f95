package inference

import "shelftalk/inference/internal/kernel"

// Kernel names the instructions in use: the best that this processor and operating system can run, "generic" where there
// are none of ours.
func Kernel() string { return kernel.Tier() }

// SetKernel chooses others by name, for comparison. It is called before any model is opened.
func SetKernel(name string) error { return kernel.SetTier(name) }
