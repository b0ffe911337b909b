package road

import (
	"math"

	"github.com/paulmach/orb"
)

// nearest is the best segment so far.
type nearest struct {
	squared float64 // metres²
	segment uint32
	found   bool
}

// improve takes segment p at a squared distance where it is nearer; of segments equally near, the first.
func (n *nearest) improve(p uint32, squared float64) {
	if squared < n.squared || squared == n.squared && (!n.found || p < n.segment) {
		*n = nearest{squared, p, true}
	}
}

// Snap returns the spot on the nearest road; of roads equally near, the first of the edges. Roads for
// buses only are passed over, since normal driving may not use them. ok is false where none is within
// the limit.
func (s *EdgeSnapper) Snap(p orb.Point) (spot Spot, ok bool) {
	x, y := s.plane(p)
	best := s.nearest(x, y)
	if !best.found {
		return Spot{}, false
	}
	return s.spot(best.segment, x, y), true
}

// nearest returns the nearest segment that cars may use, where one is within the limit.
func (s *EdgeSnapper) nearest(x, y float64) nearest {
	best := nearest{squared: s.limit * s.limit}
	s.around(x, y, s.limit, func(cell int, squared float64) {
		if squared > best.squared {
			return
		}
		for _, p := range s.cars(cell) {
			d, _ := s.distance(p, x, y)
			best.improve(p, d)
		}
	}, func(reach float64) bool { return best.found && best.squared < reach*reach })
	return best
}

// spot returns the spot on a segment that is nearest to a point.
func (s *EdgeSnapper) spot(segment uint32, x, y float64) Spot {
	squared, share := s.distance(segment, x, y)
	e := s.edge[segment]
	spot := s.graph.SpotOn(s.edges.Forward[e], s.edges.Backward[e], s.along(segment, share))
	spot.Metres = float32(math.Sqrt(squared))
	return spot
}
