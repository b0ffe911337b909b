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
	Busy             // with a patient, or on the way to one
	OffShift
	Statuses
)

func (s Status) String() string {
	return [...]string{"available", "busy", "off shift", "no status"}[min(s, Statuses)]
}

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
	var names []string
	for i, name := range [...]string{"paramedic", "mental-health nurse", "specialist mental-health paramedic"} {
		if s&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return "no skill"
	}
	last := len(names) - 1
	if last == 0 {
		return names[0]
	}
	return strings.Join(names[:last], ", ") + " and " + names[last]
}

// Car is one car as last reported. A Car in a Snapshot is never written again.
type Car struct {
	Name   string // "cars/JRC-1"
	Status Status
	Skills Skills
	Fixed  time.Time // when it was at Point
	Point  orb.Point
	Cell   grid.Index // that Point lies in, resolution 9; valid where InGrid
	InGrid bool
	Sector geo.Sector // of Cell; geo.Sectors where not InGrid
	Spot   road.Spot  // Point on the network; valid where OnRoad
	OnRoad bool
}

// Snapshot is a fleet at one moment. Its cars are in ascending order of name.
type Snapshot struct {
	Cars       []*Car
	Now        time.Time
	StaleAfter time.Duration // a fix older than this is not trusted
}

// Age returns how old the position of car i is, not below zero.
func (s *Snapshot) Age(i int) time.Duration { return max(0, s.Now.Sub(s.Cars[i].Fixed)) }

// Stale tells whether the position of car i is too old to be relied on.
func (s *Snapshot) Stale(i int) bool { return s.Age(i) > s.StaleAfter }

// Incident is a call that needs a car.
type Incident struct {
	Spot   road.Spot
	Sector geo.Sector // that the call lies in; geo.Sectors where unknown
	Skills Skills     // all of them needed
}
