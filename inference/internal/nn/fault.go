package nn

import (
	"fmt"
	"runtime"
	"unsafe"
)

// Fault is the panic of a pass whose weights couldn't be read: they are mapped from a file, and the file was cut short
// meanwhile, or its disk failed. Nothing of the pass was committed; the Net can be used again.
type Fault struct {
	Offset int64 // of the weights that couldn't be read
	err    error
}

func (f *Fault) Error() string {
	return fmt.Sprintf("weights at byte %d of their file can't be read: %v", f.Offset, f.err)
}

// Unwrap is the system's refusal.
func (f *Fault) Unwrap() error { return f.err }

// faultIn makes a Fault of a recovered panic, if it is of a memory access in mapped, made with debug.SetPanicOnFault.
func faultIn(mapped []byte, recovered any) (*Fault, bool) {
	access, ok := recovered.(interface {
		runtime.Error
		Addr() uintptr
	})
	if !ok || len(mapped) == 0 {
		return nil, false
	}
	from := uintptr(unsafe.Pointer(unsafe.SliceData(mapped)))
	if access.Addr() < from || access.Addr()-from >= uintptr(len(mapped)) {
		return nil, false
	}
	return &Fault{Offset: int64(access.Addr() - from), err: access}, true
}
