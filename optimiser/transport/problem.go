package transport

import (
	"math"

	"github.com/nearside-ems/nearside/geo/route"
	"github.com/nearside-ems/nearside/optimiser"
)

// Problem asks where to put Place centres, at most one a site, so that the travel time of patients to
// centres with room is least.
type Problem struct {
	Sites, Cells int
	Place        int // centres, fixed ones included
	Layers       []Layer
	Fixed        []int // sites that must have a centre
	Forbidden    []int // sites that must not
}

// Layer is patients, travel times and room in one period.
type Layer struct {
	Weight []float64     // per cell: patients, 0 to 10¹⁵
	Time   *route.Matrix // Sites × Cells; times from optimiser.Cap on count as Cap, and as unserved; shared, never written
	// Capacity is per site the patients whom a centre there can take in the layer: 0 where it is shut,
	// +Inf without limit. Nil: no site has a limit.
	Capacity []float64
}

// Plan is a chosen set of sites, who goes where, and the proof.
type Plan struct {
	Sites       []int // ascending
	Flows       []Flow
	Status      optimiser.Status
	Certificate Certificate
}

// Flow is patients of one cell who go to one centre in one layer. Patients of a cell in no flow are
// unserved. Flows are sorted by layer, cell and site; amounts are above 0.
type Flow struct {
	Layer, Cell, Site int32
	Amount            float64
}

// Certificate bounds the best possible objective from below and above, in patient-weighted seconds.
type Certificate struct {
	Value float64 // objective of the plan
	Bound float64 // no plan is better than this

	// Price proves that nobody can go better between given centres: for each layer and each of Place
	// centres in ascending order of their sites, what room for one patient more would save, in seconds,
	// whole milliseconds. The first Layers × Place numbers are of the plan's sites, those that follow of
	// the Single steps of the proof.
	Price []float64
	// Multiplier holds one or more vectors, one after another: a multiplier in seconds, whole
	// milliseconds from 0 to Cap, for each layer l and cell i at l·Cells + i.
	Multiplier []float64
	// Proof is a tree as in optimiser.Certificate. The index of a Single step is the place of its prices
	// in Price, from 0, counted in sets of Layers × Place. Empty: the first vector bounds all plans.
	Proof   []optimiser.Step
	Problem [32]byte // SHA-256 of the problem, Problem.Hash
}

// Gap returns (Value − Bound) / Value: how far, at most, the plan is from the best possible one.
func (c *Certificate) Gap() float64 {
	if c.Value <= 0 {
		return 0
	}
	return max(0, (c.Value-c.Bound)/c.Value)
}

// room returns the patients whom a centre at the site can take in the layer.
func (l *Layer) room(site int) float64 {
	if l.Capacity == nil {
		return math.Inf(1)
	}
	return l.Capacity[site]
}
