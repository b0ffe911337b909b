package dijkstra_test

import (
	"fmt"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/internal/dijkstra"
)

// A one-way street of three nodes, from its beginning and up to a second after.
func Example() {
	g := &road.Graph{FirstOut: []road.Arc{0, 1, 2, 2}, Head: []road.Node{1, 2}, Lon: make([]float32, 3), Lat: make([]float32, 3)}
	s := dijkstra.NewSearch(dijkstra.Forward(g))
	s.Begin([]road.Millis{400, 2500})
	s.From(0, 0)
	for v, t := range s.Settle(1000) {
		fmt.Println(v, t)
	}
	fmt.Println(s.Time(2) == road.Unreachable)
	// Output:
	// 0 0
	// 1 400
	// true
}
