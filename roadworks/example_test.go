package roadworks_test

import (
	"fmt"
	"time"

	"github.com/paulmach/orb"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/roadworks"
)

// bridge is a network that knows one road.
type bridge struct{}

func (bridge) Arcs(*roadworks.Place) ([]road.Arc, float64, error) { return []road.Arc{4, 5}, 12, nil }

// Example closes a bridge for two hours.
func Example() {
	noon := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	store, err := roadworks.Open("", bridge{}, noon)
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
	// [{4 0} {5 0}]
	// []
}
