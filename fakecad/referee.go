package fakecad

import (
	"math"

	"github.com/paulmach/orb"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route"
	"github.com/nearside-ems/nearside/internal/dijkstra"
)

// referee works travel times out by Dijkstra's search of the whole network, sharing with the server the
// roads, the speeds and where a point is put on the roads, and nothing of how it searches.
type referee struct {
	network *route.Network
	speeds  *road.SpeedTable
	search  *dijkstra.Search
	weights map[period][]road.Millis
}

// period is a set of speeds.
type period struct {
	of      road.Period
	driving road.Driving
}

func newReferee(n *route.Network, speeds *road.SpeedTable) *referee {
	return &referee{n, speeds, dijkstra.NewSearch(dijkstra.Backward(n.Graph)), map[period][]road.Millis{}}
}

// toCall returns the travel times of cars at points to a call, Unreachable where there is no way; ok is
// false where no road is near the call.
func (r *referee) toCall(call orb.Point, cars []orb.Point, at period) (times []road.Millis, ok bool) {
	to, ok := r.network.Snap(call)
	if !ok {
		return nil, false
	}
	profile := r.speeds.Profile(at.of, at.driving)
	weight := r.weights[at]
	if weight == nil {
		weight = r.network.Graph.Weights(&profile)
		r.weights[at] = weight
	}
	r.search.Begin(weight)
	for _, l := range to.Reach[:to.Reaches] {
		r.search.From(l.Node, linkTime(&profile, &l))
	}
	r.search.All()
	for _, p := range cars {
		times = append(times, r.fromCar(p, &to, &profile))
	}
	return times, true
}

func (r *referee) fromCar(p orb.Point, to *road.Spot, profile *road.Profile) road.Millis {
	from, ok := r.network.Snap(p)
	if !ok {
		return road.Unreachable
	}
	best := beside(&from, to, profile)
	for _, l := range from.Leave[:from.Leaves] {
		best = min(best, r.search.Time(l.Node).Add(linkTime(profile, &l)))
	}
	return best
}

func linkTime(p *road.Profile, l *road.Link) road.Millis { return p.Time(l.Base, l.Class, l.Zone) }

// beside is the time between places in one square or on one edge, without a junction between.
func beside(from, to *road.Spot, p *road.Profile) road.Millis {
	switch {
	case from.Square != 0 && from.Square == to.Square:
		return p.Time(from.Within, from.Leave[0].Class, from.Leave[0].Zone)
	case !from.OnArc || !to.OnArc || from.Arc != to.Arc:
		return road.Unreachable
	}
	best := road.Unreachable
	for way := range min(from.Leaves, to.Leaves) { // along the arc, and against it
		a, b := linkTime(p, &from.Leave[way]), linkTime(p, &to.Leave[way])
		if a != road.Unreachable && b != road.Unreachable && a >= b {
			best = min(best, a-b)
		}
	}
	return best
}

// near tells whether two travel times are as good as the same: within a second, or a hundredth.
func near(a, b road.Millis) bool {
	return math.Abs(float64(a)-float64(b)) <= max(1000, 0.01*float64(a))
}
