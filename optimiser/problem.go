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

// Problem asks where to put Place facilities, at most one a site, so that what the demand of all
// layers costs is least:
//
//	value = Σ layers Σ cells weight · Σₖ Shareₖ · (cost of the time from the k-th nearest facility in service)
//
// in which a facility that is missing counts as one at Cap. docs/optimiser.md says which objectives
// of the literature this covers, and how.
type Problem struct {
	Sites, Cells int
	Place        int     // facilities to place, fixed ones included; with a Budget, at most so many
	Row          []int32 // per site its row in every layer's matrix; nil: its own number. Sites may share a row
	Layers       []Layer // the objective is their sum; the same sites serve them all
	Fixed        []int   // sites that must have a facility
	Forbidden    []int   // sites that must not
	Quotas       []Quota
	Cost         []float64 // per site, such as crew hours; nil: none
	Budget       float64   // Σ Cost over the plan is at most this; 0: no budget, and then no Cost
}

// Layer is demand, travel time and what a time costs, such as in one hour of the week. Layers that
// agree in all but the weights are no more work than one layer with the sum of their weights.
type Layer struct {
	Weight []float64     // per cell, 0 to 10¹⁵
	Time   *route.Matrix // rows × Cells; times above Cap count as Cap; shared, never written

	// Share is the share of the demand that the nearest facility in service serves, the second nearest
	// and so on: at most MostLevels, each from 0 to 1, the first above 0, with a sum of at most 1.
	Share []float64
	Curve *Curve // what a time costs; nil: itself, in milliseconds
	Off   []bool // per site: not in service in this layer; nil: all are
}

// MostLevels is the most entries that a layer's Share may have.
const MostLevels = 8

// Quota bounds how many facilities a set of sites may have. Of two quotas' sets, one holds the other
// or they have no site in common.
type Quota struct {
	Name        string // for errors
	Sites       []int
	Least, Most int
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
	Stopped   Status = "stopped"   // deadline, cancel or Settings.Gap: the best plan so far
)
