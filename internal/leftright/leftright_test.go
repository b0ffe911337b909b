package leftright

import (
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"
	"pgregory.net/rapid"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// book is a structure whose pages all show the number of the last change.
type book struct{ page [40]int }

func (b *book) write() {
	for i := range b.page {
		b.page[i]++
	}
}

// TestReadsAreLinear lets readers race with writers. A read must not see half a change, nothing older
// than what any read or write that ended before it began has shown, and nothing that has not begun.
func TestReadsAreLinear(t *testing.T) {
	const writers, changes = 3, 500
	p := New(new(book), new(book))
	var begun, shown atomic.Int64 // changes begun, and the highest known to be visible
	var writing, reading sync.WaitGroup
	for range writers {
		writing.Go(func() {
			for range changes {
				first, number := true, 0
				p.Write(func(b *book) {
					if first {
						begun.Add(1)
						first = false
					}
					b.write()
					number = b.page[0]
				})
				raise(&shown, int64(number))
			}
		})
	}
	var done atomic.Bool
	for range 2 * stripes / 8 {
		reading.Go(func() {
			r := p.Reader()
			for !done.Load() {
				least := shown.Load()
				var now book
				r.Read(func(b *book) { now = *b })
				most, number := begun.Load(), int64(now.page[0])
				if slices.ContainsFunc(now.page[:], func(n int) bool { return n != now.page[0] }) {
					t.Errorf("half a change: %v", now.page)
				}
				if number < least || number > most {
					t.Errorf("read change %d where %d had been seen and %d begun", number, least, most)
				}
				raise(&shown, number)
				runtime.Gosched() // and not inside, where the writers would wait for its next turn
			}
		})
	}
	writing.Wait()
	done.Store(true)
	reading.Wait()
	if n := *p.copies[0]; n != *p.copies[1] || n.page[0] != writers*changes {
		t.Errorf("the copies show changes %d and %d, want %d", n.page[0], p.copies[1].page[0], writers*changes)
	}
}

func raise(high *atomic.Int64, to int64) {
	for {
		was := high.Load()
		if to <= was || high.CompareAndSwap(was, to) {
			return
		}
	}
}

// TestWriterWaitsForReaders: as long as a reader is inside, the copy that it reads does not change.
func TestWriterWaitsForReaders(t *testing.T) {
	p, entered, leave := New(new(book), new(book)), make(chan int), make(chan bool)
	var all sync.WaitGroup
	all.Go(func() {
		p.Reader().Read(func(b *book) {
			entered <- b.page[0]
			<-leave
			if b.page[0] != 0 {
				t.Errorf("the reader's copy changed to %d", b.page[0])
			}
		})
	})
	<-entered
	var written atomic.Bool
	all.Go(func() {
		p.Write((*book).write)
		written.Store(true)
	})
	for seen, r := 0, p.Reader(); seen == 0; runtime.Gosched() { // others see the change meanwhile
		r.Read(func(b *book) { seen = b.page[0] })
	}
	time.Sleep(5 * time.Millisecond)
	if written.Load() {
		t.Error("the writer did not wait")
	}
	close(leave)
	all.Wait()
}

// TestWriterWaitsForAReaderOfAnEarlierTurn plays a reader who looks which turn it is, falls asleep while
// a change is made, and only then counts itself in.
func TestWriterWaitsForAReaderOfAnEarlierTurn(t *testing.T) {
	p := New(new(book), new(book))
	turn := p.turn.Load()
	p.Write((*book).write)
	inside := &p.stripe[0].inside[turn]
	inside.Add(1)
	reads := p.copies[p.front.Load()]
	written := make(chan struct{})
	go func() { p.Write((*book).write); close(written) }()
	select {
	case <-written:
		t.Error("the writer did not wait")
	case <-time.After(5 * time.Millisecond):
	}
	if reads.page[0] != 1 {
		t.Errorf("the reader's copy shows change %d, want 1", reads.page[0])
	}
	inside.Add(-1)
	<-written
}

// TestReaderLeavesWhenItPanics: the writer would wait for ever.
func TestReaderLeavesWhenItPanics(t *testing.T) {
	p := New(new(book), new(book))
	func() {
		defer func() { _ = recover() }()
		p.Reader().Read(func(*book) { panic("in a read") })
	}()
	p.Write((*book).write)
}

// TestPairEqualsOneCopy applies random changes to a pair and to a plain map.
func TestPairEqualsOneCopy(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, want := New(&map[int]int{}, &map[int]int{}), map[int]int{}
		r := p.Reader()
		for range rapid.IntRange(0, 20).Draw(t, "changes") {
			k, v := rapid.IntRange(0, 3).Draw(t, "key"), rapid.Int().Draw(t, "value")
			want[k] = v
			p.Write(func(m *map[int]int) { (*m)[k] = v })
			r.Read(func(m *map[int]int) {
				if len(*m) != len(want) || (*m)[k] != v {
					t.Fatalf("%v, want %v", *m, want)
				}
			})
		}
	})
}

func TestReadDoesNotAllocate(t *testing.T) {
	p, sum := New(new(book), new(book)), 0
	r := p.Reader()
	if n := testing.AllocsPerRun(100, func() { r.Read(func(b *book) { sum += b.page[0] }) }); n != 0 {
		t.Errorf("a read allocates %g times", n)
	}
}

// BenchmarkRead shows what readers pay, beside a mutex for readers in the same run.
func BenchmarkRead(b *testing.B) {
	b.Run("pair", func(b *testing.B) {
		r, sum := New(new(book), new(book)).Reader(), 0
		for b.Loop() {
			r.Read(func(b *book) { sum += b.page[0] })
		}
	})
	b.Run("mutex", func(b *testing.B) {
		var mu sync.RWMutex
		page, sum := new(book), 0
		for b.Loop() {
			mu.RLock()
			sum += page.page[0]
			mu.RUnlock()
		}
	})
	b.Run("pair=shared", func(b *testing.B) {
		p := New(new(book), new(book))
		b.RunParallel(func(pb *testing.PB) {
			r, sum := p.Reader(), 0
			for pb.Next() {
				r.Read(func(b *book) { sum += b.page[0] })
			}
		})
	})
	b.Run("mutex=shared", func(b *testing.B) {
		var mu sync.RWMutex
		page := new(book)
		b.RunParallel(func(pb *testing.PB) {
			sum := 0
			for pb.Next() {
				mu.RLock()
				sum += page.page[0]
				mu.RUnlock()
			}
		})
	})
}

func BenchmarkWrite(b *testing.B) {
	p := New(new(book), new(book))
	for b.Loop() {
		p.Write((*book).write)
	}
}
