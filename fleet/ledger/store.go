package ledger

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"
)

// Revision is the place of an entry in the log, from 1 and without gaps; 0 stands for no entry.
type Revision uint64

// Entry is what was kept under a key.
type Entry struct {
	Revision Revision
	Key      string // such as "cars/JRC-1": see CheckKey
	Data     []byte // as given to Append, byte for byte
}

// Errors of a Store.
var (
	// ErrConflict refuses an entry whose key has another revision by now. Nothing was written.
	ErrConflict = errors.New("the key has changed since")
	// ErrUnavailable refuses an entry because the store does not answer or cannot write. Nothing was
	// written.
	ErrUnavailable = errors.New("the store cannot be written to")
	// ErrUnknown is that the store was asked and its answer was not received: the entry may have been
	// written or may yet be.
	ErrUnknown = errors.New("whether the entry was written is not known")
	// ErrInvalid refuses a key or data that no ledger takes.
	ErrInvalid = errors.New("the ledger does not take this")
)

// RewoundError is that a Store's log ends before a revision that it had: it is another log, or was put
// back to an earlier state. What was learnt from it before does not hold.
type RewoundError struct {
	From, Last Revision
}

func (e *RewoundError) Error() string {
	return fmt.Sprintf("the log ends at revision %d, before revision %d, which was read from it: it is another log, or an older copy was put in its place", e.Last, e.From)
}

// Store keeps a ledger. It is safe for concurrent use.
type Store interface {
	// Append writes an entry on top of revision prev of its key (0: the key is new) and returns once it
	// will outlive a crash. The error wraps ErrConflict, ErrUnavailable, ErrUnknown or, for what
	// CheckEntry refuses, ErrInvalid.
	Append(ctx context.Context, key string, prev Revision, data []byte) (Revision, error)
	// Last returns the last entry of a key; ok is false where there is none. The answer may lag behind an
	// Append elsewhere, which then fails with ErrConflict.
	Last(ctx context.Context, key string) (e Entry, ok bool, err error)
	// Watch yields the last entry of every key after revision from, in the order of revisions, then an
	// Event that says that they were all, then entries as they come, until ctx ends. From 0 every key
	// comes. Before the last entry of a key older ones of it may come. It reconnects by itself and yields
	// an error, its last, only where that will not pass: a *RewoundError where the log ends before from.
	// When ctx ends it ends without.
	Watch(ctx context.Context, from Revision) iter.Seq2[Event, error]
	// Log yields every entry from a revision on, up to the last when it is first asked. An error is the last.
	Log(ctx context.Context, from Revision) iter.Seq2[Entry, error]
	// Status tells how the store does.
	Status() Status
}

// Event is one step of a Watch.
type Event struct {
	Entry
	Whole bool // no entry: all that there was has been yielded
}

// Status is how a store does, as far as this process knows.
type Status struct {
	Contact time.Time // when it last answered; what is known from it is as old as that
	Last    Revision  // of its log, as of then; what a Watch has not yielded of it is still to come
	Err     error     // why it does not answer or cannot write; nil where it does
	Kind    string    // "memory", "embedded" or "cluster"
	Servers []string  // of a cluster: those known, without credentials
}
