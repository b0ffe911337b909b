package road

import (
	"math"

	"github.com/paulmach/orb"
)

// facing is how many degrees a car's heading may lie from the direction of the road that it drives on.
// Assumption: halfway between along the road and out of it, and some more for bends and lane changes.
const facing = 60

// positionError is how far from its true place a reported position may lie, in metres: roads that lie at
// most so much farther than the nearest may be the right one. Assumption: satellite positions between
// buildings are off by 5 to 15 m.
const positionError = 15

// SnapHeading returns the spot of a car that drives and reports a heading, in degrees clockwise from
// north. Of the roads within 15 m of being the nearest it takes the nearest one that runs within
// 60 degrees of the heading in a direction that cars may use; where none does, the nearest as Snap.
//
// On a two-way road that agrees, the spot leaves in the direction of the heading only, since a car that
// drives does not turn round in the road: along the arc Leaves is 1, against it Leave[0] is closed
// (Unreachable). A heading means nothing where the car stands: call Snap then.
func (s *EdgeSnapper) SnapHeading(p orb.Point, heading float64) (spot Spot, ok bool) {
	x, y := s.plane(p)
	east, north := math.Sincos(heading * math.Pi / 180)
	best, agrees := nearest{squared: s.limit * s.limit}, nearest{squared: math.Inf(1)}
	within := func() float64 { // squared: roads farther away are not taken for their direction
		far := min(math.Sqrt(best.squared)+positionError, s.limit)
		return min(far*far, agrees.squared)
	}
	s.around(x, y, s.limit, func(cell int, squared float64) {
		if squared > within() {
			return
		}
		for _, q := range s.cars(cell) {
			d, _ := s.distance(q, x, y)
			best.improve(q, d)
			if d <= within() && s.faces(q, east, north) != 0 {
				agrees.improve(q, d)
			}
		}
	}, func(reach float64) bool { return best.found && max(best.squared, within()) < reach*reach })
	switch far := math.Sqrt(best.squared) + positionError; {
	case !best.found:
		return Spot{}, false
	case !agrees.found || agrees.squared > far*far:
		return s.spot(best.segment, x, y), true
	}
	spot = s.spot(agrees.segment, x, y)
	switch way := s.faces(agrees.segment, east, north); {
	case spot.Leaves < 2:
	case way > 0:
		spot.Leave[1], spot.Leaves = Link{}, 1
	default:
		spot.Leave[0].Base = Unreachable
	}
	return spot, true
}

// faces is 1 where a heading agrees with the direction of segment p, -1 where it agrees with the way back
// and 0 where it agrees with neither or cars may not drive so.
func (s *EdgeSnapper) faces(p uint32, east, north float64) int {
	l, e := s.line(p), s.edge[p]
	dx, dy := l.bx-l.ax, l.by-l.ay
	ahead, forward, backward := dx*east+dy*north, s.edges.Forward[e], s.edges.Backward[e]
	switch most := math.Cos(facing*math.Pi/180) * math.Sqrt(dx*dx+dy*dy); {
	case most == 0:
		return 0
	case ahead >= most && s.graph.Class[forward] != BusOnly:
		return 1
	case -ahead >= most && forward != backward && s.graph.Class[backward] != BusOnly:
		return -1
	}
	return 0
}
