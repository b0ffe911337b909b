package dispatch

import (
	"fmt"
	"time"

	"github.com/nearside-ems/nearside/geo/road"
)

// Reason is why a car was left out.
type Reason uint8

// Reasons, in the order in which they are looked at: the first that holds is given.
const (
	Suitable Reason = iota
	IsOffShift
	IsBusy
	IsStale
	LacksSkill
	NotOnRoad
	NoWay
	OutRanked // suitable, but enough others are sooner
)

// Exclusion is a car that is not among the candidates.
type Exclusion struct {
	Car     int // position in Snapshot.Cars
	Reason  Reason
	Missing Skills        // where Reason is LacksSkill
	Age     time.Duration // of the position
	Limit   time.Duration // Snapshot.StaleAfter
	Travel  road.Millis   // where Reason is OutRanked
}

// String says why in words, such as "busy" or "lacks mental-health nurse".
func (e Exclusion) String() string {
	switch e.Reason {
	case IsOffShift:
		return "off shift"
	case IsBusy:
		return "busy"
	case IsStale:
		return fmt.Sprintf("position is %s old; the limit is %s", words(e.Age), words(e.Limit))
	case LacksSkill:
		return "lacks " + e.Missing.String()
	case NotOnRoad:
		return "no road near its position"
	case NoWay:
		return "no way by road from its position to the call"
	case OutRanked:
		return fmt.Sprintf("suitable, %s by road, but enough cars are sooner", words(time.Duration(e.Travel)*time.Millisecond))
	default:
		return "suitable"
	}
}

// judge returns why car i cannot be considered, or Suitable. It does not look at the road.
func (s *Snapshot) judge(i int, in *Incident) Reason {
	switch c := s.Cars[i]; {
	case c.Status == OffShift:
		return IsOffShift
	case c.Status != Available:
		return IsBusy
	case s.Stale(i):
		return IsStale
	case c.Skills&in.Skills != in.Skills:
		return LacksSkill
	case !c.OnRoad:
		return NotOnRoad
	default:
		return Suitable
	}
}

// Exclusions appends to dst every car that Respond left out of chosen, with its reason, in the
// snapshot's order: chosen and exclusions together are the whole fleet. It searches the whole
// network once and is for explaining, not for the hot path.
func (p *ClosestIdle) Exclusions(s *Snapshot, in *Incident, chosen []Candidate, dst []Exclusion) []Exclusion {
	isChosen := make(map[int]bool, len(chosen))
	for _, c := range chosen {
		isChosen[c.Car] = true
	}
	p.consider(s, in)
	travel := make(map[int]road.Millis, len(p.cars))
	for i, t := range p.finder.ManyToOne(p.spots, in.Spot, make([]road.Millis, len(p.spots))) {
		travel[p.cars[i]] = t
	}
	for i, c := range s.Cars {
		if isChosen[i] {
			continue
		}
		e := Exclusion{Car: i, Reason: s.judge(i, in), Missing: in.Skills &^ c.Skills, Age: s.Age(i), Limit: s.StaleAfter}
		if e.Reason == Suitable {
			e.Reason, e.Travel = OutRanked, travel[i]
			if e.Travel == road.Unreachable {
				e.Reason, e.Travel = NoWay, 0
			}
		}
		dst = append(dst, e)
	}
	return dst
}
