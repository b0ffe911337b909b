package live

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nearside-ems/nearside/fleet/ledger"
	"github.com/nearside-ems/nearside/internal/span"
)

// write seals a body and appends it on top of the entry of its key that it was decided on, whose
// revision and data are prev and before. It returns once the entry is on disk and readers here see it.
// The error wraps ledger.ErrConflict, ErrUnavailable, ErrUnknown or ErrInvalid.
func (f *Fleet) write(ctx context.Context, key string, prev ledger.Revision, before []byte, actor, kind string, body []byte) (ledger.Entry, error) {
	f.mu.RLock()
	seen := f.head
	f.mu.RUnlock()
	data, err := ledger.Seal(ledger.Envelope{
		Key: key, Time: f.now().Round(0), Actor: actor, Kind: kind, Prev: ledger.Hash(before), Seen: seen, Body: body,
	})
	if err != nil {
		return ledger.Entry{}, err
	}
	e := ledger.Entry{Key: key, Data: data}
	e.Revision, err = f.store.Append(ctx, key, prev, data)
	if errors.Is(err, ledger.ErrUnknown) {
		e.Revision, err = f.settle(ctx, e, prev, seen.Revision, err)
	}
	if err != nil {
		return ledger.Entry{}, err
	}
	_, step := span.Begin(ctx, "apply")
	defer step.End()
	f.take(e)
	return e, nil
}

// settle finds out what became of an entry, by writing the very same one again on top of the same
// revision: of the two the ledger takes one at most. Where it takes neither, something stands on that
// revision already, and the log after seen, which the entry can only come after, tells what.
func (f *Fleet) settle(ctx context.Context, e ledger.Entry, prev, seen ledger.Revision, why error) (ledger.Revision, error) {
	ctx, cancel := context.WithTimeout(ctx, settleFor)
	defer cancel()
	for wait := 5 * time.Millisecond; sleep(ctx, wait); wait = min(2*wait, 200*time.Millisecond) {
		r, err := f.store.Append(ctx, e.Key, prev, e.Data)
		if err == nil {
			return r, nil
		}
		if !errors.Is(err, ledger.ErrConflict) {
			continue
		}
		on, found := f.onTop(ctx, e.Key, prev, seen)
		switch {
		case found && bytes.Equal(on.Data, e.Data):
			return on.Revision, nil
		case found:
			return 0, err
		}
	}
	return 0, fmt.Errorf("%s: %w; send it again with the same request_id", e.Key, why)
}

// onTop returns the entry of a key that stands on a revision of it; found is false where that could not
// be read.
func (f *Fleet) onTop(ctx context.Context, key string, prev, seen ledger.Revision) (e ledger.Entry, found bool) {
	for e, err := range f.store.Log(ctx, seen+1) {
		if err != nil {
			break
		}
		if e.Key == key && e.Revision > prev {
			return e, true
		}
	}
	return ledger.Entry{}, false
}
