package dispatch

import (
	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route"
)

// Searcher finds the cars of a snapshot that reach a call first by road: AdHoc on any snapshot, or an
// index that is kept as the fleet moves.
type Searcher interface {
	// Nearest overwrites dst with the k suitable cars that reach the call first, soonest first and ties
	// by slot; fewer where no more can reach it. Found.Car is the slot. A car that is not available or
	// not on the road is never suitable.
	Nearest(s *Snapshot, call *road.Spot, k int, suitable route.Filter, dst []route.Found) []route.Found
}

// Candidate is a car that can go.
type Candidate struct {
	Slot    int // in the snapshot
	Car     *Car
	Travel  road.Millis // by road
	Arrival road.Millis // Travel and mobilisation; of a busy car, Clears and Travel
	// Arrival90 is what 9 in 10 arrivals are within, by the settings' spreads.
	Arrival90 road.Millis
	Clears    road.Millis // of a busy car: from Snapshot.Now until it is expected to be clear
	// AtDestination tells that Travel is from where the car takes its patient, and not from where it is.
	AtDestination bool
}

// ClosestIdle ranks available cars by arrival time: the closest-idle rule, the usual default in
// ambulance dispatch. It holds scratch space: one goroutine at a time.
type ClosestIdle struct {
	settings Settings
	search   Searcher
	found    []route.Found
	judge    judge
}

// NewClosestIdle returns the policy.
func NewClosestIdle(search Searcher, s Settings) *ClosestIdle {
	return &ClosestIdle{settings: s, search: search}
}

// Respond appends to dst the k suitable cars that arrive first, soonest first and ties by slot; fewer
// where no more can get there by road.
func (p *ClosestIdle) Respond(s *Snapshot, in *Incident, k int, dst []Candidate) []Candidate {
	p.judge = newJudge(s, in)
	p.found = p.search.Nearest(s, &in.Spot, k, &p.judge, p.found)
	p.judge = judge{}
	delay := road.Millis(p.settings.Mobilisation.Milliseconds())
	for _, f := range p.found {
		dst = append(dst, Candidate{
			Slot: f.Car, Car: s.Cars[f.Car], Travel: f.Time, Arrival: f.Time.Add(delay),
			Arrival90: scaled(f.Time, p.settings.Spread).Add(delay),
		})
	}
	return dst
}

// scaled multiplies a time, to the nearest millisecond.
func scaled(t road.Millis, factor float64) road.Millis { return road.Millis(float64(t)*factor + 0.5) }
