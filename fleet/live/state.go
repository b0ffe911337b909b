package live

import (
	"strconv"
	"time"

	"github.com/nearside-ems/nearside/fleet"
	"github.com/nearside-ems/nearside/fleet/ledger"
	"github.com/nearside-ems/nearside/fleet/unit"
)

// State is a car's record and the revision that wrote it. Nobody writes to what it holds.
type State struct {
	Record   unit.Record
	Revision ledger.Revision // 0: the car has no record
}

// Etag returns what a caller names to say that it saw this state: the revision in decimal.
func (s State) Etag() string { return strconv.FormatUint(uint64(s.Revision), 10) }

// parseEtag returns the revision that an etag names; given is false for an empty one.
func parseEtag(etag string) (want ledger.Revision, given bool, err error) {
	if etag == "" {
		return 0, false, nil
	}
	n, err := strconv.ParseUint(etag, 10, 64)
	if err != nil || strconv.FormatUint(n, 10) != etag {
		return 0, false, wrongEtag(etag)
	}
	return ledger.Revision(n), true, nil
}

// kept returns what the fleet store is told of a car at now.
func (s State) kept(now time.Time) fleet.Kept {
	r := &s.Record
	status, since := r.Effective(now)
	shift, _ := r.Shift(now)
	return fleet.Kept{
		Car: r.Name, Revision: uint64(s.Revision), Status: status, Skills: r.Skills, Base: r.Base, Home: r.Home,
		Incident: r.Incident, Destination: r.Destination, Since: since, ShiftStart: shift.Start, ShiftEnd: shift.End,
	}
}

// sameByTime tells whether a car is still what the fleet store was told, but for its record.
func sameByTime(a, b *fleet.Kept) bool {
	return a.Status == b.Status && a.Since.Equal(b.Since) && a.ShiftStart.Equal(b.ShiftStart) && a.ShiftEnd.Equal(b.ShiftEnd)
}
