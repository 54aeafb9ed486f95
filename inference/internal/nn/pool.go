package nn

import (
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"

	"shelftalk/inference/internal/kernel"
)

// Spinning costs the machine; parking costs tens of microseconds on waking, more in a virtual machine, and while it wakes the
// others wait at the next barrier. A unit of a large pass takes a few hundred microseconds, so a worker spins for half a
// millisecond before it parks.
const (
	spins      = 12000
	spinsAlone = 60 // with more workers than processors
)

// pool is a fixed set of goroutines that run the same function together, with barriers inside it.
type pool struct {
	workers int
	spins   int

	_       [128]byte
	arrived atomic.Int32
	_       [128]byte
	turn    atomic.Uint32 // counts barriers passed
	broken  atomic.Bool   // the run ends with fault: barriers let nobody pass
	_       [128]byte
	counter atomic.Int32 // units of work handed out in this phase
	_       [128]byte
	taken   []taken // panels handed out in this phase, of each worker's share
	sleep   sleepers

	start  atomic.Uint32 // counts runs
	_      [128]byte
	rest   sleepers      // workers between runs
	ended  atomic.Int32  // workers that are through with the run
	over   atomic.Uint32 // counts runs that have ended
	work   func(worker int)
	mapped []byte // memory that the system may refuse to read
	fault  atomic.Pointer[Fault]
	closed bool
	gone   sync.WaitGroup
}

// taken counts panels that are gone from a worker's share: in the upper half those from its beginning, which it took itself, in
// the lower half those from its end, which others took.
type taken struct {
	atomic.Uint64
	_ [120]byte
}

// sleepers is where workers park.
type sleepers struct {
	mu   sync.Mutex
	cond *sync.Cond
	n    atomic.Int32
}

func newPool(workers int, mapped []byte) *pool {
	p := &pool{workers: workers, spins: spins, mapped: mapped, taken: make([]taken, workers)}
	if workers > runtime.GOMAXPROCS(0) {
		p.spins = spinsAlone
	}
	p.sleep.cond = sync.NewCond(&p.sleep.mu)
	p.rest.cond = sync.NewCond(&p.rest.mu)
	for i := 1; i < workers; i++ {
		p.gone.Go(func() { p.serve(i) })
	}
	return p
}

// close ends the workers. No run may be under way.
func (p *pool) close() {
	p.closed = true
	p.begin()
	p.gone.Wait()
}

// run calls work once per worker, in parallel, and returns when all have returned. The caller is worker 0. It panics with a
// *Fault where the system refused to read mapped memory.
func (p *pool) run(work func(worker int)) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	p.work = work
	p.reset()
	p.begin()
	p.take(0)
	p.leave()
	if f := p.fault.Swap(nil); f != nil {
		panic(f)
	}
}

func nothing() {}

// reset begins a phase: nothing has been handed out.
func (p *pool) reset() {
	p.counter.Store(0)
	for i := range p.taken {
		p.taken[i].Store(0)
	}
}

func (p *pool) begin() {
	p.start.Add(1)
	p.rest.wake()
}

func (p *pool) serve(worker int) {
	debug.SetPanicOnFault(true)
	var seen uint32
	for {
		p.rest.wait(&p.start, seen, p.spins)
		seen++
		if p.closed {
			return
		}
		p.take(worker)
		p.leave()
	}
}

// take is a worker's part of a run.
func (p *pool) take(worker int) {
	defer p.catch()
	p.work(worker)
}

// fallen is the panic that takes a worker out of a run that another one's fault has broken.
type fallen struct{}

// catch ends the run for all workers where one of them met a fault. Other panics go on.
func (p *pool) catch() {
	r := recover()
	if r == nil || r == (fallen{}) {
		return
	}
	f, ok := faultIn(p.mapped, r)
	if !ok {
		panic(r)
	}
	p.fault.CompareAndSwap(nil, f)
	p.broken.Store(true)
	p.turn.Add(1)
	p.sleep.wake()
}

