package dispatch

import (
	"time"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route"
)

// Settings of a policy. Start from DefaultSettings.
type Settings struct {
	// Mobilisation is the time from being asked to moving off. The default of 60 s is an assumption:
	// no figure is published for London's joint-response cars.
	Mobilisation time.Duration
}

// DefaultSettings returns the settings that the service uses unless told otherwise.
func DefaultSettings() Settings { return Settings{Mobilisation: time.Minute} }

// Candidate is a car that can go.
type Candidate struct {
	Car     int         // position in Snapshot.Cars
	Travel  road.Millis // by road
	Arrival road.Millis // Travel and mobilisation
}

// ClosestIdle ranks available cars by arrival time: the closest-idle rule, the usual default in
// ambulance dispatch. It holds scratch space: one goroutine at a time, and Respond allocates nothing
// once its slices have grown to the size of the fleet.
type ClosestIdle struct {
	settings Settings
	finder   *route.Finder
	cars     []int // suitable cars, positions in Snapshot.Cars
	spots    []road.Spot
	found    []route.Found
}

// NewClosestIdle returns the policy on a network under one speed profile.
func NewClosestIdle(m *route.Metric, s Settings) *ClosestIdle {
	return &ClosestIdle{settings: s, finder: route.NewFinder(m)}
}

// Respond appends to dst the k suitable cars that arrive first, soonest first, ties in the order of
// names.
func (p *ClosestIdle) Respond(s *Snapshot, in *Incident, k int, dst []Candidate) []Candidate {
	p.consider(s, in)
	p.found = p.finder.Nearest(in.Spot, p.spots, k, p.found[:0])
	delay := road.Millis(p.settings.Mobilisation.Milliseconds())
	for _, f := range p.found {
		dst = append(dst, Candidate{Car: p.cars[f.Car], Travel: f.Time, Arrival: f.Time.Add(delay)})
	}
	return dst
}

// consider collects the suitable cars and their spots.
func (p *ClosestIdle) consider(s *Snapshot, in *Incident) {
	p.cars, p.spots = p.cars[:0], p.spots[:0]
	for i, c := range s.Cars {
		if s.judge(i, in) == Suitable {
			p.cars = append(p.cars, i)
			p.spots = append(p.spots, c.Spot)
		}
	}
}
