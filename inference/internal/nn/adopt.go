package nn

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"runtime/debug"

	"shelftalk/inference/internal/kernel"
)

// ErrPacked means packed weights that aren't those of the plan's file.
var ErrPacked = errors.New("the packed weights aren't this model's")

// PackedBytes is the length of what Adopt takes.
func (p *Plan) PackedBytes() int64 { return p.matrixBytes }

// Digest tells plans apart whose packed weights have different layouts: by every matrix with its name, type, place and
// order, and by the kernel's version. It says nothing of the weights themselves.
func (p *Plan) Digest() [sha256.Size]byte {
	h := sha256.New()
	number := func(n int) { writeNumber(h, n) }
	number(kernel.LayoutVersion)
	for _, m := range p.matrices {
		number(len(m.tensor.Name))
		h.Write([]byte(m.tensor.Name))
		for _, n := range []int{int(m.tensor.Type), m.tensor.Rows(), m.from, m.rows, m.cols} {
			number(n)
		}
	}
	return [sha256.Size]byte(h.Sum(nil))
}

func writeNumber(h hash.Hash, n int) {
	var b [8]byte
	binary.LittleEndian.PutUint64(b[:], uint64(n))
	h.Write(b[:])
}

// Adopt is Load, but for the matrices: they are in packed already, which Weights.Packed gave for a plan of the same Digest,
// and which may be a mapped file. The bytes stay the caller's and must outlive the weights. A few panels are packed anew
// and compared; ErrPacked means that they differ, or can't be read. Then the plan can still be loaded.
func (p *Plan) Adopt(packed []byte) (*Weights, error) {
	w := p.weights
	if int64(len(packed)) != p.matrixBytes {
		return nil, fmt.Errorf("%w: %d bytes instead of %d", ErrPacked, len(packed), p.matrixBytes)
	}
	if err := p.readVectors(); err != nil {
		return nil, err
	}
	w.arena = kernel.ArenaOf(packed)
	if err := p.lay(w.arena); err != nil {
		return nil, err
	}
	if err := p.prove(packed); err != nil {
		return nil, err
	}
	w.mapped = packed
	return p.whole(), nil
}

// proofs is about how many panels are compared.
const proofs = 24

// prove compares a panel of some matrices with the file, at places spread over all of it.
func (p *Plan) prove(packed []byte) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if r := recover(); r != nil {
			f, ok := faultIn(packed, r)
			if !ok {
				panic(r)
			}
			err = fmt.Errorf("%w: %w", ErrPacked, f)
		}
	}()
	step := max(1, len(p.matrices)/proofs)
	var src []byte
	for i := 0; i < len(p.matrices); i += step {
		m, k := &p.matrices[i], p.weights.matrices[i]
		row := int(uint64(i)*2654435761>>4%uint64(k.Panels())) * panelRows
		rows := min(panelRows, m.rows-row)
		size := m.rowBytes()
		src = append(src[:0], make([]byte, rows*size)...)
		if err := p.file.ReadAt(m.tensor, src, int64(size)*int64(m.from+row)); err != nil {
			return err
		}
		if !k.Holds(src, row, rows) {
			return fmt.Errorf("%w: tensor %q differs", ErrPacked, m.tensor.Name)
		}
	}
	return nil
}
