package route_test

import (
	"fmt"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route"
)

// Two cars wait at the ends of a road of three crossings; then one of them drives towards the middle.
func ExampleIndex() {
	g := &road.Graph{
		FirstOut: []road.Arc{0, 1, 3, 4},
		Head:     []road.Node{1, 0, 2, 1},
		Base:     []road.Millis{60_000, 60_000, 45_000, 45_000},
		Class:    make([]road.Class, 4),
		Zone:     make([]road.Zone, 4),
		Lon:      make([]float32, 3),
		Lat:      make([]float32, 3),
	}
	var reference road.Profile
	reference.Factor[0][0] = 1
	m := route.NewMetric(&route.Network{Graph: g}, reference)
	start, end, middle := g.SpotOn(0, 1, 0), g.SpotOn(2, 3, 1), g.SpotOn(2, 3, 0)

	index, trails, moves, scratch := route.NewIndex(m), route.NewTrails(m), new(route.Moves), route.NewScratch(m)
	trails.Put(0, &start, moves)
	trails.Put(1, &end, moves)
	index.Apply(moves)
	fmt.Println(index.Nearest(scratch, &middle, 5, nil, nil))

	moves.Reset()
	passed := g.SpotOn(0, 1, 0.9)
	trails.Put(0, &passed, moves)
	index.Apply(moves)
	fmt.Println(index.Nearest(scratch, &middle, 1, nil, nil))
	// Output:
	// [{1 45000} {0 60000}]
	// [{0 6000}]
}
