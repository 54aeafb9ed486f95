package inference

import (
	"fmt"

	"shelftalk/inference/internal/kernel"
)

// Kernel names the instructions in use: the best that the processor and the operating system can run, unless SetKernel
// chose others.
func Kernel() string { return kernel.Tier() }

// Kernels names all instructions that the processor and the operating system can run, the best first.
func Kernels() []string { return kernel.Tiers() }

// SetKernel chooses the instructions by name, one of Kernels. It must be called before the
// first model is opened. Its error names what this machine has.
func SetKernel(name string) error { return kernel.SetTier(name) }

// Limits are what a machine can do at most, measured: how far a model's speed could still rise.
type Limits = kernel.Limits

// MeasureLimits measures them with some threads. It takes about a second and 256 MiB.
func MeasureLimits(threads int) (Limits, error) {
	l, err := kernel.MeasureLimits(threads)
	if err != nil {
		return Limits{}, fmt.Errorf("measure the machine: %w: %w", ErrMemory, err)
	}
	return l, nil
}
