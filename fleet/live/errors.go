package live

import (
	"errors"
	"fmt"

	"github.com/nearside-ems/nearside/fleet/unit"
)

// Errors that a caller can act on, beside those of packages ledger and unit.
var (
	// ErrNoCar is that a car has no record and never reported.
	ErrNoCar = errors.New("there is no such car")
	// ErrUnreadable is that the last entry about a car or of a document was not understood, as when a
	// newer version of Nearside wrote it. Nothing is decided on top of it.
	ErrUnreadable = errors.New("its last entry cannot be read by this version")
	// ErrSlow ends a subscription whose reader fell too far behind; a new one begins with a snapshot.
	ErrSlow = errors.New("too far behind the changes: subscribe again")
)

// Conflict refuses a change because the car is not what its caller thought.
type Conflict struct {
	Present State // Revision 0: it has no record
}

func (e *Conflict) Error() string {
	if e.Present.Revision == 0 {
		return fmt.Sprintf("%s has no record: its etag is \"0\"", e.Present.Record.Name)
	}
	return fmt.Sprintf("the car has changed: etag %q, %s", e.Present.Etag(), &e.Present.Record)
}

// DocumentConflict refuses a document because its key has another one.
type DocumentConflict struct {
	Present Document // Revision 0: none
}

func (e *DocumentConflict) Error() string {
	return fmt.Sprintf("%s has changed: it is at revision %d", e.Present.Key, e.Present.Revision)
}

func wrongEtag(etag string) error {
	return &unit.FieldError{Field: "etag", Problem: fmt.Sprintf("%.40q is none; take it from the car as last seen, or leave it empty", etag)}
}