// leave waits for all workers at the end of a run, however each of them came to it.
func (p *pool) leave() {
	over := p.over.Load()
	if int(p.ended.Add(1)) == p.workers {
		p.ended.Store(0)
		p.arrived.Store(0)
		p.broken.Store(false)
		p.over.Add(1)
		p.sleep.wake()
		return
	}
	p.sleep.wait(&p.over, over, p.spins)
}

// arrive waits for all workers. The last one to come calls last, while the others wait, and resets the counter. In a broken
// run it doesn't return.
func (p *pool) arrive(last func()) {
	turn := p.turn.Load()
	p.stand()
	if int(p.arrived.Add(1)) == p.workers {
		last()
		p.reset()
		p.arrived.Store(0)
		p.turn.Add(1)
		p.sleep.wake()
		return
	}
	p.sleep.wait(&p.turn, turn, p.spins)
	p.stand()
}

// stand ends the worker's part of a broken run.
func (p *pool) stand() {
	if p.broken.Load() {
		panic(fallen{})
	}
}

// taper hands out n panels in runs of up to maxGrain. A worker takes from the beginning of its own share, so that what comes
// next lies behind and can be fetched meanwhile; when that is gone, from the ends of the others'. Runs shrink towards the end of
// a share, so that all workers end together. They are of pairs of panels: blocks of columns where these are quantised, and
// what the kernels multiply at once.
func (p *pool) taper(worker, n int) (from, to int, ok bool) {
	if from, to, ok = p.takeFirst(worker, n); ok {
		return from, to, true
	}
	for i := 1; i < p.workers; i++ {
		if from, to, ok = p.takeLast((worker+i)%p.workers, n); ok {
			return from, to, true
		}
	}
	return 0, 0, false
}

// takeFirst takes a run from the beginning of a worker's share of n panels.
func (p *pool) takeFirst(worker, n int) (from, to int, ok bool) {
	for {
		v := p.taken[worker].Load()
		from, to = p.left(worker, n, v)
		if from >= to {
			return 0, 0, false
		}
		to = min(to, from+grain(to-from))
		if p.taken[worker].CompareAndSwap(v, v+uint64(to-from)<<32) {
			return from, to, true
		}
	}
}

// takeLast takes a run from the end of a worker's share of n panels.
func (p *pool) takeLast(worker, n int) (from, to int, ok bool) {
	for {
		v := p.taken[worker].Load()
		from, to = p.left(worker, n, v)
		if from >= to {
			return 0, 0, false
		}
		from = max(from, (to-grain(to-from)+1)&^1)
		if p.taken[worker].CompareAndSwap(v, v+uint64(to-from)) {
			return from, to, true
		}
	}
}

// left is what is left of a worker's share of n panels.
func (p *pool) left(worker, n int, taken uint64) (from, to int) {
	from, to = n*worker/p.workers&^1, n
	if worker+1 < p.workers {
		to = n * (worker + 1) / p.workers &^ 1
	}
	return from + int(taken>>32), to - int(uint32(taken))
}

// grain is the length of the next run when so many panels are left of a share.
func grain(left int) int { return max(2, min(maxGrain, left/2)&^1) }

// next hands out n units one by one; false when there are none left.
func (p *pool) next(n int) (unit int, ok bool) {
	unit = int(p.counter.Add(1)) - 1
	return unit, unit < n
}

// wait returns when *v is no longer old: it spins, then parks.
func (s *sleepers) wait(v *atomic.Uint32, old uint32, spins int) {
	for i := range spins {
		if v.Load() != old {
			return
		}
		if i%64 == 63 {
			runtime.Gosched()
		}
		kernel.Pause()
	}
	s.n.Add(1)
	s.mu.Lock()
	for v.Load() == old {
		s.cond.Wait()
	}
	s.mu.Unlock()
	s.n.Add(-1)
}

// wake wakes all who parked. The value they wait for has changed.
func (s *sleepers) wake() {
	if s.n.Load() == 0 {
		return
	}
	s.mu.Lock()
	s.cond.Broadcast()
	s.mu.Unlock()
}
