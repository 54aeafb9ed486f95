package kernel

import "fmt"

// The tiers.
const (
	TierAVX512  = "avx512vnni"
	TierAVXVNNI = "avxvnni"
	TierAVX2    = "avx2"
	TierI8MM    = "i8mm"
	TierDotProd = "dotprod"
	TierGeneric = "generic"
)

// tier is a set of kernels. The tiers avx2 and avxvnni share what doesn't multiply bytes, and so do dotprod and i8mm; avx512 has
// all of its own.
type tier uint8

const (
	generic tier = iota
	avx2
	avxvnni
	avx512
	dotprod
	i8mm
)

// active is the kernel table: set once at start, and by SetTier.
var active = available()[0]

// Tier names the kernels in use: the best this processor and operating system can run, unless SetTier chose others.
func Tier() string { return active.name() }

// Tiers lists what can run here, best first. TierGeneric always can.
func Tiers() []string {
	var names []string
	for _, t := range available() {
		names = append(names, t.name())
	}
	return names
}

// SetTier chooses the kernels by name. It is called before any other function of the package, or while none runs.
func SetTier(name string) error {
	for _, t := range available() {
		if t.name() == name {
			active = t
			return nil
		}
	}
	return fmt.Errorf("%w: %q (here: %q)", ErrTier, name, Tiers())
}

func (t tier) name() string {
	return [...]string{TierGeneric, TierAVX2, TierAVXVNNI, TierAVX512, TierDotProd, TierI8MM}[t]
}

// pow2 reports whether the tier gains by activation scales that are powers of two.
func (t tier) pow2() bool { return t == avx512 }

// tileTokens is the largest tile of the tier: as many tokens as its registers hold.
func (t tier) tileTokens() int {
	if t == avx2 || t == avxvnni {
		return 4
	}
	return maxTile
}
