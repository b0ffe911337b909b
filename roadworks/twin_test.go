package roadworks

import (
	"github.com/paulmach/orb"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route"
)

// streetLat is where the street of the tests runs.
const streetLat = 51.5

// street is a road from west to east out of edges of a hundredth of a degree each, which begins at
// longitude -0.2. Edge i has the arcs 2i eastward and 2i+1 back; the last node has no arc.
func street(edges int) *route.Network {
	g := &road.Graph{FirstOut: []road.Arc{0}}
	e := &road.Edges{First: []uint32{0}}
	node := func(lon float64, arcs ...road.Node) {
		g.Lon, g.Lat = append(g.Lon, float32(lon)), append(g.Lat, streetLat)
		for _, head := range arcs {
			g.Head, g.Base, g.Metres = append(g.Head, head), append(g.Base, 60_000), append(g.Metres, 694.4)
			g.Class, g.Zone = append(g.Class, road.Primary), append(g.Zone, road.Inner)
		}
		g.FirstOut = append(g.FirstOut, road.Arc(len(g.Head)))
	}
	// Two nodes stand for each junction, so that the arcs are in the order of the edges.
	for i := range edges {
		west := -0.2 + float64(i)/100
		node(west, road.Node(2*i+1))
		node(west+0.01, road.Node(2*i))
		e.Forward, e.Backward = append(e.Forward, road.Arc(2*i)), append(e.Backward, road.Arc(2*i+1))
		for _, lon := range []float64{west, west + 0.005, west + 0.01} {
			e.Lon, e.Lat = append(e.Lon, float32(lon)), append(e.Lat, streetLat)
		}
		e.First = append(e.First, uint32(len(e.Lon)))
	}
	n := &route.Network{Name: "street", Graph: g, Edges: e}
	n.Hash[0] = byte(edges)
	return n
}

// around is a rectangle that the street runs through from one longitude to another.
func around(west, east float64) orb.Ring {
	return orb.Ring{{west, 51.49}, {east, 51.49}, {east, 51.51}, {west, 51.51}}
}

func atPoint(lon float64) Place { return Place{At: &At{Point: orb.Point{lon, streetLat}}} }
