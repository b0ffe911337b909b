package storetest

import (
	"context"
	"errors"
	"fmt"

	"github.com/nearside-ems/nearside/fleet/ledger"
)

// Fate is what becomes of an Append.
type Fate int

// Fates.
const (
	Pass   Fate = iota // as the store does
	Refuse             // ErrUnavailable, nothing written
	Lose               // ErrUnknown, nothing written
	Mute               // ErrUnknown, although it was written
)

// Faulty is a Store whose answers are lost as told. Next is called for every Append.
type Faulty struct {
	ledger.Store
	Next func(key string) Fate
}

var errTold = errors.New("as told")

// Append is Store's.
func (f *Faulty) Append(ctx context.Context, key string, prev ledger.Revision, data []byte) (ledger.Revision, error) {
	switch f.Next(key) {
	case Refuse:
		return 0, fmt.Errorf("%w: %w", ledger.ErrUnavailable, errTold)
	case Lose:
		return 0, fmt.Errorf("%w: %w", ledger.ErrUnknown, errTold)
	case Mute:
		if _, err := f.Store.Append(ctx, key, prev, data); err != nil {
			return 0, err
		}
		return 0, fmt.Errorf("%w: %w", ledger.ErrUnknown, errTold)
	}
	return f.Store.Append(ctx, key, prev, data)
}
