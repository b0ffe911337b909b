package dispatch

import (
	"fmt"
	"time"

	"github.com/nearside-ems/nearside/geo"
	"github.com/nearside-ems/nearside/geo/road"
)

// Reason is why a car was left out.
type Reason uint8

// Reasons, in the order in which they are looked at: the first that holds is given.
const (
	Suitable Reason = iota
	IsOffShift
	IsBeforeShift
	IsShiftOver
	IsBusy // on a call
	IsOnBreak
	IsOutOfService
	NoPosition // known from its record only
	IsStale
	IsAhead // the clock was set back since the position was taken
	LacksSkill
	InOtherSector
	NotOnRoad
	NoWay
	OutRanked // suitable, but enough others are sooner
)

// Exclusion is a car that is not among the candidates.
type Exclusion struct {
	Slot    int // in the snapshot
	Car     *Car
	Reason  Reason
	Missing Skills        // where Reason is LacksSkill
	Age     time.Duration // of the position
	Limit   time.Duration // Snapshot.StaleAfter
	Over    time.Duration // since the shift ended, where Reason is IsShiftOver; ahead of the clock, where it is IsAhead
	Until   time.Duration // the shift starts, where that lies ahead
	For     time.Duration // the car has had its status; 0 where that is not known
	Metres  float64       // Snapshot.RoadMetres
	Travel  road.Millis   // where Reason is OutRanked
}

// String says why in words, such as "busy" or "lacks mental-health nurse".
func (e Exclusion) String() string {
	switch e.Reason {
	case IsOffShift:
		if e.Until > 0 {
			return "off shift: its shift starts in " + words(e.Until)
		}
		return "off shift"
	case IsBeforeShift:
		return fmt.Sprintf("%s, but its shift starts in %s", e.Car.Status, words(e.Until))
	case IsShiftOver:
		return fmt.Sprintf("shift ended %s ago", words(e.Over))
	case IsBusy, IsOnBreak, IsOutOfService:
		if e.For > 0 {
			return e.Car.Status.String() + " for " + words(e.For)
		}
		return e.Car.Status.String()
	case NoPosition:
		return "no position reported"
	case IsStale:
		return fmt.Sprintf("position is %s old; the limit is %s", words(e.Age), words(e.Limit))
	case IsAhead:
		return fmt.Sprintf("position's time is %s ahead of the clock, so that its age is not known", words(e.Over))
	case LacksSkill:
		return "lacks " + e.Missing.String()
	case InOtherSector:
		return fmt.Sprintf("stands %s, not in a sector asked for", e.Car.sectorWords())
	case NotOnRoad:
		return fmt.Sprintf("no road within %.0f m of its position", e.Metres)
	case NoWay:
		return "no way by road from its position to the call"
	case OutRanked:
		return fmt.Sprintf("suitable, %s by road, but enough cars are sooner", words(time.Duration(e.Travel)*time.Millisecond))
	default:
		return "suitable"
	}
}

// tell works out the times of shift and status that the words name.
func (e *Exclusion) tell(now time.Time) {
	if e.Reason == IsShiftOver {
		e.Over = now.Sub(e.Car.ShiftEnd)
	}
	if e.Car.BeforeShift(now) {
		e.Until = e.Car.ShiftStart.Sub(now)
	}
	if !e.Car.Since.IsZero() {
		e.For = max(0, now.Sub(e.Car.Since))
	}
}

// sectorWords says where a car stands.
func (c *Car) sectorWords() string {
	if c.Sector >= geo.Sectors {
		return "outside London"
	}
	return "in " + c.Sector.String()
}

// judge is a route.Filter: what a call asks of the cars of a snapshot.
type judge struct {
	s      *Snapshot
	in     *Incident
	now    time.Time
	oldest time.Time // that a position may be
	newest time.Time // that a position may say it is
}

func newJudge(s *Snapshot, in *Incident) judge {
	now := s.Now.Round(0) // without the monotonic clock times compare faster
	return judge{s, in, now, now.Add(-s.Ahead - s.StaleAfter), now.Add(s.StaleAfter - s.Ahead)}
}

// Suitable tells whether nothing but the road can keep a car from the call.
func (j *judge) Suitable(slot int) bool { return j.reason(j.s.Cars[slot]) == Suitable }

// reason returns why a car cannot be considered, or Suitable. It does not look at the road.
func (j *judge) reason(c *Car) Reason {
	switch {
	case c.Status == OffShift:
		return IsOffShift
	case c.BeforeShift(j.now):
		return IsBeforeShift
	case c.ShiftOver(j.now):
		return IsShiftOver
	case c.Status != Available:
		return c.Status.reason()
	default:
		return j.rest(c)
	}
}

// reason is why a car of a status other than available or off shift is left out.
func (s Status) reason() Reason {
	switch s {
	case OnBreak:
		return IsOnBreak
	case OutOfService:
		return IsOutOfService
	default:
		return IsBusy
	}
}

// rest is reason but for what the car does and its shift.
func (j *judge) rest(c *Car) Reason {
	switch {
	case c.Fixed.Before(j.oldest):
		if !c.HasPosition() {
			return NoPosition
		}
		return IsStale
	case c.Fixed.After(j.newest):
		return IsAhead
	case c.Skills&j.in.Skills != j.in.Skills:
		return LacksSkill
	case j.in.Sectors != 0 && (c.Sector >= geo.Sectors || j.in.Sectors&(1<<c.Sector) == 0):
		return InOtherSector
	case !c.OnRoad:
		return NotOnRoad
	default:
		return Suitable
	}
}

// Exclusions appends to dst every car that is not among chosen, with its reason, by slot: chosen and
// exclusions together are the whole fleet. It searches the whole network once and is for explaining, not
// for the hot path.
func (a *AdHoc) Exclusions(s *Snapshot, in *Incident, chosen []Candidate, dst []Exclusion) []Exclusion {
	isChosen := make(map[int]bool, len(chosen))
	for _, c := range chosen {
		isChosen[c.Slot] = true
	}
	j := newJudge(s, in)
	a.collect(s, &j)
	travel := make(map[int]road.Millis, len(a.slots))
	for i, t := range a.finder.ManyToOne(a.spots, in.Spot, make([]road.Millis, len(a.spots))) {
		travel[a.slots[i]] = t
	}
	for slot, c := range s.Cars {
		if isChosen[slot] {
			continue
		}
		e := Exclusion{Slot: slot, Car: c, Reason: j.reason(c), Missing: in.Skills &^ c.Skills, Age: c.Age(s.Seen()), Limit: s.StaleAfter, Metres: s.RoadMetres}
		e.tell(s.Now)
		if e.Reason == IsAhead {
			e.Over = c.Fixed.Sub(s.Seen())
		}
		if e.Reason == Suitable {
			e.Reason, e.Travel = OutRanked, travel[slot]
			if e.Travel == road.Unreachable {
				e.Reason, e.Travel = NoWay, 0
			}
		}
		dst = append(dst, e)
	}
	return dst
}
