//go:build unix

package kernel

import "golang.org/x/sys/unix"

const hugePage = 2 << 20

// mapping is memory that the Go heap doesn't know: it neither counts towards the collector's pace nor is ever scanned.
type mapping struct{ bytes, whole []byte }

// mapMemory gets zeroed memory. Large areas begin on a 2 MiB border and ask for huge pages, which spares the walks of page tables.
func mapMemory(size int) (mapping, error) {
	extra := 0
	if size >= hugePage {
		extra = hugePage
	}
	whole, err := unix.Mmap(-1, 0, size+extra, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANON)
	if err != nil {
		return mapping{}, err
	}
	m := mapping{bytes: whole, whole: whole}
	if extra > 0 {
		m.bytes = whole[(hugePage-address(whole)%hugePage)%hugePage:][:size]
		adviseHuge(m.bytes)
	}
	return m, nil
}

func (m *mapping) free() {
	if m.whole != nil {
		_ = unix.Munmap(m.whole)
	}
	*m = mapping{}
}
