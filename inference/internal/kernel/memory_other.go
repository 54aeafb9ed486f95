//go:build !unix && !windows

package kernel

// mapping is plain memory where the system has no other.
type mapping struct{ bytes []byte }

func mapMemory(size int) (mapping, error) { return mapping{bytes: make([]byte, size)}, nil }

func (m *mapping) free() { *m = mapping{} }
