package kernel

import (
	"fmt"
	"math"

	"shelftalk/inference/internal/quant"
)

// Arena is the memory of many matrices in one piece: large enough for huge pages even where each matrix is small.
type Arena struct {
	memory mapping
	all    []byte // what matrices lie in
	free   []byte // the rest of it
}

// arenaAlign is the border that matrices begin on.
const arenaAlign = 128

// ArenaBytes is what a matrix of size bytes takes of an arena.
func ArenaBytes(size int64) int64 { return (size + arenaAlign - 1) / arenaAlign * arenaAlign }

// NewArena gets memory for matrices of size bytes together, each counted by ArenaBytes. It lies outside the Go heap until
// Free, and is only taken from the system where it is touched.
func NewArena(size int64) (*Arena, error) {
	if size <= 0 || size > math.MaxInt/2 {
		return nil, fmt.Errorf("%w: %d bytes", ErrMemory, size)
	}
	memory, err := mapMemory(int(size))
	if err != nil {
		return nil, fmt.Errorf("%w: %d bytes: %w", ErrMemory, size, err)
	}
	all := memory.bytes[:size:size]
	return &Arena{memory: memory, all: all, free: all}, nil
}

// ArenaOf is an arena over the Bytes of another one, kept since: matrices of the same types and shapes, made in the same order,
// hold the same weights and need no Pack. The bytes stay the caller's, and begin on a border of a page. They are only read.
func ArenaOf(packed []byte) *Arena { return &Arena{all: packed, free: packed} }

// Bytes is the memory of all matrices. What it looks like depends on LayoutVersion alone.
func (a *Arena) Bytes() []byte { return a.all }

// Matrix is NewMatrix in the arena. It needs no Free of its own.
func (a *Arena) Matrix(t quant.Type, rows, cols int) (*Matrix, error) {
	m, size, err := shape(t, rows, cols)
	if err != nil {
		return nil, err
	}
	step := ArenaBytes(size)
	if step > int64(len(a.free)) {
		return nil, fmt.Errorf("%w: %d bytes of an arena that has %d", ErrMemory, size, len(a.free))
	}
	m.data, a.free = a.free[:size:size], a.free[step:]
	return m, nil
}

// Free gives the memory back. The matrices and everything that uses them must be done.
func (a *Arena) Free() {
	a.all, a.free = nil, nil
	a.memory.free()
}
