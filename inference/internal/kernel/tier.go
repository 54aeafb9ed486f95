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

// tier orders them for switches.
type tier uint8

const (
	generic tier = iota
	avx2
	avx512
)

// active is the kernel table: set once at start, and by SetTier.
var active = best()

// Tier names the kernels in use: the best this processor and operating system can run, unless SetTier chose others.
func Tier() string { return active.name() }

// Tiers lists what can run here, best first. TierGeneric always can.
func Tiers() []string {
	var names []string
	for t := best(); ; t-- {
		names = append(names, t.name())
		if t == generic {
			return names
		}
	}
}

// SetTier chooses the kernels by name. It is called before any other function of the package, or while none runs.
func SetTier(name string) error {
	i := slices.Index(Tiers(), name)
	if i < 0 {
		return fmt.Errorf("%w: %q (here: %q)", ErrTier, name, Tiers())
	}
	active = best() - tier(i)
	return nil
}

func (t tier) name() string { return [...]string{TierGeneric, TierAVX2, TierAVX512}[t] }
