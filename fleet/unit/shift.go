package unit

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/nearside-ems/nearside/geo"
)

// Limits of shifts.
const (
	MaxShifts = 64
	MaxShift  = 24 * time.Hour
)

// Shift is a time in which a car has its crew.
type Shift struct {
	Start time.Time
	End   time.Time // not part of it
}

func (s Shift) String() string {
	return s.Start.UTC().Format(time.RFC3339) + " to " + s.End.UTC().Format(time.RFC3339)
}

// CheckShifts returns a *FieldError for each shift that cannot be, joined, or nil.
func CheckShifts(shifts []Shift) error {
	if len(shifts) > MaxShifts {
		return wrong("shifts", "%d of them; want at most %d", len(shifts), MaxShifts)
	}
	var errs []error
	for i, s := range shifts {
		errs = append(errs, s.check(i, shifts))
	}
	return errors.Join(errs...)
}

// check looks at shift i, and at how it follows the one before.
func (s Shift) check(i int, shifts []Shift) error {
	field := fmt.Sprintf("shifts[%d]", i)
	switch long := s.End.Sub(s.Start); {
	case s.Start.Year() < 1970 || s.End.Year() > 9999:
		return wrong(field, "%s: want a start and an end between the years 1970 and 9999", s)
	case long <= 0:
		return wrong(field, "%s: does not end after its start", s)
	case long > MaxShift:
		return wrong(field, "%s: %s long; want at most %s", s, long, MaxShift)
	case i > 0 && s.Start.Before(shifts[i-1].Start):
		return wrong(field, "%s: begins before shifts[%d], %s; want them in order", s, i-1, shifts[i-1])
	case i > 0 && s.Start.Before(shifts[i-1].End):
		return wrong(field, "%s: overlaps shifts[%d], %s", s, i-1, shifts[i-1])
	}
	return nil
}

// HomeSector returns the sector that a list of none or one names; geo.Sectors where it names none. The
// error is a *FieldError.
func HomeSector(names []string) (geo.Sector, error) {
	switch len(names) {
	case 0:
		return geo.Sectors, nil
	case 1:
		s, err := geo.ParseSector(names[0])
		if err != nil {
			return geo.Sectors, wrong("sectors", "%v", err)
		}
		return s, nil
	}
	shown := names[:min(len(names), int(geo.Sectors))]
	return geo.Sectors, wrong("sectors", "%.80s: a car belongs to one sector; name one, or none", strings.Join(shown, " and "))
}
