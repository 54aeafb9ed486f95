package inference

import (
	"fmt"

	"shelftalk/inference/internal/kernel"
)

// Kernel names the instructions in use: the best that the processor and the operating system can run, unless SetKernel
// chose others.
func Kernel() string { return kernel.Tier() }

// SetKernel chooses the instructions by name: "avx512vnni", "avx2" or "generic". It must be called before the first model
// is opened.
func SetKernel(name string) error {
	if err := kernel.SetTier(name); err != nil {
		return fmt.Errorf("%w: %w", ErrUnsupported, err)
	}
	return nil
}
