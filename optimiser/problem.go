package optimiser

import (
	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route"
)

// Cap is the longest travel time that counts: a longer one, and one that is road.Unreachable, counts
// as two hours. It keeps every sum finite, so that a plan which leaves cells out of reach can still
// be compared with another; the solver and Verify both apply it. Two hours is an assumption: longer
// than a drive across London, short enough to keep the sums readable.
const Cap road.Millis = 2 * 60 * 60 * 1000

// Problem asks where to put Place facilities, at most one a site, so that the expected travel time
// to demand is least.
//
// With Busy = q > 0 a facility is out with probability q, independently; a call in cell i is then
// served by the k-th nearest facility with probability (1-q)q^(k-1), for k < Levels, and by the
// Levels-th nearest with the remaining probability q^(Levels-1): the reliability p-median of
// Snyder and Daskin (2005). Busy = 0 is the p-median (Hakimi 1964), whatever Levels is.
type Problem struct {
	Sites, Cells int
	Place        int     // facilities to place, fixed ones included
	Layers       []Layer // periods of the week; the same sites serve them all
	Busy         float64 // 0 ≤ q < 1; above ½ the certificate's bound is valid but loose
	Levels       int     // 1 ≤ Levels ≤ Place
	Fixed        []int   // sites that must have a facility
	Forbidden    []int   // sites that must not
}

// Layer is demand and travel time in one period. Layers that share one Time pointer cost no more
// than one layer with the sum of their weights.
type Layer struct {
	Weight []float64     // per cell, 0 to 10¹⁵
	Time   *route.Matrix // Sites × Cells; times above Cap count as Cap; shared, never written
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
	Optimal   Status = "optimal"   // the bound meets the value, to one part in 10⁹
	Converged Status = "converged" // the dual made no more progress
	Stopped   Status = "stopped"   // deadline or cancel: the best plan so far
)
