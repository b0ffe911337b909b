package fair_test

import (
	"context"
	"fmt"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route"
	"github.com/nearside-ems/nearside/optimiser"
	"github.com/nearside-ems/nearside/optimiser/fair"
)

// Two cars on a street of nine cells, 60 s apart: four of a town with many calls, five of villages with few.
func ExampleSolve() {
	times := &route.Matrix{Sites: 9, Cells: 9}
	for site := range 9 {
		for cell := range 9 {
			times.T = append(times.T, road.Millis(60_000*max(cell-site, site-cell)))
		}
	}
	problem := &fair.Problem{
		Demand: &optimiser.Problem{
			Sites: 9, Cells: 9, Place: 2,
			Layers: []optimiser.Layer{{Weight: []float64{9, 9, 9, 9, 1, 1, 1, 1, 1}, Time: times, Share: []float64{1}}},
		},
		Names: []string{"town", "villages"},
		Part:  [][]int32{{0, 0, 0, 0, 1, 1, 1, 1, 1}},
	}
	for _, aim := range []fair.Aim{{Kind: fair.Balanced, Power: 1}, {Kind: fair.Equal}} {
		plan, err := fair.Solve(context.Background(), problem, aim, fair.Settings{})
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("sites %v: town %.0f s, villages %.0f s, all %.0f s; %s; verified: %v\n",
			plan.Sites, plan.Means[0], plan.Means[1], plan.Mean, plan.Status, fair.Verify(problem, aim, plan) == nil)
	}
	// Output:
	// sites [1 3]: town 30 s, villages 180 s, all 48 s; optimal; verified: true
	// sites [1 6]: town 60 s, villages 72 s, all 61 s; converged; verified: true
}
