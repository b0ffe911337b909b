package live

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/nearside-ems/nearside/fleet"
	"github.com/nearside-ems/nearside/fleet/ledger"
)

const (
	takenAtOnce = 512         // entries while everything is read
	lookEvery   = time.Second // at the clock, which may have been set
)

// Run follows the ledger and the clock until ctx ends, and then returns nil. Another error is one that
// will not pass, such as a ledger that has lost its end: what is known stays as it is, and Status tells.
// It is called once.
func (f *Fleet) Run(ctx context.Context) error {
	ctx, stop := context.WithCancel(ctx)
	var beside sync.WaitGroup
	beside.Go(func() { f.keepTime(ctx) })
	beside.Go(func() { f.timeOut(ctx) })
	defer beside.Wait()
	defer stop()
	err := f.follow(ctx)
	if ctx.Err() != nil {
		return nil
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.ended = err
	return err
}

var errWatchEnded = errors.New("the ledger's watch ended by itself")

// follow takes entries as the ledger yields them.
func (f *Fleet) follow(ctx context.Context) error {
	var some []ledger.Entry
	whole := false
	for event, err := range f.store.Watch(ctx, 0) {
		if err != nil {
			return err
		}
		if !event.Whole {
			some = append(some, event.Entry)
		}
		if !event.Whole && !whole && len(some) < takenAtOnce {
			continue
		}
		f.take(some...)
		if whole {
			f.tell(some)
		}
		some = some[:0]
		if event.Whole && !whole {
			whole = true
			f.begin()
		}
	}
	return errWatchEnded
}

// begin lets callers in.
func (f *Fleet) begin() {
	f.mu.Lock()
	f.told = f.head.Revision // nothing was written here before
	head := f.told
	f.mu.Unlock()
	f.feed.begin(Token{head, f.now()})
	close(f.whole)
}

// tell lets subscribers know of entries, which follow on those before.
func (f *Fleet) tell(entries []ledger.Entry) {
	for _, e := range entries {
		f.mu.Lock()
		f.told = max(f.told, e.Revision)
		f.mu.Unlock()
		if strings.HasPrefix(e.Key, carPrefix) {
			f.feed.add(e.Revision, e.Key)
		} else {
			f.feed.add(e.Revision)
		}
	}
}

// keepTime changes cars when their shifts begin and end.
func (f *Fleet) keepTime(ctx context.Context) {
	if !f.begun(ctx) {
		return
	}
	last := time.Time{}
	for ctx.Err() == nil {
		last = f.pass(last)
		sleep(ctx, f.untilBoundary(last))
	}
}

// begun waits until the fleet is whole; false: ctx ended before.
func (f *Fleet) begun(ctx context.Context) bool {
	select {
	case <-f.whole:
		return true
	case <-ctx.Done():
		return false
	}
}

// untilBoundary returns how long to wait for the next boundary, at most lookEvery.
func (f *Fleet) untilBoundary(now time.Time) time.Duration {
	f.mu.RLock()
	defer f.mu.RUnlock()
	if f.boundary.IsZero() {
		return lookEvery
	}
	return min(max(f.boundary.Sub(now), time.Millisecond), lookEvery)
}

// pass looks at the clock, which said last the time before, and returns what it says now. Cars are
// looked at where a boundary has passed or the clock was set back.
func (f *Fleet) pass(last time.Time) time.Time {
	now := f.now()
	f.taking.Lock()
	defer f.taking.Unlock()
	f.mu.Lock()
	due := now.Before(last) || last.IsZero() || !f.boundary.IsZero() && !now.Before(f.boundary)
	var records []fleet.Kept
	var names []string
	if due {
		records, names = f.changedByTime(now)
	}
	f.mu.Unlock()
	if len(records) > 0 {
		f.cars.Keep(now, records)
	}
	f.feed.tick(now, names)
	return now
}

// changedByTime returns what became of cars since they were last looked at, and sets the next boundary.
// The caller holds mu.
func (f *Fleet) changedByTime(now time.Time) (records []fleet.Kept, names []string) {
	f.boundary = time.Time{}
	for name, c := range f.held {
		f.boundAt(c.Record.Boundary(now))
		k := c.State.kept(now)
		if sameByTime(&k, &c.kept) {
			continue
		}
		next := *c
		next.kept = k
		f.held[name] = &next
		records, names = append(records, k), append(names, name)
	}
	return records, names
}

// sleep waits, and tells whether it did so to the end.
func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}
