package dispatch

import (
	"strings"
	"time"

	"github.com/paulmach/orb"

	"github.com/nearside-ems/nearside/geo"
	"github.com/nearside-ems/nearside/geo/grid"
	"github.com/nearside-ems/nearside/geo/road"
)

// Status is what a car is doing.
type Status uint8

// Statuses, in the order of the contract's CarStatus less its zero.
const (
	Available Status = iota
	Busy             // on a call, as told by a system that says no more
	OffShift
	Assigned // was given a call and has not answered
	Mobilising
	EnRoute
	OnScene
	Conveying
	AtCentre
	Clearing // the patient is handed over or left in care: available soon
	OnBreak
	OutOfService
	Statuses
)

func (s Status) String() string {
	return [...]string{"available", "busy", "off shift", "assigned", "mobilising", "en route", "on scene",
		"conveying", "at centre", "clearing", "on break", "out of service", "no status"}[min(s, Statuses)]
}

// OnCall tells whether a car is with a call, from being given it until it is clear.
func (s Status) OnCall() bool { return s == Busy || s >= Assigned && s <= Clearing }

// Skills is a set of what a crew can do.
type Skills uint8

// Skills that a call may need.
const (
	Paramedic Skills = 1 << iota
	MentalHealthNurse
	SpecialistMentalHealthParamedic
	AllSkills = Paramedic | MentalHealthNurse | SpecialistMentalHealthParamedic
)

// String lists the skills, such as "paramedic and mental-health nurse".
func (s Skills) String() string {
	if int(s) < len(skillWords) {
		return skillWords[s]
	}
	return "no skill"
}

// skillWords are the words for each set.
var skillWords = func() (all [AllSkills + 1]string) {
	for set := range all {
		var names []string
		for i, name := range [...]string{"paramedic", "mental-health nurse", "specialist mental-health paramedic"} {
			if set&(1<<i) != 0 {
				names = append(names, name)
			}
		}
		switch last := len(names) - 1; last {
		case -1:
			all[set] = "no skill"
		case 0:
			all[set] = names[0]
		default:
			all[set] = strings.Join(names[:last], ", ") + " and " + names[last]
		}
	}
	return all
}()

// Car is one car as last reported. A Car in a Snapshot is never written again. What a ranking looks at
// comes first, so that it lies together in memory.
type Car struct {
	Name     string // "cars/JRC-1"
	Status   Status
	Skills   Skills
	Sector   geo.Sector // of Cell; geo.Sectors where not InGrid
	InGrid   bool
	OnRoad   bool
	Fixed    time.Time // when it was at Point; zero where it has a record and no position
	ShiftEnd time.Time // of the crew; zero where it is not known
	Point    orb.Point
	Cell     grid.Index // that Point lies in, resolution 9; valid where InGrid
	Heading  *float64   // degrees clockwise from north that it drives towards; nil where that is not known
	Spot     road.Spot  // Point on the network; valid where OnRoad
	// What follows comes from the car's record; zero where it has none.
	Revision    uint64 // of the record
	ShiftStart  time.Time
	Since       time.Time // when Status began; zero where it is not known
	Incident    string    // "incidents/…" that it was given
	Destination string    // that it conveys a patient to
	Base        string
	Home        geo.Sector // that it belongs to; geo.Sectors where none. Sector is where it stands
}

// ShiftOver tells whether the crew's shift has ended at now.
func (c *Car) ShiftOver(now time.Time) bool { return !c.ShiftEnd.IsZero() && !now.Before(c.ShiftEnd) }

// HasPosition tells whether the car ever said where it is.
func (c *Car) HasPosition() bool { return !c.Fixed.IsZero() }

// BeforeShift tells whether the crew's shift has yet to start at now.
func (c *Car) BeforeShift(now time.Time) bool { return now.Before(c.ShiftStart) }

// Age returns how old the car's position is at now, not below zero; centuries where it has none.
func (c *Car) Age(now time.Time) time.Duration { return max(0, now.Sub(c.Fixed)) }

// Snapshot is a fleet at one moment. The place of a car in Cars is its slot: it stays the same from one
// snapshot to the next as long as no car is dropped, and cars that arrive at the same time rank by it.
type Snapshot struct {
	Cars []*Car
	Now  time.Time
	// Ahead is how far Now lies after the moment that the cars were seen at: whether a fix is too old was
	// decided then, as nobody knows where cars will be.
	Ahead      time.Duration
	StaleAfter time.Duration // a fix older than this is not trusted
	RoadMetres float64       // a car farther from every road is not on the road; told in reasons
}

// Stale tells whether the position of a car is too old to be relied on, or says that it is so far ahead
// of the clock that its age is not known.
func (s *Snapshot) Stale(c *Car) bool {
	age := s.Seen().Sub(c.Fixed)
	return age > s.StaleAfter || age < -s.StaleAfter
}

// Seen returns when the cars were as they are in the snapshot: Now, unless that lies ahead.
func (s *Snapshot) Seen() time.Time { return s.Now.Add(-s.Ahead) }

// Incident is a call that needs a car.
type Incident struct {
	Point  orb.Point
	Spot   road.Spot  // Point on the network; without ways to it where no road is near
	Sector geo.Sector // that the call lies in; geo.Sectors where unknown
	Skills Skills     // all of them needed
	// Sectors are those that a car may stand in, a bit for each geo.Sector; 0: anywhere.
	Sectors uint8
}
