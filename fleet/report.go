package fleet

import (
	"fmt"
	"regexp"
	"time"

	"github.com/paulmach/orb"

	"github.com/nearside-ems/nearside/dispatch"
	"github.com/nearside-ems/nearside/geo"
)

// Report is what a car said: where it was, and when.
type Report struct {
	Car    string // "cars/JRC-1"
	Point  orb.Point
	Fixed  time.Time        // zero: when the report arrived
	Status *dispatch.Status // nil: unchanged; a new car starts as available
	Skills dispatch.Skills  // empty: unchanged
	// Heading is where the car drives towards, in degrees clockwise from north; nil where it stands or
	// does not know.
	Heading  *float64
	ShiftEnd time.Time // zero: unchanged
}

// ReportError is a report that was refused.
type ReportError struct {
	Index int // in the batch
	Car   string
	Err   error
}

// Outcome is what became of a batch: each report was accepted, ignored or refused by itself.
type Outcome struct {
	Accepted int
	Ignored  int // no newer than the car's last fix: reports may overtake each other on the way
	Refused  []ReportError
	// OffRoad are the reports that were accepted of cars that no road is near, by their index: such a car
	// is known and listed, but not ranked by road.
	OffRoad []int
	// Overruled are the reports that were accepted and said another status, other skills or another end
	// of the shift than the car's record, by their index: where the car is was taken, the rest was not.
	Overruled []int
}

// carName is "cars/" and 1 to 63 letters, digits, dots, underscores and hyphens.
var carName = regexp.MustCompile(`^cars/[A-Za-z0-9][A-Za-z0-9._-]{0,62}$`)

// CheckName returns an error unless name is one that a car may have.
func CheckName(name string) error {
	if !carName.MatchString(name) {
		return fmt.Errorf("car %.80q: want cars/ID, where ID is 1 to 63 letters, digits, dots, underscores or hyphens", name)
	}
	return nil
}

// check returns why a report cannot be taken, or nil.
func (r *Report) check(now time.Time, s Settings) error {
	if err := CheckName(r.Car); err != nil {
		return err
	}
	if _, err := geo.CheckPoint(r.Point.Lat(), r.Point.Lon()); err != nil {
		return err
	}
	if ahead := r.Fixed.Sub(now); !r.Fixed.IsZero() && ahead > s.MaxAhead {
		return fmt.Errorf("time %s: %s ahead of the server's clock, at most %s is allowed",
			r.Fixed.UTC().Format(time.RFC3339Nano), ahead.Round(time.Millisecond), s.MaxAhead)
	}
	if h := r.Heading; h != nil && !(*h >= 0 && *h <= 360) {
		return fmt.Errorf("heading %v: want 0 to 360 degrees clockwise from north", *h)
	}
	if r.Status != nil && *r.Status >= dispatch.Statuses {
		return fmt.Errorf("status %d: unknown", *r.Status)
	}
	if unknown := r.Skills &^ dispatch.AllSkills; unknown != 0 {
		return fmt.Errorf("skills %#x: unknown", uint8(unknown))
	}
	return nil
}
