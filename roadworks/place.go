package roadworks

import (
	"encoding/hex"
	"fmt"
	"math"
	"slices"

	"github.com/paulmach/orb"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route"
)

// NearMetres is how far from a place its road may be: farther away, another place was meant.
const NearMetres = 100

// arcsOf returns the arcs that a place means on a network, ascending, and the metres from Place.At to
// its road. The error wraps ErrNoRoad where there are none.
func arcsOf(n *route.Network, p *Place) (arcs []road.Arc, metres float64, err error) {
	roads, err := n.Shapes()
	if err != nil {
		return nil, 0, fmt.Errorf("%w: %w", ErrNoRoad, err)
	}
	switch {
	case p.At != nil:
		if arcs, metres = near(n, roads, p.At); len(arcs) == 0 {
			err = fmt.Errorf("%w: no road within %d m of %.5f, %.5f%s", ErrNoRoad, NearMetres, p.At.Point.Lat(), p.At.Point.Lon(), wayOf(p.At))
		}
	case p.Area != nil:
		if arcs, err = roads.Index.Touching(orb.Polygon{p.Area}); err == nil && len(arcs) == 0 {
			err = fmt.Errorf("%w: no road touches the area", ErrNoRoad)
		}
	default:
		if arcs = numbered(n, roads, p); len(arcs) == 0 {
			err = fmt.Errorf("%w: the network in use has none of these edges", ErrNoRoad)
		}
	}
	slices.Sort(arcs)
	return slices.Compact(arcs), metres, err
}

func wayOf(a *At) string {
	if a.Heading == nil {
		return ""
	}
	return fmt.Sprintf(" that goes towards %g degrees", *a.Heading)
}

// numbered returns the arcs of edges by their numbers, or where they run on another network.
func numbered(n *route.Network, roads *route.Shapes, p *Place) (arcs []road.Arc) {
	same := p.Network == hex.EncodeToString(n.Hash[:])
	for i := range p.Edges {
		if e := &p.Edges[i]; !same {
			found, _ := near(n, roads, &e.At)
			arcs = append(arcs, found...)
		} else if int(e.Arc) < n.Graph.Arcs() {
			arcs = append(arcs, e.Arc)
		}
	}
	return arcs
}

// nearRoads is how many roads near a point are looked at for one that goes its way.
const nearRoads = 64

// near returns the arcs of the road nearest to a point. The lattice knows no single roads: there it is
// every arc that passes within NearMetres.
func near(n *route.Network, roads *route.Shapes, at *At) (arcs []road.Arc, metres float64) {
	for i, r := range roads.Index.Near(at.Point, nearRoads, NearMetres) {
		if i > 0 && n.Edges != nil && len(arcs) > 0 {
			break
		}
		before := len(arcs)
		arcs = directions(roads.Edges, r, at.Heading, arcs)
		if before == 0 && len(arcs) > 0 {
			metres = float64(r.Metres)
		}
	}
	return arcs, metres
}

// directions appends both arcs of a road, or those within a right angle of a heading.
func directions(e *road.Edges, r road.NearRoad, heading *float64, arcs []road.Arc) []road.Arc {
	if towards(e, r.Forward, r.Along, heading) {
		arcs = append(arcs, r.Forward)
	}
	if r.Backward != r.Forward && towards(e, r.Backward, 1-r.Along, heading) {
		arcs = append(arcs, r.Backward)
	}
	return arcs
}

// towards tells whether an arc runs within a right angle of a heading at a share of its length.
func towards(e *road.Edges, a road.Arc, along float32, heading *float64) bool {
	if heading == nil {
		return true
	}
	way, ok := e.Heading(a, along)
	turn := math.Mod(math.Abs(way-*heading), 360)
	return ok && min(turn, 360-turn) < 90
}
