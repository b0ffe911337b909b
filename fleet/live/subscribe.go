package live

import (
	"context"
	"maps"
	"slices"
	"time"
)

// statesAtOnce is how many cars an Update has at most: some 300 kB of records with all their shifts.
const statesAtOnce = 500

// UpdateKind is what an Update is.
type UpdateKind uint8

// Kinds of updates.
const (
	Snapshot    UpdateKind = iota // part of the cars as they are; what was known before the first part counts no more
	SnapshotEnd                   // the snapshot is whole
	Change                        // cars that changed
)

// Update is a step of a Subscription.
type Update struct {
	Kind   UpdateKind
	States []State // as they are now, each car once
	Token  Token   // to go on from after this update; zero while a snapshot is not whole
}

// Subscription tells a reader of cars as they change. It is for one goroutine, and there is nothing to
// close.
type Subscription struct {
	fleet *Fleet
	from  Token
	begun bool
	next  uint64 // mark to read
	done  Token  // what has been told

	rest []string // cars still to be told
	kind UpdateKind
	upTo Token // what has been told once rest is
}

// Subscribe begins after a token: with a snapshot where it is zero, or where this replica no longer has
// all that changed since.
func (f *Fleet) Subscribe(from Token) *Subscription { return &Subscription{fleet: f, from: from} }

// Token returns up to where the reader has been told everything.
func (s *Subscription) Token() Token { return s.done }

// Next waits for the next update. Where ctx ends before there is one it returns ctx's error and nothing
// is lost; ErrSlow ends the subscription.
func (s *Subscription) Next(ctx context.Context) (Update, error) {
	select {
	case <-s.fleet.whole:
	case <-ctx.Done():
		return Update{}, ctx.Err()
	}
	if !s.begun {
		s.begin()
	}
	for {
		if u, ok := s.part(); ok {
			return u, nil
		}
		m, ok, head, grown, err := s.fleet.feed.at(s.next)
		switch {
		case err != nil:
			return Update{}, err
		case ok:
			s.rest, s.kind = s.gather(m), Change
			continue
		}
		s.done = head
		select {
		case <-grown:
		case <-ctx.Done():
			return Update{}, ctx.Err()
		}
	}
}

// begin finds where to go on from, or takes a snapshot.
func (s *Subscription) begin() {
	s.begun = true
	if s.from != (Token{}) {
		if next, ok := s.fleet.feed.after(s.from.Revision); ok {
			_, head := s.fleet.feed.end()
			s.next, s.done = next, s.from
			s.rest, s.kind, s.upTo = s.fleet.bounded(s.from.Time, s.fleet.now()), Change, Token{s.from.Revision, head.Time}
			return
		}
	}
	s.next, s.upTo = s.fleet.feed.end()
	s.kind, s.rest = Snapshot, s.fleet.names()
	if len(s.rest) == 0 {
		s.kind = SnapshotEnd
	}
}

// part returns the next of what is to be told.
func (s *Subscription) part() (Update, bool) {
	if s.kind == SnapshotEnd {
		s.kind, s.done = Change, s.upTo
		return Update{Kind: SnapshotEnd, Token: s.done}, true
	}
	if len(s.rest) == 0 {
		return Update{}, false
	}
	n := min(len(s.rest), statesAtOnce)
	u := Update{Kind: s.kind, States: s.fleet.states(s.rest[:n])}
	if s.rest = s.rest[n:]; len(s.rest) == 0 {
		if s.kind == Snapshot {
			s.kind = SnapshotEnd
		} else {
			s.done = s.upTo
		}
	}
	u.Token = s.done
	return u, true
}

// gather returns the cars of a mark and of those that follow it, each once, and notes what has been told
// with them.
func (s *Subscription) gather(m mark) []string {
	seen := map[string]bool{}
	for ok := true; ok && len(seen) < statesAtOnce; {
		for _, name := range m.cars {
			seen[name] = true
		}
		s.upTo = m.after
		s.next++
		var err error
		if m, ok, _, _, err = s.fleet.feed.at(s.next); err != nil {
			break // the next call says so
		}
	}
	return slices.Sorted(maps.Keys(seen))
}

func (f *Fleet) names() []string {
	f.mu.RLock()
	defer f.mu.RUnlock()
	return slices.Sorted(maps.Keys(f.held))
}

// bounded returns the cars that time alone may have changed between two moments.
func (f *Fleet) bounded(from, to time.Time) (names []string) {
	if to.Before(from) {
		from, to = to, from
	}
	f.mu.RLock()
	defer f.mu.RUnlock()
	for name, c := range f.held {
		if b := c.Record.Boundary(from); !b.IsZero() && !b.After(to) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// states returns what is known of cars, apart from those whose entry cannot be read.
func (f *Fleet) states(names []string) []State {
	f.mu.RLock()
	defer f.mu.RUnlock()
	all := make([]State, 0, len(names))
	for _, name := range names {
		if c := f.held[name]; c != nil && c.fault == nil {
			all = append(all, c.State)
		}
	}
	return all
}
