package build

import (
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"

	"github.com/nearside-ems/nearside/geo"
	"github.com/nearside-ems/nearside/geo/grid"
)

// land tells on which side of the water points lie, by the borough: the Thames, the Lea and Barking
// Creek are borough boundaries from Kew and Tottenham downstream.
type land struct {
	boroughs []geo.Borough
	bounds   []orb.Bound
	cells    *grid.Grid
	bank     []bank // per borough
}

// bank is the land between two waters.
type bank uint8

const (
	northWest bank = iota // north of the Thames and west of the Lea
	leaSide               // between the Lea and Barking Creek; north of there it is one with beyondRoding
	beyondRoding
	south
	both // Richmond upon Thames lies on both sides of the Thames
)

// banks of the boroughs that are not north-west.
var banks = map[string]bank{
	"Newham": leaSide, "Waltham Forest": leaSide, "Redbridge": leaSide,
	"Barking and Dagenham": beyondRoding, "Havering": beyondRoding,
	"Wandsworth": south, "Lambeth": south, "Southwark": south, "Lewisham": south, "Greenwich": south, "Bexley": south,
	"Bromley": south, "Croydon": south, "Sutton": south, "Merton": south, "Kingston upon Thames": south,
	"Richmond upon Thames": both,
}

func newLand(boroughs []geo.Borough, cells *grid.Grid) *land {
	l := &land{boroughs: boroughs, cells: cells}
	for _, b := range boroughs {
		l.bounds = append(l.bounds, b.Land.Bound())
		l.bank = append(l.bank, banks[b.Name])
	}
	return l
}

// borough returns the position of the borough that a point lies in; ok is false on the water and outside.
func (l *land) borough(p orb.Point) (int, bool) {
	if c, ok := l.cells.At(p); ok {
		if b := l.cells.Borough(c); l.contains(b, p) {
			return b, true
		}
	}
	for b := range l.boroughs {
		if l.contains(b, p) {
			return b, true
		}
	}
	return 0, false
}

func (l *land) contains(b int, p orb.Point) bool {
	return l.bounds[b].Contains(p) && planar.MultiPolygonContains(l.boroughs[b].Land, p)
}

// parted reports whether water lies between two boroughs where they meet, so that local streets do not
// cross. Redbridge and Barking and Dagenham meet on land.
func (l *land) parted(a, b int) bool {
	x, y := min(l.bank[a], l.bank[b]), max(l.bank[a], l.bank[b])
	switch {
	case x == y || y == both:
		return false
	case x == leaSide && y == beyondRoding:
		return l.boroughs[a].Name == "Newham" || l.boroughs[b].Name == "Newham"
	}
	return true
}

// bridges is the longitude of Tower Bridge, the last bridge over the Thames within London.
const bridges = -0.0754

// passable reports whether a bus link or a piece of the Major Road Network can be a road: east of Tower
// Bridge it must not change between the banks of the Thames (the tunnels are listed on their own, the
// Woolwich ferry is left out). Buses cross the Lea and Barking Creek by bridges.
func (l *land) passable(a, b orb.Point) bool {
	if max(a[0], b[0]) < bridges {
		return true
	}
	i, ok := l.borough(a)
	j, okToo := l.borough(b)
	return ok && okToo && (l.bank[i] == south) == (l.bank[j] == south)
}

// tunnel is a road tunnel under the Thames.
type tunnel struct {
	name         string
	north, south orb.Point
	metres       float64 // between the two points, by road
}

// tunnels east of Tower Bridge. The points are on the roads at the tunnels' ends; lengths are straight
// lines with a tenth for bends, rounded. Silvertown opened in April 2025.
var tunnels = []tunnel{
	{"Rotherhithe", orb.Point{-0.0433, 51.5106}, orb.Point{-0.0530, 51.4992}, 1550},
	{"Blackwall", orb.Point{-0.0077, 51.5105}, orb.Point{0.0042, 51.4965}, 1950},
	{"Silvertown", orb.Point{0.0150, 51.5085}, orb.Point{0.0052, 51.4985}, 1450},
}

// docks are boxes within the Royal Docks and London City Airport's runway: west of Connaught Road the
// Victoria Dock, east of it the Albert and King George V Docks up to Woolwich Manor Way and the Albert
// Basin. Only bus links and the Major Road Network cross them.
var docks = []orb.Bound{
	{Min: orb.Point{0.0160, 51.5045}, Max: orb.Point{0.0340, 51.5073}},
	{Min: orb.Point{0.0362, 51.5042}, Max: orb.Point{0.0800, 51.5078}},
}

func inDocks(p orb.Point) bool {
	for _, d := range docks {
		if d.Contains(p) {
			return true
		}
	}
	return false
}
