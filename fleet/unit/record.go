package unit

import (
	"slices"
	"time"

	"github.com/nearside-ems/nearside/dispatch"
	"github.com/nearside-ems/nearside/geo"
)

// Record is what is known of a car for certain. A Record shares its slices with those that it grew from,
// so nobody writes to them.
type Record struct {
	Name string // "cars/JRC-1"
	Details
	Status      dispatch.Status // as last said; Effective tells what counts
	Since       time.Time       // when Status began, by the clock of the server that recorded it
	Incident    string          // "incidents/…" from Assigned to Clearing; otherwise empty
	Destination string          // while Conveying or AtCentre, where it is known
	Requests    Requests        // that changed it: the last ones, and all within RepeatWithin
}

// Details are what a car is registered with.
type Details struct {
	Skills dispatch.Skills
	Base   string     // where its shifts start; may be empty
	Home   geo.Sector // that it belongs to; geo.Sectors: none
	Shifts []Shift    // in order, none overlapping; empty: no shifts are kept and the status alone tells
}

// Reported returns the record of a car of which nothing is known but what it reported: the state before
// the first command. A status with a call becomes Busy, since which call is not known.
func Reported(name string, status dispatch.Status, skills dispatch.Skills) Record {
	if status.OnCall() {
		status = dispatch.Busy
	}
	return Record{Name: name, Details: Details{Skills: skills, Home: geo.Sectors}, Status: status}
}

// Effective returns the status that counts at now, and since when. Where shifts are kept, a car is off
// shift outside of them, unless it is with a call, which it ends, or out of service, which it stays
// until somebody says otherwise. A break and a booking off end with the shift that they were said in, so
// that the car is available when the next one begins.
func (r *Record) Effective(now time.Time) (status dispatch.Status, since time.Time) {
	if len(r.Shifts) == 0 || r.Status.OnCall() || r.Status == dispatch.OutOfService {
		return r.Status, r.Since
	}
	s, running := r.running(now)
	switch {
	case !running:
		return dispatch.OffShift, later(r.Since, r.lastEnd(now))
	case r.Since.Before(s.Start):
		return dispatch.Available, s.Start
	}
	return r.Status, r.Since
}

// Shift returns the shift that counts at now: the one that runs; for a car with a call the last that
// began; otherwise the next one, and after all of them the last. ok is false where none is kept.
func (r *Record) Shift(now time.Time) (s Shift, ok bool) {
	if len(r.Shifts) == 0 {
		return Shift{}, false
	}
	if s, running := r.running(now); running {
		return s, true
	}
	i := r.ended(now)
	if i == len(r.Shifts) || i > 0 && r.Status.OnCall() {
		i--
	}
	return r.Shifts[i], true
}

// Boundary returns the first moment after a time at which Effective or Shift may change by the passing
// of time alone; zero: never.
func (r *Record) Boundary(after time.Time) time.Time {
	for _, s := range r.Shifts {
		if s.Start.After(after) {
			return s.Start
		}
		if s.End.After(after) {
			return s.End
		}
	}
	return time.Time{}
}

func (r *Record) running(now time.Time) (Shift, bool) {
	if i := r.ended(now); i < len(r.Shifts) && !now.Before(r.Shifts[i].Start) {
		return r.Shifts[i], true
	}
	return Shift{}, false
}

// ended returns how many shifts have ended.
func (r *Record) ended(now time.Time) int {
	i := slices.IndexFunc(r.Shifts, func(s Shift) bool { return now.Before(s.End) })
	if i < 0 {
		return len(r.Shifts)
	}
	return i
}

// lastEnd returns when the last shift that has ended did; zero where none has.
func (r *Record) lastEnd(now time.Time) time.Time {
	if i := r.ended(now); i > 0 {
		return r.Shifts[i-1].End
	}
	return time.Time{}
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
