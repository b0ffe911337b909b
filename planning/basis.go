package planning

import (
	"github.com/nearside-ems/nearside/data"
	"github.com/nearside-ems/nearside/demand"
	"github.com/nearside-ems/nearside/demand/forecast"
	"github.com/nearside-ems/nearside/geo/route"
)

// Basis is what plans are made on.
type Basis struct {
	City    *data.London
	Network *route.Network // City.Network, or one that was imported
	Demand  *Demand
}

// Demand is the calls that plans are made for, in a typical week.
type Demand struct {
	Week  *demand.Intensity // over the cells of the city's grid; its Source is shown with every plan
	Notes []string          // what a reader must know of it
	hash  [32]byte          // of Week
}

// NewDemand returns the demand of a typical week, with notes that are shown beside it.
func NewDemand(week *demand.Intensity, notes ...string) *Demand {
	return &Demand{Week: week, Notes: notes, hash: week.Hash()}
}

// DemandOf returns the typical week of a baseline: the prior, or what was learnt from calls.
func DemandOf(b forecast.Baseline) *Demand {
	return NewDemand(b.Week(), b.About().Notes...)
}
