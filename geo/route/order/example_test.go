package order_test

import (
	"context"
	"fmt"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route/order"
)

// Two pairs of streets meet at one crossing, node 2, which is contracted last.
func ExampleNestedDissection() {
	g := &road.Graph{
		FirstOut: []road.Arc{0, 1, 2, 6, 7, 8},
		Head:     []road.Node{2, 2, 0, 1, 3, 4, 2, 2},
		Lon:      []float32{-0.11, -0.11, -0.10, -0.09, -0.09},
		Lat:      []float32{51.50, 51.51, 51.505, 51.50, 51.51},
	}
	nodes, err := order.NestedDissection(context.Background(), g, nil)
	fmt.Println(len(nodes), "nodes, last", nodes[4], err)
	// Output: 5 nodes, last 2 <nil>
}
