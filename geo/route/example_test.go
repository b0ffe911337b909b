package route_test

import (
	"fmt"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route"
)

// Three crossings in a row along a one-way street, a car at either end, and a call in the middle:
// only the car behind can go there.
func ExampleFinder_Nearest() {
	g := &road.Graph{
		FirstOut: []road.Arc{0, 1, 2, 2},
		Head:     []road.Node{1, 2},
		Base:     []road.Millis{60_000, 45_000},
		Class:    []road.Class{road.Primary, road.Primary},
		Zone:     []road.Zone{road.Inner, road.Inner},
		Lon:      make([]float32, 3),
		Lat:      make([]float32, 3),
	}
	var reference road.Profile
	reference.Factor[road.Primary][road.Inner] = 1
	at := func(v road.Node) road.Spot {
		l := [road.MaxLinks]road.Link{{Node: v, Arc: road.NoArc, Class: road.Primary, Zone: road.Inner}}
		return road.Spot{Leave: l, Reach: l, Leaves: 1, Reaches: 1}
	}
	finder := route.NewFinder(route.NewMetric(&route.Network{Graph: g}, reference))
	for _, found := range finder.Nearest(at(1), []road.Spot{at(0), at(2)}, 5, nil) {
		fmt.Printf("car %d in %.0f s\n", found.Car, found.Time.Seconds())
	}
	// Output: car 0 in 60 s
}

// block is a square of four streets, each 200 m and half a minute long both ways: node 0 joined to nodes 1
// and 2, and these to node 3.
func block() *road.Graph {
	g := &road.Graph{
		FirstOut: []road.Arc{0, 2, 4, 6, 8},
		Head:     []road.Node{1, 2, 0, 3, 0, 3, 1, 2},
		Lon:      []float32{-0.1, -0.1, -0.097, -0.097},
		Lat:      []float32{51.5, 51.502, 51.5, 51.502},
	}
	for range g.Head {
		g.Base, g.Metres = append(g.Base, 30_000), append(g.Metres, 200)
		g.Class, g.Zone = append(g.Class, road.Minor), append(g.Zone, road.Inner)
	}
	return g
}

// The way round a block, then with a street of it slow and another closed.
func ExampleMetric_With() {
	g := block()
	var reference road.Profile
	reference.Factor[road.Minor][road.Inner] = 1
	usual := route.NewMetric(&route.Network{Graph: g}, reference)
	from, to := g.SpotOn(0, 2, 0), g.SpotOn(3, 6, 1) // node 0, at the beginning of arc 0, and node 3
	finder := route.NewFinder(usual)
	show := func(m *route.Metric) {
		finder.Use(m)
		p := finder.Path(from, to, nil)
		fmt.Printf("%.0f s over %.0f m: arcs %v\n", p.Time.Seconds(), p.Metres, p.Arcs)
	}
	show(usual.With([]route.Change{{Arc: 1}}))                    // closed from node 0 to node 2
	show(usual.With([]route.Change{{Arc: 1}, {Arc: 3, KmH: 12}})) // and slow from node 1 to node 3
	show(usual.With([]route.Change{{Arc: 0}, {Arc: 3, KmH: 12}})) // the other way round is open
	// Output:
	// 60 s over 400 m: arcs [0 3]
	// 90 s over 400 m: arcs [0 3]
	// 60 s over 400 m: arcs [1 5]
}
