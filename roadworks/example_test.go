package roadworks_test

import (
	"fmt"
	"time"

	"github.com/paulmach/orb"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route"
	"github.com/nearside-ems/nearside/roadworks"
)

// bridge is a network of one road, there and back.
func bridge() *route.Network {
	return &route.Network{
		Graph: &road.Graph{FirstOut: []road.Arc{0, 1, 2}, Head: []road.Node{1, 0}, Class: make([]road.Class, 2), Lon: []float32{-0.0752, -0.0756}, Lat: []float32{51.5042, 51.5068}},
		Edges: &road.Edges{Forward: []road.Arc{0}, Backward: []road.Arc{1}, First: []uint32{0, 2}, Lon: []float32{-0.0752, -0.0756}, Lat: []float32{51.5042, 51.5068}},
	}
}

// Example closes a bridge for two hours.
func Example() {
	noon := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	store, err := roadworks.Open("", bridge(), noon)
	if err != nil {
		panic(err)
	}
	_, err = store.Add(noon, roadworks.Change{
		ID: "tower", Kind: roadworks.Closed, Note: "bascules up",
		Place:   roadworks.Place{At: &roadworks.At{Point: orb.Point{-0.0754, 51.5055}}},
		Created: noon, Expires: noon.Add(2 * time.Hour),
	})
	if err != nil {
		panic(err)
	}
	fmt.Println(store.State().Effects())
	fmt.Println(store.State().At(noon.Add(2 * time.Hour)).Effects())
	// Output:
	// [{0 0} {1 0}]
	// []
}
