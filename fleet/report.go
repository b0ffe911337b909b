package fleet

import (
	"time"

	"github.com/paulmach/orb"

	"github.com/nearside-ems/nearside/dispatch"
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
	// Unread is why the report could not be read; nil where it could. It is refused for that, in its
	// place in the batch.
	Unread error
}

// ReportError is a report that was refused.
type ReportError struct {
	Index int // in the batch
	Car   string
	Fault Fault
	Err   error // says what is wrong and what is wanted
}

// Outcome is what became of a batch: each report was accepted, ignored or refused by itself. The lists
// are of reports by their index, ascending.
type Outcome struct {
	Accepted int
	Ignored  int // no newer than the car's last fix: those of Duplicate and Overtaken
	Refused  []ReportError
	// Duplicate were ignored because the car's last fix has the same time.
	Duplicate []int
	// Overtaken were ignored because the car's last fix is newer: they come out of order.
	Overtaken []int
	// Late were accepted, and are so old that the car counts as stale.
	Late []int
	// OffRoad were accepted, of cars that no road is near: such a car is known and listed, but not ranked
	// by road.
	OffRoad []int
	// Overruled were accepted and said another status, other skills or another end of the shift than the
	// car's record: where the car is was taken, the rest was not.
	Overruled []int
}
