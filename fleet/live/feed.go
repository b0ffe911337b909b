package live

import (
	"sort"
	"sync"
	"time"

	"github.com/nearside-ems/nearside/fleet/ledger"
)

// feedMarks is how many changes a subscriber may be behind: at one change a car and minute, ten thousand
// cars fill it in a hundred seconds.
const feedMarks = 1 << 14

// feed remembers which cars changed last, in the order of revisions. It is one ring that all subscribers
// read, so that nobody waits for a reader.
type feed struct {
	mu    sync.Mutex
	ring  []mark
	next  uint64          // marks so far; mark i is at i % len(ring)
	floor ledger.Revision // every change after it is in the ring
	head  Token           // everything up to it is in the ring, or was
	grown chan struct{}   // closed when the feed grows
}

// mark is that cars changed.
type mark struct {
	after Token // what has been told once this is
	cars  []string
}

func newFeed(marks int) *feed { return &feed{ring: make([]mark, marks), grown: make(chan struct{})} }

// begin says from where on the feed has everything.
func (f *feed) begin(at Token) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.floor, f.head = at.Revision, at
}

// add notes an entry about cars, or about none.
func (f *feed) add(r ledger.Revision, cars ...string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.head.Revision = max(f.head.Revision, r)
	f.mark(cars)
}

// tick notes that it is now, and that cars changed by it.
func (f *feed) tick(now time.Time, cars []string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.head.Time = now
	f.mark(cars)
}

func (f *feed) mark(cars []string) {
	if len(cars) == 0 {
		return
	}
	at := &f.ring[f.next%uint64(len(f.ring))]
	if f.next >= uint64(len(f.ring)) {
		f.floor = at.after.Revision
	}
	*at = mark{f.head, cars}
	f.next++
	close(f.grown)
	f.grown = make(chan struct{})
}

// oldest returns the first mark that is still in the ring. The caller holds mu.
func (f *feed) oldest() uint64 { return f.next - min(f.next, uint64(len(f.ring))) }

// after returns the first mark after a revision; ok is false where some of them are gone, or the
// revision is not one that this replica knows.
func (f *feed) after(r ledger.Revision) (first uint64, ok bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if r < f.floor || r > f.head.Revision {
		return 0, false
	}
	oldest := f.oldest()
	n := sort.Search(int(f.next-oldest), func(i int) bool { return f.ring[(oldest+uint64(i))%uint64(len(f.ring))].after.Revision > r })
	return oldest + uint64(n), true
}

// end returns the place after the last mark, and what has been told there.
func (f *feed) end() (next uint64, head Token) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.next, f.head
}

// at returns a mark. Where there is none yet, ok is false, head is what has been told, and grown is
// closed when there is one. The error is ErrSlow.
func (f *feed) at(i uint64) (m mark, ok bool, head Token, grown <-chan struct{}, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case i < f.oldest():
		return mark{}, false, Token{}, nil, ErrSlow
	case i == f.next:
		return mark{}, false, f.head, f.grown, nil
	}
	return f.ring[i%uint64(len(f.ring))], true, Token{}, nil, nil
}
