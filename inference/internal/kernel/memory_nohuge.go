//go:build unix && !linux

package kernel

// adviseHuge has nothing to ask of this system.
func adviseHuge([]byte) {}
