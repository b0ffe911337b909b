package dispatch

import "time"

// Shift is when a crew works; zero where it is not known.
type Shift struct{ Start, End time.Time }

// Covers tells whether a moment is part of the shift.
func (s Shift) Covers(t time.Time) bool { return !t.Before(s.Start) && t.Before(s.End) }

// LookAhead returns the fleet as it is expected at a later moment: where it is now and doing what it does
// now, but for shifts. A car off shift whose shift covers the moment is available then. shift returns the
// shift of a car that covers the moment, or else the next or last one; nil where each car's own is all
// that is known.
func (s *Snapshot) LookAhead(at time.Time, shift func(*Car) Shift) Snapshot {
	out := *s
	out.Now, out.Ahead = at, s.Ahead+max(0, at.Sub(s.Now))
	out.Cars = make([]*Car, len(s.Cars))
	for i, c := range s.Cars {
		on := Shift{c.ShiftStart, c.ShiftEnd}
		if shift != nil {
			on = shift(c)
		}
		then := *c
		then.ShiftStart, then.ShiftEnd = on.Start, on.End
		if c.Status == OffShift && on.Covers(at) {
			then.Status, then.Since = Available, on.Start
		}
		out.Cars[i] = &then
	}
	return out
}
