package lattice

import (
	"github.com/paulmach/orb"

	"github.com/nearside-ems/nearside/geo/grid"
	"github.com/nearside-ems/nearside/geo/road"
)

// MaxMetres is how far outside the grid a point may lie.
const MaxMetres = 2000

// Snap joins a point to the nodes around it by the ways of its square. Metres is the distance to the
// nearest of these nodes, since the lattice does not know where the roads between them run. Points
// outside London take the nearest cell; ok is false where that is over MaxMetres away.
func (l *Lattice) Snap(p orb.Point) (s road.Spot, ok bool) {
	cell, ok := l.Cells.At(p)
	if !ok {
		if cell, ok = l.nearest(p); !ok {
			return road.Spot{}, false
		}
	}
	square := int(cell)*Squares + Square(l.Cells.Centre(cell), p)
	s.Leaves = l.links(cell, &l.On[square], &s.Leave)
	s.Reaches = l.links(cell, &l.Off[square], &s.Reach)
	s.Metres = float32(MaxMetres)
	for _, link := range s.Leave[:s.Leaves] {
		at := orb.Point{float64(l.Graph.Lon[link.Node]), float64(l.Graph.Lat[link.Node])}
		s.Metres = min(s.Metres, float32(road.Metres(p, at)))
	}
	return s, s.Leaves > 0 && s.Reaches > 0
}

// links turns the ways of a square of the cell into links and returns their number.
func (l *Lattice) links(cell grid.Index, ways *Ways, out *[road.MaxLinks]road.Link) (n uint8) {
	for _, w := range ways {
		if w.Time != road.Unreachable {
			out[n] = road.Link{Node: road.Node(w.Cell), Base: w.Time, Class: road.Lattice, Zone: l.Zone[cell]}
			n++
		}
	}
	return n
}

// nearest returns the cell whose centre is nearest to a point, by looking at all of them: points
// outside London are rare.
func (l *Lattice) nearest(p orb.Point) (grid.Index, bool) {
	best, metres := grid.Index(0), float64(MaxMetres)
	for i := range l.Cells.Len() {
		if m := road.Metres(p, l.Cells.Centre(grid.Index(i))); m < metres {
			best, metres = grid.Index(i), m
		}
	}
	return best, metres < MaxMetres
}
