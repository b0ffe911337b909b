package data

import (
	"fmt"
	"math"

	"github.com/nearside-ems/nearside/demand"
	"github.com/nearside-ems/nearside/geo/bng"
	"github.com/nearside-ems/nearside/geo/grid"
	"github.com/paulmach/orb"
)

// charingCross is where distances to the centre of London are measured from.
var charingCross = orb.Point{-0.1277, 51.5073}

// City returns London as what calls are learnt over, at resolution FineRes or CoarseRes: cell i is cell
// i of Grid or Coarse, districts are the boroughs, and the prior is the place shares of Prior. Its
// covariates describe where people live, how much need the published indices see, how busy the borough
// is for ambulances of all causes, and how far the centre and the sites for care are. How many people
// are out in a place by night is not among the shipped data.
func (l *London) City(res int) (*demand.City, error) {
	g := l.Grid
	switch res {
	case FineRes:
	case CoarseRes:
		g = l.Coarse
	default:
		return nil, fmt.Errorf("london: resolution %d; want %d or %d", res, CoarseRes, FineRes)
	}
	n := g.Len()
	c := &demand.City{
		Name: "London", Zone: l.Calendar.Zone, Holidays: demand.EnglandAndWales,
		X: make([]float64, n), Y: make([]float64, n), Land: make([]float64, n), District: make([]int32, n),
	}
	ids := make([]string, n)
	for i := range grid.Index(n) {
		at, err := bng.FromWGS84(g.Centre(i))
		if err != nil {
			return nil, fmt.Errorf("london: cell %s: %w", g.ID(i), err)
		}
		c.X[i], c.Y[i], c.Land[i] = at.Easting, at.Northing, g.Area(i)
		c.District[i] = int32(g.Borough(i))
		ids[i] = g.ID(i)
	}
	for i := range l.Boroughs {
		c.Districts = append(c.Districts, l.Boroughs[i].Name)
	}
	c.Hash = demand.HashCells(c.Name, c.Zone.String(), c.Holidays, ids)
	to := l.regroup(g)
	c.Prior = l.placeShares(to, n)
	c.Covariates = append(l.residence(c, to), l.distances(c)...)
	return c, c.Validate()
}

// regroup returns the cell of g that each cell of Grid belongs to.
func (l *London) regroup(g *grid.Grid) []int32 {
	to := make([]int32, l.Grid.Len())
	if g == l.Grid {
		for i := range to {
			to[i] = int32(i)
		}
		return to
	}
	for i, p := range grid.Parents(l.Grid, g) {
		to[i] = int32(p)
	}
	return to
}

// placeShares returns each cell's part of the prior's calls. A coarse cell at the border that has the
// centre of no fine one has none.
func (l *London) placeShares(to []int32, n int) []float64 {
	share := make([]float64, n)
	var total float64
	for i, s := range l.perCell() {
		share[to[i]] += s
		total += s
	}
	for i := range share {
		share[i] /= total
	}
	return share
}

// perCell returns the prior's calls a week in each cell of Grid.
func (l *London) perCell() []float64 {
	calls := make([]float64, l.Grid.Len())
	for h := range demand.HoursPerWeek {
		for i, r := range l.Prior.At(demand.HourOfWeek(h)) {
			calls[i] += float64(r)
		}
	}
	return calls
}

// residence describes who lives in the cells and what their borough's share of ambulance incidents is.
func (l *London) residence(c *demand.City, to []int32) []demand.Covariate {
	n := c.Len()
	people, need := make([]float64, n), make([]float64, n)
	living, weight := make([]float64, len(l.Boroughs)), make([]float64, len(l.Boroughs))
	for _, r := range l.Residents {
		people[to[r.Cell]] += r.People
		need[to[r.Cell]] += r.People * r.Need
		living[r.Borough] += r.People
		weight[r.Borough] += r.People * r.Need
	}
	calls := make([]float64, len(l.Boroughs))
	for i, s := range l.perCell() {
		calls[l.Grid.Borough(grid.Index(i))] += s
	}
	density, perHead := make([]float64, n), make([]float64, n)
	for i := range n {
		b := c.District[i]
		density[i] = math.Log1p(people[i] / (c.Land[i] / 1e6))
		perHead[i] = math.Log(calls[b] / living[b])
		if people[i] > 0 {
			need[i] /= people[i]
		} else {
			need[i] = weight[b] / living[b] // nobody to ask: the borough's mean
		}
	}
	return []demand.Covariate{
		{Name: "log of residents per km²", Values: density},
		{Name: "mental-health need of residents", Values: need},
		{Name: "log of the borough's ambulance incidents per resident", Values: perHead},
	}
}

// distances describes how far cells are from what draws people: the logarithm of 1 + km.
func (l *London) distances(c *demand.City) []demand.Covariate {
	var mental, emergency []orb.Point
	for i := range l.Places {
		switch p := &l.Places[i]; p.Kind {
		case EmergencyDepartment:
			emergency = append(emergency, p.Point)
		case CrisisAssessment, PlaceOfSafety, MentalHealthWard:
			mental = append(mental, p.Point)
		}
	}
	return []demand.Covariate{
		{Name: "log of distance to the centre", Values: nearest(c, []orb.Point{charingCross})},
		{Name: "log of distance to a mental-health site", Values: nearest(c, mental)},
		{Name: "log of distance to an emergency department", Values: nearest(c, emergency)},
	}
}

// nearest returns log(1 + km) from each cell to the nearest of some places.
func nearest(c *demand.City, to []orb.Point) []float64 {
	var places []bng.Point
	for _, p := range to {
		if at, err := bng.FromWGS84(p); err == nil { // always: places were checked when they were read
			places = append(places, at)
		}
	}
	out := make([]float64, c.Len())
	for i := range out {
		least := math.Inf(1)
		for _, p := range places {
			dx, dy := c.X[i]-p.Easting, c.Y[i]-p.Northing
			least = min(least, dx*dx+dy*dy)
		}
		out[i] = math.Log1p(math.Sqrt(least) / 1000)
	}
	return out
}
