package city_test

import (
	"fmt"

	"github.com/nearside-ems/nearside/internal/city"
)

func ExampleRoads() {
	g := city.Roads(10_000, 1)
	fmt.Println(g.Nodes() > 9_600, g.Nodes() < 10_400, len(g.Base) == g.Arcs())
	// Output: true true true
}
