package kernel

import (
	"unsafe"

	"golang.org/x/sys/windows"
)

// mapping is memory that the Go heap doesn't know: it neither counts towards the collector's pace nor is ever scanned.
type mapping struct {
	bytes []byte
	base  uintptr
}

// mapMemory gets zeroed memory.
func mapMemory(size int) (mapping, error) {
	base, err := windows.VirtualAlloc(0, uintptr(size), windows.MEM_RESERVE|windows.MEM_COMMIT, windows.PAGE_READWRITE)
	if err != nil {
		return mapping{}, err
	}
	// The address comes from the system and stays put, which vet can't know of a uintptr: hence the detour.
	return mapping{bytes: unsafe.Slice(*(**byte)(unsafe.Pointer(&base)), size), base: base}, nil
}

func (m *mapping) free() {
	if m.base != 0 {
		_ = windows.VirtualFree(m.base, 0, windows.MEM_RELEASE)
	}
	*m = mapping{}
}
