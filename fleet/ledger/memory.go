package ledger

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"sync"
	"time"
)

// Memory is a Store that ends with its process: for tests, and for servers that have no folder for data.
// It holds every entry.
type Memory struct {
	now func() time.Time

	mu    sync.Mutex
	log   []Entry             // revision r at r − 1
	last  map[string]Revision // by key
	grown chan struct{}       // closed when the log grows
}

// NewMemory returns an empty Memory; now tells the time for Status.
func NewMemory(now func() time.Time) *Memory {
	return &Memory{now: now, last: map[string]Revision{}, grown: make(chan struct{})}
}

// Append is Store's.
func (m *Memory) Append(ctx context.Context, key string, prev Revision, data []byte) (Revision, error) {
	if err := CheckEntry(key, data); err != nil {
		return 0, err
	}
	if err := ctx.Err(); err != nil {
		return 0, fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if last := m.last[key]; last != prev {
		return 0, fmt.Errorf("%w: %s is at revision %d, not %d", ErrConflict, key, last, prev)
	}
	r := Revision(len(m.log) + 1)
	m.log = append(m.log, Entry{Revision: r, Key: key, Data: slices.Clone(data)})
	m.last[key] = r
	close(m.grown)
	m.grown = make(chan struct{})
	return r, nil
}

// Last is Store's.
func (m *Memory) Last(ctx context.Context, key string) (Entry, bool, error) {
	if err := CheckKey(key); err != nil {
		return Entry{}, false, err
	}
	if err := ctx.Err(); err != nil {
		return Entry{}, false, fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	r, ok := m.last[key]
	if !ok {
		return Entry{}, false, nil
	}
	return m.log[r-1], true, nil
}

// Watch is Store's.
func (m *Memory) Watch(ctx context.Context, from Revision) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		first, at, grown := m.state(from)
		if from > at {
			yield(Event{}, &RewoundError{From: from, Last: at})
			return
		}
		for _, e := range first {
			if ctx.Err() != nil || !yield(Event{Entry: e}, nil) {
				return
			}
		}
		if ctx.Err() != nil || !yield(Event{Whole: true}, nil) {
			return
		}
		for {
			select {
			case <-ctx.Done():
				return
			case <-grown:
			}
			var more []Entry
			for more, grown = m.after(at); len(more) > 0; more = more[1:] {
				if ctx.Err() != nil || !yield(Event{Entry: more[0]}, nil) {
					return
				}
				at = more[0].Revision
			}
		}
	}
}

// state returns the last entry of each key that is after a revision, the revision of the whole log, and
// what is closed when it grows.
func (m *Memory) state(from Revision) (entries []Entry, at Revision, grown <-chan struct{}) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, r := range m.last {
		if r > from {
			entries = append(entries, m.log[r-1])
		}
	}
	slices.SortFunc(entries, func(a, b Entry) int { return int(a.Revision) - int(b.Revision) })
	return entries, Revision(len(m.log)), m.grown
}

// after returns the entries after a revision, and what is closed when there are more.
func (m *Memory) after(r Revision) ([]Entry, <-chan struct{}) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.log[r:len(m.log):len(m.log)], m.grown
}

// Log is Store's.
func (m *Memory) Log(ctx context.Context, from Revision) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		all, _ := m.after(0)
		all = all[min(max(from, 1)-1, Revision(len(all))):]
		for _, e := range all {
			if err := ctx.Err(); err != nil {
				yield(Entry{}, fmt.Errorf("%w: %w", ErrUnavailable, err))
				return
			}
			if !yield(e, nil) {
				return
			}
		}
	}
}

// Status is Store's.
func (m *Memory) Status() Status {
	m.mu.Lock()
	defer m.mu.Unlock()
	return Status{Contact: m.now(), Last: Revision(len(m.log)), Kind: "memory"}
}
