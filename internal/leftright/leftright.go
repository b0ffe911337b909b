package leftright

import (
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// Pair is two copies of a structure. Make it with New.
type Pair[T any] struct {
	write  sync.Mutex // held by the one writer
	copies [2]*T
	front  atomic.Uint32 // the copy that readers who arrive read
	turn   atomic.Uint32 // the counter in which readers who arrive are counted
	made   atomic.Uint32 // readers, so that each next one has another stripe
	stripe [stripes]stripe
}

// stripes is how many processors can count readers without taking each other's cache lines.
const stripes = 16

// stripe counts the readers inside by the turn in which they came, alone on its cache lines: 128 bytes,
// because processors fetch lines in pairs.
type stripe struct {
	inside [2]atomic.Int32
	_      [120]byte
}

// New returns a pair of two copies, which must be alike and belong to the pair from now on.
func New[T any](left, right *T) *Pair[T] { return &Pair[T]{copies: [2]*T{left, right}} }

// Write makes a change: f is called once with each copy, must do the same to both, and must not panic,
// read the pair or write to it. Readers who arrive after Write has returned see the change; all see the
// whole of it or nothing. Writers wait for each other and for readers who are inside.
func (p *Pair[T]) Write(f func(*T)) {
	p.write.Lock()
	defer p.write.Unlock()
	front := p.front.Load()
	f(p.copies[1-front])
	p.front.Store(1 - front)
	// A reader counts itself in before it looks where the front is, so one who still reads the old
	// front may be counted in either turn. New readers must not keep the writer waiting: each turn is
	// waited for while they count in the other.
	turn := p.turn.Load()
	p.await(1 - turn)
	p.turn.Store(1 - turn)
	p.await(turn)
	f(p.copies[front])
}

// await returns when no reader is inside who came in a turn.
func (p *Pair[T]) await(turn uint32) {
	for i := range p.stripe {
		for try := 0; p.stripe[i].inside[turn].Load() != 0; try++ {
			if try < 100 {
				runtime.Gosched()
			} else {
				time.Sleep(50 * time.Microsecond) // its processor may have gone to others for long
			}
		}
	}
}

// Reader reads a pair. Each goroutine should have its own; sharing one is safe but slower.
type Reader[T any] struct {
	pair   *Pair[T]
	stripe *stripe
}

// Reader returns a new reader.
func (p *Pair[T]) Reader() *Reader[T] {
	return &Reader[T]{pair: p, stripe: &p.stripe[(p.made.Add(1)-1)%stripes]}
}

// Read calls f with the structure as it is. f must not change it, and what it returns later must not
// point into it. It never waits; the writer waits for it, so f should be short.
func (r *Reader[T]) Read(f func(*T)) {
	inside := &r.stripe.inside[r.pair.turn.Load()]
	inside.Add(1)
	defer inside.Add(-1)
	f(r.pair.copies[r.pair.front.Load()])
}
