package inference

import (
	"encoding/binary"
	"unsafe"

	"golang.org/x/sys/windows"
)

// fastCores is the number of cores of the fastest kind; 0 where the system doesn't tell.
func fastCores() int {
	const relationProcessorCore = 0
	call := windows.NewLazySystemDLL("kernel32.dll").NewProc("GetLogicalProcessorInformationEx")
	var size uint32
	_, _, _ = call.Call(relationProcessorCore, 0, uintptr(unsafe.Pointer(&size))) // fails, and says how much room it needs
	if size == 0 || size > 1<<20 {
		return 0
	}
	list := make([]byte, size)
	if ok, _, _ := call.Call(relationProcessorCore, uintptr(unsafe.Pointer(&list[0])), uintptr(unsafe.Pointer(&size))); ok == 0 {
		return 0
	}
	return coresOf(list[:min(int(size), len(list))])
}

// coresOf counts the cores of the highest efficiency class in a list of SYSTEM_LOGICAL_PROCESSOR_INFORMATION_EX. Such a record
// begins with its relation and its size, of four bytes each, a flags byte and the class.
func coresOf(list []byte) int {
	var cores [256]int
	fastest := 0
	for len(list) >= 10 {
		size := int(binary.LittleEndian.Uint32(list[4:]))
		if size < 10 || size > len(list) {
			break
		}
		class := int(list[9])
		cores[class]++
		fastest = max(fastest, class)
		list = list[size:]
	}
	return cores[fastest]
}
