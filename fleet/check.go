package fleet

import (
	"fmt"
	"time"

	"github.com/nearside-ems/nearside/dispatch"
	"github.com/nearside-ems/nearside/geo"
)

// Fault is the kind of a report's mistake.
type Fault uint8

// Faults, in the order in which they are looked for: the first is told.
const (
	Unread     Fault = iota // not a report at all
	BadName                 // not one that a car may have
	BadPoint                // not finite, outside London, swapped
	FromFuture              // farther ahead of the server's clock than Settings.MaxAhead
	TooOld                  // older than Settings.DropAfter
	BadHeading
	BadStatus
	BadSkills
	BadShift // ends more than a week from now
	NoRoom   // of a new car in a full fleet
	Faults
)

// String names a fault as metrics do, such as "from_future".
func (f Fault) String() string {
	return [...]string{"unread", "bad_name", "bad_point", "from_future", "too_old", "bad_heading",
		"bad_status", "bad_skills", "bad_shift", "no_room", "no_fault"}[min(f, Faults)]
}

// CheckName returns an error unless name is one that a car may have.
func CheckName(name string) error {
	if !isName(name) {
		return fmt.Errorf("car %.80q: want cars/ID, where ID is 1 to 63 letters, digits, dots, underscores or hyphens", name)
	}
	return nil
}

// isName tells whether name is "cars/", a letter or digit, and up to 62 letters, digits, dots,
// underscores and hyphens. It is asked of every report.
func isName(name string) bool {
	const prefix, longest = "cars/", 63
	if len(name) <= len(prefix) || len(name) > len(prefix)+longest || name[:len(prefix)] != prefix {
		return false
	}
	for i := len(prefix); i < len(name); i++ {
		switch c := name[i]; {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9':
		case i > len(prefix) && (c == '.' || c == '_' || c == '-'):
		default:
			return false
		}
	}
	return true
}

// farShift is how far from now the end of a shift may be: beyond it a date was mistaken.
const farShift = 7 * 24 * time.Hour

// check returns why a report that arrived at now cannot be taken; err is nil where it can.
func (r *Report) check(now time.Time, s *Settings) (fault Fault, err error) {
	if r.Unread != nil {
		return Unread, r.Unread
	}
	if err := CheckName(r.Car); err != nil {
		return BadName, err
	}
	if _, err := geo.CheckPoint(r.Point.Lat(), r.Point.Lon()); err != nil {
		return BadPoint, err
	}
	if !r.Fixed.IsZero() {
		if fault, err := s.checkTime(now, r.Fixed); err != nil {
			return fault, err
		}
	}
	return r.checkCrew(now)
}

// checkTime returns why a fix cannot have been made when it says.
func (s *Settings) checkTime(now, fixed time.Time) (Fault, error) {
	switch ahead := fixed.Sub(now); {
	case ahead > s.MaxAhead:
		return FromFuture, fmt.Errorf("time %s: %s ahead of the server's clock, at most %s is allowed",
			fixed.UTC().Format(time.RFC3339Nano), ahead.Round(time.Millisecond), s.MaxAhead)
	case -ahead > s.DropAfter:
		return TooOld, fmt.Errorf("time %s: %s ago by the server's clock, at most %s is allowed",
			fixed.UTC().Format(time.RFC3339Nano), (-ahead).Round(time.Second), s.DropAfter)
	}
	return 0, nil
}

// checkCrew looks at what is said besides where the car is.
func (r *Report) checkCrew(now time.Time) (Fault, error) {
	if h := r.Heading; h != nil && !(*h >= 0 && *h <= 360) {
		return BadHeading, fmt.Errorf("heading %v: want 0 to 360 degrees clockwise from north", *h)
	}
	if r.Status != nil && *r.Status >= dispatch.Statuses {
		return BadStatus, fmt.Errorf("status %d: unknown", *r.Status)
	}
	if unknown := r.Skills &^ dispatch.AllSkills; unknown != 0 {
		return BadSkills, fmt.Errorf("skills %#x: unknown", uint8(unknown))
	}
	if !r.ShiftEnd.IsZero() && r.ShiftEnd.Sub(now).Abs() > farShift {
		return BadShift, fmt.Errorf("shift_end %s: want a time within a week of now", r.ShiftEnd.UTC().Format(time.RFC3339))
	}
	return 0, nil
}
