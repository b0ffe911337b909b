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
	switch {
	case p.At != nil:
		arcs, metres = near(n, p.At)
		if len(arcs) == 0 {
			err = fmt.Errorf("%w: no road within %d m of %.5f, %.5f%s", ErrNoRoad, NearMetres, p.At.Point.Lat(), p.At.Point.Lon(), wayOf(p.At))
		}
	case p.Area != nil:
		if arcs = touching(n, p.Area); len(arcs) == 0 {
			err = fmt.Errorf("%w: no road touches the area", ErrNoRoad)
		}
	default:
		if arcs = numbered(n, p); len(arcs) == 0 {
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
func numbered(n *route.Network, p *Place) (arcs []road.Arc) {
	same := p.Network == hex.EncodeToString(n.Hash[:])
	for i := range p.Edges {
		if e := &p.Edges[i]; !same {
			found, _ := near(n, &e.At)
			arcs = append(arcs, found...)
		} else if int(e.Arc) < n.Graph.Arcs() {
			arcs = append(arcs, e.Arc)
		}
	}
	return arcs
}

// near returns the arcs of the road nearest to a point. A network without shapes, the lattice, knows no
// single roads: there it is every arc that passes within NearMetres.
func near(n *route.Network, at *At) (arcs []road.Arc, metres float64) {
	where, metres := plane(at.Point), math.Inf(1)
	eachRoad(n, func(r stretch) {
		d, way := r.nearest(where)
		switch {
		case d > NearMetres || !r.goes(way, at.Heading):
			return
		case n.Edges == nil:
			arcs = append(arcs, r.forward)
		case d < metres:
			arcs = r.directions(arcs[:0], way, at.Heading)
		}
		metres = min(metres, d)
	})
	if len(arcs) == 0 {
		return nil, 0
	}
	return arcs, metres
}

// touching returns the arcs whose roads touch an area.
func touching(n *route.Network, area orb.Ring) (arcs []road.Arc) {
	ring := make([]point, len(area))
	for i, p := range area {
		ring[i] = plane(p)
	}
	box := boxOf(ring)
	eachRoad(n, func(r stretch) {
		if r.touches(ring, box) {
			arcs = r.directions(arcs, 0, nil)
		}
	})
	return arcs
}
