package lattice

import (
	"github.com/paulmach/orb"

	"github.com/nearside-ems/nearside/geo/grid"
	"github.com/nearside-ems/nearside/geo/road"
)

// MaxMetres is how far outside the grid a point may lie.
const MaxMetres = 2000

// within is the time at the reference profile between two points of one square: 0.52 of its 103 m lie
// between two random points of a square, times 1.4 for the way by road and at 5 m/s (18 km/h); detour
// and speed are assumptions. Without it a car would have to drive to a node and back to reach a call at
// its own place: 46 s at the median and 138 s at the 90th percentile of London's squares.
const within road.Millis = 15_000

// Snap joins a point to the nodes around it by the ways of its square. Metres is the distance to the
// nearest of these nodes, since the lattice does not know where the roads between them run. Points
// outside London take the nearest cell; ok is false where that is over MaxMetres away.
func (l *Lattice) Snap(p orb.Point) (s road.Spot, ok bool) {
	cell, inside := l.Cells.At(p)
	if !inside {
		if cell, ok = l.nearest(p); !ok {
			return road.Spot{}, false
		}
	}
	square := int(cell)*Squares + Square(l.Cells.Centre(cell), p)
	if inside {
		s.Square, s.Within = uint32(square)+1, within
	}
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
			out[n] = road.Link{Node: road.Node(w.Cell), Arc: road.NoArc, Base: w.Time, Class: road.Lattice, Zone: l.Zone[cell]}
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
