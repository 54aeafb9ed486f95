package kernel

import (
	"fmt"
	"slices"
)

// The tiers, best first.
const (
	TierAVX512  = "avx512vnni"
	TierAVX2    = "avx2"
	TierGeneric = "generic"
)

// Tier names the kernels in use: the best this processor and operating system can run, unless SetTier chose another.
func Tier() string { return active.name }

// Tiers lists what can run here, best first. TierGeneric always can.
func Tiers() []string { return available() }

// SetTier chooses the kernels by name. It is called before any other function of the package, or while none runs.
func SetTier(name string) error {
	if !slices.Contains(available(), name) {
		return fmt.Errorf("%w: %q (here: %q)", ErrTier, name, available())
	}
	active = table{name: name}
	return nil
}

// table is the kernel table.
type table struct{ name string }

// active is set once at start; SetTier may force another.
var active = table{name: available()[0]}

func available() []string { return []string{TierGeneric} }

func quantise(dst []byte, x []float32, t, T int) { quantiseGeneric(dst, x, t, T) }
