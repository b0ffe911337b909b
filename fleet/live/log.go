package live

import (
	"context"
	"iter"

	"github.com/nearside-ems/nearside/fleet/ledger"
)

// Log yields every entry of the ledger from a revision on, up to the last at the time of the call.
func (f *Fleet) Log(ctx context.Context, from ledger.Revision) iter.Seq2[ledger.Entry, error] {
	return f.store.Log(ctx, from)
}

// Origin tells ledgers apart: the beginning of the hash of the first entry, which is the same on all
// replicas. It is empty where there is none yet, or where it could not be read.
func (f *Fleet) Origin(ctx context.Context) string {
	f.mu.RLock()
	origin := f.origin
	f.mu.RUnlock()
	if origin != "" {
		return origin
	}
	for e, err := range f.store.Log(ctx, 1) {
		if err != nil {
			break
		}
		f.mu.Lock()
		defer f.mu.Unlock()
		f.origin = ledger.Hash(e.Data)[:16]
		return f.origin
	}
	return ""
}

// CheckEtag returns a *unit.FieldError unless an etag is one that Do takes.
func CheckEtag(etag string) error {
	_, _, err := parseEtag(etag)
	return err
}
