package optimiser

import "github.com/nearside-ems/nearside/geo/route"

// Problem asks where to put Place facilities, at most one a site, so that the expected travel time
// to demand is least.
//
// With Busy = q > 0 a facility is out with probability q, independently; a call in cell i is then
// served by the k-th nearest facility with probability (1-q)q^(k-1), for k < Levels, and by the
// Levels-th nearest with the remaining probability q^(Levels-1): the reliability p-median of
// Snyder and Daskin (2005). Busy = 0 and Levels = 1 is the p-median.
type Problem struct {
	Sites, Cells int
	Place        int     // facilities to place, fixed ones included
	Layers       []Layer // periods of the week; the same sites serve them all
	Busy         float64 // 0 ≤ q < 1
	Levels       int     // 1 ≤ Levels ≤ Place
	Fixed        []int   // sites that must have a facility
	Forbidden    []int   // sites that must not
}

// Layer is demand and travel time in one period.
type Layer struct {
	Weight []float64     // per cell, ≥ 0
	Time   *route.Matrix // Sites × Cells; route times are shared, never written
}

// Plan is a chosen set of sites with its proof.
type Plan struct {
	Sites       []int // ascending
	Status      Status
	Certificate Certificate
}

// Status says why the solver stopped.
type Status string

// Statuses.
const (
	Optimal   Status = "optimal"   // the bound meets the value
	Converged Status = "converged" // the dual made no more progress
	Stopped   Status = "stopped"   // deadline or cancel: the best plan so far
)

// Certificate bounds the best possible objective from below and above. All values are demand-weighted
// seconds (a sum, not a mean): divide by the total weight for seconds a call.
type Certificate struct {
	Value      float64   // objective of the plan, seconds × weight
	Bound      float64   // no plan is better than this
	Multiplier []float64 // dual multipliers from which Verify recomputes Bound; layout in Verify
	Problem    [32]byte  // SHA-256 of the problem
}

// Gap returns (Value − Bound) / Value: how far, at most, the plan is from the best possible one.
func (c *Certificate) Gap() float64 {
	if c.Value <= 0 {
		return 0
	}
	return max(0, (c.Value-c.Bound)/c.Value)
}
