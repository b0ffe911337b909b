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
