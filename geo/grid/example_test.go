package grid_test

import (
	"fmt"

	"github.com/nearside-ems/nearside/geo"
	"github.com/nearside-ems/nearside/geo/grid"
	"github.com/paulmach/orb"
)

func Example() {
	// A borough of one square, around Charing Cross.
	square := orb.MultiPolygon{{{{-0.14, 51.50}, {-0.11, 51.50}, {-0.11, 51.52}, {-0.14, 51.52}, {-0.14, 51.50}}}}
	g, err := grid.New([]geo.Borough{{Code: "E09000033", Name: "Westminster", Sector: geo.NWL, Land: square}}, 8)
	if err != nil {
		fmt.Println(err)
		return
	}
	i, ok := g.At(orb.Point{-0.1278, 51.5074})
	fmt.Println(g.Len(), "cells;", g.ID(i), ok, g.Sector(i), len(g.Neighbours(i)), "neighbours")
	// Output: 13 cells; 88195da49bfffff true NWL 6 neighbours
}
