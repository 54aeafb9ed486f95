package nn

import (
	"fmt"
	"sync"

	"shelftalk/inference/internal/arch"
	"shelftalk/inference/internal/kernel"
)

// sliceBytes bounds what one worker reads at once.
const sliceBytes = 2 << 20

// piece is a run of a matrix's rows, small enough to be read at once.
type piece struct {
	matrix    *kernel.Matrix
	plan      *matrixPlan
	row, rows int
}

// Load reads the weights with the given number of workers. progress, if set, is told the bytes read so far, from one
// goroutine at a time. A plan is loaded once.
func (p *Plan) Load(workers int, progress func(done, total int64)) (*Weights, error) {
	w := p.weights
	if err := p.readVectors(); err != nil {
		return nil, err
	}
	arena, err := kernel.NewArena(p.matrixBytes)
	if err != nil {
		return nil, err
	}
	w.arena = arena
	err = p.lay(arena)
	if err == nil {
		err = p.fill(p.pieces(), workers, progress)
	}
	if err != nil {
		w.Free()
		return nil, err
	}
	return p.whole(), nil
}

// readVectors reads all that isn't a matrix.
func (p *Plan) readVectors() error {
	w := p.weights
	for _, v := range p.vectors {
		x, err := p.read(v)
		if err != nil {
			return err
		}
		*v.into = x
	}
	for _, divisors := range [][]float32{w.Divisors, w.Short, w.Long} {
		for _, d := range divisors {
			if d <= 0 {
				return fmt.Errorf("rotation divided by %v: %w", d, arch.ErrShape)
			}
		}
	}
	return nil
}

// lay makes the matrices in an arena.
func (p *Plan) lay(arena *kernel.Arena) error {
	p.weights.matrices = nil
	for i := range p.matrices {
		m := &p.matrices[i]
		k, err := arena.Matrix(m.tensor.Type, m.rows, m.cols)
		if err != nil {
			return fmt.Errorf("tensor %q: %w", m.tensor.Name, err)
		}
		p.weights.matrices = append(p.weights.matrices, k)
		*m.into = k
	}
	return nil
}

// whole is the weights when all of them are there.
func (p *Plan) whole() *Weights {
	w := p.weights
	if w.Head == nil && !p.Config.Encoder {
		w.Head = w.Embed
	}
	return w
}

// pieces cuts the matrices.
func (p *Plan) pieces() []piece {
	var pieces []piece
	for i, k := range p.weights.matrices {
		m := &p.matrices[i]
		step := max(16, sliceBytes/m.rowBytes()&^15)
		for row := 0; row < m.rows; row += step {
			pieces = append(pieces, piece{k, m, row, min(step, m.rows-row)})
		}
	}
	return pieces
}

// rowBytes is the size of a row in the file.
func (m *matrixPlan) rowBytes() int { return int(m.tensor.Size) / m.tensor.Rows() }

// fill reads and packs the pieces in parallel. The first failure ends it.
func (p *Plan) fill(pieces []piece, workers int, progress func(done, total int64)) error {
	var (
		mu     sync.Mutex
		next   int
		done   int64
		failed error
		wait   sync.WaitGroup
	)
	take := func(finished int64) (piece, bool) {
		mu.Lock()
		defer mu.Unlock()
		done += finished
		if progress != nil && finished > 0 {
			progress(done, p.Read)
		}
		if failed != nil || next == len(pieces) {
			return piece{}, false
		}
		next++
		return pieces[next-1], true
	}
	for range max(1, workers) {
		wait.Go(func() {
			buf := make([]byte, sliceBytes)
			var n int64
			for {
				piece, ok := take(n)
				if !ok {
					return
				}
				var err error
				if buf, n, err = p.pack(piece, buf); err != nil {
					mu.Lock()
					failed = err
					mu.Unlock()
				}
			}
		})
	}
	wait.Wait()
	return failed
}

// pack reads a piece into buf, grown if need be, and packs it. It returns the bytes read.
func (p *Plan) pack(c piece, buf []byte) ([]byte, int64, error) {
	perRow := int64(c.plan.rowBytes())
	n := perRow * int64(c.rows)
	if int64(len(buf)) < n {
		buf = make([]byte, n)
	}
	if err := p.file.ReadAt(c.plan.tensor, buf[:n], perRow*int64(c.plan.from+c.row)); err != nil {
		return buf, 0, err
	}
	if err := c.matrix.Pack(buf[:n], c.row, c.rows); err != nil {
		return buf, 0, fmt.Errorf("tensor %q: %w", c.plan.tensor.Name, err)
	}
	return buf, n, nil
}
