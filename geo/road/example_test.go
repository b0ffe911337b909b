package road_test

import (
	"fmt"

	"github.com/paulmach/orb"

	"github.com/nearside-ems/nearside/geo/road"
)

// A street of 100 m from one node to another, both ways, and a place 10 m beside its first quarter.
func ExampleEdgeSnapper() {
	g := &road.Graph{
		FirstOut: []road.Arc{0, 1, 2},
		Head:     []road.Node{1, 0},
		Base:     []road.Millis{12_000, 12_000},
		Metres:   []float32{100, 100},
		Class:    []road.Class{road.Minor, road.Minor},
		Zone:     []road.Zone{road.Inner, road.Inner},
		Lon:      []float32{-0.1, -0.09856},
		Lat:      []float32{51.5, 51.5},
	}
	e := &road.Edges{Forward: []road.Arc{0}, Backward: []road.Arc{1}, First: []uint32{0, 2}, Lon: g.Lon, Lat: g.Lat}
	snapper, err := road.NewEdgeSnapper(g, e, 200)
	if err != nil {
		fmt.Println(err)
		return
	}
	spot, ok := snapper.Snap(orb.Point{-0.09964, 51.50009})
	fmt.Printf("%v: %.0f m from arc %d, at %.2f of its length\n", ok, spot.Metres, spot.Arc, spot.Along)
	fmt.Printf("%d ms to node %d, %d ms to node %d\n", spot.Leave[0].Base, spot.Leave[0].Node, spot.Leave[1].Base, spot.Leave[1].Node)
	// Output:
	// true: 10 m from arc 0, at 0.25 of its length
	// 9000 ms to node 1, 3000 ms to node 0
}

// A street that a car drives along, closed where an area touches it.
func ExampleEdgeSnapper_Touching() {
	g := &road.Graph{
		FirstOut: []road.Arc{0, 1, 2}, Head: []road.Node{1, 0}, Base: []road.Millis{12_000, 12_000}, Metres: []float32{100, 100},
		Class: make([]road.Class, 2), Zone: make([]road.Zone, 2), Lon: []float32{-0.1, -0.09856}, Lat: []float32{51.5, 51.5},
	}
	e := &road.Edges{Forward: []road.Arc{0}, Backward: []road.Arc{1}, First: []uint32{0, 2}, Lon: g.Lon, Lat: g.Lat,
		Name: []uint32{1}, Names: []string{"", "Strand"}}
	snapper, err := road.NewEdgeSnapper(g, e, 200)
	if err != nil {
		fmt.Println(err)
		return
	}
	arcs, _ := snapper.Touching(orb.Polygon{{{-0.0995, 51.499}, {-0.0990, 51.499}, {-0.0990, 51.501}}})
	near := snapper.Near(orb.Point{-0.0993, 51.5001}, 1, 50)
	fmt.Println("closed:", arcs, "of", near[0].Street)
	car, _ := snapper.SnapHeading(orb.Point{-0.0997, 51.5}, 95)
	degrees, _ := e.Heading(car.Leave[0].Arc, car.Along)
	fmt.Printf("the car leaves by %d way, heading %.0f degrees\n", car.Leaves, degrees)
	// Output:
	// closed: [0 1] of Strand
	// the car leaves by 1 way, heading 90 degrees
}
