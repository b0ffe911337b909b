package jetstream

import (
	"context"
	"fmt"
	"hash/maphash"
	"iter"
	"time"

	"github.com/nearside-ems/nearside/fleet/ledger"
)

// Watch is ledger.Store's.
func (s *Store) Watch(ctx context.Context, from ledger.Revision) iter.Seq2[ledger.Event, error] {
	return func(yield func(ledger.Event, error) bool) {
		if ctx.Err() != nil {
			return
		}
		if err := s.notRewound(ctx, from); err != nil {
			yield(ledger.Event{}, err)
			return
		}
		r := &reader{store: s, at: from, latest: from == 0}
		r.where.Store(uint64(from))
		defer r.stop()
		if s.state(ctx, r, yield) {
			s.follow(ctx, r, yield)
		}
	}
}

// state yields what there is, then that it was all; it tells whether to go on.
func (s *Store) state(ctx context.Context, r *reader, yield func(ledger.Event, error) bool) bool {
	for !r.open(ctx) {
		if ctx.Err() != nil {
			return false
		}
		rest(ctx)
	}
	// A server leaves out an entry that it cannot read, and says nothing: keys are counted.
	seed, seen := maphash.MakeSeed(), map[uint64]struct{}{}
	for r.at < r.until {
		if !one(ctx, r, func(e ledger.Event, err error) bool {
			if r.latest {
				seen[maphash.String(seed, e.Key)] = struct{}{}
			}
			return yield(e, err)
		}) {
			return false
		}
	}
	if read := uint64(len(seen)); r.latest && read < r.keys {
		yield(ledger.Event{}, fmt.Errorf("%w: of %d keys the entries of %d cannot be read", ledger.ErrBroken, r.keys, r.keys-read))
		return false
	}
	return ctx.Err() == nil && yield(ledger.Event{Whole: true}, nil)
}

// follow yields entries as they come.
func (s *Store) follow(ctx context.Context, r *reader, yield func(ledger.Event, error) bool) {
	for one(ctx, r, yield) {
	}
}

// one yields the next entry; it tells whether to go on.
func one(ctx context.Context, r *reader, yield func(ledger.Event, error) bool) bool {
	e, err := r.next(ctx)
	if ctx.Err() != nil {
		return false
	}
	return yield(ledger.Event{Entry: e}, err) && err == nil
}

// notRewound waits until a server answers, and returns an error where the log ends before a revision, and
// still does after a while: a new leader of a cluster may have to catch up.
func (s *Store) notRewound(ctx context.Context, from ledger.Revision) error {
	if from == 0 {
		return nil
	}
	for deadline := time.Now().Add(s.settings.Patience); ctx.Err() == nil; {
		end, _, err := s.head(ctx)
		answered := err == nil
		if answered && end >= from {
			break
		}
		if answered && (s.node != nil || time.Now().After(deadline)) {
			return &ledger.RewoundError{From: from, Last: end}
		}
		rest(ctx)
	}
	return nil
}
